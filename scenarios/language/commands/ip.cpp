// `ip OBJECT COMMAND`: chooses the reader of the object. Objects and commands may be shortened as
// iproute2 allows; the first that begins so in its order is meant.
#include "scenarios/language/commands/ip.hpp"

#include <array>

#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

struct Object {
  std::string_view name;
  std::string_view called;  // in messages
  Command (*parse)(const std::vector<Word>&);
};
// In the order of iproute2's table, which decides what an abbreviation means.
constexpr std::array kObjects{
    Object{"address", "ip addr", parse_ip_addr},
    Object{"addrlabel", "ip addrlabel", nullptr},
    Object{"maddress", "ip maddress", nullptr},
    Object{"route", "ip route", parse_ip_route},
    Object{"rule", "ip rule", nullptr},
    Object{"neighbor", "ip neigh", parse_ip_neigh},
    Object{"neighbour", "ip neigh", parse_ip_neigh},
    Object{"link", "ip link", parse_ip_link},
    Object{"tunnel", "ip tunnel", nullptr},
    Object{"netns", "ip netns", nullptr},
};

// An object that has no reader: named as later work, or as nothing that is modelled.
Command without_reader(const Arguments& arguments, const Object& object, const Word& word) {
  if (object.name == "rule" || object.name == "tunnel") return NotBuilt{std::string(object.called)};
  throw arguments.error(word, "\"" + word.text + "\" is not supported");
}

}  // namespace

Command parse_ip(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  while (!arguments.done() && arguments.peek().text.rfind('-', 0) == 0) {
    const Word& option = arguments.next();
    if (option.text == "-4") continue;
    if (option.text == "-6") throw arguments.error(option, "IPv6 is not supported");
    if (option.text == "-n" || option.text == "-netns") {
      throw arguments.error(option, "network namespaces are not supported; name another host");
    }
    return NotBuilt{"ip " + option.text};
  }
  if (arguments.done()) throw arguments.error("what? (addr, link, route, neigh)");
  const Word& word = arguments.next();
  for (const Object& object : kObjects) {
    if (!abbreviates(word.text, object.name)) continue;
    if (object.parse == nullptr) return without_reader(arguments, object, word);
    std::vector<Word> words{{std::string(object.called), shell.words.front().where}};
    while (!arguments.done()) words.push_back(arguments.next());
    return object.parse(words);
  }
  throw arguments.error(word,
                        "Object \"" + word.text + "\" is unknown" +
                            did_you_mean(word.text, {"addr", "link", "route", "neigh", "rule"}) +
                            " (known: addr, link, route, neigh)");
}

}  // namespace lvs::language
