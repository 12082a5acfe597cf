// IPVS in the IP stack of a director: what it takes out of local delivery and forwarding, and how
// it is sent on (spec/ipvs.md 3.1, 5.1).
#include "models/host/host.hpp"
#include "models/host/ip_output.hpp"
#include "models/ipvs/forward/nat.hpp"
#include "models/ipvs/forward/tunnel.hpp"

namespace lvs {
namespace {

/// No tunnel is dug where less than this passes (5.4).
constexpr std::uint32_t kLeastMtu = 68;

/// NAT of what the client's side sends: a request, or an ICMP error about a reply.
void translate(Frame& frame, Endpoint real_server) {
  if (frame.ip.protocol == Protocol::icmp) {
    nat_icmp_request(frame, real_server);
  } else {
    nat_request(frame, real_server);
  }
}

}  // namespace

/// LOCAL_IN: OUT processing of replies to clients on this host and to local sides of FULLNAT, then
/// IN processing. Returns whether the director took the packet.
bool IpStack::balance(InterfaceId arrival, FrameId id) {
  Frame& frame = environment_.frames[id];
  Director& director = *host_.director();
  const bool icmp = frame.ip.protocol == Protocol::icmp;
  if (director.expects_local_replies()) [[unlikely]] {
    if (const auto onward = director.reply_to_local_side(frame)) {
      send_to_client(id, *onward);
      return true;
    }
    if (director.has_local_clients()) {
      const Director::Reply reply = icmp ? director.output_icmp(frame) : director.output(frame);
      if (reply != Director::Reply::not_ours) return finish_reply(reply, id);
    }
  }
  const Director::Decision decision = icmp ? director.input_icmp(frame) : director.input(frame);
  if (decision.action == Director::Action::accept) return false;
  carry_out(decision, {arrival, Hook::local_in}, id);
  return true;
}

/// What OUT processing left to do; returns whether the packet ended here.
bool IpStack::finish_reply(Director::Reply reply, FrameId id) {
  if (reply != Director::Reply::refuse) {
    host_.classify(TrafficClass::reply);
    return false;
  }
  host_.icmp().send_error(environment_.frames[id],
                          {IcmpType::unreachable, IcmpUnreachable::kPort, 0});
  host_.drop(id, DropCause::ipvs_no_destination);
  return true;
}

/// What IN processing decided about a packet that it took.
void IpStack::carry_out(const Director::Decision& decision, const Taken& taken, FrameId id) {
  host_.classify(TrafficClass::request);
  switch (decision.action) {
    case Director::Action::accept: return;
    case Director::Action::drop: return host_.drop(id, decision.cause);
    case Director::Action::refuse:
      host_.icmp().send_error(environment_.frames[id],
                              {IcmpType::unreachable, IcmpUnreachable::kPort, 0});
      return host_.drop(id, decision.cause);
    case Director::Action::forward: return forward_balanced(taken, id, decision);
    case Director::Action::tunnel_error: return relay_tunnel_error(id, decision);
  }
}

/// LOCAL_OUT: OUT processing of replies of a real server on this host (spec/ipvs.md 5.6), then IN
/// processing of clients on this host.
IpStack::Balanced IpStack::balance_output(PeerPath& path, FrameId id) {
  Frame& frame = environment_.frames[id];
  Director& director = *host_.director();
  const bool icmp = frame.ip.protocol == Protocol::icmp;
  const Ipv4Address before = frame.ip.source;
  const Director::Reply reply = icmp ? director.output_icmp(frame) : director.output(frame);
  if (frame.ip.source != before) path.generation = 0;
  if (reply != Director::Reply::not_ours) {
    return finish_reply(reply, id) ? Balanced::taken : Balanced::handled;
  }
  constexpr auto kHere = Director::Origin::this_host;
  const Director::Decision decision =
      icmp ? director.input_icmp(frame, kHere) : director.input(frame, kHere);
  if (decision.action == Director::Action::accept) return Balanced::not_ours;
  carry_out(decision, {kLoopback, Hook::local_out}, id);
  return Balanced::taken;
}

/// An ICMP error about one of our IPIP packets (spec/ipvs.md 5.4).
void IpStack::relay_tunnel_error(FrameId id, const Director::Decision& decision) {
  const Frame& frame = environment_.frames[id];
  const IcmpMessage message = frame.icmp;
  const Ipv4Address server = decision.real_server.address;
  const bool too_long = message.type == IcmpType::unreachable &&
                        message.code == IcmpUnreachable::kFragmentationNeeded;
  if (too_long) learn_path_mtu(server, message.mtu);
  if (Director::relay_tunnel_error(frame)) {
    IcmpError error{message.type, message.code, 0};
    if (too_long) {
      const std::uint32_t mtu = output_route(server, std::nullopt).mtu;
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
void IpStack::forward_balanced(const Taken& taken, FrameId id, const Director::Decision& decision) {
  Frame& frame = environment_.frames[id];
  // 1. The route looks at the real server's address alone.
  const Ipv4Address server = decision.real_server.address;
  OutputEntry& way = server_routes_.get({Ipv4Address{}, server, InterfaceId{}}, host_generation(),
                                        [&] { return output_route(server, std::nullopt); });
  const OutputRoute& route = way.decision;
  if (route.kind == OutputRoute::Kind::local) return to_local_server(taken, id, decision);  // 2
  if (route.kind != OutputRoute::Kind::direct) {
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kHost, 0});
    return host_.drop(id, DropCause::ipvs_no_service_route);
  }
  if (frame.ip.source.is_loopback()) return host_.drop(id, DropCause::martian_source);  // 3
  if (frame.ip.ttl <= 1) {                                                              // 4
    host_.icmp().send_error(frame, {IcmpType::time_exceeded, 0, 0});
    return host_.drop(id, DropCause::ttl_exceeded);
  }
  --frame.ip.ttl;
  forward_to_server(id, decision, way);
}

/// A real server on the director itself (spec/ipvs.md 5.6). Direct and tunnelled packets must have
/// been on their way to a local socket anyway; loopback addresses are not for others.
void IpStack::to_local_server(const Taken& taken, FrameId id, const Director::Decision& decision) {
  const bool nat = decision.method == ForwardingMethod::nat;
  const bool bypass = decision.method == ForwardingMethod::bypass;
  const bool off_cable = host_.state().interface(taken.arrival).kind == DeviceKind::ethernet;
  const bool fullnat = decision.method == ForwardingMethod::fullnat;  // its servers are elsewhere
  if (bypass || fullnat || (!nat && taken.hook == Hook::forward)) {
    return host_.drop(id, DropCause::ipvs_no_service_route);
  }
  if (nat && off_cable && decision.real_server.address.is_loopback()) {
    return host_.drop(id, DropCause::martian_destination);
  }
  if (nat) translate(environment_.frames[id], decision.real_server);
  if (taken.hook != Hook::local_out) return to_transport(taken.arrival, id, true);
  output_local(id, true);
}

void IpStack::forward_to_server(FrameId id, const Director::Decision& decision, OutputEntry& way) {
  Frame& frame = environment_.frames[id];
  const bool tunnel = decision.method == ForwardingMethod::tunnel;
  const bool pmtu_disc = host_.director()->sysctls().pmtu_disc != 0;
  std::uint32_t mtu = way.decision.mtu;
  if (tunnel) {
    mtu -= kTunnelOverhead;
    if (mtu < kLeastMtu) return host_.drop(id, DropCause::fragmentation_needed);
  }
  const bool is_icmp_error = frame.ip.protocol == Protocol::icmp && frame.icmp.is_error();
  const bool fits = frame.ip.total_length <= mtu;
  if (!fits && frame.ip.dont_fragment() && !is_icmp_error && (!tunnel || pmtu_disc)) {  // 5
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kFragmentationNeeded,
                                    static_cast<std::uint16_t>(mtu)});
    return host_.drop(id, DropCause::fragmentation_needed);
  }
  switch (decision.method) {
    case ForwardingMethod::nat: translate(frame, decision.real_server); break;
    case ForwardingMethod::direct:
    case ForwardingMethod::bypass: break;
    case ForwardingMethod::fullnat:
      host_.director()->translate_request(frame, decision, mtu);
      break;
    case ForwardingMethod::tunnel:
      encapsulate(frame, {way.decision.source, decision.real_server.address, pmtu_disc});
      if (!frame.ip.dont_fragment()) frame.ip.identification = host_.next_identification();
      break;
  }
  // 6. Out by LOCAL_OUT, where the OUTPUT chain sees it, and never FORWARD.
  if (filtered(IpFilter::Chain::output, id, InterfaceId{}, way.decision.device)) return;
  if (fits) [[likely]] {
    output_forwarded(way, id);
  } else {
    output_in_pieces(way, id);
  }
}

/// FORWARD: IN processing of ICMP errors, OUT processing of replies. Returns whether the packet
/// goes on its way; else it was sent or dropped here.
bool IpStack::balance_forwarded(InterfaceId arrival, FrameId id) {
  Frame& frame = environment_.frames[id];
  Director& director = *host_.director();
  const bool icmp = frame.ip.protocol == Protocol::icmp;
  if (icmp) {
    const Director::Decision decision = director.input_icmp(frame);
    if (decision.action != Director::Action::accept) {
      carry_out(decision, {arrival, Hook::forward}, id);
      return false;
    }
  }
  const Director::Reply reply = icmp ? director.output_icmp(frame) : director.output(frame);
  if (reply == Director::Reply::not_ours) return true;
  if (finish_reply(reply, id)) return false;
  const bool rerouted = reply == Director::Reply::translated &&
                        director.sysctls().snat_reroute != 0 && host_.state().has_custom_rules();
  if (rerouted) [[unlikely]] {
    reroute(id);
    return false;
  }
  return true;
}

/// snat_reroute: a translated reply takes the way that the director's own packets from the virtual
/// address take. Without rules of its own that is the way it had.
void IpStack::reroute(FrameId id) {
  const Frame& frame = environment_.frames[id];
  OutputEntry way{
      {}, 0, NeighbourId{}, output_route(frame.ip.destination, frame.ip.source, frame.mark)};
  if (way.decision.kind == OutputRoute::Kind::none) return host_.drop(id, DropCause::no_route);
  if (way.decision.kind == OutputRoute::Kind::local) return output_local(id, true);
  output_in_pieces(way, id);
}

}  // namespace lvs
