#include "models/host/ip_stack.hpp"

#include <algorithm>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"
#include "models/ipvs/forward/nat.hpp"
#include "models/ipvs/forward/tunnel.hpp"
#include "models/tcp/tcp.hpp"
#include "models/udp/udp.hpp"

namespace lvs {
namespace {

/// NAT of what the client's side sends: a request, or an ICMP error about a reply.
void translate(Frame& frame, Endpoint real_server) {
  if (frame.ip.protocol == Protocol::icmp) {
    nat_icmp_request(frame, real_server);
  } else {
    nat_request(frame, real_server);
  }
}

}  // namespace

void IpStack::receive(InterfaceId arrival, FrameId id) {
  const Frame& frame = environment_.frames[id];
  const FlowAddresses flow{frame.ip.source, frame.ip.destination};
  InputEntry& way = input_routes_.get({flow.source, flow.destination, arrival}, host_generation(),
                                      [&] { return route_input(host_.state(), flow, arrival); });
  switch (way.decision.kind) {
    case InputRoute::Kind::local:
    case InputRoute::Kind::broadcast: return deliver(arrival, id, !frame.destination.is_group());
    case InputRoute::Kind::forward: return forward(arrival, id, way);
    case InputRoute::Kind::drop: return refuse(way.decision, id);
  }
}

void IpStack::refuse(const InputRoute& route, FrameId id) {
  if (route.tells_sender) {
    host_.icmp().send_error(environment_.frames[id],
                            {IcmpType::unreachable, route.unreachable_code, 0});
  }
  host_.drop(id, route.cause);
}

/// LOCAL_IN: IPVS first, then the protocols. Packets that came in a broadcast frame are not for
/// IPVS.
void IpStack::deliver(InterfaceId arrival, FrameId id, bool to_us) {
  if (CaptureWatch* const watch = host_.capture_watch(); watch != nullptr && to_us) {
    const bool off_cable = host_.state().interface(arrival).kind == DeviceKind::ethernet;
    if (off_cable) watch->delivered(environment_.frames[id], host_.director() != nullptr);
  }
  const Director* director = host_.director();
  if (director != nullptr && director->has_services() && to_us && balance(arrival, id)) return;
  to_transport(arrival, id, to_us);
}

/// Offers the packet to the director; returns whether it took it.
bool IpStack::balance(InterfaceId arrival, FrameId id) {
  Frame& frame = environment_.frames[id];
  Director& director = *host_.director();
  const bool icmp = frame.ip.protocol == Protocol::icmp;
  const Director::Decision decision = icmp ? director.input_icmp(frame) : director.input(frame);
  switch (decision.action) {
    case Director::Action::accept: return false;
    case Director::Action::drop:
      host_.classify(TrafficClass::request);
      host_.drop(id, decision.cause);
      return true;
    case Director::Action::refuse:
      host_.classify(TrafficClass::request);
      host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kPort, 0});
      host_.drop(id, decision.cause);
      return true;
    case Director::Action::forward:
      host_.classify(TrafficClass::request);
      forward_balanced(arrival, id, decision);
      return true;
    case Director::Action::tunnel_error: relay_tunnel_error(id, decision); return true;
  }
  return false;
}

/// An ICMP error about one of our IPIP packets (spec/ipvs.md 5.4).
void IpStack::relay_tunnel_error(FrameId id, const Director::Decision& decision) {
  const Frame& frame = environment_.frames[id];
  const IcmpMessage message = frame.icmp;
  const bool too_long = message.type == IcmpType::unreachable &&
                        message.code == IcmpUnreachable::kFragmentationNeeded;
  if (too_long) learn_path_mtu(decision.real_server.address, message.mtu);
  if (Director::relay_tunnel_error(frame)) {
    IcmpError error{message.type, message.code, 0};
    if (too_long) {
      const OutputRoute route =
          route_output(host_.state(), decision.real_server.address, std::nullopt);
      const std::uint32_t mtu = path_mtu(decision.real_server.address, route.mtu);
      error.mtu = static_cast<std::uint16_t>(mtu > 88 ? mtu - kTunnelOverhead : mtu);
    }
    Frame about;
    about.type = EtherType::ipv4;
    about.ip = message.quoted.inner;
    about.tcp.source = message.quoted.source;
    about.tcp.destination = message.quoted.destination;
    about.tcp.sequence = message.quoted.sequence;
    about.destination = frame.destination;
    host_.icmp().send_error(about, error);
  }
  environment_.frames.deliver(id);
}

/// The common steps before a balanced packet is sent (spec/ipvs.md 5.1).
void IpStack::forward_balanced(InterfaceId arrival, FrameId id,
                               const Director::Decision& decision) {
  Frame& frame = environment_.frames[id];
  // 1. The route looks at the real server's address alone.
  const Ipv4Address server = decision.real_server.address;
  OutputEntry& way =
      server_routes_.get({Ipv4Address{}, server, InterfaceId{}}, host_generation(),
                         [&] { return route_output(host_.state(), server, std::nullopt); });
  const OutputRoute& route = way.decision;
  if (route.kind == OutputRoute::Kind::local) {  // 2. A real server on the director itself (5.6).
    if (decision.method == ForwardingMethod::nat) translate(frame, decision.real_server);
    return to_transport(arrival, id, true);
  }
  if (route.kind != OutputRoute::Kind::direct) {
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kHost, 0});
    return host_.drop(id, DropCause::ipvs_no_service_route);
  }
  if (frame.ip.ttl <= 1) {  // 4
    host_.icmp().send_error(frame, {IcmpType::time_exceeded, 0, 0});
    return host_.drop(id, DropCause::ttl_exceeded);
  }
  --frame.ip.ttl;
  forward_to_server(id, decision, way);
}

void IpStack::forward_to_server(FrameId id, const Director::Decision& decision, OutputEntry& way) {
  Frame& frame = environment_.frames[id];
  const bool tunnel = decision.method == ForwardingMethod::tunnel;
  const bool pmtu_disc = host_.director()->sysctls().pmtu_disc != 0;
  std::uint32_t mtu = path_mtu(decision.real_server.address, way.decision.mtu);
  if (tunnel) mtu -= kTunnelOverhead;
  const bool is_icmp_error = frame.ip.protocol == Protocol::icmp && frame.icmp.is_error();
  if (frame.ip.total_length > mtu && !is_icmp_error && (!tunnel || pmtu_disc)) {  // 5
    // Differs: a packet without DF would be fragmented; fragments are not modelled yet, so it is
    // lost.
    if (frame.ip.dont_fragment()) {
      host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kFragmentationNeeded,
                                      static_cast<std::uint16_t>(mtu)});
    }
    return host_.drop(id, DropCause::fragmentation_needed);
  }
  switch (decision.method) {
    case ForwardingMethod::nat: translate(frame, decision.real_server); break;
    case ForwardingMethod::direct: break;
    case ForwardingMethod::tunnel:
      encapsulate(frame, {way.decision.source, decision.real_server.address, pmtu_disc});
      if (!frame.ip.dont_fragment()) frame.ip.identification = host_.next_identification();
      break;
  }
  output_forwarded(way, id);
}

/// spec/linux-host.md 5.5, step by step.
void IpStack::forward(InterfaceId arrival, FrameId id, InputEntry& way) {
  Frame& frame = environment_.frames[id];
  if (frame.destination.is_group()) return host_.drop(id, DropCause::broadcast_not_forwarded);  // 1
  if (frame.ip.ttl <= 1) {                                                                      // 2
    host_.icmp().send_error(frame, {IcmpType::time_exceeded, 0, 0});
    return host_.drop(id, DropCause::ttl_exceeded);
  }
  if (frame.ip.total_length > way.decision.mtu) {  // 3
    if (frame.ip.dont_fragment()) {
      host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kFragmentationNeeded,
                                      static_cast<std::uint16_t>(way.decision.mtu)});
    }
    return host_.drop(id, DropCause::fragmentation_needed);
  }
  --frame.ip.ttl;  // 4
  // 6. FORWARD: IN processing of ICMP errors, then OUT processing (spec/ipvs.md 3.1).
  Director* director = host_.director();
  if (director != nullptr && director->has_services()) {
    const bool icmp = frame.ip.protocol == Protocol::icmp;
    if (icmp) {
      const Director::Decision decision = director->input_icmp(frame);
      if (decision.action != Director::Action::accept) {
        ++frame.ip.ttl;  // the method decrements it itself
        balance_forwarded_icmp(arrival, id, decision);
        return;
      }
    }
    const Director::Reply reply = icmp ? director->output_icmp(frame) : director->output(frame);
    if (reply == Director::Reply::refuse) {
      host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kPort, 0});
      return host_.drop(id, DropCause::ipvs_no_destination);
    }
    if (reply != Director::Reply::not_ours) host_.classify(TrafficClass::reply);
  }
  output_forwarded(way, id);
}

/// An ICMP error in FORWARD that belongs to a connection of the director.
void IpStack::balance_forwarded_icmp(InterfaceId arrival, FrameId id,
                                     const Director::Decision& decision) {
  host_.classify(TrafficClass::request);
  if (decision.action == Director::Action::forward) return forward_balanced(arrival, id, decision);
  host_.drop(id, decision.cause);
}

void IpStack::to_transport(InterfaceId arrival, FrameId id, bool to_us) {
  const Frame& frame = environment_.frames[id];
  switch (frame.ip.protocol) {
    case Protocol::tcp:
      // TCP has no use for a segment in a broadcast frame (spec/linux-host.md 1.7).
      if (!to_us) return host_.drop(id, DropCause::unexpected_segment);
      return host_.tcp().receive(host_, id);
    case Protocol::udp: return host_.udp().receive(host_, id);
    case Protocol::icmp: return host_.icmp().receive(arrival, id);
    case Protocol::ipip: return decapsulate(arrival, id);
  }
  host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kProtocol, 0});
  host_.drop(id, DropCause::unknown_protocol);
}

/// spec/linux-host.md 7.2: tunl0 is the only tunnel device; the inner packet arrives by it.
void IpStack::decapsulate(InterfaceId, FrameId id) {
  Frame& frame = environment_.frames[id];
  if (!host_.state().interface(kTunnel).up) {
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kPort, 0});
    return host_.drop(id, DropCause::tunnel_down);
  }
  constexpr std::uint8_t kEcnMask = 3;
  constexpr std::uint8_t kCongestion = 3;
  if ((frame.ip.tos & kEcnMask) == kCongestion) {  // 2
    if ((frame.inner.tos & kEcnMask) == 0) return host_.drop(id, DropCause::unexpected_segment);
    frame.inner.tos |= kCongestion;
  }
  frame.ip = frame.inner;
  receive(kTunnel, id);
}

/// To the next hop of a decision, whose neighbour is looked up once: one that goes changes the
/// generation.
template <class Entry>
void IpStack::output_forwarded(Entry& way, FrameId id) {
  if (!way.neighbour.valid()) [[unlikely]] {
    const auto found =
        host_.neighbours().find_or_create(way.decision.next_hop, way.decision.device);
    if (!found) return host_.drop(id, DropCause::neighbour_table_full);
    way.neighbour = *found;
  }
  host_.neighbours().output(way.neighbour, id, true);
}

void IpStack::output_local(FrameId id) {
  Frame& frame = environment_.frames[id];
  frame.destination = frame.source = MacAddress{};
  environment_.simulator.at(environment_.simulator.now(), code(EventKind::loopback),
                            host_.id().value, id.value);
}

bool IpStack::send(FrameId id) {
  PeerPath path;
  return send(path, id);
}

bool IpStack::send(PeerPath& path, FrameId id) {
  Frame& frame = environment_.frames[id];
  // LOCAL_OUT: replies of a real server on the director itself (spec/ipvs.md 5.6).
  Director* director = host_.director();
  if (director != nullptr && director->has_services()) {
    const Ipv4Address before = frame.ip.source;
    if (frame.ip.protocol == Protocol::icmp) {
      director->output_icmp(frame);  // an error of ours about a request that NAT has rewritten
    } else {
      director->output(frame);
    }
    if (frame.ip.source != before) path.generation = 0;
  }
  if (path.generation != host_generation() &&
      !find_path(path, frame.ip.source, frame.ip.destination)) {
    host_.drop(id, DropCause::no_route);
    return false;
  }
  if (!path.neighbour.valid()) {
    output_local(id);
  } else {
    host_.neighbours().output(path.neighbour, id, false);
  }
  return true;
}

bool IpStack::find_path(PeerPath& path, Ipv4Address source, Ipv4Address destination) {
  const OutputRoute route = route_output(host_.state(), destination, source);
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
  path.mtu = path_mtu(destination, route.mtu);
  path.generation = host_generation();
  return true;
}

void IpStack::neighbour_failed(FrameId id, bool forwarded) {
  const Frame& frame = environment_.frames[id];
  if (forwarded) {
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kHost, 0});
  } else if (frame.ip.protocol == Protocol::tcp) {
    host_.tcp().unreachable(host_, frame);
  }
  host_.drop(id, DropCause::neighbour_failed);
}

/// Learned path MTUs: at least 552 bytes, for 600 s (spec/linux-host.md 5.5).
void IpStack::learn_path_mtu(Ipv4Address destination, std::uint32_t mtu) {
  constexpr std::uint32_t kLeast = 552;
  constexpr Duration kLifetime = seconds(600);
  const Time expires = environment_.simulator.now() + kLifetime;
  const std::uint32_t learned = std::max(mtu, kLeast);
  host_.state().routes_changed();
  for (PathMtu& known : path_mtus_) {
    if (known.destination != destination) continue;
    known.mtu = learned;
    known.expires = expires;
    return;
  }
  path_mtus_.push_back({destination, learned, expires});
}

std::uint32_t IpStack::path_mtu(Ipv4Address destination, std::uint32_t link_mtu) const {
  for (const PathMtu& known : path_mtus_) {
    if (known.destination == destination && known.expires > environment_.simulator.now()) {
      return std::min(known.mtu, link_mtu);
    }
  }
  return link_mtu;
}

}  // namespace lvs
