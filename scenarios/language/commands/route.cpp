// route add|del [-host|-net] TARGET [netmask M] [gw G] [metric N] [[dev] X], the older form of ip
// route.
#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

const std::vector<std::string> kKeys{"-host", "-net", "netmask", "gw", "metric", "dev"};

struct Target {
  std::optional<Ipv4Prefix> prefix;
  bool host = false;
  bool net = false;
};

Target read_target(Arguments& arguments) {
  Target target;
  target.net = arguments.take("-net");
  target.host = !target.net && arguments.take("-host");
  const Word& word = arguments.value();
  if (word.text == "default") {
    target.prefix = Ipv4Prefix{Ipv4Address{0}, 0};
  } else {
    target.prefix = need_prefix(arguments, word);
  }
  return target;
}

std::uint8_t need_netmask(const Arguments& arguments, const Word& word) {
  const Ipv4Address mask = need_address(arguments, word);
  for (unsigned length = 0; length <= 32; ++length) {
    if (prefix_mask(length) == mask.value) return static_cast<std::uint8_t>(length);
  }
  throw arguments.error(word, "bogus netmask " + word.text);
}

void read_options(Arguments& arguments, Target& target, IpRouteChange& route) {
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "netmask") {
      if (target.host) throw arguments.error(key, "netmask doesn't make sense with host route");
      target.prefix->length = need_netmask(arguments, arguments.value());
    } else if (key.text == "gw" || key.text == "gateway") {
      set_once(arguments, key, route.via, need_address(arguments, arguments.value()));
    } else if (key.text == "metric") {
      const auto metric = need_number(arguments, arguments.value(), "metric", 0xffffffffLL);
      set_once(arguments, key, route.metric, static_cast<std::uint32_t>(metric));
    } else if (key.text == "dev") {
      set_once(arguments, key, route.device, arguments.value());
    } else if (arguments.done() && !route.device) {
      route.device = key;  // the last word may be the device without "dev"
    } else {
      throw arguments.unknown(key, kKeys);
    }
  }
  if (route.device) {  // an alias such as lo:0 is a label of an address, not a device
    route.device->text = route.device->text.substr(0, route.device->text.find(':'));
  }
}

}  // namespace

Command parse_route(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  if (arguments.done()) return NotBuilt{"route without arguments"};
  const Word& verb = arguments.next();
  if (verb.text == "-n" || verb.text == "-e") return NotBuilt{"route " + verb.text};
  if (verb.text == "-6" || verb.text == "-A") throw arguments.error(verb, "IPv6 is not supported");
  if (verb.text != "add" && verb.text != "del") throw arguments.unknown(verb, {"add", "del"});
  IpRouteChange route;
  route.action = verb.text == "add" ? RouteAction::add : RouteAction::del;
  const bool adds = verb.text == "add";
  Target target = read_target(arguments);
  read_options(arguments, target, route);
  route.destination = *target.prefix;
  if (route.destination.address != route.destination.network()) {
    throw arguments.error("netmask doesn't match route address");
  }
  if (adds && !route.via && !route.device) {
    throw arguments.error("SIOCADDRT: No such device (neither gw nor dev)");
  }
  return route;
}

}  // namespace lvs::language
