// arptables and iptables on a host, with the texts of iptables 1.8.9.
#include <algorithm>

#include "scenarios/language/filter_listing.hpp"
#include "scenarios/language/host_shell.hpp"

namespace lvs::language {
namespace {

CommandResult refused(const char* text) { return {1, "", text}; }

/// Acts on one chain, or on several of the table.
template <class Filter, class Table>
struct Editor {
  Filter& filter;
  const Table& command;
  using Rules = typename Filter::Rules;
  using Rule = typename Table::Rule;

  CommandResult edit() {
    Rules& chain = filter.chain(*command.chain);
    switch (command.action) {
      case TableAction::append: return insert(chain, chain.rules.size());
      case TableAction::insert: return insert(chain, command.number == 0 ? 0 : command.number - 1);
      case TableAction::replace: return replace(chain);
      case TableAction::remove: return remove(chain);
      case TableAction::remove_at:
        if (command.number > chain.rules.size()) return refused("Index of deletion too big.");
        chain.rules.erase(at(chain, command.number - 1));
        return {};
      case TableAction::check: return check(chain);
      case TableAction::policy: chain.policy = command.policy; return {};
      case TableAction::flush: chain.rules.clear(); return {};
      case TableAction::zero: return zero(chain);
      case TableAction::list:
      case TableAction::rules: break;
    }
    return {};
  }

 private:
  static auto at(Rules& chain, std::size_t index) {
    return chain.rules.begin() + static_cast<std::ptrdiff_t>(index);
  }

  /// Each of several rules goes in front of the one before, as the tool puts them.
  CommandResult insert(Rules& chain, std::size_t index) {
    if (index > chain.rules.size()) return refused("Index of insertion too big.");
    const bool append = command.action == TableAction::append;
    for (const Rule& rule : command.rules) {
      chain.rules.insert(append ? chain.rules.end() : at(chain, index), rule);
    }
    return {};
  }

  CommandResult replace(Rules& chain) {
    if (command.number > chain.rules.size()) return refused("Index of replacement too big.");
    if (command.rules.size() > 1) {
      return {2, "", "Replacement rule does not specify a unique address"};
    }
    *at(chain, command.number - 1) = command.rules.front();
    return {};
  }

  auto find(Rules& chain, const Rule& rule) const {
    return std::find_if(chain.rules.begin(), chain.rules.end(),
                        [&](const Rule& other) { return other.same_rule(rule); });
  }

  /// All of several rules, or none.
  CommandResult remove(Rules& chain) {
    Rules left = chain;
    for (const Rule& rule : command.rules) {
      const auto found = find(left, rule);
      if (found == left.rules.end()) return missing();
      left.rules.erase(found);
    }
    chain = left;
    return {};
  }

  CommandResult check(Rules& chain) {
    for (const Rule& rule : command.rules) {
      if (find(chain, rule) == chain.rules.end()) return missing();
    }
    return {};
  }

  static CommandResult missing() {
    return refused("Bad rule (does a matching rule exist in that chain?).");
  }

  CommandResult zero(Rules& chain) {
    for (std::size_t i = 0; i < chain.rules.size(); ++i) {
      if (command.number != 0 && i + 1 != command.number) continue;
      chain.rules[i].packets = 0;
      chain.rules[i].bytes = 0;
    }
    if (command.number != 0) return {};
    chain.policy_packets = 0;
    chain.policy_bytes = 0;
    return {};
  }
};

template <class Filter, class Table>
CommandResult edit_all(Filter& filter, const Table& command,
                       std::initializer_list<typename Table::Chain> chains) {
  if (command.chain) return Editor<Filter, Table>{filter, command}.edit();
  for (const typename Table::Chain chain : chains) {
    Table one = command;
    one.chain = chain;
    Editor<Filter, Table>{filter, one}.edit();
  }
  return {};
}

}  // namespace

CommandResult execute_arptables(const ShellContext& context, const ArpTables& command) {
  using Chain = ArpFilter::Chain;
  ArpFilter& filter = context.host.arp_filter();
  if (command.action == TableAction::list) return {0, list_arp_rules(filter, command), ""};
  if (command.action == TableAction::rules) return {0, save_arp_rules(filter, command), ""};
  return edit_all(filter, command, {Chain::input, Chain::output, Chain::forward});
}

CommandResult execute_iptables(const ShellContext& context, const IpTables& command) {
  using Chain = IpFilter::Chain;
  IpFilter& filter = context.host.ip_filter();
  if (command.action == TableAction::list) return {0, list_ip_rules(filter, command), ""};
  if (command.action == TableAction::rules) return {0, save_ip_rules(filter, command), ""};
  if (command.mangle) return edit_all(filter, command, {Chain::mangle_prerouting});
  return edit_all(filter, command, {Chain::input, Chain::forward, Chain::output});
}

}  // namespace lvs::language
