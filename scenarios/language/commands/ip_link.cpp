#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

const std::vector<std::string> kSetKeys{"dev", "up", "down", "mtu", "address"};

Command set(Arguments& arguments) {
  IpLinkSet command;
  if (arguments.done())
    throw arguments.error("Not enough information: \"dev\" argument is required.");
  arguments.take("dev");
  command.device = arguments.value();
  if (arguments.done()) throw arguments.error("nothing to set (known: up, down, mtu, address)");
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "up" || key.text == "down") {
      command.up = key.text == "up";
    } else if (key.text == "mtu") {
      set_once(arguments, key, command.mtu,
               need_number(arguments, arguments.value(), "mtu", 65536));
    } else if (key.text == "address") {
      const Word& value = arguments.value();
      command.address = parse_mac_address(value.text);
      if (!command.address) {
        throw arguments.error(value, "\"" + value.text + "\" is invalid lladdr.");
      }
    } else if (key.text == "arp" || key.text == "promisc" || key.text == "txqueuelen" ||
               key.text == "qlen" || key.text == "multicast") {
      return NotBuilt{"ip link set " + key.text};
    } else if (key.text == "master" || key.text == "netns" || key.text == "name") {
      throw arguments.error(key, "\"" + key.text + "\" is not supported");
    } else {
      throw arguments.error(key, "either \"dev\" is duplicate, or \"" + key.text +
                                     "\" is a garbage" + did_you_mean(key.text, kSetKeys));
    }
  }
  return command;
}

// `ip link add …`: dummy and ipip devices come later, the others are not modelled.
Command add(Arguments& arguments) {
  while (!arguments.done()) {
    const Word& word = arguments.next();
    if (word.text != "type") continue;
    const Word& type = arguments.value();
    if (type.text == "vlan") throw arguments.error(type, "VLANs are not supported");
    if (type.text == "bond") throw arguments.error(type, "bonding is not supported");
    if (type.text == "dummy" || type.text == "ipip")
      return NotBuilt{"ip link add type " + type.text};
    throw arguments.error(type, "devices of type \"" + type.text + "\" are not supported");
  }
  throw arguments.error("Not enough information: \"type\" argument is required");
}

}  // namespace

Command parse_ip_link(const std::vector<Word>& words) {
  Arguments arguments(words);
  if (arguments.done()) return IpLinkShow{};
  const Word& verb = arguments.next();
  if (abbreviates(verb.text, "add")) return add(arguments);
  if (abbreviates(verb.text, "set")) return set(arguments);
  if (abbreviates(verb.text, "delete")) return NotBuilt{"ip link del"};
  if (abbreviates(verb.text, "show") || abbreviates(verb.text, "list")) {
    IpLinkShow command;
    if (arguments.done()) return command;
    arguments.take("dev");
    command.device = arguments.value();
    if (!arguments.done()) throw arguments.unknown(arguments.peek(), {"dev"});
    return command;
  }
  throw arguments.error(verb, "Command \"" + verb.text + "\" is unknown" +
                                  did_you_mean(verb.text, {"set", "show", "add", "del"}) +
                                  " (known: set, show)");
}

}  // namespace lvs::language
