// Input: from the card, a tunnel or lo to the protocols or to forwarding.
#include "models/host/ip_stack.hpp"

#include <algorithm>

#include "models/host/host.hpp"
#include "models/host/ip_output.hpp"
#include "models/tcp/tcp.hpp"
#include "models/udp/udp.hpp"

namespace lvs {

InputRoute IpStack::decide(const FlowAddresses& flow, InterfaceId arrival) const {
  InputRoute route = route_input(host_.state(), flow, arrival);
  if (exceptions_.empty() || route.kind != InputRoute::Kind::forward) return route;
  const Time now = environment_.simulator.now();
  if (const auto better =
          exceptions_.gateway(flow.destination, route.device, route.next_hop, now)) {
    route.next_hop = *better;
    route.by_gateway = true;
  }
  // A forwarder takes the device's MTU, whatever it has learned, unless it is told to (5.5).
  const std::uint32_t learned = exceptions_.mtu(flow.destination, now);
  if (learned != 0 && host_.state().sysctls().ip_forward_use_pmtu != 0) {
    route.mtu = std::min(route.mtu, learned);
  }
  return route;
}

/// The decision for a packet, remembered where it depends on addresses and arrival alone.
inline IpStack::InputEntry& IpStack::input_way(const Frame& frame, InterfaceId arrival) {
  if (!host_.state().routes_by_address()) [[unlikely]]
    return input_way_by_all(frame, arrival);
  return input_routes_.get({frame.ip.source, frame.ip.destination, arrival}, host_generation(),
                           [&] {
                             return decide({frame.ip.source, frame.ip.destination}, arrival);
                           });
}

/// The same where mark and type of service matter too.
IpStack::InputEntry& IpStack::input_way_by_all(const Frame& frame, InterfaceId arrival) {
  const FlowAddresses flow{frame.ip.source, frame.ip.destination, frame.mark,
                           static_cast<std::uint8_t>(frame.ip.tos & kRoutedTos)};
  uncached_ = {{}, 0, NeighbourId{}, decide(flow, arrival)};
  return uncached_;
}

void IpStack::receive(InterfaceId arrival, FrameId id) {
  const Frame& frame = environment_.frames[id];
  if (filtered(IpFilter::Chain::mangle_prerouting, id, arrival, InterfaceId{})) return;
  InputEntry& way = input_way(frame, arrival);
  switch (way.decision.kind) {
    case InputRoute::Kind::local:
    case InputRoute::Kind::broadcast: return deliver(arrival, id, !frame.destination.is_group());
    case InputRoute::Kind::forward: return forward(arrival, id, way);
    case InputRoute::Kind::drop: return refuse(way.decision, id);
  }
}

void IpStack::receive_loopback(FrameId id, bool handled) {
  handled_ = handled;
  receive(kLoopback, id);
  handled_ = false;
}

bool IpStack::filtered_by_rules(IpFilter::Chain chain, FrameId id, InterfaceId in,
                                InterfaceId out) {
  IpFilter& filter = host_.ip_filter();
  if (!filter.active(chain)) return false;
  const auto name = [&](InterfaceId i) {
    return i.valid() ? std::string_view(host_.state().interface(i).name) : std::string_view();
  };
  if (filter.pass(chain, environment_.frames[id], name(in), name(out)) == FilterVerdict::accept) {
    return false;
  }
  host_.drop(id, DropCause::iptables);
  return true;
}

void IpStack::refuse(const InputRoute& route, FrameId id) {
  if (route.tells_sender) {
    host_.icmp().send_error(environment_.frames[id],
                            {IcmpType::unreachable, route.unreachable_code, 0});
  }
  host_.drop(id, route.cause);
}

/// Local delivery: put together again, INPUT, IPVS, then the protocols. Packets that came in a
/// broadcast frame are not for IPVS.
void IpStack::deliver(InterfaceId arrival, FrameId id, bool to_us) {
  if (environment_.frames[id].ip.is_fragment()) [[unlikely]] {
    const auto whole = reassembly_.add(id);
    if (!whole) return;
    id = *whole;
  }
  if (filtered(IpFilter::Chain::input, id, arrival, InterfaceId{})) return;
  if (CaptureWatch* const watch = host_.capture_watch(); watch != nullptr && to_us) {
    const bool off_cable = host_.state().interface(arrival).kind == DeviceKind::ethernet;
    if (off_cable) watch->delivered(environment_.frames[id], host_.director() != nullptr);
  }
  const Director* director = host_.director();
  const bool asks = director != nullptr && director->has_services() && to_us && !handled_;
  if (asks && balance(arrival, id)) return;
  to_transport(arrival, id, to_us);
}

/// spec/linux-host.md 5.5, step by step.
void IpStack::forward(InterfaceId arrival, FrameId id, InputEntry& way) {
  Frame& frame = environment_.frames[id];
  if (frame.destination.is_group()) return host_.drop(id, DropCause::broadcast_not_forwarded);  // 1
  if (frame.ip.ttl <= 1) {                                                                      // 2
    host_.icmp().send_error(frame, {IcmpType::time_exceeded, 0, 0});
    return host_.drop(id, DropCause::ttl_exceeded);
  }
  bool fits = frame.ip.total_length <= way.decision.mtu;
  if (!fits && frame.ip.dont_fragment()) {  // 3
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kFragmentationNeeded,
                                    static_cast<std::uint16_t>(way.decision.mtu)});
    return host_.drop(id, DropCause::fragmentation_needed);
  }
  --frame.ip.ttl;                            // 4
  if (way.decision.redirect) [[unlikely]] {  // 5
    host_.icmp().send_redirect(frame, way.decision.next_hop);
  }
  // 6. FORWARD: the filter, then IN processing of ICMP errors and OUT processing (spec/ipvs.md
  // 3.1).
  if (filtered(IpFilter::Chain::forward, id, arrival, way.decision.device)) return;
  const Director* director = host_.director();
  if (director != nullptr && director->has_services()) {
    if (frame.ip.is_fragment()) [[unlikely]] {  // IPVS looks at whole packets
      const auto whole = reassembly_.add(id);
      if (!whole) return;
      id = *whole;
      fits = false;
    }
    if (!balance_forwarded(arrival, id)) return;
  }
  if (fits) [[likely]] {  // 7
    output_forwarded(way, id);
  } else {
    output_in_pieces(way, id);
  }
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
    case Protocol::ipip: return decapsulate(id);
  }
  host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kProtocol, 0});
  host_.drop(id, DropCause::unknown_protocol);
}

/// spec/linux-host.md 7.2: tunl0 is the only tunnel device; the inner packet arrives by it.
void IpStack::decapsulate(FrameId id) {
  Frame& frame = environment_.frames[id];
  if (!host_.state().interface(kTunnel).up) {  // 1
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kPort, 0});
    return host_.drop(id, DropCause::tunnel_down);
  }
  constexpr std::uint8_t kEcnMask = 3;
  constexpr std::uint8_t kCongestion = 3;
  if ((frame.ip.tos & kEcnMask) == kCongestion) {  // 2
    if ((frame.inner.tos & kEcnMask) == 0) return host_.drop(id, DropCause::unexpected_segment);
    frame.inner.tos |= kCongestion;
  }
  frame.ip = frame.inner;  // 3
  receive(kTunnel, id);    // 4, 5
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

void IpStack::forget() {
  exceptions_.forget();
  reassembly_.forget();
}

}  // namespace lvs
