#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

const std::vector<std::string> kSetKeys{"dev", "up", "down", "mtu", "address", "arp"};

Command set(Arguments& arguments) {
  IpLinkSet command;
  std::optional<Word> device;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "up" || key.text == "down") {
      command.up = key.text == "up";
    } else if (key.text == "mtu") {
      set_once(arguments, key, command.mtu,
               need_number(arguments, arguments.value(), "mtu", 65536));
    } else if (key.text == "address") {
      command.address = need_mac(arguments, arguments.value());
    } else if (key.text == "arp") {
      const Word& value = arguments.value();
      if (value.text != "on" && value.text != "off") {
        throw arguments.error(
            value, "argument of \"arp\" must be \"on\" or \"off\", not \"" + value.text + "\"");
      }
      command.arp = value.text == "on";
    } else if (key.text == "promisc" || key.text == "txqueuelen" || key.text == "qlen" ||
               key.text == "txqlen" || key.text == "multicast") {
      return NotBuilt{"ip link set " + key.text};
    } else if (key.text == "master" || key.text == "netns" || key.text == "name") {
      throw arguments.error(key, "\"" + key.text + "\" is not supported");
    } else {
      const Word& name = key.text == "dev" ? arguments.value() : key;
      if (device) {
        throw arguments.error(name, "either \"dev\" is duplicate, or \"" + name.text +
                                        "\" is a garbage" + did_you_mean(name.text, kSetKeys));
      }
      device = name;
    }
  }
  if (!device) throw arguments.error("Not enough information: \"dev\" argument is required.");
  if (!command.up && !command.mtu && !command.address && !command.arp) {
    throw arguments.error("nothing to set (known: up, down, mtu, address, arp)");
  }
  command.device = *device;
  return command;
}

// The type of `ip link add`; a NotBuilt for one that comes later.
std::optional<NotBuilt> read_type(const Arguments& arguments, const Word& type) {
  if (type.text == "dummy") return std::nullopt;
  if (type.text == "vlan") throw arguments.error(type, "VLANs are not supported");
  if (type.text == "bond") throw arguments.error(type, "bonding is not supported");
  if (type.text == "ipip") return NotBuilt{"ip link add type ipip"};
  throw arguments.error(type, "devices of type \"" + type.text + "\" are not supported");
}

// ip link add [[name|dev] NAME] [mtu N] [address MAC] type dummy
Command add(Arguments& arguments) {
  IpLinkAdd command;
  bool typed = false;
  std::optional<Word> refused;  // said after the type, which matters more
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "type") {
      if (const auto later = read_type(arguments, arguments.value())) return *later;
      typed = true;
      if (!arguments.done()) {
        throw arguments.error(arguments.peek(), "dummy devices take no options");
      }
    } else if (key.text == "mtu") {
      set_once(arguments, key, command.mtu,
               need_number(arguments, arguments.value(), "mtu", 65536));
    } else if (key.text == "address") {
      command.address = need_mac(arguments, arguments.value());
    } else if (key.text == "link") {
      refused = key;
      arguments.value();
    } else {
      const Word& name = key.text == "name" || key.text == "dev" ? arguments.value() : key;
      if (!command.name.text.empty()) {
        throw arguments.error(name,
                              "either \"dev\" is duplicate, or \"" + name.text + "\" is a garbage");
      }
      command.name = name;
      if (name.text.size() > 15) {
        throw arguments.error(name, "\"name\" not a valid ifname (at most 15 characters)");
      }
    }
  }
  if (!typed) throw arguments.error("Not enough information: \"type\" argument is required");
  if (refused) throw arguments.error(*refused, "\"link\" is not supported");
  return command;
}

// ip link del [dev] NAME [type dummy]
Command remove(Arguments& arguments) {
  arguments.take("dev");
  if (arguments.done()) {
    throw arguments.error("Not enough information: \"dev\" argument is required.");
  }
  IpLinkDel command{arguments.next()};
  if (arguments.take("type")) read_type(arguments, arguments.value());
  if (!arguments.done()) throw arguments.unknown(arguments.peek(), {"type"});
  return command;
}

Command show(Arguments& arguments) {
  IpLinkShow command;
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "up") {
      command.only_up = true;
      continue;
    }
    const Word& name = key.text == "dev" ? arguments.value() : key;
    if (command.device) throw arguments.unknown(name, {"dev", "up"});
    command.device = name;
  }
  return command;
}

}  // namespace

Command parse_ip_link(const std::vector<Word>& words) {
  Arguments arguments(words);
  if (arguments.done()) return IpLinkShow{};
  const Word& verb = arguments.next();
  if (abbreviates(verb.text, "add")) return add(arguments);
  if (abbreviates(verb.text, "set")) return set(arguments);
  if (abbreviates(verb.text, "delete")) return remove(arguments);
  if (abbreviates(verb.text, "show") || abbreviates(verb.text, "list")) {
    return show(arguments);
  }
  throw arguments.error(verb, "Command \"" + verb.text + "\" is unknown" +
                                  did_you_mean(verb.text, {"set", "show", "add", "del"}) +
                                  " (known: set, show, add, del)");
}

}  // namespace lvs::language
