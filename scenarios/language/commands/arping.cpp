// arping -U|-A -I DEV [-c N] [-s SOURCE] ADDRESS: unsolicited ARP, as keepalived and recipes send
// it.
#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {

Command parse_arping(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  Arping command;
  bool unsolicited = false;
  std::optional<Word> device;
  std::optional<Ipv4Address> address;
  std::optional<std::int64_t> count;
  std::optional<Word> source;
  while (!arguments.done()) {
    const Word& word = arguments.next();
    if (word.text == "-U" || word.text == "-A") {
      if (unsolicited) throw arguments.error(word, "-U and -A appear twice");
      unsolicited = true;
      command.reply = word.text == "-A";
    } else if (word.text == "-I") {
      set_once(arguments, word, device, arguments.value());
    } else if (word.text == "-c") {
      const Word& value = arguments.value();
      count = parse_count(value.text, 1'000'000);
      if (!count || *count == 0)
        throw arguments.error(value, "invalid argument: '" + value.text + "'");
    } else if (word.text == "-s") {
      source = arguments.value();
      set_once(arguments, word, command.source, need_address(arguments, *source));
    } else if (word.text == "-q" || word.text == "-b") {
      continue;  // less printing; broadcasts only, which unsolicited ARP is anyway
    } else if (word.text.rfind('-', 0) == 0) {
      throw arguments.unknown(word, {"-U", "-A", "-I", "-c", "-s", "-q", "-b"});
    } else {
      set_once(arguments, word, address, need_address(arguments, word));
    }
  }
  if (!unsolicited) return NotBuilt{"arping without -U or -A"};
  if (!address) throw arguments.error("an address is missing: arping -U -I eth0 A.B.C.D");
  if (!device) throw arguments.error("-I DEVICE is missing");
  if (command.source && command.source != address) {
    throw arguments.error(*source, "-s with another address than the one told is not modelled");
  }
  command.device = *device;
  command.address = *address;
  command.count =
      count.value_or(1);  // the real tool runs on without -c; one frame is what is meant
  return command;
}

}  // namespace lvs::language
