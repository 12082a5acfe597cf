// Every form of event, from the file to what it does.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/failing_cluster.hpp"
#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {
namespace {

std::string error_of(const std::string& events) {
  FailingCluster cluster;
  cluster.events = events;
  try {
    const Failing run(cluster);
  } catch (const ScenarioError& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("run: with repetition runs from the first instant until before the last",
          "[language][events]") {
  // The command undoes what it did the time before.
  const std::string toggle =
      "\"ipvsadm -a -t 10.0.0.9:80 -r 10.0.0.2 -m || ipvsadm -d -t 10.0.0.9:80 -r 10.0.0.2\"";
  Run run(two_hosts("ip addr add 10.0.0.1/24 dev eth0\nipvsadm -A -t 10.0.0.9:80 -s rr",
                    "events:\n"
                    "  - {every: 1s, during: 2s..5s, host: a, run: " +
                        toggle +
                        "}\n"
                        "  - {every: 1s, during: 1500ms..6s, host: a, show: ipvsadm -Ln}\n"));
  run.until(seconds(9));
  std::string there;
  for (std::size_t i = 0; i < run.simulation.shown().size(); ++i) {
    there += run.shown(i).find("10.0.0.2:80") == std::string::npos ? '-' : '+';
  }
  CHECK(there == "-+-++");  // at 2, 3 and 4 s
}

TEST_CASE("a repeated event keeps its place among those of its instant", "[language][events]") {
  Run run(two_hosts("ip addr add 10.0.0.1/24 dev eth0",
                    "events:\n"
                    "  - {every: 1s, during: 1s..4s, host: a, show: ip neigh}\n"
                    "  - {every: 1s, during: 1s..4s, host: a, run: \"ip neigh replace 10.0.0.9 "
                    "lladdr 02:00:00:00:00:09 dev eth0 nud permanent\"}\n"
                    "  - {at: 3s, host: a, run: ip neigh flush all nud permanent}\n"));
  run.until(seconds(5));
  REQUIRE(run.simulation.shown().size() == 3);
  CHECK(run.shown(0).empty());
  CHECK_FALSE(run.shown(1).empty());
  CHECK_FALSE(run.shown(2).empty());
}

TEST_CASE("a command that fails in an event stops the run with the tool's text and the place",
          "[language][events]") {
  CHECK_THAT(error_of("  - {at: 3s, host: director, run: ipvsadm -d -t 10.0.0.100:80 -r "
                      "192.168.0.99:80}\n"),
             Catch::Contains("failing.yaml:") && Catch::Contains("No such destination"));
  CHECK(error_of("  - {at: 3s, host: director, run: \"ipvsadm -d -t 10.0.0.100:80 -r "
                 "192.168.0.99:80 || true\"}\n") == "no error");
}

TEST_CASE("speed, loss and delay change from their instant on, and back", "[language][events]") {
  FailingCluster cluster;
  cluster.events =
      "  - {at: 10s, host: rs1, speed: 0.1}\n"
      "  - {at: 20s, host: rs1, speed: 1}\n"
      "  - {at: 30s, host: rs1, cable: {nic: eth0, delay: 20ms}}\n"
      "  - {at: 40s, host: rs1, cable: {nic: eth0, delay: 50us}}\n"
      "  - {at: 50s, host: rs1, cable: {nic: eth0, loss: 100%}}\n";
  const Failing run(cluster);
  const auto longest = [&](int from, int until) {
    return run.longest(Outcome::completed, seconds(from), seconds(until));
  };
  const Duration usual = longest(1, 10);
  CHECK(usual > milliseconds(5));
  CHECK(usual < milliseconds(7));
  // To half a millisecond: the director asks by ARP for some of the clients' addresses.
  const auto about = [](Duration is, Duration should) {
    return is - should < microseconds(500) && should - is < microseconds(500);
  };
  CHECK(about(longest(10, 20), usual + milliseconds(45)));  // 5 ms of work take 50
  CHECK(about(longest(21, 30), usual));
  // SYN and SYN-ACK, then request and response, by a cable 19.95 ms longer.
  CHECK(about(longest(31, 40), usual + 4 * microseconds(19'950)));
  CHECK(about(longest(41, 50), usual));
  CHECK(run.outcomes(seconds(50), seconds(54)) == "20 completed, 20 connect_timeout");
}

TEST_CASE("a cable that is joined in time costs a retransmission and no connection",
          "[language][events]") {
  FailingCluster cluster;
  cluster.mode = GENERATE(Mode::nat, Mode::dr);
  cluster.client = "timeout: 5s, requests: 20, think: 100ms";
  cluster.events =
      "  - {at: 10s, host: rs1, cable: {nic: eth0, state: cut}}\n"
      "  - {at: 11s, host: rs1, cable: {nic: eth0, state: join}}\n";
  const Failing run(cluster);
  CHECK(run.outcomes({}, seconds(50)) == "500 completed");
  CHECK(run.simulation.world().tcp().retransmissions() > 20);
}

TEST_CASE("a server that was off has forgotten its connections and resets them",
          "[language][events]") {
  FailingCluster cluster;
  cluster.mode = GENERATE(Mode::nat, Mode::dr);
  cluster.client = "timeout: 5s, requests: 20, think: 100ms";
  cluster.events =
      "  - {at: 10s, host: rs1, power: off}\n"
      "  - {at: 11s, host: rs1, power: on}\n";
  const Failing run(cluster);
  const std::string before = run.outcomes(seconds(8), seconds(10));
  // A connection lives for 19 thoughts, two seconds: all ten that rs1 had are reset by what they
  // send next.
  CHECK(before == "10 completed, 10 reset");
  CHECK(run.outcomes(seconds(11), seconds(50)) == "390 completed");
}

TEST_CASE("a director that was off runs its setup again and knows no connection",
          "[language][events]") {
  FailingCluster cluster;
  cluster.mode = GENERATE(Mode::nat, Mode::dr);
  cluster.client = "timeout: 5s, requests: 20, think: 100ms";
  cluster.events =
      "  - {at: 5s, host: director, run: ip addr add 10.9.9.9/32 dev lo}\n"
      "  - {at: 9s, host: director, show: ip addr show dev lo}\n"
      "  - {at: 10s, host: director, power: off}\n"
      "  - {at: 11s, host: director, power: on}\n"
      "  - {at: 11s, host: director, show: ip addr show dev lo}\n"
      "  - {at: 11s, host: director, show: ipvsadm -Ln}\n";
  const Failing run(cluster);
  const auto& shown = run.simulation.shown();
  CHECK_THAT(shown[0].text, Catch::Contains("10.9.9.9"));
  CHECK_THAT(shown[1].text, !Catch::Contains("10.9.9.9"));
  CHECK_THAT(shown[2].text, Catch::Contains("192.168.0.11:80"));
  // What they send next meets a director that has no such connection and no such socket: RST.
  CHECK(run.outcomes(seconds(8), seconds(10)) == "20 reset");
  CHECK(run.outcomes(seconds(11), seconds(50)) == "390 completed");
}

TEST_CASE("nobody can type on a host without power", "[language][events]") {
  const std::string off = "  - {at: 3s, host: director, power: off}\n";
  CHECK_THAT(error_of(off + "  - {at: 4s, host: director, run: ipvsadm -Z}\n"),
             Catch::Contains("director has no power at 4s: no command runs there"));
  FailingCluster cluster;
  cluster.events = off +
                   "  - {at: 5s, host: director, power: on}\n"
                   "  - {every: 1s, during: 2500ms..6s, host: director, show: ipvsadm -Ln}\n";
  const Failing run(cluster);
  const auto& shown = run.simulation.shown();
  REQUIRE(shown.size() == 4);
  CHECK_THAT(shown[0].text, Catch::Contains("192.168.0.11:80"));
  CHECK(shown[1].text == "director has no power\n");
  CHECK(shown[2].text == "director has no power\n");
  CHECK_THAT(shown[3].text, Catch::Contains("192.168.0.11:80"));
}

TEST_CASE("events that name what is not there are refused with their place", "[language][events]") {
  CHECK_THAT(error_of("  - {at: 3s, host: rs9, power: off}\n"), Catch::Contains("unknown host"));
  CHECK_THAT(error_of("  - {at: 3s, host: rs1, cable: {nic: eth9, state: cut}}\n"),
             Catch::Contains("unknown nic \"eth9\""));
  CHECK_THAT(error_of("  - {at: 3s, host: router, server: hang}\n"),
             Catch::Contains("serves nothing"));
  CHECK_THAT(error_of("  - {at: 3s, host: rs1, speed: 5000}\n"),
             Catch::Contains("accepted: 0.001 to 1000"));
  CHECK_THAT(error_of("  - {at: 3s, host: rs1, cable: {nic: eth0, loss: 120%}}\n"),
             Catch::Contains("above 100%"));
}

}  // namespace lvs::language::testing
