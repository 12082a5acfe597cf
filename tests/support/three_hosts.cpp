#include "tests/support/three_hosts.hpp"

#include <catch2/catch.hpp>

namespace lvs {

WayConfig usual_way() {
  WayConfig way;
  way.delay = microseconds(50);
  return way;
}

Ipv4Address address(const std::string& text) {
  const auto parsed = parse_ipv4_address(text);
  LVS_REQUIRE(parsed.has_value(), "a test writes addresses as they are read");
  return *parsed;
}

InterfaceId device(const Host& host, const std::string& name) {
  const auto found = host.state().find_interface(name);
  LVS_REQUIRE(found.has_value(), "a test names interfaces that exist");
  return *found;
}

MacAddress mac_of(const Host& host, const std::string& card) {
  return host.state().interface(device(host, card)).mac;
}

std::string neighbour_state(const Host& host, const std::string& of, const std::string& card) {
  const Neighbour* n = host.neighbours().find(address(of), device(host, card));
  return n == nullptr ? std::string() : std::string(name(n->state));
}

ConfigError add_address(Host& host, const std::string& card, const std::string& prefix,
                        Scope scope) {
  InterfaceAddress added;
  added.prefix = *parse_ipv4_prefix(prefix);
  added.scope = scope;
  added.label = card;
  return host.state().add_address(device(host, card), added);
}

ConfigError add_route(Host& host, const std::string& prefix, const std::string& gateway,
                      const std::string& card) {
  Route route;
  route.prefix = prefix == "default" ? Ipv4Prefix{{}, 0} : *parse_ipv4_prefix(prefix);
  if (!gateway.empty()) route.gateway = address(gateway);
  if (!card.empty()) route.device = device(host, card);
  return host.state().add_route(route);
}

void sysctl(Host& host, const std::string& path, int value) {
  const ConfigError error = host.state().set_sysctl(path, value);
  LVS_REQUIRE(error == ConfigError::none, "a test sets sysctls that exist");
}

void check_conservation(const World& world) {
  const FramePool& frames = world.frames();
  CHECK(frames.sent() + frames.copied() ==
        frames.delivered() + frames.dropped() + frames.in_flight());
}

Lan::Lan(std::uint64_t seed) : world({seed, 0}), seen(world) { world.add_switch("switch"); }

Lan::~Lan() { check_conservation(world); }

Host& Lan::host(const std::string& name, const std::string& prefix, std::uint32_t at,
                const WayConfig& way) {
  Host& made = world.add_host(name);
  made.set_reply_jitter({Duration{}, Duration{}});
  cables_.push_back(card(made, "eth0", prefix, at, way));
  return made;
}

CableId Lan::card(Host& host, const std::string& name, const std::string& prefix, std::uint32_t at,
                  const WayConfig& way) {
  while (world.switches().size() <= at) world.add_switch("switch");
  Interface made;
  made.name = name;
  made.mac = {{2, 0, 0, 0, 0, ++macs_}};
  made.up = true;
  const CableId cable = world.plug(host, made, at, way, way);
  if (!prefix.empty()) add_address(host, name, prefix);
  return cable;
}

void Lan::inject(Host& from, const Frame& frame, MacAddress to) {
  const FrameId id = world.frames().create();
  world.frames()[id] = frame;
  world.frames()[id].destination = to;
  from.transmit(device(from, "eth0"), id);
}

bool Lan::originate(Host& from, const Frame& packet) {
  const FrameId id = world.frames().create();
  world.frames()[id] = packet;
  return from.ip().send(id);
}

}  // namespace lvs
