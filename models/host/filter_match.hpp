// What arptables and iptables have in common: conditions of rules, chains with a policy, verdicts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace lvs {

enum class FilterVerdict : std::uint8_t { accept, drop };

/// A condition: the value of a packet must fit, or must not (`!`).
template <class Value>
struct Match {
  Value value;
  bool inverted = false;

  friend bool operator==(const Match&, const Match&) = default;
};

/// Whether a condition of a rule holds: it is not given, or fits(value) is as it says.
template <class Value, class Fits>
bool holds(const std::optional<Match<Value>>& match, Fits&& fits) {
  return !match || fits(match->value) != match->inverted;
}

/// Whether an interface is meant by -i or -o: "eth0", or "eth+" for every name that begins so.
inline bool names_interface(std::string_view pattern, std::string_view name) {
  if (pattern.empty() || pattern.back() != '+') return pattern == name;
  pattern.remove_suffix(1);
  return name.substr(0, pattern.size()) == pattern;
}

/// A built-in chain. Packets that no rule decides meet its policy and are counted there.
template <class Rule>
struct FilterChain {
  FilterVerdict policy = FilterVerdict::accept;
  std::vector<Rule> rules;
  std::uint64_t policy_packets = 0;
  std::uint64_t policy_bytes = 0;

  /// Whether packets have anything to pass here.
  bool active() const { return !rules.empty() || policy == FilterVerdict::drop; }
};

}  // namespace lvs
