// How a director hands a packet to a real server.
#pragma once

#include <cstdint>

namespace lvs {

enum class ForwardingMethod : std::uint8_t {
  nat,      ///< -m: the destination becomes the real server; replies come back through the director
  tunnel,   ///< -i: an outer IP header (IPIP)
  direct,   ///< -g: only the MAC address changes
  fullnat,  ///< -b of DPVS: both addresses change (spec/ipvs.md 6)
  bypass,   ///< of a connection without a real server: on to its own destination (5.5)
};

}  // namespace lvs
