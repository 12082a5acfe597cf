// Transport protocol, port, and the pair of an address and a port.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "models/packet/ipv4_address.hpp"

namespace lvs {

/// IP protocol numbers that the simulator knows (IANA).
enum class Protocol : std::uint8_t { icmp = 1, ipip = 4, tcp = 6, udp = 17 };

struct Port {
  std::uint16_t value = 0;

  friend constexpr auto operator<=>(Port, Port) = default;
};

struct Endpoint {
  Ipv4Address address;
  Port port;

  friend constexpr auto operator<=>(Endpoint, Endpoint) = default;
};

/// What a virtual service, a listener or a target is called: "10.1.10.3:80/tcp".
struct ServiceAddress {
  Endpoint endpoint;
  Protocol protocol = Protocol::tcp;

  friend constexpr auto operator<=>(ServiceAddress, ServiceAddress) = default;
};

std::string to_string(Protocol p);               // "tcp"
std::string to_string(Port p);                   // "80"
std::string to_string(const Endpoint& e);        // "10.1.10.3:80"
std::string to_string(const ServiceAddress& s);  // "10.1.10.3:80/tcp"
inline std::ostream& operator<<(std::ostream& out, Protocol p) { return out << to_string(p); }
inline std::ostream& operator<<(std::ostream& out, Port p) { return out << to_string(p); }
inline std::ostream& operator<<(std::ostream& out, const Endpoint& e) {
  return out << to_string(e);
}
inline std::ostream& operator<<(std::ostream& out, const ServiceAddress& s) {
  return out << to_string(s);
}

}  // namespace lvs
