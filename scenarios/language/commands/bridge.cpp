// bridge fdb show: what a network's switch has learned.
#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {

Command parse_bridge(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  if (arguments.done()) throw arguments.error("what? (fdb show)");
  const Word& object = arguments.next();
  if (!abbreviates(object.text, "fdb")) {
    for (const std::string_view other : {"link", "mdb", "vlan", "vni", "monitor"}) {
      if (object.text == other) {
        throw arguments.error(object, "\"" + object.text + "\" is not supported");
      }
    }
    throw arguments.error(object, "Object \"" + object.text + "\" is unknown" +
                                      did_you_mean(object.text, {"fdb"}) + " (known: fdb)");
  }
  BridgeFdbShow command;
  if (arguments.done()) return command;
  const Word& verb = arguments.next();
  if (!abbreviates(verb.text, "show") && !abbreviates(verb.text, "list")) {
    throw arguments.error(verb, "Command \"" + verb.text + "\" is not supported (known: show)");
  }
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "br") {
      set_once(arguments, key, command.bridge, arguments.value());
    } else if (key.text == "dev" || key.text == "brport") {
      set_once(arguments, key, command.port, arguments.value());
    } else if (key.text != "dynamic") {  // every entry of a switch is
      throw arguments.unknown(key, {"br", "dev", "brport", "dynamic"});
    }
  }
  return command;
}

}  // namespace lvs::language
