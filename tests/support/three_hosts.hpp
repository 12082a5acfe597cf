// A small LAN: hosts with one card each on one switch. Answers come at once (no reply jitter), so
// every instant in a test is exact.
//
//   Lan lan;
//   Host& client = lan.host("client", "10.0.0.1/24");
//   Host& server = lan.host("server", "10.0.0.2/24");
#pragma once

#include <cstdint>
#include <string>

#include "models/world.hpp"
#include "tests/support/packets.hpp"
#include "tests/support/recording.hpp"

namespace lvs {

/// 1 Gbit/s, 50 us, 512 KiB: the defaults of scenarios.
WayConfig usual_way();

// Commands as text, so that a test reads like what is typed. Each checks that it succeeded.

/// "10.0.0.1/24"; scope global unless given.
ConfigError add_address(Host& host, const std::string& device, const std::string& prefix,
                        Scope scope = Scope::global);
/// ip route add `prefix` [via `gateway`] [dev `device`]; prefix "default" or "10.0.0.0/8".
ConfigError add_route(Host& host, const std::string& prefix, const std::string& gateway,
                      const std::string& device = "");
void sysctl(Host& host, const std::string& path, int value);
Ipv4Address address(const std::string& text);
InterfaceId device(const Host& host, const std::string& name);
/// The MAC of the host's eth0, or another card.
MacAddress mac_of(const Host& host, const std::string& card = "eth0");
/// "DELAY", or "" if there is no entry.
std::string neighbour_state(const Host& host, const std::string& of,
                            const std::string& card = "eth0");

/// sent + copied = delivered + dropped + in flight, and frames wait nowhere without being in
/// flight. Every test of a world ends with it.
void check_conservation(const World& world);

class Lan {
 public:
  explicit Lan(std::uint64_t seed = 1);
  /// Checks conservation.
  ~Lan();
  Lan(const Lan&) = delete;
  Lan& operator=(const Lan&) = delete;

  /// A host whose eth0 is plugged into switch `at`; `prefix` may be empty.
  Host& host(const std::string& name, const std::string& prefix, std::uint32_t at = 0,
             const WayConfig& way = usual_way());
  /// One more card.
  CableId card(Host& host, const std::string& card, const std::string& prefix, std::uint32_t at = 0,
               const WayConfig& way = usual_way());
  /// The cable of the host's only card, as host() made it.
  CableId cable_of(const Host& host) const { return cables_[host.id().index()]; }

  /// `from` puts the frame on its eth0 as it is, but for the Ethernet source; TCP and all else of
  /// the host know nothing of it.
  void inject(Host& from, const Frame& frame, MacAddress to);
  /// The same for an ARP packet: broadcast requests, unicast replies.
  void inject(Host& from, const Frame& arp) { inject(from, arp, arp.destination); }

  /// `from` sends the packet as its own, by its routes and neighbours; false if it has no way.
  bool originate(Host& from, const Frame& packet);

  void run_for(Duration span) { world.run_until(world.simulator().now() + span); }
  void run_until(Duration since_start) { world.run_until(Time{since_start}); }
  Time now() const { return world.simulator().now(); }

  World world;
  Recording seen;

 private:
  std::vector<CableId> cables_;  ///< by host
  std::uint8_t macs_ = 0;
};

}  // namespace lvs
