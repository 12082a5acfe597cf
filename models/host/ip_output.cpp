// Output: the host's own packets, fragments, and what was learned about ways (5.4-5.6).
#include "models/host/ip_output.hpp"

#include <algorithm>

#include "models/event_kinds.hpp"

namespace lvs {

/// Packets to one of the host's own addresses come back by lo in the same instant.
void IpStack::output_local(FrameId id, bool handled) {
  Frame& frame = environment_.frames[id];
  frame.destination = frame.source = MacAddress{};
  const EventKind kind = handled ? EventKind::loopback_handled : EventKind::loopback;
  environment_.simulator.at(environment_.simulator.now(), code(kind), host_.id().value, id.value);
}

void IpStack::output_fragments(NeighbourId neighbour, FrameId id, std::uint32_t mtu,
                               bool forwarded) {
  Frame& frame = environment_.frames[id];
  if (frame.ip.dont_fragment()) return host_.drop(id, DropCause::fragmentation_needed);
  if (!frame.ip.is_fragment() && frame.ip.identification == 0) {
    frame.ip.identification = host_.next_identification();
  }
  fragment(environment_.frames, id, mtu,
           [&](FrameId piece) { host_.neighbours().output(neighbour, piece, forwarded); });
}

bool IpStack::send(FrameId id) {
  PeerPath path;
  return send(path, id);
}

bool IpStack::send(PeerPath& path, FrameId id) {
  // LOCAL_OUT: IPVS, then the filter.
  Balanced balanced = Balanced::not_ours;
  const Director* director = host_.director();
  if (director != nullptr && director->has_services()) {
    balanced = balance_output(path, id);
    if (balanced == Balanced::taken) return true;
  }
  const Frame& frame = environment_.frames[id];
  if (path.generation != host_generation() &&
      !find_path(path, frame.ip.source, frame.ip.destination)) {
    host_.drop(id, DropCause::no_route);
    return false;
  }
  if (filtered(IpFilter::Chain::output, id, InterfaceId{}, path.device)) return true;
  if (!path.neighbour.valid()) {
    output_local(id, balanced == Balanced::handled);
  } else if (frame.ip.total_length > path.mtu) [[unlikely]] {
    output_fragments(path.neighbour, id, path.mtu, false);
  } else {
    host_.neighbours().output(path.neighbour, id, false);
  }
  return true;
}

OutputRoute IpStack::output_route(Ipv4Address destination, std::optional<Ipv4Address> source,
                                  std::uint32_t mark) const {
  OutputRoute route = route_output(host_.state(), destination, source, mark);
  exceptions_.apply(route, destination, environment_.simulator.now());
  return route;
}

bool IpStack::find_path(PeerPath& path, Ipv4Address source, Ipv4Address destination) {
  const OutputRoute route = output_route(destination, source);
  path = {};
  if (route.kind == OutputRoute::Kind::local) {
    path.device = kLoopback;
  } else if (route.kind == OutputRoute::Kind::direct) {
    const auto neighbour = host_.neighbours().find_or_create(route.next_hop, route.device);
    if (!neighbour) return false;
    path.device = route.device;
    path.neighbour = *neighbour;
  } else {
    return false;
  }
  path.mtu = std::min(route.mtu, std::uint32_t{0xffff});  // the longest IP packet there is
  path.generation = host_generation();
  return true;
}

void IpStack::learn_path_mtu(Ipv4Address destination, std::uint32_t mtu) {
  const HostSysctls& sysctls = host_.state().sysctls();
  if (mtu > output_route(destination, std::nullopt).mtu) return;
  exceptions_.shrink(destination, std::max(mtu, static_cast<std::uint32_t>(sysctls.route_min_pmtu)),
                     environment_.simulator.now() + seconds(sysctls.route_mtu_expires));
  exceptions_changed();
}

/// 5.6, what a receiving host checks; a message that fails is ignored.
void IpStack::obey_redirect(InterfaceId arrival, Ipv4Address from, Ipv4Address destination,
                            Ipv4Address gateway) {
  HostState& state = host_.state();
  const bool all = state.conf_all()[ConfKey::accept_redirects] != 0;
  const bool own = state.interface(arrival).conf[ConfKey::accept_redirects] != 0;
  if (!(state.forwards(arrival) ? all && own : all || own)) return;
  const OutputRoute way = output_route(destination, std::nullopt);
  const bool from_gateway = way.kind == OutputRoute::Kind::direct && way.by_gateway &&
                            way.next_hop == from && way.device == arrival;
  if (!from_gateway || gateway == from) return;
  if (state.either_conf(arrival, ConfKey::shared_media)) {
    if (state.address_type(gateway) != RouteType::unicast) return;
  } else {
    if (!state.interface(arrival).has_network_of(gateway, from)) return;
    if (state.either_conf(arrival, ConfKey::secure_redirects) && !is_default_gateway(gateway)) {
      return;
    }
  }
  // An unknown gateway is asked for, and this redirect is lost.
  const auto neighbour = host_.neighbours().find_or_create(gateway, arrival);
  if (!neighbour || !host_.neighbours().ask_for(*neighbour)) return;
  const OutputRoute by_routes = route_output(state, destination, std::nullopt);
  exceptions_.redirect(destination, by_routes, gateway, environment_.simulator.now());
  exceptions_changed();
}

bool IpStack::is_default_gateway(Ipv4Address address) const {
  const auto& routes = host_.state().tables().main.routes();
  return std::any_of(routes.begin(), routes.end(),
                     [&](const Route& r) { return r.prefix.length == 0 && r.gateway == address; });
}

/// Ways that are remembered are found anew, now and when the next exception expires.
void IpStack::exceptions_changed() {
  host_.state().routes_changed();
  if (!exceptions_timer_.valid()) {
    exceptions_timer_ =
        environment_.simulator.create_timer(code(EventKind::route_exceptions), host_.id().value);
  }
  const Time next = exceptions_.next_expiry(environment_.simulator.now());
  if (next != kNever) environment_.simulator.arm(exceptions_timer_, next);
}

void IpStack::exception_expired() { exceptions_changed(); }

}  // namespace lvs
