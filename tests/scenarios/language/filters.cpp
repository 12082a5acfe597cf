// arptables and iptables on the models: what they print is what arptables-nft and iptables-nft
// 1.8.9 (Debian 12) printed after the same commands in a network namespace.
#include <catch2/catch.hpp>

#include "scenarios/language/filter_listing.hpp"
#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {
namespace {

const std::string kArpRules =
    "arptables -A INPUT -d 10.0.0.100 -j DROP\n"
    "arptables -A INPUT -s 10.0.0.0/24 --opcode Request -i eth0 -j ACCEPT\n"
    "arptables -A INPUT ! -s 10.0.0.0/24 --opcode ! 2 -j DROP\n"
    "arptables -A INPUT -s ! 10.0.0.0/255.255.255.0 ! --opcode Reply -j RETURN\n"
    "arptables -A INPUT -i eth+ -j DROP\n"
    "arptables -A INPUT ! -i eth0 -j DROP\n"
    "arptables -A OUTPUT -s 10.0.0.100 -j mangle --mangle-ip-s 10.0.0.11\n"
    "arptables -A OUTPUT -o eth0 -j mangle --mangle-ip-s 10.0.0.11 --mangle-ip-d 10.0.0.12 "
    "--mangle-mac-s 02:00:00:00:00:09 --mangle-mac-d 02:00:00:00:00:08 --mangle-target CONTINUE\n"
    "arptables -A OUTPUT -o eth0 -j mangle --mangle-ip-s 10.0.0.11 --mangle-target DROP\n"
    "arptables -A OUTPUT";

const std::string kIpRules =
    "iptables -A INPUT -p tcp --dport 80 -j DROP\n"
    "iptables -A INPUT -p 6 --sport 1024:65535 --dport :80 ! -s 10.0.0.0/8 -j ACCEPT\n"
    "iptables -A INPUT -p udp ! --dport 53: -j DROP\n"
    "iptables -A INPUT -p icmp -i eth0 -j RETURN\n"
    "iptables -A INPUT -f -d 10.0.0.1 -j DROP\n"
    "iptables -A INPUT -p all -s 10.0.0.1/32 -d 10.0.0.2/255.255.255.0\n"
    "iptables -A INPUT -p tcp -m multiport ! --sports 80:90 -j DROP\n"
    "iptables -A INPUT ! -p tcp ! -i eth+ -j DROP\n"
    "iptables -A INPUT -p 4 -j DROP\n"
    "iptables -A FORWARD -i eth0 -o eth1 -j ACCEPT\n"
    "iptables -A OUTPUT ! -o lo -p tcp --sport http -j DROP\n"
    "iptables -P FORWARD DROP";

const std::string kMarks =
    "iptables -t mangle -A PREROUTING -p tcp -d 10.0.0.100 --dport 80 -j MARK --set-mark 1\n"
    "iptables -A PREROUTING -t mangle -i eth0 -d 10.0.0.100/24 -p tcp -m multiport "
    "--dports 80,443,1000:2000 -j MARK --set-mark 0x11/0x1\n"
    "iptables -t mangle -A PREROUTING -m mark --mark 0x1/0xff -j MARK --set-mark 2\n"
    "iptables -t mangle -A PREROUTING -m mark ! --mark 5 -j ACCEPT\n"
    "iptables -t mangle -A PREROUTING -j MARK --set-xmark 0x11/0x1\n"
    "iptables -t mangle -A PREROUTING -j MARK --and-mark 0xff\n"
    "iptables -t mangle -A PREROUTING -j MARK --xor-mark 5";

}  // namespace

TEST_CASE("arptables -L prints what arptables-nft prints", "[language][arptables]") {
  CHECK(printed(kArpRules, "arptables -L") ==
        "Chain INPUT (policy ACCEPT)\n"
        "-j DROP -d 10.0.0.100\n"
        "-j ACCEPT -i eth0 -s 10.0.0.0/24 --opcode Request\n"
        "-j DROP ! -s 10.0.0.0/24 ! --opcode Reply\n"
        "-j RETURN ! -s 10.0.0.0/24 ! --opcode Reply\n"
        "-j DROP -i eth+\n"
        "-j DROP ! -i eth0\n"
        "\n"
        "Chain OUTPUT (policy ACCEPT)\n"
        "-j mangle -s 10.0.0.100 --mangle-ip-s 10.0.0.11\n"
        "-j mangle -o eth0 --mangle-ip-s 10.0.0.11 --mangle-mac-s 02:00:00:00:00:09 --mangle-ip-d "
        "10.0.0.12 --mangle-mac-d 02:00:00:00:00:08 --mangle-target CONTINUE\n"
        "-j mangle -o eth0 --mangle-ip-s 10.0.0.11 --mangle-target DROP\n"
        "\n");
  CHECK(printed(kArpRules, "arptables -vnL OUTPUT --line-numbers") ==
        "Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)\n"
        "1 -j mangle -i * -o * -s 10.0.0.100 --mangle-ip-s 10.0.0.11 , pcnt=0 -- bcnt=0 \n"
        "2 -j mangle -i * -o eth0 --mangle-ip-s 10.0.0.11 --mangle-mac-s 02:00:00:00:00:09 "
        "--mangle-ip-d 10.0.0.12 --mangle-mac-d 02:00:00:00:00:08 --mangle-target CONTINUE , "
        "pcnt=0 -- bcnt=0 \n"
        "3 -j mangle -i * -o eth0 --mangle-ip-s 10.0.0.11 --mangle-target DROP , pcnt=0 -- bcnt=0 "
        "\n"
        "4 -i * -o * , pcnt=0 -- bcnt=0 \n");
  CHECK(printed(kArpRules + "\narptables -P INPUT DROP", "arptables -S INPUT") ==
        "-P INPUT DROP\n"
        "-A INPUT -j DROP -d 10.0.0.100\n"
        "-A INPUT -j ACCEPT -i eth0 -s 10.0.0.0/24 --opcode 1\n"
        "-A INPUT -j DROP ! -s 10.0.0.0/24 ! --opcode 2\n"
        "-A INPUT -j RETURN ! -s 10.0.0.0/24 ! --opcode 2\n"
        "-A INPUT -j DROP -i eth+\n"
        "-A INPUT -j DROP ! -i eth0\n");
  CHECK(printed("arptables -A FORWARD -s 10.0.0.1 -j DROP", "arptables -L FORWARD") ==
        "Chain FORWARD (policy ACCEPT)\n-j DROP -s 10.0.0.1\n");
  CHECK(printed("arptables -A INPUT --src-mac 02:00:00:00:00:01/ff:ff:ff:00:00:00 -j DROP",
                "arptables -L INPUT 1") ==
        "-j DROP --src-mac 02:00:00:00:00:01/ff:ff:ff:00:00:00\n");
}

TEST_CASE("arptables counts what passes its rules and its policy", "[language][arptables]") {
  Run run(
      two_hosts("ip addr add 10.0.0.1/24 dev eth0\n"
                "arptables -A INPUT -s 10.0.0.2 -d 10.0.0.77 -j DROP\n"
                "arptables -A OUTPUT -s 10.0.0.1 -j ACCEPT",
                "events:\n"
                "  - {at: 1s, host: b, run: ip addr add 10.0.0.77/24 dev eth0; arping -c 3 -U "
                "-I eth0 10.0.0.77}\n"
                "  - {at: 1s, host: a, run: arping -A -I eth0 10.0.0.1}\n"
                "  - {at: 9s, host: a, show: arptables -L -v}\n"
                "  - {at: 9s, host: a, run: arptables -Z}\n"
                "  - {at: 9s, host: a, show: arptables -L OUTPUT -n -v}\n"));
  run.until(seconds(10));
  CHECK(run.shown(0) ==
        "Chain INPUT (policy ACCEPT 3 packets, 84 bytes)\n"
        "-j DROP -i any -o any -s 10.0.0.2 -d 10.0.0.77 , pcnt=0 -- bcnt=0 \n"
        "\n"
        "Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)\n"
        "-j ACCEPT -i any -o any -s 10.0.0.1 , pcnt=1 -- bcnt=28 \n");
  CHECK(run.shown(1) ==
        "Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)\n"
        "-j ACCEPT -i * -o * -s 10.0.0.1 , pcnt=0 -- bcnt=0 \n");
}

TEST_CASE("iptables -L prints what iptables-nft prints", "[language][iptables]") {
  CHECK(printed(kIpRules, "iptables -L") ==
        "Chain INPUT (policy ACCEPT)\n"
        "target     prot opt source               destination         \n"
        "DROP       tcp  --  anywhere             anywhere             tcp dpt:http\n"
        "ACCEPT     tcp  -- !10.0.0.0/8           anywhere             tcp spts:1024:65535 "
        "dpts:0:http\n"
        "DROP       udp  --  anywhere             anywhere             udp dpts:!domain:65535\n"
        "RETURN     icmp --  anywhere             anywhere            \n"
        "DROP       all  -f  anywhere             10.0.0.1            \n"
        "           all  --  10.0.0.1             10.0.0.0/24         \n"
        "DROP       tcp  --  anywhere             anywhere             multiport sports  !http:90\n"
        "DROP      !tcp  --  anywhere             anywhere            \n"
        "DROP       ipencap --  anywhere             anywhere            \n"
        "\n"
        "Chain FORWARD (policy DROP)\n"
        "target     prot opt source               destination         \n"
        "ACCEPT     all  --  anywhere             anywhere            \n"
        "\n"
        "Chain OUTPUT (policy ACCEPT)\n"
        "target     prot opt source               destination         \n"
        "DROP       tcp  --  anywhere             anywhere             tcp spt:http\n");
  CHECK(
      printed(kIpRules, "iptables -nvL INPUT --line-numbers") ==
      "Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n"
      "num   pkts bytes target     prot opt in     out     source               destination      "
      "   \n"
      "1        0     0 DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0         "
      "   tcp dpt:80\n"
      "2        0     0 ACCEPT     6    --  *      *      !10.0.0.0/8           0.0.0.0/0         "
      "   tcp spts:1024:65535 dpts:0:80\n"
      "3        0     0 DROP       17   --  *      *       0.0.0.0/0            0.0.0.0/0         "
      "   udp dpts:!53:65535\n"
      "4        0     0 RETURN     1    --  eth0   *       0.0.0.0/0            0.0.0.0/0         "
      "  \n"
      "5        0     0 DROP       0    -f  *      *       0.0.0.0/0            10.0.0.1          "
      "  \n"
      "6        0     0            0    --  *      *       10.0.0.1             10.0.0.0/24       "
      "  \n"
      "7        0     0 DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0         "
      "   multiport sports  !80:90\n"
      "8        0     0 DROP      !6    --  !eth+  *       0.0.0.0/0            0.0.0.0/0         "
      "  \n"
      "9        0     0 DROP       4    --  *      *       0.0.0.0/0            0.0.0.0/0         "
      "  \n");
  CHECK(
      printed(kIpRules, "iptables -vnxL INPUT 1") ==
      "       0        0 DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0         "
      "   tcp dpt:80\n");
  CHECK(printed(kIpRules, "iptables -S") ==
        "-P INPUT ACCEPT\n"
        "-P FORWARD DROP\n"
        "-P OUTPUT ACCEPT\n"
        "-A INPUT -p tcp -m tcp --dport 80 -j DROP\n"
        "-A INPUT ! -s 10.0.0.0/8 -p tcp -m tcp --sport 1024:65535 --dport 0:80 -j ACCEPT\n"
        "-A INPUT -p udp -m udp ! --dport 53:65535 -j DROP\n"
        "-A INPUT -i eth0 -p icmp -j RETURN\n"
        "-A INPUT -d 10.0.0.1/32 -f -j DROP\n"
        "-A INPUT -s 10.0.0.1/32 -d 10.0.0.0/24\n"
        "-A INPUT -p tcp -m multiport ! --sports 80:90 -j DROP\n"
        "-A INPUT ! -i eth+ ! -p tcp -j DROP\n"
        "-A INPUT -p ipencap -j DROP\n"
        "-A FORWARD -i eth0 -o eth1 -j ACCEPT\n"
        "-A OUTPUT ! -o lo -p tcp -m tcp --sport 80 -j DROP\n");
}

TEST_CASE("iptables -t mangle sets marks in every form of the tool", "[language][iptables]") {
  CHECK(
      printed(kMarks, "iptables -t mangle -L PREROUTING -n") ==
      "Chain PREROUTING (policy ACCEPT)\n"
      "target     prot opt source               destination         \n"
      "MARK       6    --  0.0.0.0/0            10.0.0.100           tcp dpt:80 MARK set 0x1\n"
      "MARK       6    --  0.0.0.0/0            10.0.0.0/24          multiport dports "
      "80,443,1000:2000 MARK or 0x11\n"
      "MARK       0    --  0.0.0.0/0            0.0.0.0/0            mark match 0x1/0xff MARK set "
      "0x2\n"
      "ACCEPT     0    --  0.0.0.0/0            0.0.0.0/0            mark match ! 0x5\n"
      "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK xset 0x11/0x1\n"
      "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK and 0xff\n"
      "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK xor 0x5\n");
  CHECK(
      printed(kMarks, "iptables -t mangle -S") ==
      "-P PREROUTING ACCEPT\n"
      "-P INPUT ACCEPT\n"
      "-P FORWARD ACCEPT\n"
      "-P OUTPUT ACCEPT\n"
      "-P POSTROUTING ACCEPT\n"
      "-A PREROUTING -d 10.0.0.100/32 -p tcp -m tcp --dport 80 -j MARK --set-xmark "
      "0x1/0xffffffff\n"
      "-A PREROUTING -d 10.0.0.0/24 -i eth0 -p tcp -m multiport --dports 80,443,1000:2000 -j MARK "
      "--set-xmark 0x11/0x11\n"
      "-A PREROUTING -m mark --mark 0x1/0xff -j MARK --set-xmark 0x2/0xffffffff\n"
      "-A PREROUTING -m mark ! --mark 0x5 -j ACCEPT\n"
      "-A PREROUTING -j MARK --set-xmark 0x11/0x1\n"
      "-A PREROUTING -j MARK --set-xmark 0x0/0xffffff00\n"
      "-A PREROUTING -j MARK --set-xmark 0x5/0x0\n");
  CHECK(printed(kMarks, "iptables -t mangle -vS PREROUTING 4") ==
        "-A PREROUTING -m mark ! --mark 0x5 -c 0 0 -j ACCEPT\n");
}

TEST_CASE("rules are inserted, replaced and deleted where the tool does it",
          "[language][iptables][arptables]") {
  const auto sources = [](const std::string& commands) {
    return printed(commands, "iptables -S INPUT");
  };
  const std::string one = "iptables -A INPUT -s 1.1.1.1 -j DROP\n";
  CHECK(sources(one + "iptables -I INPUT 1 -s 2.2.2.1,2.2.2.2,2.2.2.3 -j DROP") ==
        "-P INPUT ACCEPT\n-A INPUT -s 2.2.2.3/32 -j DROP\n-A INPUT -s 2.2.2.2/32 -j DROP\n"
        "-A INPUT -s 2.2.2.1/32 -j DROP\n-A INPUT -s 1.1.1.1/32 -j DROP\n");
  CHECK(sources(one + "iptables -I INPUT 2 -s 9.9.9.9 -j DROP\niptables -D INPUT 1") ==
        "-P INPUT ACCEPT\n-A INPUT -s 9.9.9.9/32 -j DROP\n");
  CHECK(sources(one + "iptables -R INPUT 1 -s 8.8.8.8 -j ACCEPT\n"
                      "iptables -C INPUT -s 8.8.8.8/32 -j ACCEPT") ==
        "-P INPUT ACCEPT\n-A INPUT -s 8.8.8.8/32 -j ACCEPT\n");
  CHECK(sources(one + "iptables -D INPUT -s 1.1.1.1,3.3.3.3 -j DROP || true") ==
        "-P INPUT ACCEPT\n-A INPUT -s 1.1.1.1/32 -j DROP\n");
  CHECK(sources(one + "iptables -P INPUT DROP\niptables -F") == "-P INPUT DROP\n");
  CHECK(sources(one + "iptables -A INPUT -s 2.2.2.2,3.3.3.3 -j DROP") ==
        "-P INPUT ACCEPT\n-A INPUT -s 1.1.1.1/32 -j DROP\n-A INPUT -s 2.2.2.2/32 -j DROP\n"
        "-A INPUT -s 3.3.3.3/32 -j DROP\n");
  CHECK(printed("iptables -A OUTPUT -j DROP\niptables -A FORWARD -j DROP\niptables -F",
                "iptables -S") == "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n");
  CHECK(printed("iptables -t mangle -A PREROUTING -j ACCEPT\niptables -F\niptables -t mangle -F",
                "iptables -t mangle -S PREROUTING") == "-P PREROUTING ACCEPT\n");
  CHECK(printed("iptables -t mangle -A PREROUTING -j ACCEPT\niptables -F",
                "iptables -t mangle -S PREROUTING") ==
        "-P PREROUTING ACCEPT\n-A PREROUTING -j ACCEPT\n");

  struct Case {
    std::string setup;
    std::string says;
  };
  const auto c = GENERATE(values<Case>({
      {"iptables -D INPUT -s 1.1.1.1 -j DROP",
       "a: iptables: Bad rule (does a matching rule exist in that chain?)."},
      {"iptables -A INPUT -j DROP\niptables -D INPUT 2", "a: iptables: Index of deletion too big."},
      {"iptables -I INPUT 2 -j DROP", "a: iptables: Index of insertion too big."},
      {"iptables -R INPUT 1 -j DROP", "a: iptables: Index of replacement too big."},
      {"iptables -C INPUT -j DROP", "a: iptables: Bad rule"},
      {"arptables -D INPUT 1", "a: arptables: Index of deletion too big."},
      {"arptables -D IN -d 10.0.0.1 -j DROP", "a: arptables: Bad rule"},
  }));
  DYNAMIC_SECTION(c.setup) { CHECK_THAT(run_error(two_hosts(c.setup)), Catch::Contains(c.says)); }
}

TEST_CASE("large counters are shortened as in the tool, unless -x asks for all digits",
          "[language][iptables]") {
  Run run(two_hosts("iptables -A INPUT -j DROP"));
  IpFilter& filter = run.simulation.host("a").ip_filter();
  IpTables what;
  what.chain = IpFilter::Chain::input;
  what.number = 1;
  what.numeric = what.verbose = true;
  const auto counters = [&](std::uint64_t packets, std::uint64_t bytes) {
    filter.chain(IpFilter::Chain::input).rules[0].packets = packets;
    filter.chain(IpFilter::Chain::input).rules[0].bytes = bytes;
    const std::string line = list_ip_rules(filter, what);
    return line.substr(0, line.find("DROP"));
  };
  CHECK(counters(99'999, 100'000) == "99999  100K ");
  CHECK(counters(9'999'499, 9'999'500) == "9999K   10M ");
  CHECK(counters(123'456'789'012, 0) == " 123G     0 ");
  what.exact = true;
  CHECK(counters(123'456, 9'999'499) == "  123456  9999499 ");
}

}  // namespace lvs::language::testing
