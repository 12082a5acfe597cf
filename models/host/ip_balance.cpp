// IPVS in the IP stack of a director: what it takes out of local delivery and forwarding, and how
// it is sent on (spec/ipvs.md 3.1, 5.1).
#include "models/host/host.hpp"
#include "models/host/ip_output.hpp"
#include "models/ipvs/forward/nat.hpp"
#include "models/ipvs/forward/tunnel.hpp"

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
void IpStack::forward_balanced(InterfaceId arrival, FrameId id,
                               const Director::Decision& decision) {
  Frame& frame = environment_.frames[id];
  // 1. The route looks at the real server's address alone.
  const Ipv4Address server = decision.real_server.address;
  OutputEntry& way = server_routes_.get({Ipv4Address{}, server, InterfaceId{}}, host_generation(),
                                        [&] { return output_route(server, std::nullopt); });
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
  std::uint32_t mtu = way.decision.mtu;
  if (tunnel) mtu -= kTunnelOverhead;
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
    case ForwardingMethod::fullnat:
    case ForwardingMethod::bypass: break;
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
      ++frame.ip.ttl;  // the method decrements it itself
      host_.classify(TrafficClass::request);
      if (decision.action == Director::Action::forward) {
        forward_balanced(arrival, id, decision);
      } else {
        host_.drop(id, decision.cause);
      }
      return false;
    }
  }
  const Director::Reply reply = icmp ? director.output_icmp(frame) : director.output(frame);
  if (reply == Director::Reply::refuse) {
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kPort, 0});
    host_.drop(id, DropCause::ipvs_no_destination);
    return false;
  }
  if (reply != Director::Reply::not_ours) host_.classify(TrafficClass::reply);
  return true;
}

}  // namespace lvs
