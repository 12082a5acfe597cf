#include <fmt/format.h>

#include "scenarios/language/commands/iptables_matches.hpp"
#include "scenarios/language/filter_listing.hpp"

namespace lvs::language {

std::string_view policy_name(FilterVerdict policy) {
  return policy == FilterVerdict::accept ? "ACCEPT" : "DROP";
}

std::string short_count(std::uint64_t number, bool exact) {
  if (exact || number <= 99'999) return std::to_string(number);
  for (const char unit : {'K', 'M', 'G'}) {
    number = (number + 500) / 1000;
    if (number <= 9'999) return fmt::format("{}{}", number, unit);
  }
  return fmt::format("{}T", (number + 500) / 1000);
}

std::string chain_heading(std::string_view chain, FilterVerdict policy, std::uint64_t packets,
                          std::uint64_t bytes, const ListingStyle& style) {
  if (!style.verbose) return fmt::format("Chain {} (policy {})\n", chain, policy_name(policy));
  return fmt::format("Chain {} (policy {} {} packets, {} bytes)\n", chain, policy_name(policy),
                     short_count(packets, style.exact), short_count(bytes, style.exact));
}

namespace {

using Target = IpRule::Target;

std::string_view target_name(const IpRule& rule) {
  switch (rule.target) {
    case Target::accept: return "ACCEPT";
    case Target::drop: return "DROP";
    case Target::back: return "RETURN";
    case Target::mark: break;
  }
  // A mark that changes nothing is how a rule without -j is kept.
  return rule.set_mark == IpRule::Mark{0, 0} ? "" : "MARK";
}

std::string port_text(std::uint16_t port, bool numeric) {
  const std::string_view known = numeric ? std::string_view{} : service_name(port);
  return known.empty() ? std::to_string(port) : std::string(known);
}

std::string ports_text(const std::vector<PortRange>& ports, bool numeric) {
  std::string text;
  for (const PortRange& range : ports) {
    if (!text.empty()) text += ',';
    text += port_text(range.first, numeric);
    if (range.last != range.first) text += ":" + port_text(range.last, numeric);
  }
  return text;
}

std::string mark_text(const IpRule::Mark& mark) {
  return mark.mask == 0xffff'ffff ? fmt::format("{:#x}", mark.value)
                                  : fmt::format("{:#x}/{:#x}", mark.value, mark.mask);
}

/// The kernel's one form of a mark, told as the option that says the same.
std::string set_mark_text(const IpRule::Mark& mark) {
  if (mark.value == 0) return fmt::format("and {:#x}", ~mark.mask);
  if (mark.value == mark.mask) return fmt::format("or {:#x}", mark.value);
  if (mark.mask == 0) return fmt::format("xor {:#x}", mark.value);
  if (mark.mask == 0xffff'ffff) return fmt::format("set {:#x}", mark.value);
  return fmt::format("xset {:#x}/{:#x}", mark.value, mark.mask);
}

// --- -L ---------------------------------------------------------------------------------------

/// "dpt:80", "spts:!1024:65535".
std::string port_match(std::string_view name, const std::vector<PortRange>& ports, bool inverted,
                       bool numeric) {
  if (ports.empty()) return "";
  const bool range = ports.front().first != ports.front().last;
  return fmt::format(" {}{}:{}{}", name, range ? "s" : "", inverted ? "!" : "",
                     ports_text(ports, numeric));
}

std::string multiport_match(std::string_view name, const std::vector<PortRange>& ports,
                            bool inverted, bool numeric) {
  if (ports.empty()) return "";
  return fmt::format(" multiport {} {}{}", name, inverted ? " !" : "", ports_text(ports, numeric));
}

std::string matches_text(const IpRule& rule, bool numeric) {
  std::string text;
  if (rule.multiport) {
    text += multiport_match("sports", rule.source_ports, rule.source_ports_inverted, numeric);
    text +=
        multiport_match("dports", rule.destination_ports, rule.destination_ports_inverted, numeric);
  } else if (!rule.source_ports.empty() || !rule.destination_ports.empty()) {
    text += " " + std::string(protocol_name(rule.protocol->value));
    text += port_match("spt", rule.source_ports, rule.source_ports_inverted, numeric);
    text += port_match("dpt", rule.destination_ports, rule.destination_ports_inverted, numeric);
  }
  if (rule.mark) {
    text += fmt::format(" mark match {}{}", rule.mark->inverted ? "! " : "",
                        mark_text(rule.mark->value));
  }
  if (target_name(rule) == "MARK") text += " MARK " + set_mark_text(rule.set_mark);
  return text;
}

std::string interface_text(const std::optional<Match<std::string>>& match, bool numeric) {
  if (!match) return numeric ? "*" : "any";
  return (match->inverted ? "!" : "") + match->value;
}

std::string network_text(const std::optional<Match<Ipv4Prefix>>& match, bool numeric) {
  if (!match) return fmt::format(" {:<19} ", numeric ? "0.0.0.0/0" : "anywhere");
  const Ipv4Prefix& network = match->value;
  return fmt::format("{}{:<19} ", match->inverted ? '!' : ' ',
                     network.length == 32 ? to_string(network.address) : to_string(network));
}

std::string rule_line(const IpRule& rule, const ListingStyle& style) {
  std::string text;
  if (style.verbose) {
    const int width = style.exact ? 8 : 5;
    text += fmt::format("{:>{}} {:>{}} ", short_count(rule.packets, style.exact), width,
                        short_count(rule.bytes, style.exact), width);
  }
  const bool inverted = rule.protocol && rule.protocol->inverted;
  std::string protocol = style.numeric ? "0" : "all";
  if (rule.protocol) {
    protocol = style.numeric ? std::to_string(static_cast<unsigned>(rule.protocol->value))
                             : std::string(protocol_name(rule.protocol->value));
  }
  text += fmt::format("{:<9} {}{:<4} {} ", target_name(rule), inverted ? '!' : ' ', protocol,
                      rule.fragments ? "-f" : "--");
  if (style.verbose) {
    text += fmt::format(" {:<6} {:<6} ", interface_text(rule.in, style.numeric),
                        interface_text(rule.out, style.numeric));
  }
  text += network_text(rule.source, style.numeric) + network_text(rule.destination, style.numeric);
  return text + matches_text(rule, style.numeric) + "\n";
}

std::string column_heading(const IpTables& what) {
  std::string text;
  if (what.line_numbers) text += "num  ";
  if (what.verbose) text += what.exact ? "    pkts      bytes " : " pkts bytes ";
  text += "target     prot opt ";
  if (what.verbose) text += "in     out     ";
  return text + "source               destination         \n";
}

// --- -S ---------------------------------------------------------------------------------------

template <class Value, class Print>
void add_option(std::string& text, std::string_view option,
                const std::optional<Match<Value>>& match, Print&& print) {
  if (!match) return;
  text += fmt::format(" {}{} {}", match->inverted ? "! " : "", option, print(match->value));
}

void add_ports(std::string& text, std::string_view option, const std::vector<PortRange>& ports,
               bool inverted) {
  if (ports.empty()) return;
  text += fmt::format(" {}{} {}", inverted ? "! " : "", option, ports_text(ports, true));
}

std::string saved_rule(std::string_view chain, const IpRule& rule, bool counters) {
  std::string text = fmt::format("-A {}", chain);
  const auto same = [](const auto& value) { return value; };
  add_option(text, "-s", rule.source, [](const Ipv4Prefix& p) { return to_string(p); });
  add_option(text, "-d", rule.destination, [](const Ipv4Prefix& p) { return to_string(p); });
  add_option(text, "-i", rule.in, same);
  add_option(text, "-o", rule.out, same);
  add_option(text, "-p", rule.protocol, [](Protocol p) { return protocol_name(p); });
  if (rule.fragments) text += " -f";
  if (rule.multiport) {
    text += " -m multiport";
    add_ports(text, "--sports", rule.source_ports, rule.source_ports_inverted);
    add_ports(text, "--dports", rule.destination_ports, rule.destination_ports_inverted);
  } else if (!rule.source_ports.empty() || !rule.destination_ports.empty()) {
    text += fmt::format(" -m {}", protocol_name(rule.protocol->value));
    add_ports(text, "--sport", rule.source_ports, rule.source_ports_inverted);
    add_ports(text, "--dport", rule.destination_ports, rule.destination_ports_inverted);
  }
  if (rule.mark) {
    text += fmt::format(" -m mark {}--mark {}", rule.mark->inverted ? "! " : "",
                        mark_text(rule.mark->value));
  }
  if (counters) text += fmt::format(" -c {} {}", rule.packets, rule.bytes);
  const std::string_view target = target_name(rule);
  if (!target.empty()) text += fmt::format(" -j {}", target);
  if (target == "MARK") {
    text += fmt::format(" --set-xmark {:#x}/{:#x}", rule.set_mark.value, rule.set_mark.mask);
  }
  return text + "\n";
}

// --- both -------------------------------------------------------------------------------------

struct NamedChain {
  std::string_view name;
  std::optional<IpFilter::Chain> chain;  ///< absent: always empty here
};
constexpr NamedChain kFilterChains[] = {{"INPUT", IpFilter::Chain::input},
                                        {"FORWARD", IpFilter::Chain::forward},
                                        {"OUTPUT", IpFilter::Chain::output}};
constexpr NamedChain kMangleChains[] = {{"PREROUTING", IpFilter::Chain::mangle_prerouting},
                                        {"INPUT", {}},
                                        {"FORWARD", {}},
                                        {"OUTPUT", {}},
                                        {"POSTROUTING", {}}};

struct ShownChain {
  std::string_view name;
  const IpFilter::Rules* rules;
};

std::vector<ShownChain> shown_chains(const IpFilter& filter, const IpTables& what) {
  static const IpFilter::Rules kNone;
  std::vector<ShownChain> shown;
  const auto add = [&](const NamedChain& named) {
    if (what.chain && named.chain != what.chain) return;
    shown.push_back({named.name, named.chain ? &filter.chain(*named.chain) : &kNone});
  };
  if (what.mangle) {
    for (const NamedChain& named : kMangleChains) add(named);
  } else {
    for (const NamedChain& named : kFilterChains) add(named);
  }
  return shown;
}

}  // namespace

std::string list_ip_rules(const IpFilter& filter, const IpTables& what) {
  const ListingStyle style{what.numeric, what.verbose, what.exact};
  std::string text;
  for (const ShownChain& shown : shown_chains(filter, what)) {
    const IpFilter::Rules& chain = *shown.rules;
    if (!text.empty()) text += '\n';
    if (what.number == 0) {
      text +=
          chain_heading(shown.name, chain.policy, chain.policy_packets, chain.policy_bytes, style) +
          column_heading(what);
    }
    for (std::size_t i = 0; i < chain.rules.size(); ++i) {
      if (what.number != 0 && i + 1 != what.number) continue;
      if (what.line_numbers) text += fmt::format("{:<4} ", i + 1);
      text += rule_line(chain.rules[i], style);
    }
  }
  return text;
}

std::string save_ip_rules(const IpFilter& filter, const IpTables& what) {
  std::string text;
  const std::vector<ShownChain> chains = shown_chains(filter, what);
  for (const ShownChain& shown : chains) {
    if (what.number != 0) continue;
    text += fmt::format("-P {} {}", shown.name, policy_name(shown.rules->policy));
    if (what.verbose) {
      text += fmt::format(" -c {} {}", shown.rules->policy_packets, shown.rules->policy_bytes);
    }
    text += '\n';
  }
  for (const ShownChain& shown : chains) {
    for (std::size_t i = 0; i < shown.rules->rules.size(); ++i) {
      if (what.number != 0 && i + 1 != what.number) continue;
      text += saved_rule(shown.name, shown.rules->rules[i], what.verbose);
    }
  }
  return text;
}

}  // namespace lvs::language
