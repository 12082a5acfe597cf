// Servers that greet: what they say, and what they do while they hang.
#include "models/server/servers.hpp"

#include "tests/models/workload/talk.hpp"

namespace lvs {

TEST_CASE("the server of a conversation that is gone closes no other", "[server][conversations]") {
  Talk t;
  t.open();
  t.hears(milliseconds(10));
  t.talks().reset(kFirst);
  t.hears(milliseconds(10));
  t.talks().open(kSecond, t.ask(80, 40'001));  // in the places that the first left
  t.hears(milliseconds(200));
  CHECK_FALSE(t.talks().server_close(kFirst));
  CHECK(t.hears(milliseconds(100)).empty());
  CHECK(t.talks().server_close(kSecond));
}

TEST_CASE("a server that hangs accepts no conversation and answers none",
          "[server][conversations]") {
  Talk t;
  t.world.servers().hang(t.server.id());
  t.open();
  CHECK(t.hears(milliseconds(2400)) == ">S <SA >A");  // the kernel's part
  CHECK(t.outcome() == "pending");
  SECTION("a client gives up") {
    CHECK(t.hears(seconds(1)) == ">FA <A");
    CHECK(t.outcome() == "timeout");
    CHECK(t.decided() == 2500);
  }
  SECTION("a server that resumes greets") {
    t.world.servers().resume(t.server.id());
    CHECK(t.hears(milliseconds(10)) == "<PA7 >A");
    CHECK(t.outcome() == "answered by server:80");
  }
}

TEST_CASE("a server that hangs does not see the end of input", "[server][conversations]") {
  Talk t;
  t.open();
  t.hears(milliseconds(100));
  t.world.servers().hang(t.server.id());
  CHECK_FALSE(t.talks().server_close(kFirst));
  t.talks().close(kFirst);
  CHECK(t.hears(seconds(5)) == ">FA <A");
  t.world.servers().resume(t.server.id());
  CHECK(t.hears(seconds(1)) == "<FA >A");
}

TEST_CASE("each datagram is answered by the greeting", "[server][conversations]") {
  Talk t;
  t.talks().datagram(kFirst, t.ask_by_datagram(), 1);
  CHECK(t.hears(milliseconds(10)) == ">udp1 <udp7");
  CHECK(t.outcome() == "answered by server:53");
  t.world.servers().hang(t.server.id());
  t.talks().datagram(kSecond, t.ask_by_datagram(), 3);  // the socket of the first is closed
  CHECK(t.hears(milliseconds(10)) == ">udp3");
  t.world.servers().resume(t.server.id());
  CHECK(t.hears(milliseconds(10)) == "<udp7");
  CHECK(t.outcome(kSecond) == "answered by server:53");
}

TEST_CASE("a server that resets instead of greeting", "[server][conversations]") {
  Talk t;
  t.world.servers().hang(t.server.id());
  t.open();
  t.hears(milliseconds(10));
  t.world.servers().refuse(t.server.id());  // what waits to be accepted is reset
  t.hears(milliseconds(10));
  CHECK(t.outcome() == "ECONNRESET");
}

TEST_CASE("a server of requests does not greet, so that a conversation is not answered",
          "[server][conversations]") {
  Talk t;
  ServerConfig config = t.greeter(8080, Protocol::tcp);
  config.greeting.reset();
  config.response = RandomLaw::constant(500.0);
  t.world.servers().add(config);
  t.open(kFirst, 8080);
  t.hears(milliseconds(100));
  t.talks().send(kFirst, 100);
  t.hears(milliseconds(100));
  CHECK(t.outcome() == "pending");
  CHECK(t.talks().server_close(kFirst));
  t.hears(milliseconds(1));
  CHECK(t.outcome() == "closed without a greeting");
  t.hears(seconds(1));
  CHECK(t.world.tcp().established(t.server.id()) == 0);
}

TEST_CASE("a group of clients takes a greeting as its answer", "[server][conversations]") {
  Talk t;
  WorkloadConfig load;
  load.name = "load";
  load.sources.push_back({t.client.id(), std::nullopt});
  load.target = {{address("10.0.0.2"), Port{80}}, Protocol::tcp};
  load.request = RandomLaw::constant(50.0);
  load.arrivals = ArrivalProcess::deterministic(10);
  t.world.clients().add(load);
  MeasuredWindow window;
  window.arrivals_end = Time{milliseconds(50)};
  t.world.clients().start(window);
  t.run_for(seconds(1));
  REQUIRE(t.seen.requests.size() == 1);
  CHECK(t.seen.requests[0].outcome == Outcome::completed);
  CHECK(t.seen.connections[0].server == t.server.id());
  CHECK(t.world.servers().queue(t.web).submitted() == 0);  // the request is read and forgotten
}

}  // namespace lvs
