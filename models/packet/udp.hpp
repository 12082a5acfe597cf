// A UDP datagram header (RFC 768).
#pragma once

#include <cstdint>

#include "models/packet/endpoint.hpp"

namespace lvs {

struct UdpDatagram {
  static constexpr std::uint16_t kHeaderLength = 8;  ///< bytes

  Port source;
  Port destination;
};

}  // namespace lvs
