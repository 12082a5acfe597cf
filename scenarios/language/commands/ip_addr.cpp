#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

const std::vector<std::string> kChangeKeys{"local", "dev",   "broadcast",    "brd",
                                           "label", "scope", "noprefixroute"};

struct AddrWords {
  std::optional<Ipv4Prefix> address;
  std::optional<Word> device;
  std::optional<Word> broadcast;
  std::optional<Word> label;
  std::optional<IpScope> scope;
  bool no_prefix_route = false;
};

// A word that is no key is the address, as in the tool.
void read_address_word(const Arguments& arguments, const Word& word, AddrWords& read) {
  if (read.address) {
    throw arguments.error(word, "either \"local\" is duplicate, or \"" + word.text +
                                    "\" is a garbage" + did_you_mean(word.text, kChangeKeys));
  }
  read.address = need_prefix(arguments, word);
}

AddrWords read_words(Arguments& arguments) {
  AddrWords read;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "dev") {
      set_once(arguments, key, read.device, arguments.value());
    } else if (key.text == "brd" || abbreviates(key.text, "broadcast")) {
      set_once(arguments, key, read.broadcast, arguments.value());
    } else if (key.text == "label") {
      set_once(arguments, key, read.label, arguments.value());
    } else if (key.text == "scope") {
      set_once(arguments, key, read.scope, need_scope(arguments, arguments.value()));
    } else if (key.text == "noprefixroute") {
      read.no_prefix_route = true;
    } else if (key.text == "local") {
      read_address_word(arguments, arguments.value(), read);
    } else if (key.text == "peer" || key.text == "anycast" || key.text == "valid_lft" ||
               key.text == "preferred_lft" || key.text == "secondary" || key.text == "metric") {
      throw arguments.error(key, "\"" + key.text + "\" is not supported");
    } else {
      read_address_word(arguments, key, read);
    }
  }
  if (!read.device) {
    throw arguments.error("Not enough information: \"dev\" argument is required.");
  }
  return read;
}

Ipv4Address read_broadcast(const Arguments& arguments, const Word& word, const Ipv4Prefix& prefix) {
  if (word.text == "+") return prefix.last();
  if (word.text == "-") return prefix.network();
  return need_address(arguments, word);
}

Command add(Arguments& arguments) {
  const AddrWords read = read_words(arguments);
  if (!read.address) throw arguments.error("an address is missing: ip addr add A.B.C.D/LEN dev X");
  IpAddrAdd command;
  command.address = *read.address;
  command.device = *read.device;
  command.scope = read.scope;
  command.no_prefix_route = read.no_prefix_route;
  if (read.broadcast) {
    command.broadcast = read_broadcast(arguments, *read.broadcast, *read.address);
  }
  if (read.label) {
    command.label = read.label->text;
    // The kernel keeps 15 characters (IFNAMSIZ); any label goes with any device.
    if (command.label.size() > 15) {
      throw arguments.error(*read.label, "\"label\" is too long: \"" + command.label + "\"");
    }
  }
  return command;
}

Command remove(Arguments& arguments) {
  const AddrWords read = read_words(arguments);
  if (!read.address) throw arguments.error("an address is missing: ip addr del A.B.C.D/LEN dev X");
  return IpAddrDel{*read.address, *read.device};
}

// The words of `show`: [dev] X, up, scope S, to P, label L, primary, secondary.
IpAddrShow read_show(Arguments& arguments) {
  IpAddrShow show;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "up") {
      show.only_up = true;
    } else if (key.text == "primary" || key.text == "secondary") {
      show.secondary = key.text == "secondary";
    } else if (key.text == "scope") {
      set_once(arguments, key, show.scope, need_scope(arguments, arguments.value()));
    } else if (key.text == "to") {
      set_once(arguments, key, show.to, need_prefix(arguments, arguments.value()));
    } else if (key.text == "label") {
      show.label = arguments.value().text;
    } else if (key.text == "type" || key.text == "master" || key.text == "group" ||
               key.text == "vrf" || key.text == "dynamic" || key.text == "permanent") {
      throw arguments.error(key, "\"" + key.text + "\" is not supported");
    } else {
      const Word& name = key.text == "dev" ? arguments.value() : key;
      if (show.device) {
        throw arguments.error(name,
                              "either \"dev\" is duplicate, or \"" + name.text + "\" is a garbage");
      }
      show.device = name;
    }
  }
  return show;
}

// `flush [dev] X`.
std::optional<Word> read_device(Arguments& arguments) {
  std::optional<Word> device;
  while (!arguments.done()) {
    const Word& word = arguments.next();
    const Word& name = word.text == "dev" ? arguments.value() : word;
    if (device) throw arguments.unknown(name, {"dev"});
    device = name;
  }
  return device;
}

}  // namespace

Command parse_ip_addr(const std::vector<Word>& words) {
  Arguments arguments(words);
  if (arguments.done()) return IpAddrShow{};
  const Word& verb = arguments.next();
  if (abbreviates(verb.text, "add")) return add(arguments);
  if (abbreviates(verb.text, "change") || abbreviates(verb.text, "replace")) {
    return NotBuilt{"ip addr " + verb.text};
  }
  if (abbreviates(verb.text, "delete")) return remove(arguments);
  if (abbreviates(verb.text, "show") || abbreviates(verb.text, "list")) {
    return read_show(arguments);
  }
  if (abbreviates(verb.text, "flush")) {
    const std::optional<Word> device = read_device(arguments);
    if (!device) throw arguments.error("Flush requires arguments.");
    return IpAddrFlush{*device};
  }
  throw arguments.error(verb, "Command \"" + verb.text + "\" is unknown" +
                                  did_you_mean(verb.text, {"add", "del", "show", "flush"}) +
                                  " (known: add, del, show, flush)");
}

}  // namespace lvs::language
