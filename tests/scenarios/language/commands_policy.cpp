// The words of ip rule, of ip route beyond add and del, of ip link add and of bridge. The texts of
// errors were taken from iproute2 6.1.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/commands.hpp"

namespace lvs::language::testing {

TEST_CASE("ip rule takes its words in any order and every spelling", "[language][ip]") {
  const RuleWords rule = command<IpRuleAdd>("ip rule add fwmark 1 table 100").rule;
  CHECK(rule.mark == RuleWords::Mark{1, 0xffff'ffff});
  CHECK(rule.table == 100U);
  CHECK_FALSE(rule.priority.has_value());
  CHECK(command<IpRuleAdd>("ip ru a lookup 100 fwmark 0x1").rule == rule);
  CHECK(command<IpRuleAdd>("ip rule add from all to any fwmark 0x1/0xffffffff table 100").rule ==
        rule);
  const RuleWords full =
      command<IpRuleAdd>(
          "ip rule add not from 10.0.0.0/8 to 10.1.0.1 iif eth0 tos 0x10 fwmark 0x1/0xff prohibit")
          .rule;
  CHECK(full.inverted);
  CHECK(to_string(*full.from) == "10.0.0.0/8");
  CHECK(to_string(*full.to) == "10.1.0.1/32");
  CHECK(full.iif == "eth0");
  CHECK(full.tos == 0x10);
  CHECK(full.mark == RuleWords::Mark{1, 0xff});
  CHECK(full.action == RouteRule::Action::prohibit);
  for (const char* word : {"priority", "pref", "prio", "order", "preference"}) {
    CHECK(command<IpRuleDel>(std::string("ip rule del ") + word + " 7").rule.priority == 7U);
  }
  CHECK(command<IpRuleAdd>("ip rule add type blackhole from 10.0.0.1").rule.action ==
        RouteRule::Action::blackhole);
  CHECK(command<IpRuleShow>("ip rule").filter == RuleWords{});
  CHECK(command<IpRuleShow>("ip rule list table main").filter.table == kTableOfMain);
  CHECK(command<IpRuleFlush>("ip rule flush table 100").filter.table == 100U);
}

TEST_CASE("ip route shows, flushes and finds by many words", "[language][ip]") {
  const RouteFilter filter =
      command<IpRouteShow>(
          "ip route show root 10.0.0.0/8 table 100 dev eth0 via 10.0.0.1 src 10.0.0.2 "
          "type blackhole scope link proto kernel")
          .filter;
  CHECK(filter.scan == RouteFilter::Scan::root);
  CHECK(to_string(*filter.prefix) == "10.0.0.0/8");
  CHECK(filter.table == 100U);
  CHECK(filter.device->text == "eth0");
  CHECK(filter.via == ipv4(10, 0, 0, 1));
  CHECK(filter.source == ipv4(10, 0, 0, 2));
  CHECK(filter.type == RouteType::blackhole);
  CHECK(filter.scope == IpScope::link);
  CHECK(filter.kernel == true);
  CHECK(command<IpRouteShow>("ip r s to match 10.0.0.1").filter.scan == RouteFilter::Scan::match);
  CHECK(command<IpRouteFlush>("ip route flush table 100").filter.table == 100U);
  CHECK(command<IpRouteFlush>("ip route flush dev eth1").filter.device->text == "eth1");
  command<IpRouteFlushCache>("ip route flush table cache");
  const auto get =
      command<IpRouteGet>("ip -o route get to 10.0.0.9 from 10.0.0.1 iif eth0 mark 0x7");
  CHECK(get.destination == ipv4(10, 0, 0, 9));
  CHECK(get.from == ipv4(10, 0, 0, 1));
  CHECK(get.iif->text == "eth0");
  CHECK(get.mark == 7);
  CHECK(get.oneline);
  const auto thrown = command<IpRouteChange>("ip route add throw 10.0.0.0/8 table 7 tos 8");
  CHECK(thrown.type == RouteType::throw_);
  CHECK(thrown.tos == 8);
  CHECK(command<IpRouteChange>("ip route append 10.0.0.0/8 via 10.0.0.1").action ==
        RouteAction::append);
}

TEST_CASE("ip link adds and deletes dummies; bridge shows tables", "[language][ip][bridge]") {
  const auto add =
      command<IpLinkAdd>("ip link add name web0 mtu 1400 address 02:00:00:00:00:07 type dummy");
  CHECK(add.name.text == "web0");
  CHECK(add.mtu == 1400);
  CHECK(to_string(*add.address) == "02:00:00:00:00:07");
  CHECK(command<IpLinkAdd>("ip link add dummy0 type dummy").name.text == "dummy0");
  CHECK(command<IpLinkAdd>("ip link add dev dummy0 type dummy").name.text == "dummy0");
  CHECK(command<IpLinkAdd>("ip link add type dummy").name.text.empty());
  CHECK(command<IpLinkDel>("ip link del dev dummy0 type dummy").device.text == "dummy0");
  CHECK(command<IpLinkSet>("ip link set up dev eth0").up == true);
  CHECK(command<IpLinkSet>("ip link set eth0 arp off").arp == false);
  CHECK(command<IpLinkShow>("ip -br link show up").only_up);
  CHECK(command<IpLinkShow>("ip -br link").style.brief);
  CHECK(command<IpAddrShow>("ip -o -4 addr show dev lo").style == IpStyle{true, true, false});
  const auto fdb = command<BridgeFdbShow>("bridge fdb show br lan dev rs1-eth0");
  CHECK(fdb.bridge->text == "lan");
  CHECK(fdb.port->text == "rs1-eth0");
  CHECK_FALSE(command<BridgeFdbShow>("bridge fdb").port.has_value());
}

TEST_CASE("a wrong word of rules, filters and devices is refused at its place", "[language][ip]") {
  const std::vector<WrongCommand> cases{
      {"ip rule add", "9: ip rule: \"ip rule add\" requires arguments."},
      {"ip rule del", "9: ip rule: \"ip rule del\" requires arguments."},
      {"ip rule add from 10.0.0.300 table 3",
       "18: ip rule: any valid prefix is expected rather than \"10.0.0.300\"."},
      {"ip rule add fwmark x table 3",
       "20: ip rule: argument \"x\" is wrong: fwmark value is invalid"},
      {"ip rule add fwmark 0xfffffffff table 3",
       "20: ip rule: argument \"0xfffffffff\" is wrong: fwmark value is invalid"},
      {"ip rule add fwmark 1/ table 3",
       "20: ip rule: argument \"\" is wrong: fwmask value is invalid"},
      {"ip rule add tos 256 table 3",
       "17: ip rule: argument \"256\" is wrong: TOS value is invalid"},
      {"ip rule add tos 0x11 table 3", "17: ip rule: Invalid dsfield (tos): ECN bits must be 0."},
      {"ip rule add prio x table 3",
       "18: ip rule: argument \"x\" is wrong: preference value is invalid"},
      {"ip rule add form 10.0.0.1",
       "13: ip rule: argument \"form\" is wrong: Failed to parse rule type; did you mean "
       "\"from\"?"},
      {"ip rule add goto 7", "13: ip rule: \"goto\" is not supported"},
      {"ip rule shw",
       "9: ip rule: Command \"shw\" is unknown; did you mean \"show\"? (known: add, del, show, "
       "flush)"},
      {"ip route flush", "1: ip route: \"ip route flush\" requires arguments."},
      {"ip route show foo",
       "15: ip route: unknown argument \"foo\" (known: table, dev, via, src, type, scope, proto, "
       "root, match, exact)"},
      {"ip route get", "1: ip route: need at least a destination address"},
      {"ip route get 10.0.0.1 iif eth0",
       "27: ip route: RTNETLINK answers: Invalid argument (iif needs from)"},
      {"ip route get 10.0.0.1 oif eth0", "23: ip route: \"oif\" is not supported"},
      {"ip route get 10.0.0.1 mark x", "28: ip route: argument \"x\" is wrong: invalid mark value"},
      {"ip neigh get 10.0.0.1", "1: ip neigh: Device and address are required arguments."},
      {"ip neigh add 10.0.0.1 dev eth0", "1: ip neigh: No link layer address given."},
      {"ip neigh show nud foo", "19: ip neigh: argument \"foo\" is wrong: nud state is bad"},
      {"ip -br neigh", "8: ip: -br is for addr and link here"},
      {"ip addr show dev eth0 foo",
       "23: ip addr: either \"dev\" is duplicate, or \"foo\" is a garbage"},
      {"ip link set eth0 arp maybe",
       "22: ip link: argument of \"arp\" must be \"on\" or \"off\", not \"maybe\""},
      {"ip link set eth0", "1: ip link: nothing to set (known: up, down, mtu, address, arp)"},
      {"ip link add foo", "1: ip link: Not enough information: \"type\" argument is required"},
      {"ip link add foo type zork", "22: ip link: devices of type \"zork\" are not supported"},
      {"ip link del", "1: ip link: Not enough information: \"dev\" argument is required."},
      {"bridge vlan show", "8: bridge: \"vlan\" is not supported"},
      {"bridge fbd show",
       "8: bridge: Object \"fbd\" is unknown; did you mean \"fdb\"? (known: fdb)"},
      {"bridge fdb add x", "12: bridge: Command \"add\" is not supported (known: show)"},
      {"bridge fdb show foo",
       "17: bridge: unknown argument \"foo\" (known: br, dev, brport, dynamic)"},
  };
  for (const WrongCommand& c : cases) {
    INFO(c.line);
    CHECK(command_error(c.line) == "f:1:" + c.message);
  }
}

}  // namespace lvs::language::testing
