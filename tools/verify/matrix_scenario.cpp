#include "tools/verify/matrix_scenario.hpp"

#include <fmt/format.h>

namespace lvs::verify {
namespace {

/// A host whose eth0 is on the switch; `cards` are those besides.
std::string host(const std::string& name, const std::string& cards, const std::string& setup) {
  std::string text =
      fmt::format("  {}:\n    nics: {{{}}}\n    reply_jitter: 0us\n    setup: |\n", name, cards);
  for (std::size_t at = 0; at < setup.size();) {
    const std::size_t end = setup.find('\n', at);
    text += "      " + setup.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return text;
}

std::string lan_card(const MatrixTopology& topology, const std::string& station) {
  return fmt::format("eth0: {{network: lan, mac: {}}}", to_string(topology.mac_of(station)));
}

constexpr const char* kForwards =
    "sysctl -w net.ipv4.ip_forward=1\n"
    "sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0\n";

std::string router(const MatrixTopology& t) {
  const std::string setup =
      kForwards + fmt::format(
                      "sysctl -w net.ipv4.conf.eth1.send_redirects=0\n"
                      "ip addr add {}/24 dev eth0\n"
                      "ip addr add {}/24 dev eth1\n"
                      "ip route add blackhole 10.99.0.0/16\n",
                      to_string(t.router_inside), to_string(t.router_outside));
  return host("router", lan_card(t, "rt") + ", eth1: outside", setup);
}

std::string director(const MatrixTopology& t) {
  const std::string vip = to_string(t.vip);
  const std::string rs1 = to_string(t.rs1);
  const std::string setup = kForwards + fmt::format(
                                            "ip addr add {}/24 dev eth0\n"
                                            "ip addr add {}/32 dev eth0\n"
                                            "ip route add default via {}\n"
                                            "ip neigh replace {} lladdr {} dev eth0 nud permanent\n"
                                            "ipvsadm -A -t {}:80 -s rr\n"
                                            "ipvsadm -a -t {}:80 -r {} -g\n",
                                            to_string(t.director), vip, to_string(t.router_inside),
                                            rs1, to_string(t.mac_of("rs1")), vip, vip, rs1);
  return host("director", lan_card(t, "dir"), setup);
}

std::string real_server(const MatrixTopology& t, const MatrixSettings& settings,
                        const std::string& name, Ipv4Address address) {
  const VipPlace& place = settings.vip;
  std::string setup;
  if (place.device == "dummy0") setup += "ip link add dummy0 type dummy\n";
  if (place.device == "dummy0" || place.device == "tunl0") {
    setup += fmt::format("ip link set {} up\n", place.device);
  }
  for (const auto& [sysctl, value] : settings.sysctls) {
    setup += fmt::format("sysctl -w {}={}\n", sysctl, value);
  }
  const std::string rip = fmt::format("ip addr add {}/24 dev eth0\n", to_string(address));
  const std::string vip =
      fmt::format("ip addr add {}/{} dev {}{}{}\n", to_string(t.vip), place.length, place.device,
                  place.label.empty() ? "" : " label " + place.label,
                  place.scope.empty() ? "" : " scope " + place.scope);
  setup += place.first ? vip + rip : rip + vip;
  setup += fmt::format("ip route add default via {}\n", to_string(t.router_inside));
  return host(name, lan_card(t, name), setup);
}

}  // namespace

std::string matrix_scenario(const MatrixTopology& topology, const MatrixSettings& settings) {
  // Cables without delay: what comes first then follows from the order of the switch's ports.
  std::string text =
      "name: arp-matrix\n"
      "time: {run: 1s}\n"
      "networks:\n"
      "  outside: {rate: 10Gbit/s, delay: 0us, kind: cable}\n"
      "  lan: {rate: 10Gbit/s, delay: 0us}\n"
      "hosts:\n";
  for (const std::string& station : topology.ports) {
    if (station == "rt") text += router(topology);
    if (station == "dir") text += director(topology);
    if (station == "rs1") text += real_server(topology, settings, station, topology.rs1);
    if (station == "rs2") text += real_server(topology, settings, station, topology.rs2);
  }
  return text + host("client", "eth0: outside",
                     fmt::format("ip addr add {}/24 dev eth0\n"
                                 "ip route add default via {}\n",
                                 to_string(topology.client), to_string(topology.router_outside)));
}

}  // namespace lvs::verify
