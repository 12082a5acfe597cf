// What a network's switch knows, arping over time, and kernel parameters, on the models.
#include <catch2/catch.hpp>

#include "models/host/sysctls.hpp"
#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {

TEST_CASE("bridge fdb show on a network lists what its switch has learned", "[language][bridge]") {
  Run run(two_hosts("ip addr add 10.0.0.1/24 dev eth0",
                    "events:\n"
                    "  - {at: 1s, host: lan, show: bridge fdb show}\n"
                    "  - {at: 1s, host: b, run: arping -U -I eth0 10.0.0.2}\n"
                    "  - {at: 2s, host: a, run: arping -U -I eth0 10.0.0.1}\n"
                    "  - {at: 3s, host: lan, show: bridge fdb show br lan}\n"
                    "  - {at: 3s, host: lan, show: bridge fdb show dev b-eth0}\n"
                    "  - {at: 4s, host: b, cable: {nic: eth0, state: cut}}\n"
                    "  - {at: 4s, host: lan, show: bridge fdb}\n"));
  run.until(seconds(5));
  CHECK(run.shown(0).empty());
  CHECK(run.shown(1) ==
        "02:00:00:00:01:01 dev a-eth0 master lan \n02:00:00:00:02:01 dev b-eth0 master lan \n");
  CHECK(run.shown(2) == "02:00:00:00:02:01 master lan \n");
  CHECK(run.shown(3) == "02:00:00:00:01:01 dev a-eth0 master lan \n");
}

TEST_CASE("bridge belongs to networks, everything else to hosts", "[language][bridge]") {
  const auto shows = [](const std::string& host, const std::string& command) {
    return run_error(
        two_hosts("true", "events:\n  - {at: 0s, host: " + host + ", show: " + command + "}\n"));
  };
  CHECK(shows("a", "bridge fdb show") ==
        "test.yaml:11:29: bridge: a has no bridge; the switches are the networks: host: NETWORK");
  CHECK(shows("lan", "ip neigh") ==
        "test.yaml:11:31: lan is a network; it has `bridge fdb show` only");
  CHECK_THAT(
      run_error("name: t\ntime: {run: 1s}\nnetworks: {w: {kind: cable, rate: 1Gbit/s, delay: "
                "1us}}\nhosts: {a: {nics: {eth0: w}}, b: {nics: {eth0: w}}}\nexpect:\n  - "
                "{show: bridge fdb, host: w, at: 1s, equals: x}\n"),
      Catch::EndsWith("w is a cable: there is no switch on it"));
  const auto runs = [](const std::string& command) {
    Run run(two_hosts("true", "events:\n  - {at: 1s, host: lan, show: " + command + "}\n"));
    run.until(seconds(2));
  };
  CHECK_THROWS_WITH(runs("bridge fdb show br wan"),
                    Catch::EndsWith("bridge: Cannot find bridge device \"wan\""));
  CHECK_THROWS_WITH(runs("bridge fdb show dev c-eth0"),
                    Catch::EndsWith("bridge: Cannot find device \"c-eth0\" (ports of lan: a-eth0, "
                                    "b-eth0)"));
}

TEST_CASE("arping -c N tells N times, a second apart, unless the host is switched off",
          "[language][arping]") {
  const std::string shows =
      "  - {at: 0s, host: b, run: arptables -A INPUT -j ACCEPT}\n"
      "  - {every: 1s, during: 1s..6s, host: b, show: arptables -L INPUT -v}\n";
  const auto heard = [&](const std::string& setup, const std::string& events) {
    Run run(two_hosts("ip addr add 10.0.0.1/24 dev eth0\n" + setup, "events:\n" + events + shows));
    run.until(seconds(7));
    std::string packets;
    for (const ShownText& shown : run.simulation.shown()) {
      const std::size_t at = shown.text.find("pcnt=") + 5;
      packets += shown.text.substr(at, shown.text.find(' ', at) - at);
    }
    return packets;
  };
  CHECK(heard("arping -U -I eth0 -c 3 10.0.0.1", "") == "12333");
  CHECK(heard("", "  - {at: 1500ms, host: a, run: arping -A -I eth0 -c 2 10.0.0.1}\n") == "01222");
  CHECK(heard("",
              "  - {at: 1500ms, host: a, run: arping -A -I eth0 -c 9 10.0.0.1}\n"
              "  - {at: 2700ms, host: a, power: off}\n"
              "  - {at: 2800ms, host: a, power: on}\n") == "01222");
}

TEST_CASE("every kernel parameter of the models is written and read by its name",
          "[language][sysctl]") {
  const std::string names[] = {"net.ipv4.tcp_timestamps",
                               "net.ipv4.tcp_sack",
                               "net.ipv4.tcp_window_scaling",
                               "net.ipv4.tcp_syn_retries",
                               "net.ipv4.tcp_synack_retries",
                               "net.ipv4.tcp_retries2",
                               "net.ipv4.tcp_orphan_retries",
                               "net.ipv4.tcp_fin_timeout",
                               "net.ipv4.tcp_abort_on_overflow",
                               "net.ipv4.tcp_syncookies",
                               "net.ipv4.tcp_max_syn_backlog",
                               "net.core.somaxconn",
                               "net.ipv4.tcp_tw_reuse",
                               "net.ipv4.ip_default_ttl",
                               "net.ipv4.ip_no_pmtu_disc",
                               "net.ipv4.ip_forward_use_pmtu",
                               "net.ipv4.ipfrag_time",
                               "net.ipv4.route.min_pmtu",
                               "net.ipv4.route.mtu_expires",
                               "net.ipv4.icmp_ratelimit",
                               "net.ipv4.icmp_ratemask",
                               "net.ipv4.icmp_msgs_per_sec",
                               "net.ipv4.icmp_msgs_burst",
                               "net.ipv4.icmp_echo_ignore_broadcasts",
                               "net.ipv4.icmp_echo_ignore_all",
                               "net.ipv4.neigh.default.gc_interval",
                               "net.ipv4.neigh.default.gc_thresh1",
                               "net.ipv4.neigh.default.gc_thresh2",
                               "net.ipv4.neigh.default.gc_thresh3",
                               "net.ipv4.neigh.eth0.base_reachable_time_ms",
                               "net.ipv4.neigh.eth0.delay_first_probe_time",
                               "net.ipv4.neigh.eth0.retrans_time_ms",
                               "net.ipv4.neigh.eth0.mcast_solicit",
                               "net.ipv4.neigh.eth0.ucast_solicit",
                               "net.ipv4.neigh.eth0.mcast_resolicit",
                               "net.ipv4.neigh.eth0.app_solicit",
                               "net.ipv4.neigh.eth0.locktime",
                               "net.ipv4.neigh.eth0.gc_stale_time",
                               "net.ipv4.neigh.eth0.unres_qlen_bytes",
                               "net.ipv4.neigh.eth0.proxy_delay",
                               "net.ipv4.neigh.eth0.proxy_qlen"};
  for (const std::string& name : names) {
    INFO(name);
    CHECK(printed("sysctl -w " + name + "=1", "sysctl " + name) == name + " = 1\n");
  }
  for (std::size_t i = 0; i < kConfKeyCount; ++i) {
    const std::string key(lvs::name(static_cast<ConfKey>(i)));
    for (const std::string folder : {"all", "default", "eth0"}) {
      const std::string name = "net.ipv4.conf." + folder + "." + key;
      INFO(name);
      CHECK(printed("sysctl -w " + name + "=1", "sysctl -n " + name) == "1\n");
    }
  }
}

TEST_CASE("some kernel parameters are not one number", "[language][sysctl]") {
  const std::string name = "net.ipv4.tcp_congestion_control";
  CHECK(printed("true", "sysctl " + name) == name + " = cubic\n");
  CHECK(printed("echo reno > /proc/sys/net/ipv4/tcp_congestion_control", "sysctl " + name) ==
        name + " = reno\n");
  CHECK_THAT(run_error(two_hosts("sysctl -w " + name + "=bbr")),
             Catch::EndsWith("sysctl: setting key \"" + name +
                             "\": No such file or directory (\"bbr\"; modelled: reno, cubic)"));
  CHECK(printed("sysctl -w 'net.ipv4.ip_local_port_range=1024 65000'",
                "sysctl net.ipv4.ip_local_port_range") ==
        "net.ipv4.ip_local_port_range = 1024\t65000\n");
  CHECK_THAT(run_error(two_hosts("sysctl -w net.ipv4.conf.eth7.arp_ignore=1")),
             Catch::EndsWith("a: sysctl: cannot stat /proc/sys/net/ipv4/conf/eth7/arp_ignore: No "
                             "such file or directory"));
  CHECK_THAT(run_error(two_hosts("sysctl -w net.ipv4.tcp_rfc1337=1")),
             Catch::Contains("net.ipv4.tcp_rfc1337: this kernel parameter is not modelled yet"));
}

}  // namespace lvs::language::testing
