// The recorded LAN with a client behind the router, for the facts about routing.
#pragma once

#include <cstdio>
#include <string>

#include "tests/truth/facts/peers.hpp"

namespace lvs::truth {

inline const std::string kRouter = "192.168.77.1";
inline const std::string kRs1 = "192.168.77.11";
inline const std::string kVip = "192.168.77.100";

/// The recorded LAN, with a client and nothing else behind the router.
struct RoutedLan : FactLan {
  Host& router = machine("rt", kRouter + "/24", 1);
  Host& director = machine("dir", "192.168.77.2/24", 2);
  Host& rs1 = machine("rs1", kRs1 + "/24", 0x11);
  Host& rs2 = machine("rs2", "192.168.77.12/24", 0x12);
  Host& client = client_behind();

  RoutedLan() {
    sysctl(router, "ipv4.ip_forward", 1);
    for (Host* h : {&director, &rs1, &rs2}) add_route(*h, "default", kRouter);
  }
  Host& client_behind() {
    card(router, "eth1", "10.9.0.1/24", 1);
    Host& made = host("client", "10.9.0.10/24", 1);
    add_route(made, "default", "10.9.0.1");
    return made;
  }
  /// A UDP packet of `from` as text would have it; sent by the router's MAC or straight.
  static UdpBuilder packet(const std::string& from, const std::string& to, int length) {
    return udp()
        .from(address(from), 5000)
        .to(address(to), 9)
        .payload(bytes(length - Ipv4Header::kLength - UdpDatagram::kHeaderLength));
  }
  /// What `host` was told by the router's ICMP, as the recordings list it.
  Json errors_at(const Host& host) const {
    Json list = Json::array();
    for (const SeenFrame& s : seen.received) {
      if (s.host != host.id() || s.frame.is_arp()) continue;
      if (s.frame.ip.protocol != Protocol::icmp || s.frame.ip.source != address(kRouter)) continue;
      const IcmpMessage& m = s.frame.icmp;
      const std::uint32_t rest = m.type == IcmpType::redirect ? m.gateway.value : m.mtu;
      char text[9];
      std::snprintf(text, sizeof text, "%08x", rest);
      list.push_back({{"type", static_cast<int>(m.type)},
                      {"code", m.code},
                      {"rest", text},
                      {"from", to_string(s.frame.ip.source)},
                      {"to", to_string(s.frame.ip.destination)}});
    }
    return list;
  }
};

}  // namespace lvs::truth
