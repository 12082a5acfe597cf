#include <array>

#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

struct TypeName {
  std::string_view name;
  RouteType type;
};
constexpr std::array kTypes{
    TypeName{"unicast", RouteType::unicast},         TypeName{"local", RouteType::local},
    TypeName{"broadcast", RouteType::broadcast},     TypeName{"blackhole", RouteType::blackhole},
    TypeName{"unreachable", RouteType::unreachable}, TypeName{"prohibit", RouteType::prohibit},
};
const std::vector<std::string> kKeys{"to",    "via",   "dev", "src",   "metric",
                                     "table", "scope", "mtu", "onlink"};

std::optional<RouteType> type_of(const std::string& text) {
  for (const TypeName& known : kTypes) {
    if (text == known.name) return known.type;
  }
  return std::nullopt;
}

std::uint32_t need_table(const Arguments& arguments, const Word& word) {
  if (word.text == "local") return kTableLocal;
  if (word.text == "main") return kTableMain;
  if (word.text == "default") return kTableDefault;
  const auto number = parse_count(word.text, 0xffffffffLL);
  if (number && *number > 0) return static_cast<std::uint32_t>(*number);
  throw arguments.error(word,
                        "argument \"" + word.text + "\" is wrong: \"table\" value is invalid");
}

Ipv4Prefix need_destination(const Arguments& arguments, const Word& word) {
  if (word.text == "default" || word.text == "any") return {Ipv4Address{0}, 0};
  const Ipv4Prefix prefix = need_prefix(arguments, word);
  if (prefix.address == prefix.network()) return prefix;
  throw arguments.error(word, "Invalid prefix for given prefix length. The network is " +
                                  to_string(Ipv4Prefix{prefix.network(), prefix.length}));
}

class RouteReader {
 public:
  RouteReader(Arguments& arguments, RouteAction action) : arguments_(arguments) {
    route_.action = action;
  }

  Command read() {
    while (!arguments_.done()) {
      const Word& key = arguments_.next();
      if (refused(key)) return NotBuilt{"ip route " + key.text};
      read_key(key);
    }
    if (!destination_) throw arguments_.error("a destination is missing: ip route add PREFIX …");
    route_.destination = *destination_;
    const bool nowhere = route_.type == RouteType::blackhole ||
                         route_.type == RouteType::unreachable ||
                         route_.type == RouteType::prohibit;
    if (route_.action != RouteAction::del && !nowhere && !route_.via && !route_.device) {
      throw arguments_.error("RTNETLINK answers: No such device (neither via nor dev)");
    }
    return route_;
  }

 private:
  static bool refused(const Word& key) {
    return key.text == "nexthop" || key.text == "proto" || key.text == "protocol" ||
           key.text == "advmss" || key.text == "tos" || key.text == "throw" || key.text == "weight";
  }

  void read_key(const Word& key) {
    Arguments& a = arguments_;
    if (key.text == "via") {
      if (a.next_is("inet6")) throw a.error(a.peek(), "IPv6 is not supported");
      a.take("inet");
      set_once(a, key, route_.via, need_address(a, a.value()));
    } else if (key.text == "dev" || key.text == "oif") {
      set_once(a, key, route_.device, a.value());
    } else if (key.text == "src") {
      set_once(a, key, route_.source, need_address(a, a.value()));
    } else if (key.text == "metric" || key.text == "priority" || key.text == "preference") {
      const auto metric = need_number(a, a.value(), "metric", 0xffffffffLL);
      set_once(a, key, route_.metric, static_cast<std::uint32_t>(metric));
    } else if (key.text == "table") {
      set_once(a, key, route_.table, need_table(a, a.value()));
    } else if (key.text == "scope") {
      set_once(a, key, route_.scope, need_scope(a, a.value()));
    } else if (key.text == "mtu") {
      if (a.next_is("lock")) throw a.error(a.peek(), "\"mtu lock\" is not supported");
      set_once(a, key, route_.mtu, need_number(a, a.value(), "mtu", 65535));
    } else if (key.text == "onlink") {
      route_.onlink = true;
    } else {
      read_destination(key);
    }
  }

  // [to] [TYPE] PREFIX
  void read_destination(const Word& word) {
    const Word* at = &word;
    if (at->text == "to") at = &arguments_.value();
    if (const auto type = type_of(at->text)) {
      set_once(arguments_, *at, route_.type, *type);
      at = &arguments_.value();
    }
    if (destination_) {
      throw arguments_.error(*at, "either \"to\" is duplicate, or \"" + at->text +
                                      "\" is a garbage" + did_you_mean(at->text, kKeys));
    }
    destination_ = need_destination(arguments_, *at);
  }

  Arguments& arguments_;
  IpRouteChange route_;
  std::optional<Ipv4Prefix> destination_;
};

Command show(Arguments& arguments) {
  IpRouteShow command;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "table") {
      const Word& name = arguments.value();
      command.all_tables = name.text == "all" || name.text == "0";
      if (!command.all_tables) command.table = need_table(arguments, name);
    } else if (key.text == "dev") {
      set_once(arguments, key, command.device, arguments.value());
    } else {
      throw arguments.unknown(key, {"table", "dev"});
    }
  }
  return command;
}

}  // namespace

Command parse_ip_route(const std::vector<Word>& words) {
  Arguments arguments(words);
  if (arguments.done()) return IpRouteShow{};
  const Word& verb = arguments.next();
  const auto change = [&](RouteAction action) { return RouteReader(arguments, action).read(); };
  if (abbreviates(verb.text, "add")) return change(RouteAction::add);
  if (abbreviates(verb.text, "change") || verb.text == "chg") return change(RouteAction::change);
  if (abbreviates(verb.text, "replace")) return change(RouteAction::replace);
  if (abbreviates(verb.text, "append")) return change(RouteAction::append);
  if (abbreviates(verb.text, "delete")) return change(RouteAction::del);
  if (abbreviates(verb.text, "show") || abbreviates(verb.text, "list")) return show(arguments);
  if (abbreviates(verb.text, "get")) return NotBuilt{"ip route get"};
  if (abbreviates(verb.text, "flush")) {
    if (arguments.take("cache") && arguments.done()) return IpRouteFlushCache{};
    return NotBuilt{"ip route flush"};
  }
  throw arguments.error(
      verb, "Command \"" + verb.text + "\" is unknown" +
                did_you_mean(verb.text, {"add", "del", "replace", "change", "append", "show"}) +
                " (known: add, del, replace, change, append, show)");
}

}  // namespace lvs::language
