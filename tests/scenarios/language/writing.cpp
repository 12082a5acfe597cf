#include "scenarios/language/write.hpp"

#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

// Written, read and written again: equal values, and the same text.
void check_round_trip(const Scenario& scenario) {
  const std::string text = write_scenario(scenario);
  INFO(text);
  const Scenario again = load_scenario_text("resolved.yaml", text);
  CHECK(again == scenario);
  CHECK(write_scenario(again) == text);
}

const std::string kAllKeys = R"(
name: all-keys
about: "quotes \" and \\ and: colons, # too"
parameters: {p: "a: b", q: 3}
time: {run: 10s, warmup: 0s, drain: 1ms}
seed: 9223372036854775807
networks:
  lan:
    {kind: switch, rate: 2.5Gbit/s, delay: 0.5ns, queue: 10 frames, mtu: 9000B, loss: 0.1%,
     jitter: {gamma: {mean: 3us, cv: 0.5}}}
  wire: {kind: cable, rate: 100Mbit/s, delay: 1ms}
hosts:
  a1..a2:
    nics:
      eth0: {network: lan, rate: 1Gbit/s, delay: 7us, queue: 1KB, mtu: 1501B}
      eth1: wire
    cpu: {cores: 4, per_frame: 1us, per_byte: 0.008ns, per_connection: 3us, queue: 1MiB}
    reply_jitter: 0us
    jiffies_phase: 4095
    statistics_phase: 503
    setup: "sysctl -w net.ipv4.ip_forward=1\n\n\n\
      for n in {1..2}; do ip addr add 10.0.$n.$((i+n))/32 dev lo; done"
    health:
      service: 10.0.0.1:80/tcp
      tcp: {every: 6s, timeout: 3s, retries: 3, between: 1s}
      action: weight
    serves:
      - {port: 53/tcp, bind: 10.0.0.9, workers: 8, speed: 0.25, backlog: 1,
         service_time: {pareto: {mean: 1ms, alpha: 1.2, max: 1s}},
         response: {uniform: [1B, 2KB]}, warm: {for: 30s, factor: 3}}
      - {port: 80/tcp, accept: immediate, service_time: {empirical: [1ms, 2ms, 1ms]},
         response: {hyperexponential: {mean: 5KB, cv: 1.5}}}
      - {port: 81/tcp, greeting: 9B, bind: 10.0.0.9, workers: 3, backlog: 7}
      - {port: 81/udp, greeting: 1KB}
      - {port: 82/udp, bind: 10.0.0.9, service_time: 1ms, response: 1B, discipline: ps}
clients:
  one:
    {host: [a1, a2], addresses: [10.0.0.0/30, 10.0.1.7], popularity: {zipf: 1.1},
     targets: "10.0.0.1..10.0.0.3:80/tcp", popularity_targets: {zipf: 2},
     arrivals: {mmpp: {rates: [1/s, 100/s], means: [1s, 50ms]}}, requests: {exponential: 2.5},
     think: {uniform: [0s, 1s]}, hold: 3s, request: {constant: 1B}, timeout: 1s, close: server,
     idle: 65s, retry: {on: [refused, timeout], after: 1s, times: 3}, streams: 4, pool: 5}
  two: {host: a1, target: 10.0.0.1:53/udp, arrivals: {trace: some file.csv}, flood: syn}
  three: {host: a1, target: 10.0.0.1:53/udp, arrivals: {deterministic: 0.5/s}, request: 10B}
events:
  - {every: 1s, during: 1s..5s, host: a1, show: ip neigh show dev eth0}
  - {at: 0s, host: a1, run: "echo \"a  b\" > /tmp/x; cat /tmp/x || true"}
  - {at: 1s, host: a2, speed: 0.2}
  - {at: 1s, host: a2, power: on}
  - {at: 1s, host: a2, server: refuse}
  - {at: 1s, host: a2, cable: {nic: eth1, state: join, loss: 12.5%, delay: 3ms}}
  - {at: 1s, host: lan, show: bridge fdb show}
  - {at: 2s, host: a1, connect: {id: c1, from: 10.0.0.1:4000, to: 10.0.0.2:80/tcp}}
  - {at: 2s, host: a2, connect: {id: c-2, from: 10.0.0.1:1, to: 10.0.0.2:80/tcp, timeout: 3ms}}
  - {at: 2s, host: a2, datagram: {id: u1, from: 10.0.0.1:1, to: 10.0.0.2:80/udp, bytes: 7B}}
  - {every: 1s, during: 3s..5s, send: {id: c1, bytes: 100B}}
  - {at: 6s, close: {id: c1, by: server}}
  - {at: 7s, close: {id: c1, by: client}}
  - {at: 7s, reset: c-2}
expect:
  - {metric: latency.p99, of: a1:eth0, at_most: 10ms, during: 1s..2s}
  - {metric: bytes, of: lan, at: 3s, above: 12KiB, when: {q: [3, "5"]}}
  - {metric: rate, below: 1.5Mbit/s}
  - {metric: change, between: [-3, 4.5]}
  - {show: ip neigh, host: a1, at: 2s, lacks: "x: \ty"}
study:
  vary: {p: {one: "a: b", two: "c"}, q: [3, 5]}
  zip: [[p, q]]
  where: ["p != one or q < 4"]
  baseline: {p: one}
  replications: 3
  precision: {metric: latency.p99, relative: 2.5%, at_most: 7}
  metrics: [latency.p99, balance]
)";

}  // namespace

TEST_CASE("a written scenario reads back to an equal one", "[language][write]") {
  struct Case {
    const char* example;
    Overrides overrides;
  };
  const std::vector<Case> cases{
      {"article-nat", {}},
      {"article-nat", {{"scheduler", "lblcr"}, {"load", "12.5/s"}}},
      {"dr-arp", {}},
      {"dr-arp", {{"hide", "eth0"}, {"ignore", "0"}}},
      {"tun-failures", {}},
      {"tun-failures", {{"scheduler", "sed"}}},
      {"modes-load", {}},
      {"modes-load", {{"mode", "nat"}}},
      {"modes-load", {{"mode", "dr"}, {"load", "8000/s"}}},
      {"modes-load", {{"mode", "tun"}}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.example << " " << c.overrides.size()) {
      check_round_trip(load_scenario(example_path(c.example), c.overrides));
    }
  }
}

TEST_CASE("every key of the language is written back", "[language][write]") {
  const Scenario scenario = load_scenario_text("all.yaml", kAllKeys);
  check_round_trip(scenario);
  // A key that is neither read nor written would pass the round trip: look at the rarer ones.
  CHECK(scenario.networks[0].cable.delay == picoseconds(500));
  CHECK(scenario.networks[0].cable.loss == 0.001);
  CHECK(scenario.hosts[1].nics[0].cable.jitter.has_value());
  CHECK(scenario.hosts[1].nics[1].cable.rate == megabits_per_second(100));
  CHECK(scenario.hosts[0].cpu->per_byte == picoseconds(8));
  CHECK(scenario.hosts[0].reply_jitter_max == Duration{});
  CHECK(scenario.hosts[1].setup.steps.size() == 3);
  CHECK(scenario.hosts[0].serves[0].workers == 8);
  CHECK(scenario.hosts[0].serves[0].warm->factor == 3.0);
  CHECK(scenario.clients[0].targets.size() == 3);
  CHECK(scenario.clients[0].retry->times == 3);
  CHECK(scenario.clients[1].flood_syn);
  CHECK(std::get<CableAction>(scenario.events[5].action).loss == 0.125);
  CHECK(scenario.events[0].until == seconds(5));
  CHECK(scenario.hosts[1].jiffies_phase == 4095);
  CHECK(scenario.hosts[1].statistics_phase == 503);
  CHECK(scenario.hosts[0].serves[2].greeting == bytes(9));
  CHECK(scenario.hosts[0].serves[2].workers == 3);
  CHECK(scenario.hosts[0].serves[2].backlog == 7);
  CHECK_FALSE(scenario.hosts[0].serves[1].greeting);
  CHECK(std::get<ConnectAction>(scenario.events[7].action).timeout == milliseconds(2500));
  CHECK(std::get<ConnectAction>(scenario.events[8].action).timeout == milliseconds(3));
  CHECK(std::get<ConnectAction>(scenario.events[9].action).timeout == milliseconds(1500));
  CHECK(std::get<ConnectAction>(scenario.events[9].action).bytes == bytes(7));
  CHECK(std::get<EndAction>(scenario.events[11].action).how == EndAction::How::close_by_server);
  CHECK(std::get<EndAction>(scenario.events[12].action).how == EndAction::How::close);
  CHECK(scenario.events[13].host.text == "a2");  // the host of its connection
  CHECK(std::get<MetricExpectation>(scenario.expect[3].what).bound.low.value == -3.0);
  CHECK(scenario.study->zip.at(0).at(1).text == "q");
}

TEST_CASE("two scenarios differ when one value does", "[language][write]") {
  // Equality decides the round trips above, so it has to notice a change anywhere.
  const std::string text = example_text("tun-failures");
  const Scenario scenario = load_scenario_text("t.yaml", text);
  const std::vector<std::pair<std::string, std::string>> changes{
      {"delay: 1ms", "delay: 2ms"},
      {"-i -w 2", "-i -w 3"},
      {"think: 1s", "think: 2s"},
      {"server: hang", "server: refuse"},
      {"at: 50s", "at: 51s"},
      {"between: [1, 2000]", "between: [1, 2001]"},
      {"FIN_WAIT", "FIN"},
      {"cores: 2", "cores: 3"},
      {"cv: 4", "cv: 5"},
      {"drain: 20s", "drain: 21s"},
      {"ip link set tunl0 up", "ip link set tunl0 down"}};
  for (const auto& [was, is] : changes) {
    std::string changed = text;
    const std::size_t at = changed.find(was);
    REQUIRE(at != std::string::npos);
    changed.replace(at, was.size(), is);
    INFO(was);
    CHECK_FALSE(load_scenario_text("t.yaml", changed) == scenario);
  }
}

}  // namespace lvs::language::testing
