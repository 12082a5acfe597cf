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
  noarp,
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
  std::uint8_t probes =
      0;  ///< questions counted as the kernel does: broadcasts from ucast_solicit on
  Time updated = kStart;    ///< last change of state or MAC
  Time confirmed = kStart;  ///< last proof of reachability
  Time used = kStart;       ///< last output while not reachable (4.3)
  TimerId timer;
  std::vector<Waiting> waiting;
  std::int64_t waiting_bytes = 0;

  bool valid() const {
    return state == NeighbourState::reachable || state == NeighbourState::stale ||
           state == NeighbourState::delay || state == NeighbourState::probe ||
           state == NeighbourState::permanent || state == NeighbourState::noarp;
  }
  /// Never changed by ARP, never collected.
  bool fixed() const {
    return state == NeighbourState::permanent || state == NeighbourState::noarp;
  }
};

/// `ip neigh add proxy A dev X`: the host answers for A on X (2.1 step 8b).
struct ProxyNeighbour {
  Ipv4Address address;
  InterfaceId device;

  friend bool operator==(const ProxyNeighbour&, const ProxyNeighbour&) = default;
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
  /// The entry that stands for the periodic collection in a timer's target.
  static constexpr std::uint32_t kCollection = (1U << kTargetShift) - 1;

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
      case NeighbourState::permanent:
      case NeighbourState::noarp: return send(n, frame);
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
  /// Creates the entry if needed. `ip neigh add|replace|change … nud STATE`, `arp -s`. False if the
  /// table is full.
  bool set(Ipv4Address address, InterfaceId device, MacAddress mac, NeighbourState state);
  /// Asks for the neighbour if it is not usable, as if a packet waited for it; true if it is
  /// usable now (a redirect wants to know, 5.6).
  bool ask_for(NeighbourId id);
  void add_proxy(const ProxyNeighbour& proxy);
  bool remove_proxy(const ProxyNeighbour& proxy);
  bool is_proxy(const ProxyNeighbour& proxy) const;
  const std::vector<ProxyNeighbour>& proxies() const { return proxies_; }
  void forget_proxies() { proxies_.clear(); }
  /// `ip neigh del`; false if there is no such entry. What waits for it is lost.
  bool remove(Ipv4Address address, InterfaceId device);
  /// `ip neigh flush`: all entries but permanent ones, of one device or in one network if given.
  void flush(std::optional<InterfaceId> device, std::optional<Ipv4Prefix> in = std::nullopt);
  /// The device went down or has another MAC address: its entries go, permanent ones too.
  void forget_device(InterfaceId device);
  /// The device lost its carrier: its entries go but for fixed ones, unless arp_evict_nocarrier
  /// is 0 (4.3).
  void carrier_lost(InterfaceId device);

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
  void solicit(NeighbourId id);
  void probe_or_fail(NeighbourId id);
  void enter(NeighbourId id, NeighbourState state);
  void arm(const Neighbour& n, Duration after);
  void reachable_timer(NeighbourId id);
  void fail(NeighbourId id);
  void release_waiting(NeighbourId id);
  void drop_waiting(Neighbour& n);
  void erase(NeighbourId id);
  bool collect_by_force();
  void plan_collection();
  void collect_periodically();
  const NeighbourConf& conf(const Neighbour& n) const;
  Time long_ago(const Neighbour& n) const;

  Simulator& simulator_;
  FramePool& frames_;
  Host& host_;
  std::vector<Neighbour> entries_;
  std::vector<std::uint32_t> free_;
  tsl::robin_map<std::uint64_t, std::uint32_t, KeyHash> index_;
  std::vector<ProxyNeighbour> proxies_;
  std::size_t fixed_ = 0;  ///< entries that do not count for the table's limits
  Time last_collection_ = kStart;
  TimerId collection_;
};

}  // namespace lvs
