#include "models/host/routing.hpp"

#include "models/packet/icmp.hpp"

namespace lvs {
namespace {

InputRoute dropped(DropCause cause) {
  InputRoute route;
  route.cause = cause;
  return route;
}

InputRoute refused(DropCause cause, std::uint8_t code) {
  InputRoute route = dropped(cause);
  route.tells_sender = true;
  route.unreachable_code = code;
  return route;
}

/// Step 9: the route is not one to forward by.
InputRoute refuse_by_type(RouteType type) {
  switch (type) {
    case RouteType::unreachable: return refused(DropCause::blackhole, IcmpUnreachable::kHost);
    case RouteType::prohibit: return refused(DropCause::blackhole, IcmpUnreachable::kProhibited);
    case RouteType::blackhole:
    case RouteType::unicast:
    case RouteType::local:
    case RouteType::broadcast:
    case RouteType::throw_: break;
  }
  return dropped(DropCause::blackhole);
}

std::uint32_t mtu_of(const HostState& host, const Route& route) {
  return route.mtu != 0 ? route.mtu : host.interface(route.device).mtu;
}

}  // namespace

SourceCheck check_source(const HostState& host, const FlowAddresses& flow, InterfaceId arrival,
                         InterfaceId output) {
  const int rp_filter = host.max_conf(arrival, ConfKey::rp_filter);
  const bool accept_local = host.either_conf(arrival, ConfKey::accept_local);
  // 1. The fast path.
  if (rp_filter == 0 && !host.has_custom_local_routes() && !host.has_custom_rules() &&
      (output != arrival || !host.either_conf(arrival, ConfKey::send_redirects))) {
    if (!accept_local && host.is_local(flow.source) && host.has_address(flow.source)) return {};
    return {true, false, {}};
  }
  // 2. The full check: look the source up as a destination.
  const bool by_mark = host.max_conf(arrival, ConfKey::src_valid_mark) != 0;
  const Route* back = host.lookup({.destination = flow.source,
                                   .source = flow.destination,
                                   .arrival = output.valid() ? output : kLoopback,
                                   .mark = by_mark ? flow.mark : 0,
                                   .tos = flow.tos});
  if (back == nullptr) {  // a
    return {rp_filter == 0, false, DropCause::rp_filter};
  }
  if (back->type != RouteType::unicast && !(back->type == RouteType::local && accept_local)) {  // b
    return {};
  }
  const bool on_link = !back->gateway;
  if (back->device == arrival) return {true, on_link, {}};  // c
  if (host.interface(arrival).addresses.empty()) {          // d
    return {rp_filter == 0, false, DropCause::rp_filter};
  }
  return {rp_filter != 1, false, DropCause::rp_filter};  // e, f: on another link, if at all
}

namespace {

/// Steps 2 to 4: addresses that cannot be, and the limited broadcast; nothing for all others.
std::optional<InputRoute> route_by_addresses(const HostState& host, const FlowAddresses& flow,
                                             InterfaceId arrival) {
  const Ipv4Address source = flow.source;
  const Ipv4Address destination = flow.destination;
  // Multicast groups are not joined by any host of ours.
  if (destination.is_multicast()) return dropped(DropCause::unknown_protocol);
  if (source.is_multicast() || source.is_broadcast()) return dropped(DropCause::martian_source);
  if (destination.is_broadcast() || (source.is_any() && destination.is_any())) {
    InputRoute route;
    route.kind = InputRoute::Kind::broadcast;
    return route;
  }
  // The rest of 0/8 is ordinary since Linux 5.3.
  if (source.is_any()) return dropped(DropCause::martian_source);
  if (destination.is_any()) return dropped(DropCause::martian_destination);
  if (arrival != kLoopback && !host.either_conf(arrival, ConfKey::route_localnet)) {
    if (destination.is_loopback()) return dropped(DropCause::martian_destination);
    if (source.is_loopback()) return dropped(DropCause::martian_source);
  }
  return std::nullopt;
}

/// 5.6: whether the packet's source could reach the next hop without us.
bool deserves_redirect(const HostState& host, const FlowAddresses& flow, InterfaceId arrival,
                       const Route& route) {
  if (!host.either_conf(arrival, ConfKey::send_redirects)) return false;
  if (host.either_conf(arrival, ConfKey::shared_media) || !route.gateway) return true;
  return host.interface(arrival).has_network_of(flow.source, *route.gateway);
}

/// Steps 8 to 10.
InputRoute route_through(const HostState& host, const FlowAddresses& flow, InterfaceId arrival,
                         const Route& route) {
  if (!host.forwards(arrival)) return dropped(DropCause::not_forwarding);     // 8
  if (route.type != RouteType::unicast) return refuse_by_type(route.type);    // 9
  const SourceCheck check = check_source(host, flow, arrival, route.device);  // 10
  if (!check.accepted) return dropped(check.cause);
  InputRoute forward;
  forward.kind = InputRoute::Kind::forward;
  forward.device = route.device;
  forward.next_hop = route.gateway.value_or(flow.destination);
  forward.by_gateway = route.gateway.has_value();
  forward.redirect =
      route.device == arrival && check.on_link && deserves_redirect(host, flow, arrival, route);
  forward.mtu = mtu_of(host, route);
  return forward;
}

}  // namespace

InputRoute route_input(const HostState& host, const FlowAddresses& flow, InterfaceId arrival) {
  if (const auto decided = route_by_addresses(host, flow, arrival)) return *decided;  // 2-4
  // 5. The destination.
  const Route* route = host.lookup({.destination = flow.destination,
                                    .source = flow.source,
                                    .arrival = arrival,
                                    .mark = flow.mark,
                                    .tos = flow.tos});
  if (route == nullptr) {
    if (!host.forwards(arrival)) return dropped(DropCause::no_route);
    return refused(DropCause::no_route, IcmpUnreachable::kNet);
  }
  if (route->type != RouteType::local && route->type != RouteType::broadcast) {
    return route_through(host, flow, arrival, *route);
  }
  InputRoute local;  // 6, 7
  local.kind =
      route->type == RouteType::local ? InputRoute::Kind::local : InputRoute::Kind::broadcast;
  if (arrival == kLoopback) return local;  // our own packet to ourselves: its source is ours
  const SourceCheck check = check_source(host, flow, arrival, InterfaceId{});
  return check.accepted ? local : dropped(check.cause);
}

OutputRoute route_output(const HostState& host, Ipv4Address destination,
                         std::optional<Ipv4Address> source, std::uint32_t mark) {
  OutputRoute out;
  if (destination.is_broadcast() || destination.is_multicast()) {
    return out;  // no host of ours sends to groups
  }
  const Route* route = host.lookup({.destination = destination,
                                    .source = source.value_or(Ipv4Address{}),
                                    .arrival = kLoopback,
                                    .mark = mark,
                                    .tos = 0});
  if (route == nullptr) return out;
  switch (route->type) {
    case RouteType::unicast: out.kind = OutputRoute::Kind::direct; break;
    case RouteType::local: out.kind = OutputRoute::Kind::local; break;
    case RouteType::broadcast: out.kind = OutputRoute::Kind::broadcast; break;
    case RouteType::blackhole:
    case RouteType::unreachable:
    case RouteType::prohibit:
    case RouteType::throw_: out.cause = DropCause::blackhole; return out;
  }
  out.device = out.kind == OutputRoute::Kind::local ? kLoopback : route->device;
  out.next_hop = route->gateway.value_or(destination);
  out.by_gateway = route->gateway.has_value();
  out.mtu =
      out.kind == OutputRoute::Kind::local ? host.interface(kLoopback).mtu : mtu_of(host, *route);
  if (source) {
    out.source = *source;
  } else if (out.kind == OutputRoute::Kind::local) {
    out.source = route->source.value_or(destination);
  } else if (route->source) {
    out.source = *route->source;
  } else if (const auto chosen = host.select_source(out.device, out.next_hop)) {
    out.source = *chosen;
  } else {
    out.kind = OutputRoute::Kind::none;
  }
  return out;
}

}  // namespace lvs
