// arp [-i DEV] -s ADDRESS MAC, arp [-i DEV] -d ADDRESS: permanent neighbour entries, the older
// form.
#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {

Command parse_arp(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  IpNeighChange command;
  std::optional<Word> action;
  std::optional<Ipv4Address> address;
  while (!arguments.done()) {
    const Word& word = arguments.next();
    if (word.text == "-s" || word.text == "--set" || word.text == "-d" || word.text == "--delete") {
      set_once(arguments, word, action, word);
      const bool sets = word.text == "-s" || word.text == "--set";
      command.action = sets ? NeighbourAction::replace : NeighbourAction::del;
      address = need_address(arguments, arguments.value());
    } else if (word.text == "-i" || word.text == "--device") {
      set_once(arguments, word, command.device, arguments.value());
    } else if (word.text == "-n" || word.text == "-a" || word.text == "-an" || word.text == "-e") {
      return NotBuilt{"arp " + word.text};
    } else if (word.text == "pub" || word.text == "temp") {
      throw arguments.error(word, "\"" + word.text + "\" is not supported");
    } else if (command.action == NeighbourAction::replace && !command.mac && address) {
      command.mac = parse_mac_address(word.text);
      if (!command.mac) throw arguments.error(word, "invalid hardware address");
    } else {
      throw arguments.unknown(word, {"-s", "-d", "-i"});
    }
  }
  if (!address) return NotBuilt{"arp without -s or -d"};
  if (command.action == NeighbourAction::replace && !command.mac) {
    throw arguments.error("need hardware address");
  }
  command.address = *address;
  return command;
}

}  // namespace lvs::language
