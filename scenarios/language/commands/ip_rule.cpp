// ip rule add|del|show|flush. Texts as iproute2 6.1's.
#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

const std::vector<std::string> kKeys{"not",    "from",      "to",          "iif",
                                     "fwmark", "tos",       "priority",    "table",
                                     "lookup", "blackhole", "unreachable", "prohibit"};

std::optional<RouteRule::Action> action_of(const std::string& text) {
  if (text == "blackhole") return RouteRule::Action::blackhole;
  if (text == "unreachable") return RouteRule::Action::unreachable;
  if (text == "prohibit") return RouteRule::Action::prohibit;
  return std::nullopt;
}

class RuleReader {
 public:
  explicit RuleReader(Arguments& arguments) : arguments_(arguments) {}

  RuleWords read() {
    while (!arguments_.done()) read_key(arguments_.next());
    return rule_;
  }

 private:
  void read_key(const Word& key) {
    Arguments& a = arguments_;
    const std::string& text = key.text;
    if (text == "not") {
      rule_.inverted = true;
    } else if (text == "from" || text == "to") {
      read_prefix(key);
    } else if (text == "iif" || text == "dev") {
      read_name(key, rule_.iif);
    } else if (text == "oif") {
      read_name(key, rule_.oif);
    } else if (text == "fwmark") {
      set_once(a, key, rule_.mark, need_mark(a.value()));
    } else if (text == "tos" || text == "dsfield") {
      set_once(a, key, rule_.tos, need_tos(a, a.value()));
    } else if (text == "preference" || text == "pref" || text == "priority" || text == "prio" ||
               text == "order") {
      const Word& value = a.value();
      const auto priority = parse_u32(value.text);
      if (!priority) {
        throw a.error(value,
                      "argument \"" + value.text + "\" is wrong: preference value is invalid");
      }
      set_once(a, key, rule_.priority, *priority);
    } else if (text == "table" || text == "lookup") {
      set_once(a, key, rule_.table, need_table(a, a.value()));
    } else if (text == "type") {
      read_type(a.value());
    } else {
      read_type(key);
    }
  }

  void read_prefix(const Word& key) {
    std::optional<Ipv4Prefix>& field = key.text == "from" ? rule_.from : rule_.to;
    const Word& value = arguments_.value();
    if (value.text == "all" || value.text == "any" || value.text == "default") return;
    const Ipv4Prefix prefix = need_prefix(arguments_, value);
    if (prefix.length > 0) set_once(arguments_, key, field, prefix);
  }

  void read_name(const Word& key, std::string& field) {
    if (!field.empty()) throw arguments_.error(key, "duplicate \"" + key.text + "\"");
    field = arguments_.value().text;
  }

  RuleWords::Mark need_mark(const Word& word) const {
    const std::size_t slash = word.text.find('/');
    const auto value = parse_u32(std::string_view(word.text).substr(0, slash));
    if (!value) {
      throw arguments_.error(word,
                             "argument \"" + word.text + "\" is wrong: fwmark value is invalid");
    }
    if (slash == std::string::npos) return {*value, 0xffff'ffff};
    const std::string mask_text = word.text.substr(slash + 1);
    const auto mask = parse_u32(mask_text);
    if (!mask) {
      throw arguments_.error(word,
                             "argument \"" + mask_text + "\" is wrong: fwmask value is invalid");
    }
    return {*value, *mask};
  }

  void read_type(const Word& word) {
    const std::string& text = word.text;
    if (text == "unicast") return;
    if (const auto action = action_of(text))
      return set_once(arguments_, word, rule_.action, *action);
    for (const std::string_view other :
         {"goto", "nop", "nat", "map-to", "suppress_prefixlength", "suppress_ifgroup", "realms",
          "uidrange", "ipproto", "sport", "dport", "l3mdev", "tun_id", "protocol"}) {
      if (text == other) throw arguments_.error(word, "\"" + text + "\" is not supported");
    }
    const std::string ipv6 = ipv6_refusal(text);
    if (!ipv6.empty()) throw arguments_.error(word, ipv6);
    throw arguments_.error(word, "argument \"" + text + "\" is wrong: Failed to parse rule type" +
                                     did_you_mean(text, kKeys));
  }

  Arguments& arguments_;
  RuleWords rule_;
};

}  // namespace

Command parse_ip_rule(const std::vector<Word>& words) {
  Arguments arguments(words);
  if (arguments.done()) return IpRuleShow{};
  const Word& verb = arguments.next();
  const auto need_words = [&](const std::string& name) {
    if (arguments.done()) {
      throw arguments.error(verb, "\"ip rule " + name + "\" requires arguments.");
    }
  };
  if (abbreviates(verb.text, "add")) {
    need_words("add");
    return IpRuleAdd{RuleReader(arguments).read()};
  }
  if (abbreviates(verb.text, "delete")) {
    need_words("del");
    return IpRuleDel{RuleReader(arguments).read()};
  }
  if (abbreviates(verb.text, "show") || abbreviates(verb.text, "list")) {
    return IpRuleShow{RuleReader(arguments).read()};
  }
  if (abbreviates(verb.text, "flush")) return IpRuleFlush{RuleReader(arguments).read()};
  throw arguments.error(verb, "Command \"" + verb.text + "\" is unknown" +
                                  did_you_mean(verb.text, {"add", "del", "show", "flush"}) +
                                  " (known: add, del, show, flush)");
}

}  // namespace lvs::language
