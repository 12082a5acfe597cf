#include <fmt/format.h>

#include "scenarios/language/filter_listing.hpp"

namespace lvs::language {
namespace {

std::string_view target_name(ArpRule::Target target) {
  switch (target) {
    case ArpRule::Target::accept: return "ACCEPT";
    case ArpRule::Target::drop: return "DROP";
    case ArpRule::Target::mangle: return "mangle";
    case ArpRule::Target::proceed: return "CONTINUE";
    case ArpRule::Target::back: return "RETURN";
  }
  return "";
}

template <class Value, class Print>
void add_match(std::string& text, std::string_view option, const std::optional<Match<Value>>& match,
               Print&& print) {
  if (!match) return;
  text += fmt::format("{}{} {} ", match->inverted ? "! " : "", option, print(match->value));
}

std::string mac_text(const MaskedMac& mac) {
  if (mac.mask == MacAddress::broadcast()) return to_string(mac.address);
  // arptables-nft 1.8.9 leaves such a match out of its listing; the older tool prints it so.
  return to_string(mac.address) + "/" + to_string(mac.mask);
}

/// The conditions and what mangle does, each with a blank behind it.
std::string words_of(const ArpRule& rule, bool numeric) {
  const auto network = [](const Ipv4Prefix& p) {
    return p.length == 32 ? to_string(p.address) : to_string(p);
  };
  std::string text;
  add_match(text, "-s", rule.source, network);
  add_match(text, "-d", rule.destination, network);
  add_match(text, "--src-mac", rule.source_mac, mac_text);
  add_match(text, "--dst-mac", rule.destination_mac, mac_text);
  add_match(text, "--opcode", rule.operation, [&](ArpOperation operation) {
    const bool request = operation == ArpOperation::request;
    if (numeric) return request ? "1" : "2";
    return request ? "Request" : "Reply";
  });
  const auto mangle = [&](std::string_view option, const auto& value) {
    if (value) text += fmt::format("{} {} ", option, to_string(*value));
  };
  mangle("--mangle-ip-s", rule.mangle_source);
  mangle("--mangle-mac-s", rule.mangle_source_mac);
  mangle("--mangle-ip-d", rule.mangle_destination);
  mangle("--mangle-mac-d", rule.mangle_destination_mac);
  if (rule.target == ArpRule::Target::mangle && rule.after_mangle != ArpRule::Target::accept) {
    text += fmt::format("--mangle-target {} ", target_name(rule.after_mangle));
  }
  return text;
}

void add_interface(std::string& text, std::string_view option,
                   const std::optional<Match<std::string>>& match, const ListingStyle& style) {
  if (match) {
    text += fmt::format("{}{} {} ", match->inverted ? "! " : "", option, match->value);
  } else if (style.verbose) {
    text += fmt::format("{} {} ", option, style.numeric ? "*" : "any");
  }
}

/// As arptables-nft 1.8.9 prints it: the target first, all of it with one blank between words.
std::string rule_text(const ArpRule& rule, const ListingStyle& style) {
  std::string text;
  if (rule.target != ArpRule::Target::proceed) {  // a rule without -j; -j CONTINUE is the same
    text += fmt::format("-j {} ", target_name(rule.target));
  }
  add_interface(text, "-i", rule.in, style);
  add_interface(text, "-o", rule.out, style);
  text += words_of(rule, style.numeric);
  if (style.verbose) {
    text += fmt::format(", pcnt={} -- bcnt={} ", short_count(rule.packets, style.exact),
                        short_count(rule.bytes, style.exact));
  } else if (!text.empty()) {
    text.pop_back();
  }
  return text;
}

struct NamedChain {
  ArpFilter::Chain chain;
  std::string_view name;
};
constexpr NamedChain kChains[] = {{ArpFilter::Chain::input, "INPUT"},
                                  {ArpFilter::Chain::output, "OUTPUT"},
                                  {ArpFilter::Chain::forward, "FORWARD"}};

/// arptables-nft has no FORWARD; it is shown once it says anything.
bool is_shown(const ArpFilter& filter, const NamedChain& named,
              std::optional<ArpFilter::Chain> only) {
  if (only) return *only == named.chain;
  return named.chain != ArpFilter::Chain::forward || filter.active(named.chain);
}

}  // namespace

std::string list_arp_rules(const ArpFilter& filter, const ArpTables& what) {
  const ListingStyle style{what.numeric, what.verbose, what.exact};
  std::string text;
  for (const NamedChain& named : kChains) {
    if (!is_shown(filter, named, what.chain)) continue;
    const ArpFilter::Rules& rules = filter.chain(named.chain);
    if (!text.empty()) text += '\n';
    if (what.number == 0) {
      text +=
          chain_heading(named.name, rules.policy, rules.policy_packets, rules.policy_bytes, style);
    }
    for (std::size_t i = 0; i < rules.rules.size(); ++i) {
      if (what.number != 0 && i + 1 != what.number) continue;
      if (what.line_numbers) text += fmt::format("{} ", i + 1);
      text += rule_text(rules.rules[i], style) + "\n";
    }
  }
  return text;
}

std::string save_arp_rules(const ArpFilter& filter, const ArpTables& what) {
  std::string text;
  for (const NamedChain& named : kChains) {
    if (what.number == 0 && is_shown(filter, named, what.chain)) {
      text += fmt::format("-P {} {}\n", named.name, policy_name(filter.chain(named.chain).policy));
    }
  }
  for (const NamedChain& named : kChains) {
    if (!is_shown(filter, named, what.chain)) continue;
    const auto& rules = filter.chain(named.chain).rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (what.number != 0 && i + 1 != what.number) continue;
      text += fmt::format("-A {} {}\n", named.name, rule_text(rules[i], {.numeric = true}));
    }
  }
  return text;
}

}  // namespace lvs::language
