#include "scenarios/language/expand.hpp"

#include <algorithm>
#include <array>

namespace lvs::language {
namespace {

constexpr const char* kOutside = "outside";
constexpr const char* kInside = "inside";
constexpr const char* kServers = "servers";  // of fullnat, behind the router
constexpr std::uint8_t kOutsideMac = 0x0a;   // the fifth octet: net 10.1.10.0/24
constexpr std::uint8_t kInsideMac = 0xb8;    // net 192.168.184.0/24
constexpr std::uint8_t kServersMac = 0xb9;   // net 192.168.185.0/24
constexpr std::array kLocalAddresses{"192.168.184.200", "192.168.184.201", "192.168.184.202",
                                     "192.168.184.203"};

class ClusterExpansion {
 public:
  ClusterExpansion(Scenario& scenario, const Cluster& cluster)
      : scenario_(scenario), cluster_(cluster) {}

  void check_vip() const {
    const Ipv4Prefix net{ipv4(10, 1, 10, 0), 24};
    const Ipv4Address vip = cluster_.vip.endpoint.address;
    const std::uint32_t last = vip.value & 0xff;
    const bool taken = last <= 2 || last >= 254;
    if (net.contains(vip) && !taken) return;
    throw ScenarioError(cluster_.where, "cluster: the vip " + to_string(vip) +
                                            " is not one of 10.1.10.3 to 10.1.10.253");
  }

  void run() {
    add_networks();
    std::vector<Host> hosts{client(), director(), router()};
    for (std::size_t k = 0; k < cluster_.real_servers.size(); ++k) hosts.push_back(real_server(k));
    scenario_.hosts.insert(scenario_.hosts.begin(), hosts.begin(), hosts.end());
  }

 private:
  void add_networks() {
    std::vector<const char*> names{kOutside, kInside};
    if (fullnat()) names.push_back(kServers);
    std::vector<Network> added;
    for (const char* name : names) {
      const auto same = [&](const Network& network) { return network.name.text == name; };
      if (std::any_of(scenario_.networks.begin(), scenario_.networks.end(), same)) continue;
      Network network;
      network.name = {name, cluster_.where};
      network.cable.rate = gigabits_per_second(1);
      network.cable.delay = microseconds(50);
      added.push_back(network);
    }
    scenario_.networks.insert(scenario_.networks.begin(), added.begin(), added.end());
  }

  Nic nic(const char* name, const char* network, std::uint8_t net, std::uint8_t host) const {
    Nic nic;
    nic.name = {name, cluster_.where};
    nic.network = {network, cluster_.where};
    nic.mac.octets = {0x02, 0, 0, 0, net, host};
    const auto same = [&](const Network& n) { return n.name.text == network; };
    nic.cable = std::find_if(scenario_.networks.begin(), scenario_.networks.end(), same)->cable;
    return nic;
  }

  Host host(const std::string& name, std::vector<Nic> nics, const Text& setup) const {
    Host host;
    host.name = {name, cluster_.where};
    host.nics = std::move(nics);
    host.setup = read_script(setup);
    return host;
  }

  Text lines(const std::string& text) const {
    Text result;
    result.append_from(text, cluster_.where.position);
    return result;
  }

  Host client() const {
    return host("client", {nic("eth0", kOutside, kOutsideMac, 2)},
                lines("ip addr add 10.1.10.2/24 dev eth0\n"
                      "ip route add local 172.20.0.0/14 dev lo\n"
                      "ip route add 10.1.20.0/24 via 10.1.10.1\n"));
  }

  Host router() const {
    std::vector<Nic> nics{nic("eth0", kOutside, kOutsideMac, 254),
                          nic("eth1", kInside, kInsideMac, 1)};
    std::string setup =
        "ip addr add 10.1.10.254/24 dev eth0\n"
        "ip addr add 192.168.184.1/24 dev eth1\n";
    if (fullnat()) {
      nics.push_back(nic("eth2", kServers, kServersMac, 1));
      setup += "ip addr add 192.168.185.1/24 dev eth2\n";
    }
    return host("router", std::move(nics),
                lines(setup + "ip route add 172.20.0.0/14 via 10.1.10.2\n"
                              "sysctl -w net.ipv4.ip_forward=1\n"));
  }

  Host director() const {
    const std::string vip = to_string(cluster_.vip.endpoint.address);
    Text setup = lines(
        "ip addr add 10.1.10.1/24 dev eth0\n"
        "ip addr add " +
        vip +
        "/32 dev eth0\n"
        "ip addr add 192.168.184.128/24 dev eth1\n" +
        local_addresses() +
        "ip route add 172.20.0.0/14 via 10.1.10.2\n"
        "ip route add local 10.1.20.0/24 dev lo\n"
        "sysctl -w net.ipv4.ip_forward=1\n"
        "sysctl -w net.ipv4.conf.all.send_redirects=0"
        " net.ipv4.conf.eth0.send_redirects=0"
        " net.ipv4.conf.eth1.send_redirects=0\n");
    const std::string service =
        std::string(cluster_.vip.protocol == Protocol::udp ? "-u " : "-t ") +
        to_string(cluster_.vip.endpoint);
    setup.append_from("ipvsadm -A " + service + " -s ", cluster_.where.position);
    setup.append_from(cluster_.scheduler.text, cluster_.scheduler.where.position);
    for (std::size_t k = 0; k < cluster_.real_servers.size(); ++k) {
      setup.append_from("\nipvsadm -a " + service + " -r " + address(k) + ":" +
                            to_string(cluster_.vip.endpoint.port) + " " + method() + " -w " +
                            std::to_string(cluster_.real_servers[k].weight),
                        cluster_.where.position);
    }
    setup.append_from("\n", cluster_.where.position);
    if (fullnat()) {
      for (const std::string local : kLocalAddresses) {
        setup.append_from("ipvsadm --add-laddr -z " + local + " " + service + " -F eth1\n",
                          cluster_.where.position);
      }
    }
    Host result =
        host("director",
             {nic("eth0", kOutside, kOutsideMac, 1), nic("eth1", kInside, kInsideMac, 128)}, setup);
    result.cpu = cluster_.director_cpu;
    return result;
  }

  bool fullnat() const { return cluster_.mode == ClusterMode::fullnat; }

  // What the director of FULLNAT has more, behind its own address inside.
  std::string local_addresses() const {
    std::string setup;
    if (!fullnat()) return setup;
    for (const std::string local : kLocalAddresses) {
      setup += "ip addr add " + local + "/32 dev eth1\n";
    }
    return setup + "ip route add 192.168.185.0/24 via 192.168.184.1\n";
  }

  const char* method() const {
    switch (cluster_.mode) {
      case ClusterMode::nat: return "-m";
      case ClusterMode::dr: return "-g";
      case ClusterMode::tun: return "-i";
      case ClusterMode::fullnat: return "-b";
    }
    return "";
  }

  // rs1 is .129.
  std::string address(std::size_t k) const {
    return (fullnat() ? "192.168.185." : "192.168.184.") + std::to_string(129 + k);
  }

  // It needs to know nothing of the service, and no way back by the director: a local address of
  // which is who asks.
  Host fullnat_server(std::size_t k) const {
    const auto mac = static_cast<std::uint8_t>(129 + k);
    Host result = host("rs" + std::to_string(k + 1), {nic("eth0", kServers, kServersMac, mac)},
                       lines("ip addr add " + address(k) +
                             "/24 dev eth0\n"
                             "ip route add default via 192.168.185.1\n"));
    result.serves.push_back(cluster_.real_servers[k].serve);
    return result;
  }

  Host real_server(std::size_t k) const {
    if (fullnat()) return fullnat_server(k);
    std::string setup;
    const bool nat = cluster_.mode == ClusterMode::nat;
    if (!nat) {
      setup += "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2\n";
    }
    setup += "ip addr add " + address(k) + "/24 dev eth0\n";
    setup += std::string("ip route add default via 192.168.184.") + (nat ? "128" : "1") + "\n";
    if (!nat) {
      setup += "ip addr add " + to_string(cluster_.vip.endpoint.address) + "/32 dev lo\n";
      setup += "ip route add local 10.1.20.0/24 dev lo\n";
    }
    if (cluster_.mode == ClusterMode::tun) {
      setup += "ip link set tunl0 up\n";
      setup += "sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0\n";
    }
    const auto mac = static_cast<std::uint8_t>(129 + k);
    Host result =
        host("rs" + std::to_string(k + 1), {nic("eth0", kInside, kInsideMac, mac)}, lines(setup));
    result.serves.push_back(cluster_.real_servers[k].serve);
    return result;
  }

  Scenario& scenario_;
  const Cluster& cluster_;
};

}  // namespace

void expand_cluster(Scenario& scenario, const Cluster& cluster) {
  ClusterExpansion expansion(scenario, cluster);
  expansion.check_vip();
  expansion.run();
}

}  // namespace lvs::language
