// ip addr, link and neigh on the models. The expected texts are iproute2 6.1's after
// the same commands in a network namespace, but for the lines of IPv6 and the peers of its cables;
// the two of truth/arp/matrix.json (facts_ip_tcp) are quoted.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {
namespace {

const std::string kAddresses =
    "ip addr add 192.168.77.11/24 dev eth0\n"
    "ip addr add 192.168.77.100/32 dev lo\n"
    "ip addr add 192.168.77.12/24 brd + dev eth0";

}  // namespace

TEST_CASE("ip addr prints whole blocks, one line each, or a table", "[language][listing]") {
  CHECK(printed(kAddresses, "ip addr") ==
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen "
        "1000\n"
        "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
        "    inet 127.0.0.1/8 scope host lo\n"
        "       valid_lft forever preferred_lft forever\n"
        "    inet 192.168.77.100/32 scope global lo\n"
        "       valid_lft forever preferred_lft forever\n"
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group "
        "default qlen 1000\n"
        "    link/ether 02:00:00:00:01:01 brd ff:ff:ff:ff:ff:ff\n"
        "    inet 192.168.77.11/24 scope global eth0\n"
        "       valid_lft forever preferred_lft forever\n"
        "    inet 192.168.77.12/24 brd 192.168.77.255 scope global secondary eth0\n"
        "       valid_lft forever preferred_lft forever\n"
        "3: tunl0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN group default qlen 1000\n"
        "    link/ipip 0.0.0.0 brd 0.0.0.0\n");
  CHECK(printed(kAddresses, "ip -o -4 addr show dev lo") ==
        "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n"
        "1: lo    inet 192.168.77.100/32 scope global lo\\       valid_lft forever preferred_lft "
        "forever\n");
  CHECK(printed("ip addr add 192.168.77.12/24 brd + dev eth0\nip addr add 192.168.77.102/24 dev "
                "eth0\nip addr add 192.168.77.103/32 dev eth0",
                "ip -o -4 addr show dev eth0") ==
        "2: eth0    inet 192.168.77.12/24 brd 192.168.77.255 scope global eth0\\       valid_lft "
        "forever preferred_lft forever\n"
        "2: eth0    inet 192.168.77.103/32 scope global eth0\\       valid_lft forever "
        "preferred_lft forever\n"
        "2: eth0    inet 192.168.77.102/24 scope global secondary eth0\\       valid_lft forever "
        "preferred_lft forever\n");
  CHECK(printed(kAddresses, "ip -4 addr show eth0 secondary") ==
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group "
        "default qlen 1000\n"
        "    inet 192.168.77.12/24 brd 192.168.77.255 scope global secondary eth0\n"
        "       valid_lft forever preferred_lft forever\n");
  CHECK(printed(kAddresses, "ip -br addr") ==
        "lo               UNKNOWN        127.0.0.1/8 192.168.77.100/32 \n"
        "eth0             UP             192.168.77.11/24 192.168.77.12/24 \n"
        "tunl0@NONE       DOWN           \n");
  CHECK(printed(kAddresses, "ip -br -4 addr show to 192.168.77.100") ==
        "lo               UNKNOWN        192.168.77.100/32 \n");
  CHECK(printed("ip addr add 10.0.0.1/8 dev eth0", "ip -br addr show to 10.0.0.0/24") ==
        "eth0             UP             10.0.0.1/8 \n");
  CHECK(printed("ip addr add 10.0.0.1/30 dev eth0 label eth0:1", "ip addr show label 'eth0:*'") ==
        "    inet 10.0.0.1/30 scope global eth0:1\n"
        "       valid_lft forever preferred_lft forever\n");
}

TEST_CASE("ip link prints flags and states as they are", "[language][listing]") {
  const std::string devices =
      "ip link set eth0 arp off\nip link add web0 address 02:00:00:00:00:77 type dummy\n"
      "ip link set tunl0 up\nip link add type dummy\nip link add gone type dummy\n"
      "ip link set web0 up mtu 1400\nip link del gone";
  CHECK(printed(devices, "ip link") ==
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group "
        "default qlen 1000\n"
        "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
        "2: eth0: <BROADCAST,MULTICAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP mode "
        "DEFAULT group default qlen 1000\n"
        "    link/ether 02:00:00:00:01:01 brd ff:ff:ff:ff:ff:ff\n"
        "3: tunl0@NONE: <NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN mode DEFAULT "
        "group default qlen 1000\n"
        "    link/ipip 0.0.0.0 brd 0.0.0.0\n"
        "4: web0: <BROADCAST,NOARP,UP,LOWER_UP> mtu 1400 qdisc noqueue state UNKNOWN mode DEFAULT "
        "group default qlen 1000\n"
        "    link/ether 02:00:00:00:00:77 brd ff:ff:ff:ff:ff:ff\n"
        "5: dummy0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN mode DEFAULT group default "
        "qlen 1000\n"
        "    link/ether 02:00:00:00:01:84 brd ff:ff:ff:ff:ff:ff\n");
  CHECK(printed("", "ip -o link show eth0") ==
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP mode "
        "DEFAULT group default qlen 1000\\    link/ether 02:00:00:00:01:01 brd "
        "ff:ff:ff:ff:ff:ff\n");
  CHECK(printed("ip link set eth0 down", "ip -br link") ==
        "lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> \n"
        "eth0             DOWN           02:00:00:00:01:01 <BROADCAST,MULTICAST> \n"
        "tunl0@NONE       DOWN           0.0.0.0 <NOARP> \n");
  Run run(two_hosts("ip addr add 10.0.0.1/24 dev eth0",
                    "events:\n  - {at: 1s, host: a, cable: {nic: eth0, state: cut}}\n"
                    "  - {at: 1s, host: a, show: ip -br link show eth0}\n"
                    "  - {at: 1s, host: a, show: ip route}\n"
                    "  - {at: 2s, host: a, cable: {nic: eth0, state: join}}\n"
                    "  - {at: 2s, host: a, show: ip route}\n"));
  run.until(seconds(3));
  CHECK(run.shown(0) ==
        "eth0             DOWN           02:00:00:00:01:01 <NO-CARRIER,BROADCAST,MULTICAST,UP> \n");
  CHECK(run.shown(1) == "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 linkdown \n");
  CHECK(run.shown(2) == "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 \n");
}

TEST_CASE("ip neigh takes and prints every state", "[language][listing]") {
  const std::string entries =
      "ip addr add 192.168.77.11/24 dev eth0\n"
      "ip neigh add 192.168.77.1 lladdr 02:00:00:00:00:01 dev eth0\n"
      "ip neigh add 192.168.77.2 lladdr 02:00:00:00:00:02 dev eth0 nud reachable\n"
      "ip neigh add 192.168.77.3 lladdr 02:00:00:00:00:03 dev eth0 nud stale\n"
      "ip neigh add 192.168.77.4 lladdr 02:00:00:00:00:04 dev eth0 nud delay\n"
      "ip neigh add 192.168.77.5 lladdr 02:00:00:00:00:05 dev eth0 nud probe\n"
      "ip neigh add 192.168.77.6 lladdr 02:00:00:00:00:06 dev eth0 nud noarp\n"
      "ip neigh add 192.168.77.7 dev eth0 nud failed\n"
      "ip neigh add 192.168.77.8 dev eth0 nud incomplete\n"
      "ip neigh add 192.168.77.9 dev eth0 nud none\n"
      "ip neigh replace 192.168.77.99 lladdr 02:00:00:00:00:63 dev eth0\n"
      "ip neigh change 192.168.77.99 dev eth0 nud stale\n"
      "ip neigh add proxy 192.168.77.200 dev eth0\n"
      "ip neigh add proxy 10.0.0.7 dev eth0\n"
      "ip neigh del proxy 10.0.0.7 dev eth0\n";
  CHECK(printed(entries, "ip neigh") ==
        "192.168.77.1 dev eth0 lladdr 02:00:00:00:00:01 PERMANENT \n"
        "192.168.77.2 dev eth0 lladdr 02:00:00:00:00:02 REACHABLE \n"
        "192.168.77.3 dev eth0 lladdr 02:00:00:00:00:03 STALE \n"
        "192.168.77.4 dev eth0 lladdr 02:00:00:00:00:04 DELAY \n"
        "192.168.77.5 dev eth0 lladdr 02:00:00:00:00:05 PROBE \n"
        "192.168.77.7 dev eth0 FAILED \n"
        "192.168.77.8 dev eth0 INCOMPLETE \n"
        "192.168.77.99 dev eth0 lladdr 02:00:00:00:00:63 STALE \n");
  CHECK(printed(entries, "ip neigh show nud noarp nud none") ==
        "192.168.77.6 dev eth0 lladdr 02:00:00:00:00:06 NOARP \n192.168.77.9 dev eth0 \n");
  CHECK(printed(entries, "ip neigh show dev eth0 to 192.168.77.0/30 nud stale") ==
        "192.168.77.3 lladdr 02:00:00:00:00:03 STALE \n");
  CHECK(printed(entries, "ip neigh get 192.168.77.3 dev eth0") ==
        "192.168.77.3 dev eth0 lladdr 02:00:00:00:00:03 STALE \n");
  CHECK(printed(entries, "ip neigh show proxy") == "192.168.77.200 dev eth0 proxy \n");
  CHECK(printed(entries, "ip neigh get proxy 192.168.77.200 dev eth0") ==
        "192.168.77.200 dev eth0 proxy \n");
  CHECK(printed(entries + "ip neigh flush all", "ip neigh show nud all") ==
        "192.168.77.1 dev eth0 lladdr 02:00:00:00:00:01 PERMANENT \n"
        "192.168.77.6 dev eth0 lladdr 02:00:00:00:00:06 NOARP \n");
  CHECK(printed(entries + "ip neigh flush dev eth0 nud permanent", "ip neigh show 192.168.77.1")
            .empty());
}

TEST_CASE("another address or ARP switched forgets every neighbour", "[language][listing]") {
  const std::string entry = "ip neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev eth0\n";
  for (const std::string change :
       {"address 02:00:00:00:00:77", "arp off", "arp off; ip link set eth0 arp on"}) {
    INFO(change);
    CHECK(printed(entry + "ip link set eth0 " + change, "ip neigh show nud all").empty());
  }
  CHECK_FALSE(printed(entry + "ip link set eth0 arp on", "ip neigh").empty());
}

TEST_CASE("ip neigh refuses with the kernel's words", "[language][listing]") {
  struct Case {
    std::string command;
    std::string says;
  };
  const std::string known = "ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:01 dev eth0\n";
  const auto c = GENERATE_COPY(values<Case>({
      {known + "ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:01 dev eth0",
       "RTNETLINK answers: File exists"},
      {"ip neigh change 10.0.0.9 lladdr 02:00:00:00:00:01 dev eth0",
       "RTNETLINK answers: No such file or directory"},
      {"ip neigh replace 10.0.0.9 dev eth0", "Error: No link layer address given."},
      {"ip neigh del 10.0.0.9 dev eth0", "RTNETLINK answers: No such file or directory"},
      {"ip neigh del proxy 10.0.0.9 dev eth0", "RTNETLINK answers: No such file or directory"},
      {"ip neigh get 10.0.0.9 dev eth0", "Error: Neighbour entry not found."},
      {"ip neigh get proxy 10.0.0.9 dev eth0", "Error: Proxy neighbour entry not found."},
      {"ip neigh show dev eth9", "Cannot find device \"eth9\""},
      {"ip addr show eth9", "Device \"eth9\" does not exist."},
      {"ip link del lo", "RTNETLINK answers: Operation not supported"},
      {"ip link add eth0 type dummy", "RTNETLINK answers: File exists"},
      {"ip link set eth0 mtu 10", "Error: mtu less than device minimum."},
      {"ip route add 10.9.0.0/16 dev eth0 src 1.2.3.4", "Error: Invalid prefsrc address."},
      {"ip addr add 10.0.0.1/24 dev eth0\nip route add 10.9.0.0/16 via 10.0.0.9 scope host",
       "Error: Route with host scope can not have a gateway."},
      {"arping -U -I eth0 10.0.0.9", "a: arping: bind: Cannot assign requested address"},
      {"arping -U -I lo 127.0.0.1", "a: arping: Interface \"lo\" is not ARPable"},
  }));
  DYNAMIC_SECTION(c.command) {
    CHECK_THAT(run_error(two_hosts(c.command)), Catch::EndsWith(c.says));
  }
}

}  // namespace lvs::language::testing
