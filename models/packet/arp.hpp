// An ARP packet for IPv4 over Ethernet (RFC 826).
#pragma once

#include <cstdint>

#include "models/packet/ipv4_address.hpp"
#include "models/packet/mac_address.hpp"

namespace lvs {

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

struct ArpPacket {
  static constexpr std::uint16_t kLength = 28;  ///< bytes, RFC 826

  ArpOperation operation = ArpOperation::request;
  MacAddress sender_mac;
  MacAddress target_mac;
  Ipv4Address sender;
  Ipv4Address target;
};

}  // namespace lvs
