// The neighbour cache of a host: which MAC address a next hop has, how sure that is, and the
// packets that wait for an answer. Source: spec/linux-host.md section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "models/host/interface.hpp"
#include "models/packet/frame_pool.hpp"
#include "sim/id.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Host;

enum class NeighbourState : std::uint8_t {
  none,
  incomplete,
  reachable,
  stale,
  delay,
  probe,
  failed,
  permanent,
};
/// "REACHABLE": as `ip neigh` prints it.
std::string_view name(NeighbourState state);

struct NeighbourTag;
using NeighbourId = Id<NeighbourTag>;

struct Neighbour {
  struct Waiting {
    FrameId frame;
    bool forwarded;  ///< else it is the host's own
  };

  Ipv4Address address;
  InterfaceId device;
  MacAddress mac;
  NeighbourState state = NeighbourState::none;
  std::uint8_t probes = 0;  ///< sent since the state was entered
  Time updated = kStart;    ///< last change of state or MAC
  Time confirmed = kStart;  ///< last proof of reachability
  Time used = kStart;       ///< last output while not reachable (4.3)
  TimerId timer;
  std::vector<Waiting> waiting;
  std::int64_t waiting_bytes = 0;

  bool valid() const {
    return state == NeighbourState::reachable || state == NeighbourState::stale ||
           state == NeighbourState::delay || state == NeighbourState::probe ||
           state == NeighbourState::permanent;
  }
};

/// What an ARP packet says about its sender, as 4.4 takes it.
struct NeighbourUpdate {
  MacAddress mac;
  NeighbourState state = NeighbourState::stale;  ///< reachable or stale
  bool override = false;
};

class Neighbours {
 public:
  /// A timer's target: host << kTargetShift | entry.
  static constexpr int kTargetShift = 16;

  Neighbours(Simulator& simulator, FramePool& frames, Host& host)
      : simulator_(simulator), frames_(frames), host_(host) {}

  const Neighbour* find(Ipv4Address address, InterfaceId device) const;
  /// Makes the entry in state NONE if it is missing; nothing if the table is full (4.2).
  std::optional<NeighbourId> find_or_create(Ipv4Address address, InterfaceId device);
  const Neighbour& operator[](NeighbourId id) const { return entries_[id.index()]; }

  /// Sends the frame to the neighbour: at once if its MAC is usable, else after an answer (3.1).
  void output(NeighbourId id, FrameId frame, bool forwarded) {
    Neighbour& n = entries_[id.index()];
    switch (n.state) {
      case NeighbourState::delay:
      case NeighbourState::probe: n.used = simulator_.now(); [[fallthrough]];
      case NeighbourState::reachable:
      case NeighbourState::permanent: return send(n, frame);
      case NeighbourState::stale:
      case NeighbourState::none:
      case NeighbourState::incomplete:
      case NeighbourState::failed: return output_unsure(id, frame, forwarded);
    }
  }
  /// An upper layer saw forward progress through the neighbour (4.5).
  void confirm(NeighbourId id) { entries_[id.index()].confirmed = simulator_.now(); }

  /// ARP heard (mac, state, override) about the entry.
  void update(NeighbourId id, const NeighbourUpdate& news);
  /// Creates the entry if needed. `ip neigh add|replace`, `arp -s`: state permanent, reachable,
  /// stale.
  void set(Ipv4Address address, InterfaceId device, MacAddress mac, NeighbourState state);
  /// `ip neigh del`; false if there is no such entry. What waits for it is lost.
  bool remove(Ipv4Address address, InterfaceId device);
  /// `ip neigh flush`: all entries but permanent ones, of one device or in one network if given.
  void flush(std::optional<InterfaceId> device, std::optional<Ipv4Prefix> in = std::nullopt);
  /// The device lost its carrier or went down: its entries go, permanent ones too.
  void forget_device(InterfaceId device);

  void timer(std::uint32_t entry);

  /// Copies of all entries, sorted by device and address.
  std::vector<Neighbour> listing() const;
  std::size_t size() const { return index_.size(); }

 private:
  static std::uint64_t key(Ipv4Address address, InterfaceId device) {
    return static_cast<std::uint64_t>(device.value) << 32 | address.value;
  }
  /// Addresses of one plan differ in a few bits only, so the key is mixed.
  struct KeyHash {
    std::size_t operator()(std::uint64_t key) const {
      key *= 0x9e3779b97f4a7c15ULL;
      return static_cast<std::size_t>(key ^ key >> 32);
    }
  };

  void send(const Neighbour& n, FrameId frame);  // defined with Host, whose card it uses
  void output_unsure(NeighbourId id, FrameId frame, bool forwarded);
  void enqueue(Neighbour& n, FrameId frame, bool forwarded);
  void start_resolution(NeighbourId id);
  void solicit(const Neighbour& n);
  void enter(NeighbourId id, NeighbourState state);
  void arm(const Neighbour& n, Duration after);
  void reachable_timer(NeighbourId id);
  void fail(NeighbourId id);
  void release_waiting(NeighbourId id);
  void drop_waiting(Neighbour& n);
  void erase(NeighbourId id);
  bool collect();
  const NeighbourConf& conf(const Neighbour& n) const;

  Simulator& simulator_;
  FramePool& frames_;
  Host& host_;
  std::vector<Neighbour> entries_;
  std::vector<std::uint32_t> free_;
  tsl::robin_map<std::uint64_t, std::uint32_t, KeyHash> index_;
  Time last_collection_ = kStart;
};

}  // namespace lvs
