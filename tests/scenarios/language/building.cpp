// A scenario's commands and events act on the models: what is typed is what runs.
#include <catch2/catch.hpp>

#include "models/ipvs/listing.hpp"
#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {

TEST_CASE("setup configures the host as its administrator would", "[language][build]") {
  Run run(
      two_hosts("ip addr add 10.0.0.1/24 dev eth0\n"
                "ifconfig lo:0 10.0.0.100 netmask 255.255.255.255 broadcast 10.0.0.100 up\n"
                "ip route add default via 10.0.0.2\n"
                "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.eth0.arp_announce=2\n"
                "echo 1 > /proc/sys/net/ipv4/ip_forward\n"
                "ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0\n"
                "ipvsadm -A -t 10.0.0.100:80 -s wrr\n"
                "for n in 1 2; do ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.1$n:8080 -m -w $n; done"));
  const HostState& a = run.simulation.host("a").state();
  CHECK(a.is_local(ipv4(10, 0, 0, 100)));
  CHECK(a.interface(kLoopback).addresses.back().scope == Scope::global);
  const Route* out = a.tables().lookup(ipv4(8, 8, 8, 8));
  REQUIRE(out != nullptr);
  CHECK(out->gateway == ipv4(10, 0, 0, 2));
  CHECK(a.sysctl("ipv4.conf.all.arp_ignore") == 1);
  CHECK(a.sysctl("ipv4.conf.eth0.arp_announce") == 2);
  CHECK(a.forwards(*a.find_interface("eth0")));
  ListingOptions options;
  CHECK(list_services(*run.simulation.host("a").director(), options) ==
        "IP Virtual Server version 1.2.1 (size=4096)\n"
        "Prot LocalAddress:Port Scheduler Flags\n"
        "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
        "TCP  10.0.0.100:80 wrr\n"
        "  -> 10.0.0.11:8080               Masq    1      0          0         \n"
        "  -> 10.0.0.12:8080               Masq    2      0          0         \n");
}

TEST_CASE("a command that fails is an error of the scenario with the tool's text",
          "[language][build]") {
  struct Case {
    std::string setup;
    std::string says;
  };
  const auto c = GENERATE(values<Case>({
      {"ip addr add 10.0.0.1/24 dev eth1", "Cannot find device \"eth1\""},
      {"ip addr add 10.0.0.1/24 dev eth0\nip addr add 10.0.0.1/24 dev eth0",
       "test.yaml:9:7: a: ip: RTNETLINK answers: File exists"},
      {"ip route add default via 10.9.9.9", "Nexthop has invalid gateway"},
      {"ip route del 10.7.0.0/16", "RTNETLINK answers: No such process"},
      {"ip addr del 10.0.0.7/24 dev eth0", "Cannot assign requested address"},
      {"ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2 -m", "Service not defined"},
      {"ipvsadm -A -t 10.0.0.1:80 -s rr\nipvsadm -A -t 10.0.0.1:80 -s rr",
       "Service already exists"},
      {"ipvsadm -A -t 10.0.0.1:80 -s rr\nipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2 -m -x 2 -y 3",
       "test.yaml:9:7: a: ipvsadm: "},
      {"cat missing", "missing: No such file or directory"},
  }));
  DYNAMIC_SECTION(c.setup) { CHECK_THAT(run_error(two_hosts(c.setup)), Catch::Contains(c.says)); }
}

TEST_CASE("|| handles a failure, && needs a success", "[language][build]") {
  Run run(
      two_hosts("ip route del 10.7.0.0/16 || true\n"
                "ip route del 10.7.0.0/16 || ip addr add 10.0.0.1/24 dev eth0\n"
                "true && ip addr add 10.0.0.5/32 dev lo\n"
                "ip route del 10.7.0.0/16 && ip addr add 10.0.0.6/32 dev lo || true"));
  const HostState& a = run.simulation.host("a").state();
  CHECK(a.is_local(ipv4(10, 0, 0, 1)));
  CHECK(a.is_local(ipv4(10, 0, 0, 5)));
  CHECK_FALSE(a.is_local(ipv4(10, 0, 0, 6)));
}

TEST_CASE("files of a host are kept, and restored tables are the table", "[language][build]") {
  Run run(
      two_hosts("ip addr add 10.0.0.1/24 dev eth0\n"
                "ipvsadm -A -t 10.0.0.1:80 -s rr\n"
                "ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2 -m\n"
                "ipvsadm-save -n > saved\n"
                "ipvsadm -C\n"
                "ipvsadm-restore < saved\n"
                "echo net.ipv4.ip_forward = 1 > my.conf\n"
                "sysctl -p my.conf"));
  const lvs::Host& a = run.simulation.host("a");
  CHECK(save_services(*a.director()) ==
        "-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n");
  CHECK(a.state().sysctl("ipv4.ip_forward") == 1);
}

TEST_CASE("events happen in file order before the frames of their instant", "[language][build]") {
  Run run(two_hosts("ip addr add 10.0.0.1/24 dev eth0",
                    "events:\n"
                    "  - {at: 2s, host: a, show: ip neigh}\n"
                    "  - {at: 2s, host: a, run: \"ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 "
                    "dev eth0 nud permanent\"}\n"
                    "  - {at: 2s, host: a, show: ip neigh}\n"
                    "  - {every: 1s, during: 3s..6s, host: a, show: ip neigh}\n"));
  run.until(seconds(10));
  const std::string entry = "10.0.0.9 dev eth0 lladdr 02:00:00:00:00:09 PERMANENT \n";
  REQUIRE(run.simulation.shown().size() == 5);
  CHECK(run.shown(0).empty());
  CHECK(run.shown(1) == entry);
  CHECK(run.simulation.shown()[2].at == Time{seconds(3)});
  CHECK(run.simulation.shown()[4].at == Time{seconds(5)});
}

TEST_CASE("a host without power forgets everything and runs its setup again", "[language][build]") {
  Run run(two_hosts("ip addr add 10.0.0.1/24 dev eth0\nipvsadm -A -t 10.0.0.1:80 -s rr",
                    "events:\n"
                    "  - {at: 1s, host: a, run: ip addr add 10.0.0.77/32 dev lo}\n"
                    "  - {at: 2s, host: a, power: off}\n"
                    "  - {at: 3s, host: a, power: on}\n"));
  run.until(milliseconds(1500));
  const lvs::Host& a = run.simulation.host("a");
  CHECK(a.state().is_local(ipv4(10, 0, 0, 77)));
  run.until(milliseconds(2500));
  CHECK_FALSE(a.is_powered());
  run.until(seconds(4));
  CHECK(a.is_powered());
  CHECK(a.state().is_local(ipv4(10, 0, 0, 1)));
  CHECK_FALSE(a.state().is_local(ipv4(10, 0, 0, 77)));
  CHECK(a.director()->services().size() == 1);
}

TEST_CASE("clients need addresses that are local, and are told the line that is missing",
          "[language][build]") {
  const std::string text =
      two_hosts("ip addr add 10.0.0.1/24 dev eth0",
                "clients:\n  web: {host: a, addresses: 10.0.0.1..10.0.0.2, target: "
                "10.0.0.2:80/tcp, arrivals: {poisson: 1/s}, request: 1B}\n");
  CHECK_THAT(run_error(text), Catch::Contains("10.0.0.2 is not an address of a") &&
                                  Catch::Contains("ip route add local 10.0.0.2/32 dev lo"));
}

TEST_CASE("an automatic warm-up is as long as what the scheduler in use counts",
          "[language][build]") {
  struct Case {
    std::string setup;
    Duration warmup;
  };
  const auto c = GENERATE(values<Case>({
      {"ipvsadm -A -t 10.0.0.1:80 -s rr", {}},
      {"ipvsadm -A -t 10.0.0.1:80 -s wlc\nipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2 -m", seconds(122)},
      {"ipvsadm --set 0 30 0\nipvsadm -A -t 10.0.0.1:80 -s wlc\n"
       "ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2 -g",
       seconds(32)},
      {"ipvsadm --set 0 30 0\nipvsadm -A -t 10.0.0.1:80 -s wlc\n"
       "ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2 -m",
       seconds(122)},
      {"ipvsadm -A -u 10.0.0.1:53 -s lc\nipvsadm -a -u 10.0.0.1:53 -r 10.0.0.2 -m", seconds(302)},
  }));
  std::string text = two_hosts("ip addr add 10.0.0.1/24 dev eth0\n" + c.setup);
  text.replace(text.find("warmup: 0s, "), 12, "");
  DYNAMIC_SECTION(c.setup) { CHECK(Run(text).simulation.times().warmup == c.warmup); }
}

TEST_CASE("a cable network joins exactly two cards of two hosts", "[language][build]") {
  const std::string head =
      "name: t\ntime: {run: 1s}\nnetworks: {wire: {kind: cable, rate: 1Gbit/s, delay: 1us}}\n";
  CHECK_THAT(run_error(head + "hosts:\n  a: {nics: {eth0: wire}, setup: \"true\"}\n"),
             Catch::Contains("wire"));
  CHECK_THAT(run_error(head + "hosts:\n  a: {nics: {eth0: wire, eth1: wire}, setup: \"true\"}\n"),
             Catch::Contains("wire"));
}

}  // namespace lvs::language::testing
