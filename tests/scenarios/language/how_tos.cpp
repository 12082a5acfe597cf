// The cures of the ARP problem as how-tos for LVS give them, pasted: they configure a real server
// (or the router) so that who-has VIP is answered by the director alone (spec/linux-host.md 9, 10).
#include <catch2/catch.hpp>

#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {
namespace {

std::string indented(const std::string& text) {
  std::string block;
  for (const char c : "\n" + text) {
    block += c;
    if (c == '\n') block += "      ";
  }
  return block + "\n";
}

/// A router that opens connections to the VIP, 10.0.0.100, and a real server that has it.
std::string cluster(const std::string& server, const std::string& router) {
  return "name: cure\ntime: {warmup: 0s, run: 10s}\n"
         "networks: {lan: {rate: 1Gbit/s, delay: 50us}}\n"
         "hosts:\n  rs:\n    nics: {eth0: lan}\n    setup: |" +
         indented("VIP=10.0.0.100; RIP=10.0.0.11\nip addr add $RIP/24 dev eth0\n" + server) +
         "    serves: [{port: 80/tcp, service_time: 1ms, response: 1KiB}]\n"
         "  rt:\n    nics: {eth0: lan}\n    setup: |" +
         indented("VIP=10.0.0.100; DIP=10.0.0.2\nip addr add 10.0.0.1/24 dev eth0\n" + router) +
         "clients: {web: {host: rt, target: 10.0.0.100:80/tcp, arrivals: {deterministic: 1/s}, "
         "request: 1B, timeout: 5s}}\n"
         "events:\n  - {at: 1500ms, host: rt, show: ip neigh}\n"
         "  - {at: 1500ms, host: rs, show: ip neigh}\n";
}

struct Neighbours {
  std::string router;
  std::string server;
};

Neighbours after_first_connection(const std::string& server, const std::string& router = "true") {
  Run run(cluster(server, router));
  run.until(seconds(2));
  return {run.shown(0), run.shown(1)};
}

const std::string kVipOnLo = "ip addr add $VIP/32 dev lo\n";
const std::string kUnanswered = "10.0.0.100 dev eth0 INCOMPLETE \n";

}  // namespace

TEST_CASE("without a cure the real server answers for the VIP", "[language][howto]") {
  const Neighbours known = after_first_connection(kVipOnLo);
  CHECK(known.router == "10.0.0.100 dev eth0 lladdr 02:00:00:00:01:01 REACHABLE \n");
}

TEST_CASE("each how-to's cure keeps the real server silent about the VIP", "[language][howto]") {
  const auto cure = GENERATE(as<std::string>{},
                             // LVS-HOWTO, ifconfig and /proc
                             "ifconfig lo:0 $VIP netmask 255.255.255.255 broadcast $VIP up\n"
                             "route add -host $VIP dev lo:0\n"
                             "echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore\n"
                             "echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce",
                             // the same from /etc/sysctl.conf
                             "cat >> /etc/sysctl.conf <<EOF\n"
                             "net.ipv4.conf.lo.arp_ignore = 1\n"
                             "net.ipv4.conf.lo.arp_announce = 2\n"
                             "net.ipv4.conf.all.arp_ignore = 1\n"
                             "net.ipv4.conf.all.arp_announce = 2\n"
                             "EOF\n"
                             "sysctl -p\n"
                             "ip addr add $VIP/32 dev lo label lo:0",
                             // arptables_jf
                             "ip addr add $VIP dev eth0\n"
                             "arptables -A IN -d $VIP -j DROP\n"
                             "arptables -A OUT -s $VIP -j mangle --mangle-ip-s $RIP\n"
                             "service arptables_jf save",
                             // arptables today
                             "modprobe dummy\n"
                             "ip link add dummy0 type dummy\n"
                             "ip addr add $VIP/32 dev dummy0\n"
                             "ip link set dummy0 up\n"
                             "arptables -F\n"
                             "arptables -A INPUT -d $VIP -j DROP\n"
                             "arptables -A OUTPUT -s $VIP -j mangle --mangle-ip-s $RIP\n"
                             "systemctl enable arptables");
  DYNAMIC_SECTION(cure) {
    const Neighbours known = after_first_connection(cure);
    CHECK(known.router == kUnanswered);
    CHECK(known.server.empty());  // a suppressed request teaches nothing
  }
}

TEST_CASE("an entry or a route on the router needs nothing of the real servers",
          "[language][howto]") {
  for (const std::string entry :
       {"ip neigh replace $VIP lladdr 02:00:00:00:0d:01 nud permanent dev eth0",
        "arp -i eth0 -s $VIP 02:00:00:00:0d:01", "arp -s $VIP 02:00:00:00:0d:01"}) {
    INFO(entry);
    CHECK(after_first_connection(kVipOnLo, entry).router ==
          "10.0.0.100 dev eth0 lladdr 02:00:00:00:0d:01 PERMANENT \n");
  }
  for (const std::string route :
       {"ip route add $VIP via $DIP", "ip route add $VIP/32 via $DIP dev eth0",
        "route add -host $VIP gw $DIP"}) {
    INFO(route);
    CHECK(after_first_connection(kVipOnLo, route).router == "10.0.0.2 dev eth0 INCOMPLETE \n");
  }
}

TEST_CASE("firewall marks and tables of their own route as how-tos say", "[language][howto]") {
  const std::string setup =
      "ip addr add 10.0.0.1/24 dev eth0\n"
      "iptables -t mangle -A PREROUTING -d 10.9.0.0/16 -p tcp -m multiport --dports 80,443 -j MARK "
      "--set-mark 1\n"
      "ip rule add prio 100 fwmark 1 lookup 100\n"
      "ip route add local 0.0.0.0/0 dev lo table 100\n"
      "echo 1 > /proc/sys/net/ipv4/ip_forward\n"
      "ip route add default via 10.0.0.2";
  CHECK(printed(setup, "ip route show table 100") == "local default dev lo scope host \n");
  CHECK(printed(setup, "ip rule show prio 100") == "100:\tfrom all fwmark 0x1 lookup 100\n");
  CHECK(printed(setup, "ip route get 10.9.0.1 from 10.0.0.50 iif eth0 mark 1") ==
        "local 10.9.0.1 from 10.0.0.50 dev lo table 100 mark 1 \n    cache <local> iif eth0 \n");
  CHECK(printed(setup, "ip route get 10.9.0.1 from 10.0.0.50 iif eth0") ==
        "10.9.0.1 from 10.0.0.50 via 10.0.0.2 dev eth0 \n    cache <redirect> iif eth0 \n");
}

}  // namespace lvs::language::testing
