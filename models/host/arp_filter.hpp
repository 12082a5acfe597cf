// arptables: rules that ARP packets pass on their way into a host and out of it.
// Source: spec/linux-host.md section 9; arptables(8).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/host/filter_match.hpp"
#include "models/packet/arp.hpp"

namespace lvs {

/// A MAC address and the bits of it that count.
struct MaskedMac {
  MacAddress address;
  MacAddress mask = MacAddress::broadcast();

  bool contains(MacAddress mac) const {
    return ((mac.number() ^ address.number()) & mask.number()) == 0;
  }
  friend bool operator==(const MaskedMac&, const MaskedMac&) = default;
};

struct ArpRule {
  enum class Target : std::uint8_t { accept, drop, mangle, proceed, back };

  // what it matches: everything that is given
  std::optional<Match<Ipv4Prefix>> source;       ///< -s: the sender's address
  std::optional<Match<Ipv4Prefix>> destination;  ///< -d: the target's address
  std::optional<Match<MaskedMac>> source_mac;
  std::optional<Match<MaskedMac>> destination_mac;
  std::optional<Match<ArpOperation>> operation;  ///< --opcode
  std::optional<Match<std::string>> in;          ///< -i; "eth+" is every name that begins so
  std::optional<Match<std::string>> out;         ///< -o
  // what it does; `back` is RETURN, `proceed` CONTINUE
  Target target = Target::accept;
  // mangle
  std::optional<Ipv4Address> mangle_source;
  std::optional<Ipv4Address> mangle_destination;
  std::optional<MacAddress> mangle_source_mac;
  std::optional<MacAddress> mangle_destination_mac;
  /// --mangle-target: accept, drop or proceed.
  Target after_mangle = Target::accept;
  // counters
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< 28 a packet

  /// Whether both match and do the same; counters aside.
  bool same_rule(const ArpRule& other) const;
};

class ArpFilter {
 public:
  enum class Chain : std::uint8_t { input, output, forward };
  static constexpr std::size_t kChains = 3;

  using Rules = FilterChain<ArpRule>;

  Rules& chain(Chain chain) { return chains_[static_cast<std::size_t>(chain)]; }
  const Rules& chain(Chain chain) const { return chains_[static_cast<std::size_t>(chain)]; }
  bool active(Chain c) const { return chain(c).active(); }
  /// First rule that matches decides, else the policy. `in` or `out` is empty where there is none.
  /// Mangling changes the packet.
  FilterVerdict pass(Chain chain, ArpPacket& packet, std::string_view in, std::string_view out);

 private:
  std::array<Rules, kChains> chains_;
};

}  // namespace lvs
