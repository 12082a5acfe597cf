// The cluster of a row as a scenario: what an administrator would have typed on its machines.
#pragma once

#include <string>

#include "tools/verify/matrix.hpp"

namespace lvs::verify {

/// Where the SYNs and one of the questions come from: the router drops what goes there.
inline constexpr Ipv4Address kOffSubnetClient{0x0a630007};  // 10.99.0.7

std::string matrix_scenario(const MatrixTopology& topology, const MatrixSettings& settings);

}  // namespace lvs::verify
