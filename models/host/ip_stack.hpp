// IPv4 of a host: receive, deliver, forward, send; where filters and IPVS hook in.
// Source: spec/linux-host.md section 5; spec/ipvs.md 3.1 and 5.1.
#pragma once

#include <cstdint>
#include <optional>

#include "models/host/ip_filter.hpp"
#include "models/host/neighbours.hpp"
#include "models/host/reassembly.hpp"
#include "models/host/route_cache.hpp"
#include "models/host/route_exceptions.hpp"
#include "models/host/routing.hpp"
#include "models/ipvs/director.hpp"
#include "models/packet/frame_pool.hpp"

namespace lvs {

class Host;
struct Environment;

/// The way to one peer, remembered by a connection; found again when the host's routes have
/// changed.
struct PeerPath {
  std::uint32_t generation = 0;  ///< of HostState; 0: never found
  InterfaceId device;
  NeighbourId neighbour;  ///< none: through lo
  std::uint32_t mtu = 0;
};

class IpStack {
 public:
  IpStack(const Environment& environment, Host& host)
      : environment_(environment), host_(host), reassembly_(environment, host) {}

  /// An IPv4 packet that the card accepted, or that comes out of a tunnel or lo. Consumes the
  /// frame.
  void receive(InterfaceId arrival, FrameId frame);
  /// The same for a packet from lo. One that IPVS has handled on its way out is not shown to it
  /// again.
  void receive_loopback(FrameId frame, bool handled);

  /// Sends a packet of this host whose source and destination are set; consumes the frame. Returns
  /// false if there is no route (the frame is then dropped and counted).
  bool send(FrameId frame);
  /// The same along a remembered path; false as above.
  bool send(PeerPath& path, FrameId frame);

  /// Finds the way to `destination`; false if there is none.
  bool find_path(PeerPath& path, Ipv4Address source, Ipv4Address destination);
  /// The way a packet of this host would take now, with what was learned about the destination:
  /// redirects and path MTU (`ip route get`).
  OutputRoute output_route(Ipv4Address destination, std::optional<Ipv4Address> source,
                           std::uint32_t mark = 0) const;
  /// A connection made forward progress along `path` (spec 4.5).
  void confirm(const PeerPath& path) {
    if (path.neighbour.valid() && path.generation == host_generation()) confirm_neighbour(path);
  }

  /// A router on the way to `destination` said that only `mtu` bytes pass (5.5): remembered for
  /// route.mtu_expires. A larger one than is known now is ignored.
  void learn_path_mtu(Ipv4Address destination, std::uint32_t mtu);
  /// `from`, the router in use for `destination`, said that `gateway` is better (5.6).
  void obey_redirect(InterfaceId arrival, Ipv4Address from, Ipv4Address destination,
                     Ipv4Address gateway);

  // timers
  void exception_expired();
  void reassembly_timer(std::uint32_t place) { reassembly_.timer(place); }

  /// The host lost power.
  void forget();

  /// Called by the neighbour cache for a packet that it gave up.
  void neighbour_failed(FrameId frame, bool forwarded);

 private:
  using InputEntry = RouteCache<InputRoute>::Entry;
  using OutputEntry = RouteCache<OutputRoute>::Entry;

  std::uint32_t host_generation() const;
  void confirm_neighbour(const PeerPath& path);

  // ip_stack.cpp
  InputEntry& input_way(const Frame& frame, InterfaceId arrival);
  InputEntry& input_way_by_all(const Frame& frame, InterfaceId arrival);
  InputRoute decide(const FlowAddresses& flow, InterfaceId arrival) const;
  void refuse(const InputRoute& route, FrameId frame);
  void deliver(InterfaceId arrival, FrameId frame, bool to_us);
  void forward(InterfaceId arrival, FrameId frame, InputEntry& way);
  void to_transport(InterfaceId arrival, FrameId frame, bool to_us);
  void decapsulate(FrameId frame);
  /// Passes an iptables chain; true if the packet ended there.
  bool filtered(IpFilter::Chain chain, FrameId frame, InterfaceId in, InterfaceId out);
  bool filtered_by_rules(IpFilter::Chain chain, FrameId frame, InterfaceId in, InterfaceId out);

  // ip_balance.cpp
  enum class Hook : std::uint8_t { local_in, local_out, forward };
  /// Where the director took a packet.
  struct Taken {
    InterfaceId arrival;
    Hook hook;
  };
  bool balance(InterfaceId arrival, FrameId frame);
  enum class Balanced : std::uint8_t { not_ours, handled, taken };
  Balanced balance_output(PeerPath& path, FrameId frame);
  bool balance_forwarded(InterfaceId arrival, FrameId frame);
  bool finish_reply(Director::Reply reply, FrameId frame);
  void carry_out(const Director::Decision& decision, const Taken& taken, FrameId frame);
  void forward_balanced(const Taken& taken, FrameId frame, const Director::Decision& decision);
  void to_local_server(const Taken& taken, FrameId frame, const Director::Decision& decision);
  void forward_to_server(FrameId frame, const Director::Decision& decision, OutputEntry& way);
  void relay_tunnel_error(FrameId frame, const Director::Decision& decision);
  void reroute(FrameId frame);

  // ip_fullnat.cpp
  void send_to_client(FrameId frame, const Director::Onward& onward);
  OutputEntry& way_to_client(const Frame& frame, const Director::Onward& onward);

  // ip_output.cpp
  template <class Entry>
  void output_forwarded(Entry& way, FrameId frame);
  /// The same for a packet that may be too long.
  template <class Entry>
  void output_in_pieces(Entry& way, FrameId frame);
  void output_fragments(NeighbourId neighbour, FrameId frame, std::uint32_t mtu, bool forwarded);
  void output_local(FrameId frame, bool handled);
  bool is_default_gateway(Ipv4Address address) const;
  void exceptions_changed();

  const Environment& environment_;
  Host& host_;
  RouteCache<InputRoute> input_routes_;
  /// To real servers, by destination alone; back to clients of FULLNAT.
  RouteCache<OutputRoute> server_routes_;
  InputEntry uncached_;  ///< a decision that depends on more than the key of the cache
  OutputEntry uncached_output_;
  RouteExceptions exceptions_;
  TimerId exceptions_timer_;
  Reassembly reassembly_;
  bool handled_ = false;  ///< the packet now worked on was handled by IPVS (spec/ipvs.md 3.1)
};

}  // namespace lvs
