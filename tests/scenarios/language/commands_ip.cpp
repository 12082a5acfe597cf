// ip, ifconfig, route, arp and arping. The texts of errors were taken from iproute2 6.1 and
// net-tools on Debian 12.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/commands.hpp"

namespace lvs::language::testing {

TEST_CASE("ip addr takes its words in any order and short forms", "[language][ip]") {
  const auto plain = command<IpAddrAdd>("ip addr add 10.1.10.2/24 dev eth0");
  CHECK(to_string(plain.address) == "10.1.10.2/24");
  CHECK(plain.device.text == "eth0");
  CHECK_FALSE(plain.broadcast.has_value());
  CHECK_FALSE(plain.scope.has_value());
  for (const char* same :
       {"ip a a 10.1.10.2/24 dev eth0", "ip address add dev eth0 10.1.10.2/24",
        "ip -4 addr add local 10.1.10.2/24 dev eth0", "/sbin/ip addr add 10.1.10.2/24 dev eth0"}) {
    CHECK(to_string(command<IpAddrAdd>(same).address) == "10.1.10.2/24");
  }
  CHECK(command<IpAddrAdd>("ip addr add 10.1.10.3 dev lo").address.length == 32);
  const auto full = command<IpAddrAdd>(
      "ip addr add 10.0.0.5/24 brd + dev eth0 label eth0:1 scope link noprefixroute");
  CHECK(to_string(*full.broadcast) == "10.0.0.255");
  CHECK(full.scope == IpScope::link);
  CHECK(full.label == "eth0:1");
  CHECK(full.no_prefix_route);
  CHECK(to_string(
            *command<IpAddrAdd>("ip addr add 10.0.0.5/24 broadcast 10.0.0.9 dev e").broadcast) ==
        "10.0.0.9");
  CHECK(to_string(command<IpAddrDel>("ip addr del 10.0.0.5/24 dev eth0").address) == "10.0.0.5/24");
  CHECK(command<IpAddrFlush>("ip addr flush dev eth0").device.text == "eth0");
  CHECK(command<IpAddrShow>("ip a s eth0").device->text == "eth0");
  CHECK_FALSE(command<IpAddrShow>("ip addr").device.has_value());
}

TEST_CASE("ip link sets state, mtu and address", "[language][ip]") {
  CHECK(command<IpLinkSet>("ip link set tunl0 up").up == true);
  const auto set =
      command<IpLinkSet>("ip link set dev eth0 down mtu 1400 address 02:00:00:00:00:07");
  CHECK(set.device.text == "eth0");
  CHECK(set.up == false);
  CHECK(set.mtu == 1400);
  CHECK(to_string(*set.address) == "02:00:00:00:00:07");
  CHECK(command<IpLinkShow>("ip l").device.has_value() == false);
}

TEST_CASE("ip route reads types, next hops and attributes", "[language][ip]") {
  const auto gateway = command<IpRouteChange>("ip route add default via 10.0.0.1");
  CHECK(gateway.action == RouteAction::add);
  CHECK(to_string(gateway.destination) == "0.0.0.0/0");
  CHECK(to_string(*gateway.via) == "10.0.0.1");
  CHECK_FALSE(gateway.type.has_value());
  const auto full = command<IpRouteChange>(
      "ip route replace unicast 10.2.0.0/16 via inet 10.0.0.1 dev eth0 src 10.0.0.2 metric 5 table "
      "100 scope link mtu 1400 onlink");
  CHECK(full.action == RouteAction::replace);
  CHECK(full.type == RouteType::unicast);
  CHECK(full.device->text == "eth0");
  CHECK(to_string(*full.source) == "10.0.0.2");
  CHECK(full.metric == 5U);
  CHECK(full.table == 100U);
  CHECK(full.scope == IpScope::link);
  CHECK(full.mtu == 1400);
  CHECK(full.onlink);
  CHECK(command<IpRouteChange>("ip r add local 10.1.20.0/24 dev lo").type == RouteType::local);
  CHECK(command<IpRouteChange>("ip route add blackhole 10.99.0.0/16").type == RouteType::blackhole);
  CHECK(command<IpRouteChange>("ip route add unreachable 10.9.0.0/16").type ==
        RouteType::unreachable);
  CHECK(command<IpRouteChange>("ip route add prohibit 10.9.0.0/16").type == RouteType::prohibit);
  CHECK(command<IpRouteChange>("ip route add 10.0.0.7 dev lo table local").table == kTableOfLocal);
  CHECK(command<IpRouteChange>("ip route del default").action == RouteAction::del);
  CHECK(command<IpRouteShow>("ip route show table all").filter.all_tables);
  CHECK(command<IpRouteShow>("ip r s table main").filter.table == kTableOfMain);
  CHECK_FALSE(command<IpRouteShow>("ip route").filter.table.has_value());
  command<IpRouteFlushCache>("ip route flush cache");
}

TEST_CASE("ip neigh and arp make, remove and flush entries", "[language][ip]") {
  const auto permanent = command<IpNeighChange>(
      "ip neigh replace 10.0.0.1 lladdr 02:00:00:00:0a:01 dev eth0 nud permanent");
  CHECK(permanent.action == NeighbourAction::replace);
  CHECK(to_string(*permanent.mac) == "02:00:00:00:0a:01");
  CHECK(permanent.state == NeighbourState::permanent);
  CHECK(
      command<IpNeighChange>("ip n add 10.0.0.1 lladdr 02:00:00:00:0a:01 nud stale dev e").state ==
      NeighbourState::stale);
  CHECK(command<IpNeighChange>("ip neigh del 10.0.0.1 dev eth0").action == NeighbourAction::del);
  CHECK_FALSE(command<IpNeighFlush>("ip neigh flush all").filter.device.has_value());
  CHECK(to_string(*command<IpNeighFlush>("ip neigh flush to 10.0.0.0/8 dev eth0").filter.to) ==
        "10.0.0.0/8");
  CHECK(command<IpNeighShow>("ip neigh show dev eth1").filter.device->text == "eth1");
  CHECK_FALSE(command<IpNeighShow>("ip neigh").filter.to.has_value());

  const auto set = command<IpNeighChange>("arp -i eth0 -s 10.0.0.1 02:00:00:00:0a:01");
  CHECK(set.action == NeighbourAction::replace);
  CHECK(set.device->text == "eth0");
  CHECK(command<IpNeighChange>("arp -d 10.0.0.1").action == NeighbourAction::del);
}

TEST_CASE("ifconfig is an address with a label, as recipes for lo:0 write it", "[language][ip]") {
  const auto classic =
      command<IpAddrAdd>("ifconfig lo:0 10.1.10.3 netmask 255.255.255.255 broadcast 10.1.10.3 up");
  CHECK(to_string(classic.address) == "10.1.10.3/32");
  CHECK(classic.device.text == "lo");
  CHECK(classic.label == "lo:0");
  CHECK(to_string(*classic.broadcast) == "10.1.10.3");
  CHECK(classic.bring_up);
  CHECK(classic.ifconfig);
  CHECK_FALSE(
      command<IpAddrAdd>("ifconfig lo:0 10.1.10.3 netmask 255.255.255.255").broadcast.has_value());
  const auto by_class = command<IpAddrAdd>("ifconfig eth0 172.16.3.4");
  CHECK(by_class.address.length == 16);
  CHECK(to_string(*by_class.broadcast) == "172.16.255.255");
  CHECK(command<IpAddrAdd>("ifconfig eth0:1 10.0.0.1/30").address.length == 30);
  CHECK(command<IpLinkSet>("ifconfig eth1 down").up == false);
}

TEST_CASE("route is an older ip route", "[language][ip]") {
  CHECK(to_string(*command<IpRouteChange>("route add default gw 10.0.0.1").via) == "10.0.0.1");
  const auto host = command<IpRouteChange>("route add -host 10.1.10.3 dev lo:0");
  CHECK(to_string(host.destination) == "10.1.10.3/32");
  CHECK(host.device->text == "lo");
  const auto net =
      command<IpRouteChange>("route add -net 10.2.0.0 netmask 255.255.0.0 gw 10.0.0.1 eth0");
  CHECK(to_string(net.destination) == "10.2.0.0/16");
  CHECK(net.device->text == "eth0");
  CHECK(command<IpRouteChange>("route del -net 10.2.0.0/16").action == RouteAction::del);
}

TEST_CASE("arping sends unsolicited requests or replies", "[language][ip]") {
  const auto request = command<Arping>("arping -U -I eth0 -c 3 10.1.10.3");
  CHECK_FALSE(request.reply);
  CHECK(request.count == 3);
  CHECK(request.device.text == "eth0");
  const auto reply = command<Arping>("arping -q -A -I eth1 -s 10.1.10.3 10.1.10.3");
  CHECK(reply.reply);
  CHECK(to_string(*reply.source) == "10.1.10.3");
}

TEST_CASE("a wrong ip command is refused with the tool's words at the wrong one",
          "[language][ip]") {
  const std::vector<WrongCommand> cases{
      {"ip addr add 10.0.0.300/24 dev lo",
       "13: ip addr: any valid prefix is expected rather than \"10.0.0.300/24\"."},
      {"ip addr add 10.0.0.1/24 dev lo scope foo",
       "38: ip addr: argument \"foo\" is wrong: invalid scope value (global, site, link, host)"},
      {"ip addr add 10.0.0.1/24 brd x dev lo",
       "29: ip addr: inet address is expected rather than \"x\"."},
      {"ip addr add 10.0.0.1/24 dev", "25: ip addr: a value is missing after \"dev\""},
      {"ip addr add 10.0.0.1/24 dev a dev b", "31: ip addr: duplicate \"dev\""},
      {"ip addr add dev lo", "1: ip addr: an address is missing: ip addr add A.B.C.D/LEN dev X"},
      {"ip addr add fe80::1/64 dev lo", "13: ip addr: \"fe80::1/64\": IPv6 is not supported"},
      {"ip addr flush", "1: ip addr: Flush requires arguments."},
      {"ip addr shw",
       "9: ip addr: Command \"shw\" is unknown; did you mean \"show\"? (known: add, "
       "del, show, flush)"},
      {"ip -6 addr", "4: ip: IPv6 is not supported"},
      {"ip ruote",
       "4: ip: Object \"ruote\" is unknown; did you mean \"route\"? (known: addr, link, "
       "route, rule, neigh)"},
      {"ip netns add x", "4: ip: \"netns\" is not supported"},
      {"ip link set eth0 upp",
       "18: ip link: either \"dev\" is duplicate, or \"upp\" is a garbage; did you mean \"up\"?"},
      {"ip link set eth0 mtu x", "22: ip link: argument \"x\" is wrong: \"mtu\" value is invalid"},
      {"ip link set eth0 address zz", "26: ip link: \"zz\" is invalid lladdr."},
      {"ip link set eth0 master br0", "18: ip link: \"master\" is not supported"},
      {"ip link add bond0 type bond", "24: ip link: bonding is not supported"},
      {"ip link add link eth0 name eth0.7 type vlan id 7", "40: ip link: VLANs are not supported"},
      {"ip route add 10.1.0.0/24",
       "1: ip route: RTNETLINK answers: No such device (neither via nor dev)"},
      {"ip route add default via 10.0.0",
       "26: ip route: inet address is expected rather than \"10.0.0\"."},
      {"ip route add default via 10.0.0.1 table foo",
       "41: ip route: argument \"foo\" is wrong: \"table\" value is invalid"},
      {"ip route add 10.0.0.5/24 dev lo",
       "14: ip route: Invalid prefix for given prefix length. "
       "The network is 10.0.0.0/24"},
      {"ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01",
       "1: ip neigh: Device and destination are required arguments."},
      {"ip neigh add 10.0.0.1 lladdr zz dev lo", "30: ip neigh: \"zz\" is invalid lladdr."},
      {"ip neigh add 10.0.0.1 dev lo nud foo",
       "34: ip neigh: argument \"foo\" is wrong: nud state is bad"},
      {"ip neigh flush", "1: ip neigh: Flush requires arguments."},
      {"ip neigh flush al",
       "16: ip neigh: unknown argument \"al\"; did you mean \"all\"? (known: "
       "all, dev, nud, proxy, to)"},
      {"arp -s 10.0.0.9", "1: arp: need hardware address"},
      {"arp -s 10.0.0.9 zz", "17: arp: invalid hardware address"},
      {"ifconfig lo:0 10.0.0.1 netmask 255.0.255.0",
       "32: ifconfig: SIOCSIFNETMASK: Invalid argument (\"255.0.255.0\")"},
      {"ifconfig lo:0 10.0.0.1 nemask 255.0.0.0",
       "24: ifconfig: unknown argument \"nemask\"; did you mean \"netmask\"? (known: netmask, "
       "broadcast, up, down)"},
      {"route add -host 10.0.0.1 netmask 255.0.0.0 dev lo",
       "26: route: netmask doesn't make sense with host route"},
      {"route add -net 10.0.0.1 netmask 255.0.0.0 dev lo",
       "1: route: netmask doesn't match route address"},
      {"arping -U -I e -s 10.0.0.2 10.0.0.1",
       "19: arping: -s with another address than the one told is not modelled"},
      {"arping -U 10.0.0.1", "1: arping: -I DEVICE is missing"},
      {"arping -U -I e -c 0 10.0.0.1", "19: arping: invalid argument: '0'"},
      {"ip addr add 10.0.0.1/24 dev lo < f", "1: ip: reads no input here"},
  };
  for (const WrongCommand& c : cases) {
    INFO(c.line);
    CHECK(command_error(c.line) == "f:1:" + c.message);
  }
}

TEST_CASE("tools and forms for later are read and named when they are to run", "[language]") {
  const auto runs = [](const std::string& line) {
    return loading_error("n.yaml", small("events: [{at: 0s, host: a, run: \"" + line + "\"}]\n"));
  };
  CHECK(runs("ip neigh flush all") == "no error");
  const std::vector<std::pair<std::string, std::string>> cases{
      {"ip link add tunl1 type ipip", "ip link add type ipip"},
      {"ip route add 10.0.0.0/8 proto static via 10.0.0.1", "ip route proto"},
      {"ip tunnel add x mode ipip", "ip tunnel"},
      {"ip -s link", "ip -s"},
      {"tc qdisc add dev eth0 root netem delay 10ms", "tc"},
      {"arp -n", "arp -n"},
      {"sysctl -a", "sysctl -a"},
  };
  for (const auto& [line, name] : cases) {
    INFO(line);
    CHECK(runs(line) == "n.yaml:6:34: " + name + " is not built yet");
  }
}

}  // namespace lvs::language::testing
