// iptables: the filter table's INPUT, FORWARD and OUTPUT, and marks set in the mangle table's
// PREROUTING. Connection tracking and NAT are not modelled. Source: iptables(8), spec/ipvs.md 3.1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/host/filter_match.hpp"
#include "models/packet/frame.hpp"

namespace lvs {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  friend bool operator==(const PortRange&, const PortRange&) = default;
};

struct IpRule {
  enum class Target : std::uint8_t { accept, drop, mark, back };
  struct Mark {
    std::uint32_t value = 0;
    std::uint32_t mask = 0xffff'ffff;

    friend bool operator==(const Mark&, const Mark&) = default;
  };

  // what it matches: everything that is given
  std::optional<Match<Ipv4Prefix>> source;
  std::optional<Match<Ipv4Prefix>> destination;
  std::optional<Match<Protocol>> protocol;
  std::optional<Match<std::string>> in;  ///< -i; "eth+" is every name that begins so
  std::optional<Match<std::string>> out;
  /// Any of them; empty: every port. Ports need -p tcp or -p udp; a fragment but the first has
  /// none.
  std::vector<PortRange> source_ports;
  std::vector<PortRange> destination_ports;
  bool source_ports_inverted = false;
  bool destination_ports_inverted = false;
  bool multiport = false;  ///< how the ports were given, for listings
  /// -m mark --mark value/mask.
  std::optional<Match<Mark>> mark;
  bool fragments = false;  ///< -f: only fragments but the first
  // what it does; `back` is RETURN. `mark` (-j MARK) does not end the chain.
  Target target = Target::accept;
  Mark set_mark;  ///< --set-mark, --set-xmark: (mark & ~mask) ^ value
  // counters
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  bool same_rule(const IpRule& other) const;
};

class IpFilter {
 public:
  enum class Chain : std::uint8_t { mangle_prerouting, input, forward, output };
  static constexpr std::size_t kChains = 4;

  using Rules = FilterChain<IpRule>;

  /// To be changed. Reading goes by the other, so that packets of an untouched filter pay one
  /// branch.
  Rules& chain(Chain chain) {
    touched_ = true;
    return chains_[static_cast<std::size_t>(chain)];
  }
  const Rules& chain(Chain chain) const { return chains_[static_cast<std::size_t>(chain)]; }
  bool touched() const { return touched_; }
  bool active(Chain c) const { return chain(c).active(); }
  /// First rule that matches and ends the chain decides, else the policy. -j MARK changes the
  /// frame's mark. `in` or `out` is empty where there is none.
  FilterVerdict pass(Chain chain, Frame& frame, std::string_view in, std::string_view out);
  /// Whether any packet has ever been given a mark: only then must marks be wiped off.
  bool has_marked() const { return has_marked_; }

 private:
  bool touched_ = false;
  bool has_marked_ = false;
  std::array<Rules, kChains> chains_;
};

}  // namespace lvs
