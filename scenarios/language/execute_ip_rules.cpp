// ip rule on a host.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/language/execute_ip.hpp"
#include "scenarios/language/ip_listing.hpp"

namespace lvs::language {
namespace {

/// As iproute2 makes it up: a look-up in main unless something else is said.
RouteRule rule_of(const RuleWords& words) {
  RouteRule rule;
  rule.priority = words.priority.value_or(0);
  rule.from = words.from;
  rule.to = words.to;
  rule.iif = words.iif;
  rule.oif = words.oif;
  if (words.mark) {
    rule.mark = words.mark->value;
    rule.mark_mask = words.mark->mask;
  }
  rule.tos = words.tos.value_or(0);
  rule.inverted = words.inverted;
  rule.action = words.action.value_or(RouteRule::Action::lookup);
  rule.table = words.table.value_or(kTableOfMain);
  return rule;
}

/// Whether a rule is what was said; what was not said may be anything.
bool agrees(const RouteRule& rule, const RuleWords& words) {
  const bool mark =
      !words.mark || (rule.mark == words.mark->value && rule.mark_mask == words.mark->mask);
  const bool table =
      !words.table || (rule.action == RouteRule::Action::lookup && rule.table == *words.table);
  return mark && table && (!words.priority || rule.priority == *words.priority) &&
         (!words.inverted || rule.inverted) && (!words.from || rule.from == words.from) &&
         (!words.to || rule.to == words.to) && (words.iif.empty() || rule.iif == words.iif) &&
         (words.oif.empty() || rule.oif == words.oif) && (!words.tos || rule.tos == *words.tos) &&
         (!words.action || rule.action == *words.action);
}

/// As `ip rule show` and `flush` select: by an address in the network, by a mark whatever its mask.
bool is_selected(const RouteRule& rule, const RuleWords& words) {
  const auto in = [](const std::optional<Ipv4Prefix>& rules,
                     const std::optional<Ipv4Prefix>& said) {
    return !said || (rules && said->contains(rules->address));
  };
  RuleWords others = words;
  others.from.reset();
  others.to.reset();
  others.mark.reset();
  const bool mark =
      !words.mark || (rule.mark == words.mark->value &&
                      (words.mark->mask == 0xffff'ffff || rule.mark_mask == words.mark->mask));
  return mark && in(rule.from, words.from) && in(rule.to, words.to) && agrees(rule, others);
}

std::string prefix_text(const Ipv4Prefix& prefix) {
  return prefix.length == 32 ? to_string(prefix.address) : to_string(prefix);
}

std::string action_text(const RouteRule& rule) {
  switch (rule.action) {
    case RouteRule::Action::lookup: return "lookup " + table_name(rule.table);
    case RouteRule::Action::blackhole: return "blackhole";
    case RouteRule::Action::unreachable: return "unreachable";
    case RouteRule::Action::prohibit: return "prohibit";
  }
  return "";
}

}  // namespace

std::string rule_line(const RouteRule& rule) {
  std::string text = fmt::format("{}:\t", rule.priority);
  if (rule.inverted) text += "not ";
  text += fmt::format("from {} ", rule.from ? prefix_text(*rule.from) : "all");
  if (rule.to) text += fmt::format("to {} ", prefix_text(*rule.to));
  if (rule.tos != 0) text += fmt::format("tos {:#04x} ", rule.tos);
  if (rule.mark) {
    text += fmt::format("fwmark {:#x}", *rule.mark);
    if (rule.mark_mask != 0xffff'ffff) text += fmt::format("/{:#x}", rule.mark_mask);
    text += ' ';
  }
  if (!rule.iif.empty()) text += fmt::format("iif {} ", rule.iif);
  if (!rule.oif.empty()) text += fmt::format("oif {} ", rule.oif);
  return text + action_text(rule) + "\n";
}

CommandResult execute(const ShellContext& context, const IpRuleAdd& c) {
  return answer(context.host.state().add_rule(rule_of(c.rule), c.rule.priority.has_value()));
}

CommandResult execute(const ShellContext& context, const IpRuleDel& c) {
  HostState& state = context.host.state();
  const auto& rules = state.rules();
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const RouteRule& rule) { return agrees(rule, c.rule); });
  if (found == rules.end()) return answer(ConfigError::no_such_entry);
  return answer(state.delete_rule(RouteRule(*found), true));
}

CommandResult execute(const ShellContext& context, const IpRuleShow& c) {
  CommandResult all;
  for (const RouteRule& rule : context.host.state().rules()) {
    if (is_selected(rule, c.filter)) all.output += rule_line(rule);
  }
  return all;
}

CommandResult execute(const ShellContext& context, const IpRuleFlush& c) {
  HostState& state = context.host.state();
  const std::vector<RouteRule> rules = state.rules();
  for (const RouteRule& rule : rules) {
    if (rule.priority != 0 && is_selected(rule, c.filter)) state.delete_rule(rule, true);
  }
  return {};
}

}  // namespace lvs::language
