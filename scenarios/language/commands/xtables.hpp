// `arptables` and `iptables` as typed requests. Both take their words from one parser (iptables
// 1.8.9, that of Debian 12), so they share the shape of a request.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/host/arp_filter.hpp"
#include "models/host/ip_filter.hpp"
#include "scenarios/language/script.hpp"

namespace lvs::language {

enum class TableAction : std::uint8_t {
  append,
  insert,
  replace,
  remove,     ///< -D CHAIN RULE
  remove_at,  ///< -D CHAIN NUMBER
  check,
  flush,
  zero,
  policy,
  list,   ///< -L
  rules,  ///< -S
};

template <class ChainName, class RuleType>
struct TableCommand {
  using Chain = ChainName;
  using Rule = RuleType;

  TableAction action = TableAction::list;
  /// Absent: every chain of the table (-F, -Z, -L, -S).
  std::optional<Chain> chain;
  bool mangle = false;  ///< iptables -t mangle
  /// Several for a list of addresses (-s A,B): each a rule of its own, as the tool makes them.
  std::vector<Rule> rules;
  /// -I, -D, -R, -L, -S, -Z with a number: from 1; 0 = none given.
  std::uint32_t number = 0;
  FilterVerdict policy = FilterVerdict::accept;
  // -L
  bool numeric = false;
  bool verbose = false;
  bool exact = false;
  bool line_numbers = false;

  friend bool operator==(const TableCommand& a, const TableCommand& b) {
    const auto same = [](const Rule& r, const Rule& s) { return r.same_rule(s); };
    return a.action == b.action && a.chain == b.chain && a.mangle == b.mangle &&
           std::equal(a.rules.begin(), a.rules.end(), b.rules.begin(), b.rules.end(), same) &&
           a.number == b.number && a.policy == b.policy && a.numeric == b.numeric &&
           a.verbose == b.verbose && a.exact == b.exact && a.line_numbers == b.line_numbers;
  }
};

using ArpTables = TableCommand<ArpFilter::Chain, ArpRule>;
using IpTables = TableCommand<IpFilter::Chain, IpRule>;

}  // namespace lvs::language
