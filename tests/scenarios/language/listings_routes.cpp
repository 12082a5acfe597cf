// ip route and ip rule on the models. The expected texts are iproute2 6.1's after
// the same commands in a network namespace, but for the lines of IPv6 and the peers of its cables;
// the two of truth/arp/matrix.json (facts_ip_tcp) are quoted.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {
namespace {

const std::string kRoutes =
    "ip addr add 192.168.77.11/24 dev eth0\n"
    "ip addr add 192.168.77.100/32 dev lo\n"
    "ip addr add 192.168.77.12/24 brd + dev eth0"
    "\nip route add default via 192.168.77.1\n"
    "ip route add 10.2.0.0/16 via 192.168.77.1 table 100\n"
    "ip route add 10.2.0.0/16 via 192.168.77.1 metric 5 mtu 1400\n"
    "ip route add throw 10.3.0.0/16 table 100\n"
    "ip route add 10.4.0.0/16 via 192.168.77.1 tos 0x10\n"
    "ip route add 10.5.0.0/16 via 10.77.0.1 dev eth0 onlink\n"
    "ip route append 10.5.0.0/16 via 10.77.0.2 dev eth0 onlink\n"
    "ip route add blackhole 10.6.0.0/16\n"
    "ip route add unreachable 10.7.0.0/16 metric 9\n"
    "ip route add prohibit default table 100\n"
    "ip route add 10.8.0.0/16 dev eth0 scope link src 192.168.77.11\n"
    "ip route add 10.10.0.1 dev eth0\n"
    "ip route add local 10.11.0.0/24 dev lo\n"
    "ip route add default via 192.168.77.2 metric 50\n"
    "ip route add default dev eth0 metric 60";

}  // namespace

TEST_CASE("ip route prints a table in the kernel's order", "[language][listing]") {
  CHECK(printed(kRoutes, "ip route") ==
        "default via 192.168.77.1 dev eth0 \n"
        "default via 192.168.77.2 dev eth0 metric 50 \n"
        "default dev eth0 scope link metric 60 \n"
        "10.2.0.0/16 via 192.168.77.1 dev eth0 metric 5 mtu 1400 \n"
        "10.4.0.0/16 tos 0x10 via 192.168.77.1 dev eth0 \n"
        "10.5.0.0/16 via 10.77.0.1 dev eth0 onlink \n"
        "10.5.0.0/16 via 10.77.0.2 dev eth0 onlink \n"
        "blackhole 10.6.0.0/16 \n"
        "unreachable 10.7.0.0/16 metric 9 \n"
        "10.8.0.0/16 dev eth0 scope link src 192.168.77.11 \n"
        "10.10.0.1 dev eth0 scope link \n"
        "192.168.77.0/24 dev eth0 proto kernel scope link src 192.168.77.11 \n");
  CHECK(printed(kRoutes, "ip route show table 100") ==
        "prohibit default \n10.2.0.0/16 via 192.168.77.1 dev eth0 \nthrow 10.3.0.0/16 \n");
  CHECK(printed("ip addr add 192.168.77.11/24 dev eth0\nip addr add 192.168.77.100/32 dev lo",
                "ip route show table local") ==  // facts_ip_tcp.local_table
        "local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 \n"
        "local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 \n"
        "broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 \n"
        "local 192.168.77.11 dev eth0 proto kernel scope host src 192.168.77.11 \n"
        "local 192.168.77.100 dev lo proto kernel scope host src 192.168.77.100 \n"
        "broadcast 192.168.77.255 dev eth0 proto kernel scope link src 192.168.77.11 \n");
  CHECK(printed("ip addr add 192.168.77.11/24 dev eth0\nip route add 10.5.0.0/16 via 10.77.0.1 "
                "dev eth0 onlink metric 7 mtu 1400 src 192.168.77.11 tos 0x10 table 300\n"
                "ip route add broadcast 10.12.0.255 dev eth0 table 100\n"
                "ip route add blackhole 10.0.0.0/8 table 7",
                "ip route show table all root 10.0.0.0/8") ==
        "blackhole 10.0.0.0/8 table 7 \n"
        "10.5.0.0/16 tos 0x10 via 10.77.0.1 dev eth0 table 300 src 192.168.77.11 metric 7 onlink "
        "mtu 1400 \n"
        "broadcast 10.12.0.255 dev eth0 table 100 scope link \n");
  CHECK(printed("ip addr add 192.168.77.11/24 dev eth0\n"
                "for p in 10.0.0.0/8 10.0.0.0/16 10.0.0.0/24 0.0.0.0/1 default 9.0.0.0/8; do "
                "ip route add $p dev eth0; done\nip route add 10.0.0.0/16 dev eth0 tos 4",
                "ip route show dev eth0 scope link") ==
        "0.0.0.0/1 \ndefault \n9.0.0.0/8 \n10.0.0.0/24 \n10.0.0.0/16 tos 0x04 \n10.0.0.0/16 \n"
        "10.0.0.0/8 \n192.168.77.0/24 proto kernel src 192.168.77.11 \n");
}

TEST_CASE("ip route show leaves out what its filter fixes", "[language][listing]") {
  struct Case {
    std::string filter;
    std::string lines;
  };
  const auto c = GENERATE(values<Case>({
      {"via 192.168.77.1",
       "default dev eth0 \n10.2.0.0/16 dev eth0 metric 5 mtu 1400 \n10.4.0.0/16 tos 0x10 dev eth0 "
       "\n"},
      {"proto kernel", "192.168.77.0/24 dev eth0 scope link src 192.168.77.11 \n"},
      {"src 192.168.77.11",
       "10.8.0.0/16 dev eth0 scope link \n192.168.77.0/24 dev eth0 proto kernel scope link \n"},
      {"type blackhole", "blackhole 10.6.0.0/16 \n"},
      {"10.2.0.0/16", "10.2.0.0/16 via 192.168.77.1 dev eth0 metric 5 mtu 1400 \n"},
      {"match 10.2.3.4 via 192.168.77.1",
       "default dev eth0 \n10.2.0.0/16 dev eth0 metric 5 mtu "
       "1400 \n"},
      {"default via 192.168.77.2", "default dev eth0 metric 50 \n"},
      {"root 10.6.0.0/15", "blackhole 10.6.0.0/16 \nunreachable 10.7.0.0/16 metric 9 \n"},
      {"table local type local dev lo scope host",
       "local 10.11.0.0/24 \nlocal 127.0.0.0/8 proto kernel src 127.0.0.1 \n"
       "local 127.0.0.1 proto kernel src 127.0.0.1 \n"
       "local 192.168.77.100 proto kernel src 192.168.77.100 \n"},
  }));
  DYNAMIC_SECTION(c.filter) { CHECK(printed(kRoutes, "ip route show " + c.filter) == c.lines); }
}

TEST_CASE("ip route get says where a packet would go, or why not", "[language][listing]") {
  struct Case {
    std::string words;
    std::string text;
  };
  const auto c = GENERATE(values<Case>({
      {"10.2.3.4",
       "10.2.3.4 via 192.168.77.1 dev eth0 src 192.168.77.11 uid 0 \n    cache mtu 1400 "
       "\n"},
      {"192.168.77.9", "192.168.77.9 dev eth0 src 192.168.77.11 uid 0 \n    cache \n"},
      {"192.168.77.100",
       "local 192.168.77.100 dev lo src 192.168.77.100 uid 0 \n    cache <local> "
       "\n"},
      {"10.11.0.9", "local 10.11.0.9 dev lo src 10.11.0.9 uid 0 \n    cache <local> \n"},
      {"192.168.77.255",
       "broadcast 192.168.77.255 dev eth0 src 192.168.77.11 uid 0 \n    cache "
       "<local,brd> \n"},
      {"8.8.8.8 from 192.168.77.100",
       "8.8.8.8 from 192.168.77.100 via 192.168.77.1 dev eth0 uid 0 \n    cache \n"},
      {"8.8.8.8 mark 7",
       "8.8.8.8 via 192.168.77.1 dev eth0 src 192.168.77.11 mark 7 uid 0 \n    cache \n"},
      {"8.8.8.8 mark 20",
       "8.8.8.8 via 192.168.77.1 dev eth0 src 192.168.77.11 mark 0x14 uid 0 \n    cache \n"},
      {"10.5.0.1", "10.5.0.1 via 10.77.0.1 dev eth0 src 192.168.77.11 uid 0 \n    cache \n"},
      {"192.168.77.100 from 192.168.77.1 iif eth0",
       "local 192.168.77.100 from 192.168.77.1 dev lo \n    cache <local> iif eth0 \n"},
      {"8.8.8.8 from 192.168.77.50 iif eth0",
       "8.8.8.8 from 192.168.77.50 via 192.168.77.1 dev eth0 \n    cache <redirect> iif eth0 \n"},
      {"8.8.8.8 from 10.99.0.1 iif eth0 mark 3",
       "8.8.8.8 from 10.99.0.1 via 192.168.77.1 dev eth0 mark 3 \n    cache iif eth0 \n"},
  }));
  DYNAMIC_SECTION(c.words) {
    CHECK(printed(kRoutes + "\nsysctl -qw net.ipv4.ip_forward=1", "ip route get " + c.words) ==
          c.text);
  }
  CHECK(printed(kRoutes + "\nip rule add to 10.3.0.0/15 table 100\nip route add 10.3.7.0/24 via "
                          "192.168.77.9 table 100",
                "ip route get 10.3.7.7") ==
        "10.3.7.7 via 192.168.77.9 dev eth0 table 100 src 192.168.77.11 uid 0 \n    cache \n");
  CHECK(printed(kRoutes, "ip -o route get 192.168.77.9") ==
        "192.168.77.9 dev eth0 src 192.168.77.11 uid 0 \\    cache \n");
}

TEST_CASE("ip route get says why there is no way", "[language][listing]") {
  struct Refused {
    std::string words;
    std::string why;
  };
  const auto r = GENERATE(values<Refused>({
      {"10.6.1.1", "Invalid argument"},
      {"10.7.1.1", "No route to host"},
      {"10.20.0.1", "Permission denied"},
      {"10.20.0.3", "Invalid argument"},
      {"8.8.8.8 from 10.99.0.1", "Network is unreachable"},
      {"8.8.8.8 from 10.99.0.1 iif eth0", "No route to host"},
      {"192.168.77.100 from 192.168.77.11 iif eth0", "Invalid argument"},
      {"127.0.0.1 from 192.168.77.1 iif eth0", "Invalid argument"},
  }));
  DYNAMIC_SECTION(r.words) {
    CHECK_THAT(run_error(two_hosts(kRoutes +
                                   "\nip rule add prohibit to 10.20.0.1\nip rule add "
                                   "blackhole to 10.20.0.3\nip route get " +
                                   r.words)),
               Catch::EndsWith("a: ip: RTNETLINK answers: " + r.why));
  }
}

TEST_CASE("a redirect and a path MTU are seen in ip route get while they hold",
          "[language][listing]") {
  Run run(two_hosts("ip addr add 192.168.77.11/24 dev eth0\nip route add default via 192.168.77.1",
                    "events:\n  - {at: 2s, host: a, show: ip route get 8.8.8.8}\n"
                    "  - {at: 9s, host: a, show: ip route get 8.8.8.8}\n"));
  run.until(seconds(1));
  run.simulation.host("a").ip().learn_path_mtu(ipv4(8, 8, 8, 8), 1400);
  run.until(seconds(10));
  CHECK(run.shown(0) ==
        "8.8.8.8 via 192.168.77.1 dev eth0 src 192.168.77.11 uid 0 \n    cache expires 599sec mtu "
        "1400 \n");
  CHECK(run.shown(1) ==
        "8.8.8.8 via 192.168.77.1 dev eth0 src 192.168.77.11 uid 0 \n    cache expires 592sec mtu "
        "1400 \n");
}

TEST_CASE("ip route flush empties what its filter means", "[language][listing]") {
  const auto left = [](const std::string& flush, const std::string& show) {
    return printed(kRoutes + "\nip route flush " + flush, "ip route show " + show);
  };
  CHECK(left("table 100", "table 100").empty());
  CHECK(left("dev eth0 table 100", "table 100") == "prohibit default \nthrow 10.3.0.0/16 \n");
  CHECK(left("root 10.0.0.0/8", "") ==
        "default via 192.168.77.1 dev eth0 \ndefault via 192.168.77.2 dev eth0 metric 50 \n"
        "default dev eth0 scope link metric 60 \n"
        "192.168.77.0/24 dev eth0 proto kernel scope link src 192.168.77.11 \n");
  CHECK(left("via 192.168.77.2", "default") ==
        "default via 192.168.77.1 dev eth0 \ndefault dev eth0 scope link metric 60 \n");
  CHECK(left("cache", "table 100 type throw") == "throw 10.3.0.0/16 \n");
  CHECK(left("table main", "").empty());
  for (const std::string verb : {"show", "flush"}) {
    CHECK_THAT(run_error(two_hosts("ip route " + verb + " table 555")),
               Catch::Contains("Error: ipv4: FIB table does not exist."));
  }
}

TEST_CASE("a route is deleted when it agrees with all that was said", "[language][listing]") {
  const auto left = [](const std::string& del) {
    return printed(
        "ip addr add 192.168.77.11/24 dev eth0\n"
        "ip route add 10.0.0.0/8 via 192.168.77.1\n"
        "ip route add 10.0.0.0/8 via 192.168.77.2 metric 5\n"
        "ip route add 10.0.0.0/8 via 192.168.77.3 tos 8\nip route del " +
            del,
        "ip route show 10.0.0.0/8");
  };
  const std::string tos = "10.0.0.0/8 tos 0x08 via 192.168.77.3 dev eth0 \n";
  const std::string first = "10.0.0.0/8 via 192.168.77.1 dev eth0 \n";
  const std::string fifth = "10.0.0.0/8 via 192.168.77.2 dev eth0 metric 5 \n";
  CHECK(left("10.0.0.0/8 via 192.168.77.2") == tos + first);
  CHECK(left("10.0.0.0/8") == tos + fifth);
  CHECK(left("10.0.0.0/8 tos 8") == first + fifth);
  CHECK(left("10.0.0.0/8 metric 5") == tos + first);
  CHECK(left("10.0.0.0/8 via 192.168.77.2 metric 4 || true") == tos + first + fifth);
}

TEST_CASE("ip rule prints, adds and deletes as the tool", "[language][listing]") {
  const std::string three =
      "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n";
  CHECK(printed("", "ip rule") == three);
  const std::string rules =
      "ip rule add from 10.0.0.0/8 table 100\n"
      "ip rule add to 10.1.0.0/16 lookup 101 priority 1000\n"
      "ip rule add fwmark 1 table 100 pref 900\n"
      "ip rule add fwmark 0x1/0xff table main order 901\n"
      "ip rule add iif eth0 tos 0x10 table 102\n"
      "ip rule add from 10.9.0.1 blackhole\n"
      "ip rule add from 10.9.0.2 unreachable\n"
      "ip rule add type prohibit from 10.9.0.3\n"
      "ip rule add not from 10.9.0.5 table local\n"
      "ip rule add oif eth0 table 201\n"
      "ip rule add from 1.2.3.4 to 5.6.7.8 fwmark 0x7/0xf iif eth0 tos 0x10 not table 12\n"
      "ip rule add from 10.0.0.3/24 pref 5";
  CHECK(printed(rules, "ip rule show") ==
        "0:\tfrom all lookup local\n"
        "5:\tfrom 10.0.0.3/24 lookup main\n"
        "893:\tnot from 1.2.3.4 to 5.6.7.8 tos 0x10 fwmark 0x7/0xf iif eth0 lookup 12\n"
        "894:\tfrom all oif eth0 lookup 201\n"
        "895:\tnot from 10.9.0.5 lookup local\n"
        "896:\tfrom 10.9.0.3 prohibit\n"
        "897:\tfrom 10.9.0.2 unreachable\n"
        "898:\tfrom 10.9.0.1 blackhole\n"
        "899:\tfrom all tos 0x10 iif eth0 lookup 102\n"
        "900:\tfrom all fwmark 0x1 lookup 100\n"
        "901:\tfrom all fwmark 0x1/0xff lookup main\n"
        "1000:\tfrom all to 10.1.0.0/16 lookup 101\n"
        "32765:\tfrom 10.0.0.0/8 lookup 100\n"
        "32766:\tfrom all lookup main\n"
        "32767:\tfrom all lookup default\n");
  CHECK(printed(rules, "ip rule list table 100") ==
        "900:\tfrom all fwmark 0x1 lookup 100\n32765:\tfrom 10.0.0.0/8 lookup 100\n");
  CHECK(printed(rules, "ip rule show fwmark 1") ==
        "900:\tfrom all fwmark 0x1 lookup 100\n901:\tfrom all fwmark 0x1/0xff lookup main\n");
  CHECK(printed(rules + "\nip rule del pref 1000\nip rule del fwmark 1 table 100\n"
                        "ip rule del from 10.9.0.1 blackhole\nip rule del fwmark 1/0xff\n"
                        "ip rule flush from 10.9.0.0/16",
                "ip rule") ==
        "0:\tfrom all lookup local\n5:\tfrom 10.0.0.3/24 lookup main\n"
        "893:\tnot from 1.2.3.4 to 5.6.7.8 tos 0x10 fwmark 0x7/0xf iif eth0 lookup 12\n"
        "894:\tfrom all oif eth0 lookup 201\n"
        "899:\tfrom all tos 0x10 iif eth0 lookup 102\n"
        "32765:\tfrom 10.0.0.0/8 lookup 100\n32766:\tfrom all lookup main\n"
        "32767:\tfrom all lookup default\n");
  CHECK(printed(rules + "\nip rule flush", "ip rule") == "0:\tfrom all lookup local\n");
  for (const std::string wrong :
       {"ip rule del fwmark 77 table 100", "ip rule del from 10.0.0.0/8"}) {
    CHECK_THAT(run_error(two_hosts(wrong)),
               Catch::EndsWith("a: ip: RTNETLINK answers: No such file or directory"));
  }
  CHECK_THAT(run_error(two_hosts("ip rule add fwmark 1/0xff table 7\nip rule del fwmark 1")),
             Catch::EndsWith("a: ip: RTNETLINK answers: No such file or directory"));
  CHECK_THAT(run_error(two_hosts("ip rule add table 5 pref 5\nip rule add table 5 pref 5")),
             Catch::EndsWith("a: ip: RTNETLINK answers: File exists"));
}

}  // namespace lvs::language::testing
