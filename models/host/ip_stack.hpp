// IPv4 of a host: receive, deliver, forward, send; where IPVS hooks in.
// Source: spec/linux-host.md section 5; spec/ipvs.md 3.1 and 5.1.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/host/neighbours.hpp"
#include "models/host/route_cache.hpp"
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
  IpStack(const Environment& environment, Host& host) : environment_(environment), host_(host) {}

  /// An IPv4 packet that the card accepted, or that comes out of a tunnel or lo. Consumes the
  /// frame.
  void receive(InterfaceId arrival, FrameId frame);

  /// Sends a packet of this host whose source and destination are set; consumes the frame. Returns
  /// false if there is no route (the frame is then dropped and counted).
  bool send(FrameId frame);
  /// The same along a remembered path; false as above.
  bool send(PeerPath& path, FrameId frame);

  /// Finds the way to `destination`; false if there is none.
  bool find_path(PeerPath& path, Ipv4Address source, Ipv4Address destination);
  /// A connection made forward progress along `path` (spec 4.5).
  void confirm(const PeerPath& path) {
    if (path.neighbour.valid() && path.generation == host_generation()) confirm_neighbour(path);
  }

  /// A router on the way to `destination` said that only `mtu` bytes pass (5.5): remembered for 600
  /// s.
  void learn_path_mtu(Ipv4Address destination, std::uint32_t mtu);

  /// The host lost power.
  void forget() { path_mtus_.clear(); }

  /// Called by the neighbour cache for a packet that it gave up.
  void neighbour_failed(FrameId frame, bool forwarded);

 private:
  struct PathMtu {
    Ipv4Address destination;
    std::uint32_t mtu;
    Time expires;
  };

  using InputEntry = RouteCache<InputRoute>::Entry;
  using OutputEntry = RouteCache<OutputRoute>::Entry;

  std::uint32_t host_generation() const;
  void confirm_neighbour(const PeerPath& path);
  void refuse(const InputRoute& route, FrameId frame);
  void deliver(InterfaceId arrival, FrameId frame, bool to_us);
  bool balance(InterfaceId arrival, FrameId frame);
  void forward_balanced(InterfaceId arrival, FrameId frame, const Director::Decision& decision);
  void forward_to_server(FrameId frame, const Director::Decision& decision, OutputEntry& way);
  void relay_tunnel_error(FrameId frame, const Director::Decision& decision);
  void balance_forwarded_icmp(InterfaceId arrival, FrameId frame,
                              const Director::Decision& decision);
  void forward(InterfaceId arrival, FrameId frame, InputEntry& way);
  void to_transport(InterfaceId arrival, FrameId frame, bool to_us);
  void decapsulate(InterfaceId arrival, FrameId frame);
  template <class Entry>
  void output_forwarded(Entry& way, FrameId frame);
  void output_local(FrameId frame);
  std::uint32_t path_mtu(Ipv4Address destination, std::uint32_t link_mtu) const;

  const Environment& environment_;
  Host& host_;
  std::vector<PathMtu> path_mtus_;
  RouteCache<InputRoute> input_routes_;
  RouteCache<OutputRoute> server_routes_;  ///< to real servers, by destination alone
};

}  // namespace lvs
