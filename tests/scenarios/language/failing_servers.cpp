// What clients see when a real server fails in one way or another, with and without health checks.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/failing_cluster.hpp"

namespace lvs::language::testing {
namespace {

const std::string kHealth =
    "{service: 10.0.0.100:80/tcp, tcp: {every: 2s, timeout: 1s, retries: 2, between: 500ms}, "
    "action: remove}";

FailingCluster cluster(Mode mode, const std::string& events) {
  FailingCluster c;
  c.mode = mode;
  c.events = events;
  return c;
}

}  // namespace

TEST_CASE("nothing fails where nothing is broken", "[language][failures]") {
  const Mode mode = GENERATE(Mode::nat, Mode::dr);
  const Failing run(cluster(mode, ""));
  CHECK(run.outcomes({}, seconds(60)) == "600 completed");
}

TEST_CASE("a process that is gone refuses its half of the clients at once",
          "[language][failures]") {
  const Mode mode = GENERATE(Mode::nat, Mode::dr);
  const Failing run(cluster(mode,
                            "  - {at: 5s, host: rs1, server: refuse}\n"
                            "  - {at: 10s, host: rs1, server: accept}\n"));
  CHECK(run.outcomes({}, seconds(5)) == "50 completed");
  CHECK(run.outcomes(seconds(5), seconds(10)) == "25 completed, 25 refused_rst");
  CHECK(run.longest(Outcome::refused_rst, seconds(5), seconds(10)) < milliseconds(1));
  CHECK(run.outcomes(seconds(10), seconds(60)) == "500 completed");
}

TEST_CASE("a process that hangs takes connections and answers none", "[language][failures]") {
  const Mode mode = GENERATE(Mode::nat, Mode::dr);
  const Failing run(cluster(mode,
                            "  - {at: 5s, host: rs1, server: hang}\n"
                            "  - {at: 19950ms, host: rs1, server: resume}\n"));
  CHECK(run.outcomes(seconds(5), seconds(15)) == "50 completed, 50 timeout");
  CHECK(run.longest(Outcome::timeout, seconds(5), seconds(15)) == seconds(5));
  // The last clients are still there when it goes on.
  CHECK(run.outcomes(seconds(15), seconds(60)) == "450 completed");
  CHECK(run.longest(Outcome::completed, seconds(15), seconds(20)) > seconds(4));
}

TEST_CASE("a dead machine is silence while its address is believed, then host unreachable",
          "[language][failures]") {
  const Mode mode = GENERATE(Mode::nat, Mode::dr);
  const std::string failure = GENERATE("power: off", "cable: {nic: eth0, state: cut}");
  CAPTURE(failure);
  const Failing run(cluster(mode, "  - {at: 5s, host: rs1, " + failure +
                                      "}\n"
                                      "  - {at: 6s, host: director, show: ip neigh}\n"
                                      "  - {at: 59s, host: director, show: ip neigh}\n"));
  // The director found rs1 a few seconds ago and believes it for 15 s at least (a random part of
  // base_reachable_time; spec/linux-host.md 4.1).
  CHECK_THAT(run.simulation.shown()[0].text,
             Catch::Contains("192.168.0.11 dev eth1 lladdr 02:00:00:00:04:01 REACHABLE"));
  CHECK(run.outcomes(seconds(5), seconds(10)) == "25 completed, 25 connect_timeout");
  CHECK(run.longest(Outcome::connect_timeout, seconds(5), seconds(10)) == seconds(5));
  // Then it asks three times, a second apart, and tells each client that waits.
  CHECK(run.outcomes(seconds(54), seconds(59)) == "25 completed, 25 refused_icmp");
  CHECK(run.longest(Outcome::refused_icmp, seconds(54), seconds(59)) > milliseconds(2'500));
  CHECK(run.longest(Outcome::refused_icmp, seconds(54), seconds(59)) <= milliseconds(3'001));
  CHECK_THAT(run.simulation.shown()[1].text, Catch::Contains("192.168.0.11 dev eth1 INCOMPLETE") ||
                                                 Catch::Contains("192.168.0.11 dev eth1 FAILED"));
}

TEST_CASE("health checks end what clients see of a dead server", "[language][failures][health]") {
  struct Case {
    std::string failure;
    Outcome seen;
    Duration at_least;  ///< of the detection, from the failure on
    Duration at_most;
    HealthFailure why;
  };
  // every 2s, 2 retries 500ms apart. A refusal is known at once: up to 2 s for the next attempt and
  // 1 s for the retries; silence costs 1 s for each of the three attempts more.
  const auto c = GENERATE(values<Case>({
      {"server: refuse", Outcome::refused_rst, seconds(1), milliseconds(3'001),
       HealthFailure::refused},
      {"power: off", Outcome::connect_timeout, seconds(4), milliseconds(6'001),
       HealthFailure::no_answer},
      {"cable: {nic: eth0, state: cut}", Outcome::connect_timeout, seconds(4), milliseconds(6'001),
       HealthFailure::no_answer},
  }));
  const Mode mode = GENERATE(Mode::nat, Mode::dr);
  CAPTURE(c.failure);
  FailingCluster failing = cluster(mode, "  - {at: 5s, host: rs1, " + c.failure + "}\n");
  failing.health = kHealth;
  const Failing run(failing);
  REQUIRE(run.health().size() == 1);
  const HealthChange& out = run.health()[0];
  CHECK(out.why == c.why);
  const Duration took = out.at - Time{seconds(5)};
  CHECK(took >= c.at_least);
  CHECK(took <= c.at_most);
  const Duration known = out.at - kStart;
  CHECK(run.outcomes({}, seconds(5)) == "50 completed");
  const std::size_t lost = run.count(c.seen, seconds(5), known);
  const std::size_t served = run.count(Outcome::completed, seconds(5), known);
  CHECK(lost + served == run.arrived(seconds(5), known).size());
  CHECK((lost == served || lost == served + 1));
  CHECK(run.count(Outcome::completed, known, seconds(60)) ==
        run.arrived(known, seconds(60)).size());
}

TEST_CASE("a server that hangs passes TCP checks until nothing more fits its backlog",
          "[language][failures][health]") {
  const int backlog = GENERATE(511, 20);
  FailingCluster failing = cluster(Mode::nat, "  - {at: 5s, host: rs1, server: hang}\n");
  failing.health = kHealth;
  failing.serve = ", backlog: " + std::to_string(backlog);
  const Failing run(failing);
  CHECK(run.health().empty() == (backlog == 511));
  CHECK(run.count(Outcome::completed, seconds(30), seconds(50)) == (backlog == 511 ? 100 : 200));
}

TEST_CASE("a server that returns is served from again", "[language][failures][health]") {
  FailingCluster failing = cluster(Mode::dr,
                                   "  - {at: 5s, host: rs1, power: off}\n"
                                   "  - {at: 20s, host: rs1, power: on}\n"
                                   "  - {at: 15s, host: director, show: ipvsadm -Ln}\n"
                                   "  - {at: 30s, host: director, show: ipvsadm -Ln}\n");
  failing.health = kHealth;
  const Failing run(failing);
  REQUIRE(run.health().size() == 2);
  CHECK_FALSE(run.health()[1].failed);
  CHECK(run.health()[1].at - Time{seconds(20)} < seconds(3));
  CHECK(run.outcomes(seconds(12), seconds(60)) == "480 completed");
  CHECK_THAT(run.simulation.shown()[0].text, !Catch::Contains("192.168.0.11:80"));
  // At the head of the list, where rs1 had been configured last before as well.
  CHECK_THAT(run.simulation.shown()[1].text,
             Catch::Contains("  -> 192.168.0.11:80              Route   1") &&
                 Catch::Contains("  -> 192.168.0.12:80              Route   1"));
  int by_rs1 = 0;
  const HostId rs1 = run.simulation.world().hosts()[3]->id();
  for (const ConnectionEnd& end : run.arrived(seconds(30), seconds(60)))
    by_rs1 += end.server == rs1;
  CHECK(by_rs1 == 150);
}

TEST_CASE("health of a service that the director does not have is an error with its place",
          "[language][failures][health]") {
  FailingCluster failing = cluster(Mode::nat, "");
  failing.health = kHealth;
  failing.health.replace(failing.health.find("10.0.0.100:80/tcp"), 17, "10.0.0.100:81/tcp");
  std::string error;
  try {
    const Failing run(failing);
  } catch (const ScenarioError& e) {
    error = e.what();
  }
  CHECK(error ==
        "failing.yaml:14:23: after its setup director has no service "
        "10.0.0.100:81/tcp whose real servers could be asked; its setup defines one with:  "
        "ipvsadm -A -t 10.0.0.100:81 -s wlc");
}

}  // namespace lvs::language::testing
