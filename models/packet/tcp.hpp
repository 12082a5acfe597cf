// A TCP segment header (RFC 9293) with the options Linux sends. Payload is a length, not bytes.
#pragma once

#include <cstdint>

#include "models/packet/endpoint.hpp"

namespace lvs {

struct TcpFlags {
  static constexpr std::uint8_t kFin = 0x01;
  static constexpr std::uint8_t kSyn = 0x02;
  static constexpr std::uint8_t kRst = 0x04;
  static constexpr std::uint8_t kPsh = 0x08;
  static constexpr std::uint8_t kAck = 0x10;
};

struct SackBlock {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
};

/// On the wire the options stand in this order: TOA (kind 254, length 8, the client's port and
/// address; what a FULLNAT director tells a server, spec/ipvs.md 6.4), then MSS, SACK permitted,
/// timestamps, window scale, or timestamps and SACK blocks, with NOPs as Linux aligns them. What
/// header_length counts beyond them are NOPs in the place of timestamps.
struct TcpSegment {
  static constexpr std::uint8_t kPlainLength = 20;      ///< bytes, no options
  static constexpr std::uint8_t kTimestampLength = 12;  ///< with its two NOPs, as Linux aligns it
  static constexpr std::uint8_t kToaLength = 8;
  static constexpr std::uint8_t kMostLength = 60;
  static constexpr std::uint8_t kNoWindowScale = 0xff;
  static constexpr unsigned kMostSackBlocks = 3;  ///< beside timestamps (RFC 2018 section 3)

  Port source;
  Port destination;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint16_t window = 0;  ///< as on the wire, before scaling
  std::uint8_t flags = 0;
  std::uint8_t header_length = kPlainLength;  ///< bytes, options included
  // options; each is present only if it says so
  std::uint16_t mss = 0;  ///< 0: absent
  std::uint8_t window_scale = kNoWindowScale;
  bool sack_permitted = false;
  bool timestamps = false;
  std::uint8_t sack_count = 0;
  Port toa_port;
  std::uint32_t timestamp_value = 0;
  std::uint32_t timestamp_echo = 0;
  SackBlock sack[kMostSackBlocks];
  Ipv4Address toa_address;  ///< 0.0.0.0: absent

  constexpr bool syn() const { return (flags & TcpFlags::kSyn) != 0; }
  constexpr bool ack() const { return (flags & TcpFlags::kAck) != 0; }
  constexpr bool fin() const { return (flags & TcpFlags::kFin) != 0; }
  constexpr bool rst() const { return (flags & TcpFlags::kRst) != 0; }
  constexpr bool has_toa() const { return !toa_address.is_any(); }
};

}  // namespace lvs
