#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

std::string cluster(const std::string& mode, const std::string& servers = "2",
                    const std::string& rest = "") {
  return "name: c\ntime: {run: 1s}\n"
         "cluster: {mode: " +
         mode + ", scheduler: rr, vip: 10.1.10.3:80/tcp, real_servers: " + servers +
         ", server: {cores: 2, service_time: 1ms, response: 1KiB}}\n" + rest;
}

std::string setup(const Scenario& scenario, const std::string& name) {
  for (const Host& host : scenario.hosts) {
    if (host.name.text == name) return host.setup.text;
  }
  return "no such host";
}

}  // namespace

TEST_CASE("a cluster in NAT sends the servers' answers through the director",
          "[language][cluster]") {
  const Scenario s = load_scenario_text("c.yaml", cluster("nat"));
  REQUIRE(s.hosts.size() == 5);
  CHECK(setup(s, "rs2") ==
        "ip addr add 192.168.184.130/24 dev eth0\nip route add default via 192.168.184.128\n");
  CHECK(setup(s, "director") ==
        "ip addr add 10.1.10.1/24 dev eth0\n"
        "ip addr add 10.1.10.3/32 dev eth0\n"
        "ip addr add 192.168.184.128/24 dev eth1\n"
        "ip route add 172.20.0.0/14 via 10.1.10.2\n"
        "ip route add local 10.1.20.0/24 dev lo\n"
        "sysctl -w net.ipv4.ip_forward=1\n"
        "sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0 "
        "net.ipv4.conf.eth1.send_redirects=0\n"
        "ipvsadm -A -t 10.1.10.3:80 -s rr\n"
        "ipvsadm -a -t 10.1.10.3:80 -r 192.168.184.129:80 -m -w 1\n"
        "ipvsadm -a -t 10.1.10.3:80 -r 192.168.184.130:80 -m -w 1\n");
  CHECK(setup(s, "client") ==
        "ip addr add 10.1.10.2/24 dev eth0\n"
        "ip route add local 172.20.0.0/14 dev lo\n"
        "ip route add 10.1.20.0/24 via 10.1.10.1\n");
  // The addresses of the recordings (truth/README.md).
  CHECK(to_string(s.hosts[0].nics[0].mac) == "02:00:00:00:0a:02");
  CHECK(to_string(s.hosts[1].nics[1].mac) == "02:00:00:00:b8:80");
  CHECK(to_string(s.hosts[2].nics[0].mac) == "02:00:00:00:0a:fe");
  CHECK(to_string(s.hosts[3].nics[0].mac) == "02:00:00:00:b8:81");
}

TEST_CASE("a cluster in DR hides the VIP on lo and answers through the router",
          "[language][cluster]") {
  const Scenario s = load_scenario_text("c.yaml", cluster("dr"));
  CHECK(setup(s, "rs1") ==
        "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2\n"
        "ip addr add 192.168.184.129/24 dev eth0\n"
        "ip route add default via 192.168.184.1\n"
        "ip addr add 10.1.10.3/32 dev lo\n"
        "ip route add local 10.1.20.0/24 dev lo\n");
  CHECK(setup(s, "director").find("-r 192.168.184.129:80 -g -w 1\n") != std::string::npos);
}

TEST_CASE("a cluster in TUN also has tunl0 up without source checks", "[language][cluster]") {
  const Scenario s = load_scenario_text("c.yaml", cluster("tun"));
  CHECK(setup(s, "rs1").find("ip addr add 10.1.10.3/32 dev lo\n") != std::string::npos);
  CHECK(setup(s, "rs1").find("ip link set tunl0 up\nsysctl -w net.ipv4.conf.all.rp_filter=0 "
                             "net.ipv4.conf.tunl0.rp_filter=0\n") != std::string::npos);
  CHECK(setup(s, "director").find("-r 192.168.184.130:80 -i -w 1\n") != std::string::npos);
}

TEST_CASE("a cluster in FULLNAT has its servers behind the router, which know no VIP",
          "[language][cluster][fullnat]") {
  const Scenario s = load_scenario_text("c.yaml", cluster("fullnat"));
  REQUIRE(s.hosts.size() == 5);
  REQUIRE(s.networks.size() == 3);
  CHECK(s.networks[2].name.text == "servers");
  CHECK(setup(s, "rs2") ==
        "ip addr add 192.168.185.130/24 dev eth0\nip route add default via 192.168.185.1\n");
  CHECK(setup(s, "router") ==
        "ip addr add 10.1.10.254/24 dev eth0\n"
        "ip addr add 192.168.184.1/24 dev eth1\n"
        "ip addr add 192.168.185.1/24 dev eth2\n"
        "ip route add 172.20.0.0/14 via 10.1.10.2\n"
        "sysctl -w net.ipv4.ip_forward=1\n");
  CHECK(setup(s, "director") ==
        "ip addr add 10.1.10.1/24 dev eth0\n"
        "ip addr add 10.1.10.3/32 dev eth0\n"
        "ip addr add 192.168.184.128/24 dev eth1\n"
        "ip addr add 192.168.184.200/32 dev eth1\n"
        "ip addr add 192.168.184.201/32 dev eth1\n"
        "ip addr add 192.168.184.202/32 dev eth1\n"
        "ip addr add 192.168.184.203/32 dev eth1\n"
        "ip route add 192.168.185.0/24 via 192.168.184.1\n"
        "ip route add 172.20.0.0/14 via 10.1.10.2\n"
        "ip route add local 10.1.20.0/24 dev lo\n"
        "sysctl -w net.ipv4.ip_forward=1\n"
        "sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0 "
        "net.ipv4.conf.eth1.send_redirects=0\n"
        "ipvsadm -A -t 10.1.10.3:80 -s rr\n"
        "ipvsadm -a -t 10.1.10.3:80 -r 192.168.185.129:80 -b -w 1\n"
        "ipvsadm -a -t 10.1.10.3:80 -r 192.168.185.130:80 -b -w 1\n"
        "ipvsadm --add-laddr -z 192.168.184.200 -t 10.1.10.3:80 -F eth1\n"
        "ipvsadm --add-laddr -z 192.168.184.201 -t 10.1.10.3:80 -F eth1\n"
        "ipvsadm --add-laddr -z 192.168.184.202 -t 10.1.10.3:80 -F eth1\n"
        "ipvsadm --add-laddr -z 192.168.184.203 -t 10.1.10.3:80 -F eth1\n");
  CHECK(s.hosts[4].nics[0].network.text == "servers");
  CHECK(to_string(s.hosts[2].nics[2].mac) == "02:00:00:00:b9:01");
  CHECK(to_string(s.hosts[4].nics[0].mac) == "02:00:00:00:b9:82");
  CHECK(load_scenario_text("r.yaml", write_scenario(s)) == s);
}

TEST_CASE("a cluster in FULLNAT takes hosts, lines and networks beside it as the others do",
          "[language][cluster][fullnat]") {
  const Scenario s =
      load_scenario_text("c.yaml", cluster("fullnat", "2",
                                           "networks: {servers: {rate: 10Gbit/s, delay: 1us}}\n"
                                           "hosts:\n"
                                           "  rs1: {setup_more: sysctl -w net.ipv4.tcp_sack=0}\n"
                                           "  probe: {nics: {eth0: servers}}\n"));
  CHECK(s.hosts[3].nics[0].cable.rate == gigabits_per_second(10));
  CHECK(setup(s, "rs1").find("tcp_sack=0") != std::string::npos);
  CHECK(s.hosts[5].name.text == "probe");
  CHECK(s.networks.size() == 3);
}

TEST_CASE("servers of a cluster may differ, and hosts beside it add lines or hosts",
          "[language][cluster]") {
  const Scenario s = load_scenario_text(
      "c.yaml",
      cluster("nat", "[{weight: 3}, {weight: 0, speed: 0.5, cores: 8}]",
              "networks: {inside: {rate: 10Gbit/s, delay: 1us}}\n"
              "hosts:\n"
              "  director: {setup_more: ip neigh flush all}\n"
              "  probe: {nics: {eth0: inside}, setup: ip addr add 192.168.184.9/24 dev eth0}\n"));
  CHECK(setup(s, "director").find(":80 -m -w 3\n") != std::string::npos);
  CHECK(setup(s, "director").find(":80 -m -w 0\nip neigh flush all") != std::string::npos);
  CHECK(s.hosts[4].serves[0].speed == 0.5);
  CHECK(s.hosts[4].serves[0].cores == 8);
  CHECK(s.hosts[3].serves[0].cores == 2);
  CHECK(s.hosts[3].serves[0].port.value == 80);
  CHECK(s.hosts[3].nics[0].cable.rate == gigabits_per_second(10));
  CHECK(s.hosts[5].name.text == "probe");
  CHECK(load_scenario_text("r.yaml", write_scenario(s)) == s);
}

TEST_CASE("what a cluster cannot be is refused", "[language][cluster]") {
  CHECK(loading_error("c.yaml", cluster("nat", "0")) ==
        "c.yaml:3:74: cluster.real_servers: 0 is out of range; accepted: 1 to 125");
  CHECK(loading_error("c.yaml", cluster("nat", "2", "hosts: {rs1: {nics: {eth0: inside}}}\n")) ==
        "c.yaml:4:9: hosts: the host \"rs1\" is defined twice; the first is in line 3");
  CHECK(loading_error("c.yaml", cluster("nat", "2", "hosts: {rs3: {setup_more: true}}\n"))
            .find("c.yaml:4:15: hosts.rs3: unknown key \"setup_more\"") == 0);
  CHECK(loading_error("c.yaml", cluster("nat", "[{wieght: 3}]"))
            .find("c.yaml:3:76: cluster.real_servers[0]: unknown key \"wieght\"") == 0);
  std::string bad = cluster("nat");
  bad.replace(bad.find("scheduler: rr"), 13, "scheduler: rrr");
  CHECK(loading_error("c.yaml", bad)
            .find("c.yaml:3:33: ipvsadm: Scheduler or persistence engine "
                  "not found (\"rrr\"); did you mean \"rr\"?") == 0);
  CHECK(loading_error("c.yaml", "name: c\ntime: {run: 1s}\n") ==
        "c.yaml:1:1: the key \"networks\" is missing");
}

TEST_CASE("not yet built keys are read strictly and then refused by name and place", "[language]") {
  const std::string group =
      "clients: {w: {host: a, target: 10.0.0.1:80/tcp, request: 1B, users: 1, ";
  const std::vector<std::pair<std::string, std::string>> cases{
      {group + "streams: 2}}\n", "81: streams"},
      {group + "pool: 2}}\n", "78: pool"},
      {group + "idle: 65s}}\n", "78: idle"},
      {group + "retry: {on: [timeout], after: 1s, times: 2}}}\n", "79: retry"},
      {"clients: {w: {host: a, target: 10.0.0.1:80/tcp, request: 1B, arrivals: {trace: f}}}\n",
       "72: arrivals: trace"},
      {"clients: {w: {host: a, targets: [10.0.0.1:80/tcp, 10.0.0.2:80/tcp], request: 1B, users: "
       "1}}\n",
       "34: targets"},
      {"clients: {w: {host: a, target: 10.0.0.1:80/tcp, users: 1, flood: syn}}\n", "66: flood"},
  };
  for (const auto& [rest, message] : cases) {
    CHECK(loading_error("n.yaml", small(rest)) == "n.yaml:6:" + message + " is not built yet");
  }
  // The same key with a slip is an error of the file, not of what is built.
  CHECK(loading_error("n.yaml", small(group + "retry: {on: [timeuot], after: 1s, times: 2}}}\n")) ==
        "n.yaml:6:85: clients.w.retry.on[0]: \"timeuot\" is not one of refused, timeout; did you "
        "mean \"timeout\"?");
}

}  // namespace lvs::language::testing
