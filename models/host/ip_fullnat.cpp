// FULLNAT in the IP stack of a director: what its real servers answer goes on to the clients.
#include "models/host/host.hpp"
#include "models/host/ip_output.hpp"

namespace lvs {

/// FULLNAT's way back (spec/ipvs.md 6.1): like ordinary forwarding, and by LOCAL_OUT as what IPVS
/// sends to servers. Errors are about the packet as the server sent it.
void IpStack::send_to_client(FrameId id, const Director::Onward& onward) {
  host_.classify(TrafficClass::reply);
  Frame& frame = environment_.frames[id];
  OutputEntry& way = way_to_client(frame, onward);
  const OutputRoute& route = way.decision;
  const bool local = route.kind == OutputRoute::Kind::local;
  if (!local && route.kind != OutputRoute::Kind::direct) {
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kHost, 0});
    return host_.drop(id, DropCause::no_route);
  }
  if (frame.ip.ttl <= 1) {
    host_.icmp().send_error(frame, {IcmpType::time_exceeded, 0, 0});
    return host_.drop(id, DropCause::ttl_exceeded);
  }
  if (frame.ip.total_length > route.mtu && frame.ip.dont_fragment()) {
    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kFragmentationNeeded,
                                    static_cast<std::uint16_t>(route.mtu)});
    return host_.drop(id, DropCause::fragmentation_needed);
  }
  --frame.ip.ttl;
  host_.director()->translate_reply(frame, onward);
  if (filtered(IpFilter::Chain::output, id, InterfaceId{}, route.device)) return;
  if (local) return output_local(id, true);
  output_in_pieces(way, id);
}

/// Of the director's own packets from the virtual address; remembered unless rules look at more.
IpStack::OutputEntry& IpStack::way_to_client(const Frame& frame, const Director::Onward& onward) {
  const Ipv4Address source = onward.virtual_side.address;
  const Ipv4Address client = onward.client.address;
  if (host_.state().has_custom_rules()) [[unlikely]] {
    uncached_output_ = {{}, 0, NeighbourId{}, output_route(client, source, frame.mark)};
    return uncached_output_;
  }
  return server_routes_.get({source, client, InterfaceId{}}, host_generation(),
                            [&] { return output_route(client, source); });
}

}  // namespace lvs
