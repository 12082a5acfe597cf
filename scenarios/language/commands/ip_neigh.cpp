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
      set_once(arguments, key, command.mac, need_mac(arguments, arguments.value()));
    } else if (key.text == "dev") {
      set_once(arguments, key, command.device, arguments.value());
    } else if (key.text == "nud") {
      command.state = need_state(arguments, arguments.value());
    } else if (key.text == "proxy") {
      command.proxy = true;
      if (address)
        throw arguments.error(key, "either \"to\" is duplicate, or \"proxy\" is a garbage");
      address = need_address(arguments, arguments.value());
    } else if (key.text == "router" || key.text == "extern_learn" || key.text == "managed" ||
               key.text == "use" || key.text == "protocol") {
      throw arguments.error(key, "\"" + key.text + "\" is not supported");
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
  const bool needs_mac = command.state != NeighbourState::failed &&
                         command.state != NeighbourState::incomplete &&
                         command.state != NeighbourState::none;
  if (action == NeighbourAction::add && needs_mac && !command.proxy && !command.mac) {
    throw arguments.error("No link layer address given.");
  }
  command.address = *address;
  return command;
}

// `show` and `flush`: [all] [proxy] [to] [PREFIX] [dev X] [nud STATE].
struct FilterWords {
  NeighbourFilter filter;
  bool all = false;
  bool proxy = false;
};

void read_state(const Arguments& arguments, const Word& word, NeighbourFilter& filter) {
  if (word.text != "all") {
    filter.states.push_back(need_state(arguments, word));
    return;
  }
  for (const StateName& known : kStates) filter.states.push_back(known.state);
}

FilterWords read_filter(Arguments& arguments) {
  FilterWords read;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "dev") {
      set_once(arguments, key, read.filter.device, arguments.value());
    } else if (key.text == "all" || key.text == "any") {
      read.all = true;
    } else if (key.text == "nud") {
      read_state(arguments, arguments.value(), read.filter);
    } else if (key.text == "proxy") {
      read.proxy = true;
    } else {
      const Word& word = key.text == "to" ? arguments.value() : key;
      if (read.filter.to ||
          ((word.text[0] < '0' || word.text[0] > '9') && ipv6_refusal(word.text).empty())) {
        throw arguments.unknown(word, {"all", "dev", "nud", "proxy", "to"});
      }
      read.filter.to = need_prefix(arguments, word);
    }
  }
  return read;
}

// get ADDRESS dev X, get proxy ADDRESS dev X
Command get(Arguments& arguments) {
  IpNeighGet command;
  std::optional<Ipv4Address> address;
  std::optional<Word> device;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "dev") {
      set_once(arguments, key, device, arguments.value());
      continue;
    }
    command.proxy = command.proxy || key.text == "proxy";
    const Word& word = key.text == "proxy" || key.text == "to" ? arguments.value() : key;
    set_once(arguments, word, address, need_address(arguments, word));
  }
  if (!device || !address) throw arguments.error("Device and address are required arguments.");
  command.address = *address;
  command.device = *device;
  return command;
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
  if (abbreviates(verb.text, "get")) return get(arguments);
  if (abbreviates(verb.text, "show") || abbreviates(verb.text, "list")) {
    const FilterWords read = read_filter(arguments);
    return IpNeighShow{read.filter, read.proxy};
  }
  if (abbreviates(verb.text, "flush")) {
    const FilterWords read = read_filter(arguments);
    const NeighbourFilter& filter = read.filter;
    if (!read.all && !filter.device && !filter.to && filter.states.empty()) {
      throw arguments.error("Flush requires arguments.");
    }
    if (read.proxy) throw arguments.error("proxy entries are deleted one by one (del proxy)");
    return IpNeighFlush{filter};
  }
  throw arguments.error(verb, "Command \"" + verb.text + "\" is unknown" +
                                  did_you_mean(verb.text, {"add", "replace", "change", "del",
                                                           "show", "get", "flush"}) +
                                  " (known: add, replace, change, del, show, get, flush)");
}

}  // namespace lvs::language
