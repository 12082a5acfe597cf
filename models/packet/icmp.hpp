// An ICMP message (RFC 792): echo, or an error that quotes the packet it is about.
#pragma once

#include <cstdint>

#include "models/packet/endpoint.hpp"
#include "models/packet/ipv4.hpp"
#include "models/packet/ipv4_address.hpp"

namespace lvs {

enum class IcmpType : std::uint8_t {
  echo_reply = 0,
  unreachable = 3,
  source_quench = 4,
  redirect = 5,
  echo_request = 8,
  time_exceeded = 11,
};

/// Codes of IcmpType::unreachable.
struct IcmpUnreachable {
  static constexpr std::uint8_t kNet = 0;
  static constexpr std::uint8_t kHost = 1;
  static constexpr std::uint8_t kProtocol = 2;
  static constexpr std::uint8_t kPort = 3;
  static constexpr std::uint8_t kFragmentationNeeded = 4;
  static constexpr std::uint8_t kProhibited = 13;
};

/// What a receiver can use of a quoted packet: its IP header, ports, and TCP sequence number. A
/// quoted IPIP packet keeps its inner header too.
struct QuotedPacket {
  Ipv4Header ip;
  Ipv4Header inner;  ///< meaningful if ip.protocol is ipip
  Port source;
  Port destination;
  std::uint32_t sequence = 0;
};

struct IcmpMessage {
  static constexpr std::uint16_t kHeaderLength = 8;  ///< bytes
  static constexpr std::uint16_t kMostTotal =
      576;  ///< bytes of an error with its IP header (RFC 1812)

  IcmpType type = IcmpType::echo_request;
  std::uint8_t code = 0;
  std::uint16_t identifier = 0;  ///< echo
  std::uint16_t sequence = 0;    ///< echo
  std::uint16_t mtu = 0;         ///< unreachable, fragmentation needed
  Ipv4Address gateway;           ///< redirect
  QuotedPacket quoted;           ///< errors

  constexpr bool is_error() const {
    return type == IcmpType::unreachable || type == IcmpType::source_quench ||
           type == IcmpType::redirect || type == IcmpType::time_exceeded;
  }
};

}  // namespace lvs
