// `ip rule`, and what `ip route` shows, flushes and finds, as typed requests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/host/route_rules.hpp"
#include "scenarios/language/commands/ip.hpp"

namespace lvs::language {

/// What was said about a rule: `ip rule add` makes the rest up, `del`, `show` and `flush` leave it
/// open.
struct RuleWords {
  bool inverted = false;           ///< `not`
  std::optional<Ipv4Prefix> from;  ///< absent for `all`
  std::optional<Ipv4Prefix> to;
  std::string iif;
  std::string oif;
  struct Mark {
    std::uint32_t value = 0;
    std::uint32_t mask = 0xffff'ffff;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  std::optional<Mark> mark;
  std::optional<std::uint8_t> tos;
  std::optional<std::uint32_t> priority;
  std::optional<RouteRule::Action> action;
  std::optional<std::uint32_t> table;
  friend bool operator==(const RuleWords&, const RuleWords&) = default;
};
struct IpRuleAdd {
  RuleWords rule;
  friend bool operator==(const IpRuleAdd&, const IpRuleAdd&) = default;
};
struct IpRuleDel {
  RuleWords rule;
  friend bool operator==(const IpRuleDel&, const IpRuleDel&) = default;
};
struct IpRuleShow {
  RuleWords filter;
  friend bool operator==(const IpRuleShow&, const IpRuleShow&) = default;
};
/// All but those of priority 0.
struct IpRuleFlush {
  RuleWords filter;
  friend bool operator==(const IpRuleFlush&, const IpRuleFlush&) = default;
};

/// Which routes `ip route show` and `flush` mean.
struct RouteFilter {
  enum class Scan : std::uint8_t {
    exact,  ///< this prefix
    root,   ///< it and what it contains
    match,  ///< what contains it
  };
  std::optional<Ipv4Prefix> prefix;
  Scan scan = Scan::exact;
  std::optional<std::uint32_t> table;  ///< absent: main
  bool all_tables = false;
  std::optional<Word> device;
  std::optional<Ipv4Address> via;
  std::optional<Ipv4Address> source;
  std::optional<RouteType> type;
  std::optional<IpScope> scope;
  std::optional<bool> kernel;  ///< `proto kernel`, `proto boot`
  friend bool operator==(const RouteFilter&, const RouteFilter&) = default;
};
struct IpRouteShow {
  RouteFilter filter;
  friend bool operator==(const IpRouteShow&, const IpRouteShow&) = default;
};
struct IpRouteFlush {
  RouteFilter filter;
  friend bool operator==(const IpRouteFlush&, const IpRouteFlush&) = default;
};
struct IpRouteGet {
  Ipv4Address destination;
  std::optional<Ipv4Address> from;
  std::optional<Word> iif;
  std::uint32_t mark = 0;
  bool oneline = false;  ///< ip -o
  friend bool operator==(const IpRouteGet&, const IpRouteGet&) = default;
};

/// `bridge fdb show [br NETWORK] [dev PORT]`, with `host: NETWORK`.
struct BridgeFdbShow {
  std::optional<Word> bridge;
  std::optional<Word> port;
  friend bool operator==(const BridgeFdbShow&, const BridgeFdbShow&) = default;
};

}  // namespace lvs::language
