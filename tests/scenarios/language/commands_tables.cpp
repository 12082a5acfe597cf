// The words of arptables and iptables. The texts of errors were taken from iptables 1.8.9 on
// Debian 12.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/commands.hpp"

namespace lvs::language::testing {
namespace {

void check_errors(const std::vector<WrongCommand>& cases) {
  for (const WrongCommand& c : cases) {
    INFO(c.line);
    CHECK(command_error(c.line) == "f:1:" + c.message);
  }
}

}  // namespace

TEST_CASE("arptables reads every spelling of a rule", "[language][arptables]") {
  const auto rule = command<ArpTables>("arptables -A INPUT -d 10.0.0.100 -j DROP");
  CHECK(rule.action == TableAction::append);
  CHECK(rule.chain == ArpFilter::Chain::input);
  REQUIRE(rule.rules.size() == 1);
  CHECK(rule.rules[0].destination == Match<Ipv4Prefix>{{ipv4(10, 0, 0, 100), 32}, false});
  CHECK(rule.rules[0].target == ArpRule::Target::drop);
  for (const char* same : {"arptables -A IN -d 10.0.0.100 -j DROP",
                           "arptables -t filter -A INPUT -d 10.0.0.100 -j DROP",
                           "arptables --append INPUT --destination-ip 10.0.0.100 --jump DROP",
                           "arptables -AINPUT -d10.0.0.100 -jDROP",
                           "arptables -j DROP --dst-ip=10.0.0.100/32 -A INPUT",
                           "arptables -A INPUT --dst 10.0.0.100/255.255.255.255 -j DROP",
                           "/usr/sbin/arptables-nft -A INPUT --destination 10.0.0.100 -j DROP",
                           "arptables-legacy --table filter --app INPUT -d 10.0.0.100 -j DROP"}) {
    INFO(same);
    CHECK(command<ArpTables>(same) == rule);
  }
  const auto full = command<ArpTables>(
      "arptables -I OUT 2 ! -s 10.0.0.0/24 --opcode ! Reply -o eth+ --src-mac "
      "02:00:00:00:00:01/ff:ff:ff:00:00:00 ! --destination-mac 02:00:00:00:00:02 -j mangle "
      "--mangle-ip-s 10.0.0.11 --mangle-ip-d 10.0.0.12 --mangle-mac-s 02:00:00:00:00:03 "
      "--mangle-mac-d 02:00:00:00:00:04 --mangle-target CONTINUE");
  CHECK(full.action == TableAction::insert);
  CHECK(full.number == 2);
  CHECK(full.chain == ArpFilter::Chain::output);
  const ArpRule& mangle = full.rules.at(0);
  CHECK(mangle.source == Match<Ipv4Prefix>{{ipv4(10, 0, 0, 0), 24}, true});
  CHECK(mangle.operation == Match<ArpOperation>{ArpOperation::reply, true});
  CHECK(mangle.out == Match<std::string>{"eth+", false});
  CHECK(to_string(mangle.source_mac->value.mask) == "ff:ff:ff:00:00:00");
  CHECK_FALSE(mangle.source_mac->inverted);
  CHECK(mangle.destination_mac->inverted);
  CHECK(mangle.mangle_source == ipv4(10, 0, 0, 11));
  CHECK(mangle.mangle_destination == ipv4(10, 0, 0, 12));
  CHECK(to_string(*mangle.mangle_source_mac) == "02:00:00:00:00:03");
  CHECK(to_string(*mangle.mangle_destination_mac) == "02:00:00:00:00:04");
  CHECK(mangle.after_mangle == ArpRule::Target::proceed);
  CHECK(command<ArpTables>("arptables -A INPUT -s 10.0.0.1,10.0.0.2 -d 1.1.1.1,2.2.2.2 -j ACCEPT")
            .rules.size() == 4);
  CHECK_FALSE(command<ArpTables>("arptables -A INPUT -s 0.0.0.0/0 -j DROP").rules[0].source);
}

TEST_CASE("arptables reads its other commands", "[language][arptables]") {
  CHECK(command<ArpTables>("arptables -D INPUT 3").action == TableAction::remove_at);
  CHECK(command<ArpTables>("arptables -D INPUT 3").number == 3);
  CHECK(command<ArpTables>("arptables -D INPUT -j DROP").action == TableAction::remove);
  CHECK(command<ArpTables>("arptables -P INPUT DROP").policy == FilterVerdict::drop);
  CHECK_FALSE(command<ArpTables>("arptables -F").chain.has_value());
  CHECK(command<ArpTables>("arptables -F FORWARD").chain == ArpFilter::Chain::forward);
  CHECK(command<ArpTables>("arptables -Z").action == TableAction::zero);
  const auto list = command<ArpTables>("arptables -nvL INPUT --line");
  CHECK(list.action == TableAction::list);
  CHECK((list.numeric && list.verbose && list.line_numbers));
  CHECK(list.chain == ArpFilter::Chain::input);
  CHECK_FALSE(command<ArpTables>("arptables -L -n").chain.has_value());
  CHECK(read_show(Text("arptables -S", {"f", 1, 1})).steps.size() == 1);
  CHECK_THAT(error_of([] {
               read_show(Text("arptables -F", {"f", 1, 1}));
             }),
             Catch::Contains("changes something"));
}

TEST_CASE("a wrong arptables command is refused at its word", "[language][arptables]") {
  check_errors({
      {"arptables", "1: arptables: no command specified"},
      {"arptables -A", "11: arptables: option \"-A\" requires an argument"},
      {"arptables -A INPT -j DROP",
       "14: arptables: No chain/target/match by that name (\"INPT\"); did you mean \"INPUT\"?"},
      {"arptables -A INPUT -d 10.0.0.300 -j DROP",
       "23: arptables: host/network `10.0.0.300' not found"},
      {"arptables -A INPUT -d 10.0.0.0/33 -j DROP", "23: arptables: invalid mask `33' specified"},
      {"arptables -A INPUT -s 10.0.0.0/255.0.255.0 -j DROP",
       "23: arptables: invalid mask `255.0.255.0' specified (masks with holes are not supported)"},
      {"arptables -A INPUT -d 10.0.0.1 -j DRP",
       "35: arptables: Chain 'DRP' does not exist; did you mean \"DROP\"? (known: ACCEPT, DROP, "
       "CONTINUE, RETURN, mangle)"},
      {"arptables -A INPUT --opcode 3 -j DROP",
       "29: arptables: Problem with specified opcode (\"3\"; modelled: 1 or Request, 2 or Reply)"},
      {"arptables -A INPUT --source-mac zz -j DROP",
       "33: arptables: Problem with specified source mac (\"zz\")"},
      {"arptables -A INPUT -o eth0 -j DROP", "20: arptables: Can't use -o with INPUT"},
      {"arptables -A OUTPUT -i eth0 -j DROP", "21: arptables: Can't use -i with OUTPUT"},
      {"arptables -A OUTPUT --mangle-ip-s 10.0.0.1 -j mangle",
       "21: arptables: unknown option \"--mangle-ip-s\" (it goes behind -j mangle)"},
      {"arptables -A OUTPUT -j mangle",
       "1: arptables: RULE_APPEND failed (Invalid argument): -j mangle changes nothing"},
      {"arptables -A OUTPUT -j mangle --mangle-ip-s 10.0.0.1 --mangle-target FOO",
       "70: arptables: bad target for --mangle-target (\"FOO\")"},
      {"arptables -A INPUT -s 10.0.0.1 -s 10.0.0.2 -j DROP",
       "32: arptables: multiple -s flags not allowed"},
      {"arptables -A INPUT -d 10.0.0.1 -j DROP -D INPUT 1", "40: arptables: Cannot use -D with -A"},
      {"arptables -I INPUT 0 -j DROP", "20: arptables: Invalid rule number `0'"},
      {"arptables -P INPUT REJECT",
       "20: arptables: Bad policy name `REJECT' (known: ACCEPT, DROP)"},
      {"arptables -P INPUT", "11: arptables: -P requires a chain and a policy"},
      {"arptables -N mine", "11: arptables: chains of one's own are not modelled"},
      {"arptables -t nat -L", "14: arptables: table 'nat' does not exist (known: filter)"},
      {"arptables -A INPUT --h-length 6 -j DROP",
       "20: arptables: --h-length is not modelled: every ARP packet here is of IPv4 over Ethernet; "
       "leave it out"},
      {"arptables -L -d 10.0.0.1", "11: arptables: -L takes no rule"},
      {"arptables -A INPUT foo -j DROP", "20: arptables: Bad argument `foo'"},
      {"arptables -A INPUT --dsst 10.0.0.1 -j DROP",
       "20: arptables: unknown option \"--dsst\"; did you mean \"--dst\"?"},
      {"arptables -A INPUT -d 10.0.0.1 -j DROP !", "1: arptables: nothing appropriate following !"},
      {"arptables -Lnv", "13: arptables: No chain/target/match by that name (\"nv\")"},
  });
}

TEST_CASE("iptables reads every spelling of a rule", "[language][iptables]") {
  const auto mark = command<IpTables>(
      "iptables -t mangle -A PREROUTING -d 10.0.0.100/32 -p tcp -m tcp --dport 80 -j MARK "
      "--set-mark 1");
  CHECK(mark.chain == IpFilter::Chain::mangle_prerouting);
  REQUIRE(mark.rules.size() == 1);
  CHECK(mark.rules[0].target == IpRule::Target::mark);
  CHECK(mark.rules[0].set_mark == IpRule::Mark{1, 0xffff'ffff});
  CHECK(mark.rules[0].destination_ports == std::vector<PortRange>{{80, 80}});
  for (const char* same :
       {"iptables -A PREROUTING -t mangle -p 6 --dport http -d 10.0.0.100 -j MARK --set-xmark 0x1",
        "iptables --table=mangle -w 5 -A PREROUTING --destination 10.0.0.100 --protocol tcp "
        "--destination-port 80 -m comment --comment 'web, marked' -j MARK --set-mark "
        "0x1/0xffffffff",
        "iptables-legacy -4 -tmangle -APREROUTING -d 10.0.0.100 -ptcp --dport=80:80 -jMARK "
        "--set-mark 1"}) {
    INFO(same);
    CHECK(command<IpTables>(same) == mark);
  }
  const auto full = command<IpTables>(
      "iptables -I FORWARD 3 ! -s 10.0.0.0/8 -p udp -i eth+ ! -o eth1 -m multiport ! --sports "
      "53,1000:2000 -m mark ! --mark 0x3/0xf -f -j RETURN");
  const IpRule& rule = full.rules.at(0);
  CHECK(full.number == 3);
  CHECK(rule.source->inverted);
  CHECK(rule.protocol == Match<Protocol>{Protocol::udp, false});
  CHECK(rule.in == Match<std::string>{"eth+", false});
  CHECK(rule.out == Match<std::string>{"eth1", true});
  CHECK(rule.source_ports == std::vector<PortRange>{{53, 53}, {1000, 2000}});
  CHECK((rule.source_ports_inverted && rule.multiport && rule.fragments));
  CHECK(rule.mark == Match<IpRule::Mark>{{3, 0xf}, true});
  CHECK(rule.target == IpRule::Target::back);
  CHECK_FALSE(command<IpTables>("iptables -A INPUT -p all -j DROP").rules[0].protocol);
  CHECK(command<IpTables>("iptables -nL --line-numbers").line_numbers);
  CHECK(command<IpTables>("iptables -vnxL INPUT 2").number == 2);
  CHECK(command<IpTables>("iptables -t mangle -F").mangle);
  CHECK(command<IpTables>("iptables -Z INPUT 2").action == TableAction::zero);
}

TEST_CASE("what iptables needs and hosts do not have is refused by name", "[language][iptables]") {
  check_errors({
      {"iptables -t nat -A PREROUTING -j DNAT",
       "13: iptables: NAT rules (-t nat) are not modelled"},
      {"iptables -t raw -L", "13: iptables: the table raw is not modelled"},
      {"iptables -t mangel -L",
       "13: iptables: table 'mangel' does not exist; did you mean \"mangle\"?"},
      {"iptables -A INPUT -m state --state NEW -j ACCEPT",
       "22: iptables: connection tracking (-m state) is not modelled"},
      {"iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
       "22: iptables: connection tracking (-m conntrack) is not modelled"},
      {"iptables -A INPUT -m limit --limit 1/s -j ACCEPT",
       "22: iptables: the match \"limit\" is not modelled (known: tcp, udp, multiport, mark, "
       "comment)"},
      {"iptables -A INPUT -p tcp -j REJECT", "29: iptables: -j REJECT is not modelled; DROP is"},
      {"iptables -A INPUT -j LOG", "22: iptables: -j LOG is not modelled"},
      {"iptables -t mangle -A PREROUTING -j CONNMARK --set-mark 1",
       "37: iptables: connection tracking (-j CONNMARK) is not modelled"},
      {"iptables -N web", "10: iptables: chains of one's own are not modelled"},
      {"iptables -t mangle -A POSTROUTING -j MARK --set-mark 1",
       "23: iptables: of -t mangle only PREROUTING is modelled"},
      {"iptables -A INPUT -p tcp --syn -j DROP", "26: iptables: --syn is not modelled"},
      {"iptables -A INPUT ! -f -j DROP", "21: iptables: ! -f is not modelled"},
      {"iptables -A INPUT -p tcp -m multiport --ports 80 -j DROP",
       "39: iptables: --ports (of either end) is not modelled; use --sports or --dports"},
      {"iptables -A INPUT -p tcp --dport 80 -m multiport --sports 1 -j DROP",
       "50: iptables: ports of both ends with -m multiport are not modelled; use two rules"},
      {"iptables -A INPUT -s fe80::1 -j DROP", "22: iptables: \"fe80::1\": IPv6 is not supported"},
  });
}

TEST_CASE("a wrong iptables command is refused at its word", "[language][iptables]") {
  check_errors({
      {"iptables -A INPUT --dport 80 -j DROP",
       "19: iptables: unknown option \"--dport\" (it goes behind -p tcp or -p udp)"},
      {"iptables -A INPUT -p icmp --dport 80 -j DROP",
       "27: iptables: unknown option \"--dport\" (it goes behind -p tcp or -p udp)"},
      {"iptables -A INPUT -p tcp --dport 99999 -j DROP",
       "34: iptables: invalid port/service `99999' specified"},
      {"iptables -A INPUT -p tcp --dport 90:80 -j DROP",
       "34: iptables: invalid portrange (min > max)"},
      {"iptables -A INPUT -p foo -j DROP",
       "22: iptables: unknown protocol \"foo\" specified (modelled: tcp, udp, icmp, ipencap, all)"},
      {"iptables -A INPUT -m multiport --dports 80 -j DROP",
       "10: iptables: multiport needs `-p tcp' or `-p udp'"},
      {"iptables -A INPUT -p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 -j D",
       "48: iptables: too many ports specified"},
      {"iptables -A INPUT -p tcp -m multiport --dports 1:2,3:4,5:6,7:8,9:10,11:12,13:14,15:16 -j D",
       "48: iptables: too many ports specified"},
      {"iptables -A INPUT -m tcp --dport 80 -j DROP", "10: iptables: TCP match requires '-p tcp'"},
      {"iptables -A INPUT -m mark -j DROP",
       "10: iptables: mark: option \"--mark\" must be specified"},
      {"iptables -A INPUT -m mark --mark zz -j DROP",
       "34: iptables: bad integer value for option \"--mark\", or out of range (\"zz\")"},
      {"iptables -t mangle -A PREROUTING -j MARK",
       "20: iptables: MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required"},
      {"iptables -A INPUT -j DROP --set-mark 1",
       "27: iptables: unknown option \"--set-mark\" (it goes behind -j MARK)"},
      {"iptables -A PREROUTING -j DROP",
       "13: iptables: No chain/target/match by that name (\"PREROUTING\")"},
      {"iptables -A INPUT ! -s 0/0 -j DROP", "24: iptables: host/network `0' not found"},
      {"iptables -A INPUT ! -s 0.0.0.0/0 -j DROP",
       "24: iptables: Invalid argument: no address is outside of all"},
      {"iptables -A INPUT ! -s 1.1.1.1,2.2.2.2 -j DROP",
       "24: iptables: ! not allowed with multiple source or destination IP addresses"},
      {"iptables ! -A INPUT -j DROP", "12: iptables: unexpected ! flag before -A"},
      {"iptables -L -v INPUT", "16: iptables: Bad argument `INPUT'"},
      {"iptables -R INPUT -j DROP", "10: iptables: -R requires a rule number"},
      {"iptables -A INPUT -i averyveryverylong0 -j DROP",
       "22: iptables: interface name `averyveryverylong0' must be shorter than IFNAMSIZ (15)"},
  });
}

}  // namespace lvs::language::testing
