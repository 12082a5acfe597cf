// Events that open, use and close single connections; servers that greet; the director's phases.
#include <catch2/catch.hpp>

#include "models/ipvs/director.hpp"
#include "tests/scenarios/language/loading.hpp"
#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {
namespace {

std::string events(const std::string& lines) { return small("events:\n" + lines); }
std::string error_of_events(const std::string& lines) {
  return loading_error("s.yaml", events(lines));
}

const std::string kOpen =
    "  - {at: 1s, host: a, connect: {id: c1, from: 10.0.0.1:4000, to: 10.0.0.2:80/tcp}}\n";
const std::string kDatagram =
    "  - {at: 1s, host: a, datagram: {id: u1, from: 10.0.0.1:4000, to: 10.0.0.2:53/udp, bytes: "
    "1B}}\n";

/// NAT: a client with many addresses, a director of 10.1.10.3, two real servers that greet.
std::string cluster(const std::string& commands, const std::string& lines) {
  return R"(
name: cluster
time: {warmup: 0s, run: 10s}
networks: {outside: {rate: 1Gbit/s, delay: 50us}, inside: {rate: 1Gbit/s, delay: 50us}}
hosts:
  client:
    nics: {eth0: outside}
    setup: |
      ip addr add 10.1.10.2/24 dev eth0
      ip route add local 172.20.0.0/14 dev lo
  director:
    nics: {eth0: outside, eth1: inside}
    statistics_phase: 500
    setup: |
      ip addr add 10.1.10.1/24 dev eth0
      ip addr add 10.1.10.3/32 dev eth0
      ip addr add 192.168.184.128/24 dev eth1
      ip route add 172.20.0.0/14 via 10.1.10.2
      echo 1 > /proc/sys/net/ipv4/ip_forward
)" + commands +
         R"(
  rs1..rs2:
    nics: {eth0: inside}
    setup: |
      ip addr add 192.168.184.$((128+i))/24 dev eth0
      ip route add default via 192.168.184.128
    serves:
      - {port: 80/tcp, greeting: 7B}
      - {port: 8080/tcp, greeting: 9B}
      - {port: 53/udp, greeting: 7B}
events:
)" + lines;
}

const std::string kServices =
    "      ipvsadm -A -t 10.1.10.3:80 -s rr\n"
    "      ipvsadm -a -t 10.1.10.3:80 -r 192.168.184.129:8080 -m\n"
    "      ipvsadm -a -t 10.1.10.3:80 -r 192.168.184.130 -m\n"
    "      ipvsadm -A -t 10.1.10.3:81 -s rr\n"
    "      ipvsadm -A -u 10.1.10.3:53 -s rr\n"
    "      ipvsadm -a -u 10.1.10.3:53 -r 192.168.184.129 -m\n";

std::string connect(const std::string& id, const std::string& at, int source, int port = 80) {
  return "  - {at: " + at + ", host: client, connect: {id: " + id +
         ", from: 172.20.0.5:" + std::to_string(source) +
         ", to: 10.1.10.3:" + std::to_string(port) + "/tcp}}\n";
}

/// "c1 rs2:80", "c2 ECONNREFUSED", "c3 pending", in the order of the openings.
std::vector<std::string> outcomes(const Simulation& simulation) {
  std::vector<std::string> lines;
  const World& world = simulation.world();
  for (const Event* opening : simulation.openings()) {
    const ConversationId id{static_cast<std::uint32_t>(lines.size())};
    std::string line = std::get<ConnectAction>(opening->action).id.text + " ";
    const ConversationOutcome& o = world.conversations().outcome(id);
    switch (o.kind) {
      case ConversationOutcome::Kind::pending: line += "pending"; break;
      case ConversationOutcome::Kind::failed: line += to_string(o.error); break;
      case ConversationOutcome::Kind::answered:
        line += world.hosts()[o.server.index()]->name() + ":" + to_string(o.port);
    }
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("events open connections through a director, in the order of their times",
          "[language][conversations]") {
  // In the file c2 comes first; rr begins with the server that was added last.
  Run run(cluster(kServices, connect("c2", "2s", 4001) + connect("c1", "1s", 4000) +
                                 connect("c3", "3s", 4002, 81) + connect("c4", "3s", 4003, 82) +
                                 "  - {at: 4s, host: client, datagram: {id: u1, from: "
                                 "172.21.0.1:5000, to: 10.1.10.3:53/udp, bytes: 1B}}\n"
                                 "  - {at: 5s, host: director, show: ipvsadm -Ln --stats}\n"));
  run.until(seconds(9));
  // c3: a service without servers, ICMP port unreachable; c4: no service, RST.
  CHECK(outcomes(run.simulation) ==
        Lines{"c1 rs2:80", "c2 rs1:8080", "c3 ECONNREFUSED", "c4 ECONNREFUSED", "u1 rs1:53"});
}

TEST_CASE("a director counts what a recorded conversation is made of",
          "[language][conversations]") {
  Run run(cluster(kServices, connect("c1", "1s", 4000) + connect("c2", "1s", 4001) +
                                 "  - {at: 1100ms, send: {id: c1, bytes: 100B}}\n"
                                 "  - {at: 1200ms, close: c1}\n"
                                 "  - {at: 1200ms, close: {id: c2, by: server}}\n"
                                 "  - {at: 1500ms, close: {id: c2, by: client}}\n"
                                 "  - {at: 5s, host: director, show: ipvsadm -Ln --stats}\n"));
  run.until(seconds(6));
  // c1 to rs2: S A A PA100 FA A = 3 * 52 + 60 - 52... in bytes of IP: 60+52+52+152+52+52;
  // back SA PA7 A FA: 60+59+52+52. c2 to rs1: S A A A FA: 60+4*52; back SA PA9 FA A: 60+61+52+52.
  CHECK(run.shown(0) ==
        "IP Virtual Server version 1.2.1 (size=4096)\n"
        "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
        "  -> RemoteAddress:Port\n"
        "TCP  10.1.10.3:80                        2       11        8      688      448\n"
        "  -> 192.168.184.129:8080                1        5        4      268      225\n"
        "  -> 192.168.184.130:80                  1        6        4      420      223\n"
        "TCP  10.1.10.3:81                        0        0        0        0        0\n"
        "UDP  10.1.10.3:53                        0        0        0        0        0\n"
        "  -> 192.168.184.129:53                  0        0        0        0        0\n");
}

TEST_CASE("a scenario of conversations is the same run every time", "[language][conversations]") {
  const std::string text =
      cluster(kServices, connect("c1", "1s", 4000) + connect("c2", "1s", 4001) +
                             "  - {every: 100ms, during: 2s..3s, send: {id: c1, bytes: 100B}}\n"
                             "  - {at: 4s, reset: c1}\n" +
                             connect("c3", "5s", 4000) +
                             "  - {at: 4500ms, host: director, show: ipvsadm -Lnc}\n");
  Run a(text);
  Run b(text);
  a.until(seconds(9));
  b.until(seconds(9));
  CHECK(a.simulation.world().simulator().executed() == b.simulation.world().simulator().executed());
  CHECK(a.shown(0) == b.shown(0));
  CHECK_THAT(a.shown(0), Catch::Contains("CLOSE"));  // c1, after the reset
  // The entry of c1 is still there: its source port leads to the same server, another time.
  CHECK(outcomes(a.simulation) == Lines{"c1 rs2:80", "c2 rs1:8080", "c3 rs2:80"});
  CHECK(outcomes(a.simulation) == outcomes(b.simulation));
}

TEST_CASE("steps of connections that are wrong are errors where they stand",
          "[language][conversations]") {
  struct Case {
    std::string lines;
    std::string says;
  };
  const auto c = GENERATE(values<Case>({
      {kOpen + "  - {at: 2s, close: c2}\n",
       "s.yaml:8:21: unknown connection \"c2\"; did you mean \"c1\"? (known: c1)"},
      {kOpen + kOpen, "s.yaml:8:37: the id \"c1\" is used twice; the first is in line 7"},
      {"  - {at: 1s, reset: c1}\n" + kOpen,
       "s.yaml:7:21: \"c1\" is opened later, in line 8"},  // of one instant: in file order
      {kOpen + "  - {at: 999ms, send: {id: c1, bytes: 1B}}\n",
       "s.yaml:8:28: \"c1\" is opened later, in line 7"},
      {kDatagram + "  - {at: 2s, send: {id: u1, bytes: 1B}}\n",
       "s.yaml:8:25: \"u1\" is a datagram, no connection"},
      {kOpen + "  - {at: 2s, host: a, close: c1}\n",
       "events[1].host: the connection itself says whose it is"},
      {kOpen + "  - {at: 2s, close: {id: c1, by: b}}\n", "\"b\" is not one of client, server"},
      {kOpen + "  - {at: 2s, send: {id: c1, bytes: 0B}}\n", "must be 1B..1073741824B"},
      {kOpen + "  - {every: 1s, during: 2s..3s, close: c1}\n",
       "this happens once: at:, not every:"},
      {"  - {every: 1s, during: 2s..3s, host: a, connect: {id: c1, from: 10.0.0.1:1, to: "
       "10.0.0.2:80/tcp}}\n",
       "this happens once: at:, not every:"},
      {"  - {at: 1s, connect: {id: c1, from: 10.0.0.1:1, to: 10.0.0.2:80/tcp}}\n",
       "the key \"host\" is missing"},
      {"  - {at: 1s, host: z, connect: {id: c1, from: 10.0.0.1:1, to: 10.0.0.2:80/tcp}}\n",
       "unknown host \"z\""},
      {"  - {at: 1s, host: a, connect: {id: c1, from: 10.0.0.1:0, to: 10.0.0.2:80/tcp}}\n",
       "\"10.0.0.1:0\" is no source such as 172.20.0.5:40000"},
      {"  - {at: 1s, host: a, connect: {id: c1, from: 10.0.0.1, to: 10.0.0.2:80/tcp}}\n",
       "\"10.0.0.1\" is no source such as 172.20.0.5:40000"},
      {"  - {at: 1s, host: a, connect: {id: c1, from: 10.0.0.1:1, to: 10.0.0.2:80/udp}}\n",
       "connect: is TCP's; over UDP it is datagram:"},
      {"  - {at: 1s, host: a, datagram: {id: c1, from: 10.0.0.1:1, to: 10.0.0.2:80/tcp, bytes: "
       "1B}}\n",
       "datagram: is UDP's; over TCP it is connect:"},
      {"  - {at: 1s, host: a, datagram: {id: c1, from: 10.0.0.1:1, to: 10.0.0.2:80/udp, bytes: "
       "1473B}}\n",
       "must be 1B..1472B"},
      {"  - {at: 1s, host: a, connect: {id: c1, from: 10.0.0.1:1, to: 10.0.0.2:80/tcp, bytes: "
       "1B}}\n",
       "unknown key \"bytes\""},
      {"  - {at: 1s, host: a, connect: {id: c1..c4, from: 10.0.0.1:1, to: 10.0.0.2:80/tcp}}\n",
       "is a range; expected one name"},
      {"  - {at: 1s, host: a, power: on, close: c1}\n", "only one is possible of"},
  }));
  DYNAMIC_SECTION(c.lines) { CHECK_THAT(error_of_events(c.lines), Catch::Contains(c.says)); }
}

TEST_CASE("a server that greets has no requests to serve", "[language][conversations]") {
  const auto error = [](const std::string& serve) {
    return loading_error("s.yaml",
                         "name: small\ntime: {run: 1s}\n"
                         "networks: {lan: {rate: 1Gbit/s, delay: 0us}}\n"
                         "hosts:\n  a: {nics: {eth0: lan}, serves: [" +
                             serve + "]}\n");
  };
  CHECK(error("{port: 80/tcp, greeting: 7B, workers: 2, backlog: 5, bind: 10.0.0.1}") ==
        "no error");
  CHECK_THAT(error("{port: 80/tcp, greeting: 0B}"), Catch::Contains("must be 1B..65507B"));
  CHECK_THAT(error("{port: 80/tcp, greeting: 65508B}"), Catch::Contains("must be 1B..65507B"));
  CHECK_THAT(error("{port: 53/udp, greeting: 1473B}"), Catch::Contains("must be 1B..1472B"));
  for (const char* key : {"cores: 2", "discipline: ps", "speed: 2", "service_time: 1ms",
                          "response: 1B", "warm: {for: 1s, factor: 2}"}) {
    INFO(key);
    CHECK_THAT(error("{port: 80/tcp, greeting: 7B, " + std::string(key) + "}"),
               Catch::Contains("not together with greeting"));
  }
  CHECK_THAT(error("{port: 80/tcp}"), Catch::Contains("the key \"service_time\" is missing"));
}

TEST_CASE("the phases of a host are those of its director", "[language][conversations]") {
  const auto host = [](const std::string& keys) {
    return "name: small\ntime: {run: 1s}\nnetworks: {lan: {rate: 1Gbit/s, delay: 0us}}\n"
           "hosts:\n  a: {nics: {eth0: lan}" +
           keys + "}\n";
  };
  const auto error = [&](const std::string& keys) { return loading_error("s.yaml", host(keys)); };
  CHECK_THAT(error(", statistics_phase: 504"), Catch::Contains("statistics_phase"));
  CHECK_THAT(error(", jiffies_phase: -1"), Catch::Contains("jiffies_phase"));
  CHECK_THAT(error(", jiffies_phase: 1073741825"), Catch::Contains("jiffies_phase"));
  CHECK_THAT(error(", jiffies_phase: 1.5"), Catch::Contains("jiffies_phase"));
  const Scenario scenario =
      load_scenario_text("s.yaml", host(", jiffies_phase: 4095, statistics_phase: 503"));
  CHECK(scenario.hosts[0].jiffies_phase == 4095);
  CHECK(scenario.hosts[0].statistics_phase == 503);
}

TEST_CASE("statistics_phase brings the first tick forward", "[language][conversations]") {
  const auto shown_at = [](const std::string& phase, const std::string& at) {
    std::string text = cluster(kServices, connect("c1", "100ms", 4000) + "  - {at: " + at +
                                              ", host: director, show: ipvsadm -Ln --stats}\n");
    text.replace(text.find("statistics_phase: 500"), 21, "statistics_phase: " + phase);
    Run run(text);
    run.until(seconds(4));
    return run.shown(0).find("TCP  10.1.10.3:80                        1        3") !=
           std::string::npos;
  };
  // A tick each 504 jiffies (2016 ms), the first one 400 jiffies (1600 ms) early: at 416 ms.
  CHECK_FALSE(shown_at("400", "410ms"));
  CHECK(shown_at("400", "420ms"));
  CHECK_FALSE(shown_at("0", "2010ms"));
  CHECK(shown_at("0", "2020ms"));
}

TEST_CASE("single connections alone need no warm-up", "[language][conversations]") {
  std::string text = cluster(
      "      ipvsadm -A -t 10.1.10.3:80 -s wlc\n"
      "      ipvsadm -a -t 10.1.10.3:80 -r 192.168.184.129 -m\n",
      connect("c1", "1s", 4000));
  text.replace(text.find("warmup: 0s"), 10, "warmup: auto");
  CHECK(Run(text).simulation.times().warmup == Duration{});
  CHECK(Run(text).simulation.times().warmup_reason == "auto: there are no groups of clients");
  text +=
      "clients:\n  web: {host: client, target: 10.1.10.3:80/tcp, request: 1B, arrivals: "
      "{deterministic: 1/s}}\n";
  CHECK(Run(text).simulation.times().warmup == seconds(122));
}

}  // namespace lvs::language::testing
