#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

const std::vector<std::string> kKeys{"to",    "via",   "dev", "src",    "metric",
                                     "table", "scope", "mtu", "onlink", "tos"};

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
      if (key.text == "proto" || key.text == "protocol") {
        if (arguments_.value().text != "boot") return NotBuilt{"ip route proto"};
        continue;
      }
      read_key(key);
    }
    if (!destination_) throw arguments_.error("a destination is missing: ip route add PREFIX …");
    route_.destination = *destination_;
    const bool nowhere = route_.type == RouteType::blackhole ||
                         route_.type == RouteType::unreachable ||
                         route_.type == RouteType::prohibit || route_.type == RouteType::throw_;
    if (route_.action != RouteAction::del && !nowhere && !route_.via && !route_.device) {
      throw arguments_.error("RTNETLINK answers: No such device (neither via nor dev)");
    }
    return route_;
  }

 private:
  static bool refused(const Word& key) {
    return key.text == "nexthop" || key.text == "advmss" || key.text == "weight";
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
    } else if (key.text == "tos" || key.text == "dsfield") {
      set_once(a, key, route_.tos, need_tos(a, a.value()));
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
    if (const auto type = route_type_of(at->text)) {
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

const std::vector<std::string> kFilterKeys{"table", "dev",   "via",  "src",   "type",
                                           "scope", "proto", "root", "match", "exact"};

// The words of `show` and `flush` but for the prefix; false for a word that is none of them.
bool read_filter_key(Arguments& a, const Word& key, RouteFilter& filter) {
  if (key.text == "table") {
    const Word& name = a.value();
    filter.all_tables = name.text == "all" || name.text == "0";
    if (!filter.all_tables) set_once(a, key, filter.table, need_table(a, name));
  } else if (key.text == "dev" || key.text == "oif") {
    set_once(a, key, filter.device, a.value());
  } else if (key.text == "via") {
    a.take("inet");
    set_once(a, key, filter.via, need_address(a, a.value()));
  } else if (key.text == "src") {
    set_once(a, key, filter.source, need_address(a, a.value()));
  } else if (key.text == "scope") {
    set_once(a, key, filter.scope, need_scope(a, a.value()));
  } else if (key.text == "type") {
    const Word& value = a.value();
    const auto type = route_type_of(value.text);
    if (!type) throw a.error(value, "node type value is invalid");
    set_once(a, key, filter.type, *type);
  } else if (key.text == "proto" || key.text == "protocol") {
    const Word& value = a.value();
    if (value.text != "kernel" && value.text != "boot") {
      throw a.error(value, "invalid \"protocol\" (known: kernel, boot)");
    }
    set_once(a, key, filter.kernel, value.text == "kernel");
  } else {
    return false;
  }
  return true;
}

// `show` and `flush`: [to] [root|match|exact] PREFIX and the keys above.
RouteFilter read_filter(Arguments& arguments) {
  RouteFilter filter;
  while (!arguments.done()) {
    const Word* word = &arguments.next();
    if (read_filter_key(arguments, *word, filter)) continue;
    if (word->text == "to") word = &arguments.value();
    if (word->text == "root" || word->text == "match" || word->text == "exact") {
      filter.scan = word->text == "root"    ? RouteFilter::Scan::root
                    : word->text == "match" ? RouteFilter::Scan::match
                                            : RouteFilter::Scan::exact;
      word = &arguments.value();
    }
    const bool looks_like_one = word->text == "default" || word->text == "any" ||
                                (word->text[0] >= '0' && word->text[0] <= '9') ||
                                !ipv6_refusal(word->text).empty();
    if (!looks_like_one) throw arguments.unknown(*word, kFilterKeys);
    const bool all = word->text == "default" || word->text == "any";
    set_once(arguments, *word, filter.prefix,
             all ? Ipv4Prefix{Ipv4Address{0}, 0} : need_prefix(arguments, *word));
  }
  return filter;
}

// `cache` is a table of its own to the tool; there is none since Linux 3.6.
Command flush(const std::vector<Word>& words, Arguments& arguments) {
  if (arguments.done()) throw arguments.error("\"ip route flush\" requires arguments.");
  const bool cache = words.back().text == "cache";
  if (cache && (words.size() == 3 || (words.size() == 4 && words[2].text == "table"))) {
    return IpRouteFlushCache{};
  }
  return IpRouteFlush{read_filter(arguments)};
}

// get ADDRESS [from ADDRESS] [iif X] [mark N]
Command get(Arguments& arguments) {
  IpRouteGet command;
  std::optional<Ipv4Address> destination;
  std::optional<std::uint32_t> mark;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "from") {
      set_once(arguments, key, command.from, need_prefix(arguments, arguments.value()).address);
    } else if (key.text == "iif") {
      set_once(arguments, key, command.iif, arguments.value());
    } else if (key.text == "mark") {
      const Word& value = arguments.value();
      const auto number = parse_u32(value.text);
      if (!number) {
        throw arguments.error(value,
                              "argument \"" + value.text + "\" is wrong: invalid mark value");
      }
      set_once(arguments, key, mark, *number);
    } else if (key.text == "oif" || key.text == "dev" || key.text == "tos" || key.text == "uid" ||
               key.text == "vrf" || key.text == "ipproto" || key.text == "sport" ||
               key.text == "dport" || key.text == "connected" || key.text == "fibmatch" ||
               key.text == "notify") {
      throw arguments.error(key, "\"" + key.text + "\" is not supported");
    } else {
      const Word& word = key.text == "to" ? arguments.value() : key;
      set_once(arguments, word, destination, need_prefix(arguments, word).address);
    }
  }
  if (!destination) throw arguments.error("need at least a destination address");
  command.destination = *destination;
  command.mark = mark.value_or(0);
  if (command.iif && !command.from) {
    throw arguments.error(*command.iif, "RTNETLINK answers: Invalid argument (iif needs from)");
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
  if (abbreviates(verb.text, "show") || abbreviates(verb.text, "list")) {
    return IpRouteShow{read_filter(arguments)};
  }
  if (abbreviates(verb.text, "get")) return get(arguments);
  if (abbreviates(verb.text, "flush")) return flush(words, arguments);
  throw arguments.error(verb, "Command \"" + verb.text + "\" is unknown" +
                                  did_you_mean(verb.text, {"add", "del", "replace", "change",
                                                           "append", "show", "flush", "get"}) +
                                  " (known: add, del, replace, change, append, show, flush, get)");
}

}  // namespace lvs::language
