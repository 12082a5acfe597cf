#include <array>

#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

struct StateName {
  std::string_view name;
  NeighbourState state;
};
constexpr std::array kStates{
    StateName{"permanent", NeighbourState::permanent},
    StateName{"reachable", NeighbourState::reachable},
    StateName{"stale", NeighbourState::stale},
    StateName{"delay", NeighbourState::delay},
    StateName{"probe", NeighbourState::probe},
    StateName{"incomplete", NeighbourState::incomplete},
    StateName{"failed", NeighbourState::failed},
    StateName{"noarp", NeighbourState::noarp},
    StateName{"none", NeighbourState::none},
};
const std::vector<std::string> kKeys{"to", "dev", "lladdr", "nud"};

NeighbourState need_state(const Arguments& arguments, const Word& word) {
  for (const StateName& known : kStates) {
    if (word.text == known.name) return known.state;
  }
  throw arguments.error(word, "argument \"" + word.text + "\" is wrong: nud state is bad");
}

Command change(Arguments& arguments, NeighbourAction action) {
  IpNeighChange command;
  command.action = action;
  std::optional<Ipv4Address> address;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "lladdr") {
      const Word& value = arguments.value();
      const auto mac = parse_mac_address(value.text);
      if (!mac) throw arguments.error(value, "\"" + value.text + "\" is invalid lladdr.");
      set_once(arguments, key, command.mac, *mac);
    } else if (key.text == "dev") {
      set_once(arguments, key, command.device, arguments.value());
    } else if (key.text == "nud") {
      command.state = need_state(arguments, arguments.value());
    } else if (key.text == "proxy" || key.text == "router" || key.text == "extern_learn") {
      return NotBuilt{"ip neigh " + key.text};
    } else {
      const Word& word = key.text == "to" ? arguments.value() : key;
      if (address) {
        throw arguments.error(word, "either \"to\" is duplicate, or \"" + word.text +
                                        "\" is a garbage" + did_you_mean(word.text, kKeys));
      }
      address = need_address(arguments, word);
    }
  }
  if (!command.device || !address) {
    throw arguments.error("Device and destination are required arguments.");
  }
  command.address = *address;
  return command;
}

// `show` and `flush`: [all] [to] [PREFIX] [dev X].
struct Filter {
  std::optional<Word> device;
  std::optional<Ipv4Prefix> to;
  bool all = false;
};

Filter read_filter(Arguments& arguments) {
  Filter filter;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "dev") {
      set_once(arguments, key, filter.device, arguments.value());
    } else if (key.text == "all" || key.text == "any") {
      filter.all = true;
    } else if (key.text == "nud") {
      throw arguments.error(key, "a filter by state (nud) is not supported");
    } else {
      const Word& word = key.text == "to" ? arguments.value() : key;
      if (filter.to ||
          ((word.text[0] < '0' || word.text[0] > '9') && ipv6_refusal(word.text).empty())) {
        throw arguments.unknown(word, {"all", "dev", "to"});
      }
      filter.to = need_prefix(arguments, word);
    }
  }
  return filter;
}

}  // namespace

Command parse_ip_neigh(const std::vector<Word>& words) {
  Arguments arguments(words);
  if (arguments.done()) return IpNeighShow{};
  const Word& verb = arguments.next();
  if (abbreviates(verb.text, "add")) return change(arguments, NeighbourAction::add);
  if (abbreviates(verb.text, "change") || verb.text == "chg") {
    return change(arguments, NeighbourAction::change);
  }
  if (abbreviates(verb.text, "replace")) return change(arguments, NeighbourAction::replace);
  if (abbreviates(verb.text, "delete")) return change(arguments, NeighbourAction::del);
  if (abbreviates(verb.text, "get")) return NotBuilt{"ip neigh get"};
  if (abbreviates(verb.text, "show") || abbreviates(verb.text, "list")) {
    const Filter filter = read_filter(arguments);
    return IpNeighShow{filter.device, filter.to};
  }
  if (abbreviates(verb.text, "flush")) {
    const Filter filter = read_filter(arguments);
    if (!filter.all && !filter.device && !filter.to) {
      throw arguments.error("Flush requires arguments.");
    }
    return IpNeighFlush{filter.device, filter.to};
  }
  throw arguments.error(
      verb, "Command \"" + verb.text + "\" is unknown" +
                did_you_mean(verb.text, {"add", "replace", "change", "del", "show", "flush"}) +
                " (known: add, replace, change, del, show, flush)");
}

}  // namespace lvs::language
