// A network interface of a host: its device, its addresses, its kernel parameters.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/host/sysctls.hpp"
#include "models/net/cable.hpp"
#include "models/packet/ipv4_address.hpp"
#include "models/packet/mac_address.hpp"
#include "sim/id.hpp"

namespace lvs {

struct InterfaceTag;
/// Index into a host's interfaces: 0 is lo, 1 is tunl0, cards follow in file order.
using InterfaceId = Id<InterfaceTag>;
inline constexpr InterfaceId kLoopback{0};
inline constexpr InterfaceId kTunnel{1};

/// Ordered: "scope at most link" means global, site or link (spec/linux-host.md 1.1).
enum class Scope : std::uint8_t { global = 0, site = 200, link = 253, host = 254, nowhere = 255 };

struct InterfaceAddress {
  Ipv4Prefix prefix;  ///< the address itself, with the length of its network
  Scope scope = Scope::global;
  bool secondary = false;
  std::optional<Ipv4Address> broadcast;
  std::string label;
};

enum class DeviceKind : std::uint8_t { loopback, tunnel, dummy, ethernet };

struct Interface {
  // what every frame needs, first
  MacAddress mac;
  DeviceKind kind = DeviceKind::ethernet;
  bool up = false;
  bool carrier = true;       ///< the cable is joined
  bool arp = true;           ///< `ip link set X arp off` clears it
  DirectionId out;           ///< the way out of a card; none for other devices
  std::uint32_t mtu = 1500;  ///< bytes of an IP packet
  std::uint64_t bytes_received = 0;

  std::string name;
  InterfaceConf conf;
  NeighbourConf neighbours;
  /// Primaries in order of addition, then secondaries in order of addition (1.3).
  std::vector<InterfaceAddress> addresses;

  /// Whether the network of one of its addresses has both `a` and `b`.
  bool has_network_of(Ipv4Address a, Ipv4Address b) const {
    return std::any_of(addresses.begin(), addresses.end(), [&](const InterfaceAddress& own) {
      return own.prefix.contains(a) && own.prefix.contains(b);
    });
  }
  /// Whether neighbours are asked for by ARP; the other devices are NOARP (1.6).
  bool resolves() const { return kind == DeviceKind::ethernet && arp; }
};

}  // namespace lvs
