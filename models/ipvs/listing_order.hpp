// The order of ipvsadm's listings (spec/ipvs.md 7.3).
#pragma once

#include <vector>

#include "models/ipvs/director.hpp"

namespace lvs {

/// Services as the kernel hands them out: by hash bucket, the newest first. The kernel's hash also
/// takes bits of a memory address; we take none.
std::vector<const Service*> services_in_kernel_order(const Director& director);
/// As ipvsadm sorts them: by mark, protocol, address, port.
std::vector<const Service*> services_sorted(const Director& director);
/// The destinations of a service; sorted by address and port, or newest first.
std::vector<const Destination*> destinations_in_order(const Director& director,
                                                      const Service& service, bool sorted);

}  // namespace lvs
