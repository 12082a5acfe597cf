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
    Object{"address", "ip addr", parse_ip_addr},     Object{"addrlabel", "ip addrlabel", nullptr},
    Object{"maddress", "ip maddress", nullptr},      Object{"route", "ip route", parse_ip_route},
    Object{"rule", "ip rule", parse_ip_rule},        Object{"neighbor", "ip neigh", parse_ip_neigh},
    Object{"neighbour", "ip neigh", parse_ip_neigh}, Object{"link", "ip link", parse_ip_link},
    Object{"tunnel", "ip tunnel", nullptr},          Object{"netns", "ip netns", nullptr},
};

// An object that has no reader: named as later work, or as nothing that is modelled.
Command without_reader(const Arguments& arguments, const Object& object, const Word& word) {
  if (object.name == "tunnel") return NotBuilt{std::string(object.called)};
  throw arguments.error(word, "\"" + word.text + "\" is not supported");
}

/// An option in front of the object. Nothing for one that is read but not carried out.
std::optional<NotBuilt> read_option(const Arguments& arguments, const Word& option,
                                    IpStyle& style) {
  const std::string& text = option.text;
  if (text == "-4") {
    style.only_ipv4 = true;
  } else if (text == "-o" || text == "-oneline") {
    style.oneline = true;
  } else if (text == "-br" || text == "-brief") {
    style.brief = true;
  } else if (text == "-6") {
    throw arguments.error(option, "IPv6 is not supported");
  } else if (text == "-n" || text == "-netns") {
    throw arguments.error(option, "network namespaces are not supported; name another host");
  } else if (text != "-c" && text.rfind("-color", 0) != 0) {  // colours go to terminals only
    return NotBuilt{"ip " + text};
  }
  return std::nullopt;
}

/// Passes the options on to the listings that they change; the others print the same with them.
struct Styler {
  const IpStyle& style;
  const Arguments& arguments;
  const Word& object;

  void operator()(IpAddrShow& show) const { show.style = style; }
  void operator()(IpLinkShow& show) const { show.style = style; }
  void operator()(IpRouteGet& get) const {
    refuse_brief();
    get.oneline = style.oneline;
  }
  void operator()(IpNeighShow&) const { refuse_brief(); }
  void operator()(IpNeighGet&) const { refuse_brief(); }
  template <class Other>
  void operator()(Other&) const {}

  void refuse_brief() const {
    if (style.brief) throw arguments.error(object, "-br is for addr and link here");
  }
};

}  // namespace

Command parse_ip(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  IpStyle style;
  while (!arguments.done() && arguments.peek().text.rfind('-', 0) == 0) {
    if (const auto later = read_option(arguments, arguments.next(), style)) return *later;
  }
  if (arguments.done()) throw arguments.error("what? (addr, link, route, rule, neigh)");
  const Word& word = arguments.next();
  for (const Object& object : kObjects) {
    if (!abbreviates(word.text, object.name)) continue;
    if (object.parse == nullptr) return without_reader(arguments, object, word);
    std::vector<Word> words{{std::string(object.called), shell.words.front().where}};
    while (!arguments.done()) words.push_back(arguments.next());
    Command command = object.parse(words);
    std::visit(Styler{style, arguments, word}, command);
    return command;
  }
  throw arguments.error(word,
                        "Object \"" + word.text + "\" is unknown" +
                            did_you_mean(word.text, {"addr", "link", "route", "neigh", "rule"}) +
                            " (known: addr, link, route, rule, neigh)");
}

}  // namespace lvs::language
