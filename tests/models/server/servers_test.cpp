// Servers: workers and backlog, and what a scenario does to them (design.md 1.1).
#include "models/server/servers.hpp"

#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

/// A client that opens a connection every 100 ms, `count` of them.
struct Served : Lan {
  Host& client = host("client", "10.0.0.2/24");
  Host& server = host("server", "10.0.0.1/24");
  ServerConfig serving;
  WorkloadConfig load;
  ServerId id;

  Served() {
    serving.host = server.id();
    serving.port = Port{80};
    serving.response = RandomLaw::constant(1000.0);
    serving.service_time = RandomLaw::constant(milliseconds(10));
    load.name = "load";
    load.sources.push_back({client.id(), std::nullopt});
    load.target = {{address("10.0.0.1"), Port{80}}, Protocol::tcp};
    load.request = RandomLaw::constant(200.0);
    load.arrivals = ArrivalProcess::deterministic(10);
  }
  void open(int count) {
    id = *world.servers().add(serving);
    world.clients().add(load);
    MeasuredWindow window;
    window.arrivals_end = Time{milliseconds(100) * count - milliseconds(1)};
    world.clients().start(window);
  }
  std::size_t ended(Outcome outcome) const {
    std::size_t n = 0;
    for (const RequestEnd& r : seen.requests) n += r.outcome == outcome ? 1 : 0;
    return n;
  }
};

}  // namespace

TEST_CASE("a worker holds its connection until it closes; others wait in the backlog",
          "[server][backlog]") {
  Served shop;
  shop.serving.workers = 1;
  shop.serving.backlog = 1;
  shop.serving.service_time = RandomLaw::constant(seconds(2));
  shop.open(4);
  shop.run_until(milliseconds(450));
  // One is served, two (backlog + 1) wait, the fourth one's SYN is dropped.
  CHECK(shop.world.servers().accepted(shop.id) == 1);
  CHECK(shop.world.servers().queue(shop.id).in_system() == 1);
  CHECK(shop.server.drops()[DropCause::accept_queue_full] == 1);
  shop.run_until(seconds(60));
  CHECK(shop.ended(Outcome::completed) == 4);
  CHECK(shop.world.servers().accepted(shop.id) == 4);
  // One after the other: 2 s each, and little between.
  CHECK(shop.seen.requests.back().last_byte > Time{seconds(8)});
}

TEST_CASE("an event loop takes connections while all cores are busy", "[server]") {
  Served shop;
  shop.serving.backlog = 1;
  shop.serving.service_time = RandomLaw::constant(seconds(2));
  shop.open(4);
  shop.run_until(milliseconds(450));
  CHECK(shop.world.servers().accepted(shop.id) == 4);
  CHECK(shop.world.servers().queue(shop.id).in_service() == 1);
  CHECK(shop.world.servers().queue(shop.id).waiting() == 3);
}

TEST_CASE("a hung server lets connections wait and serves them when it resumes", "[server]") {
  Served shop;
  shop.open(3);
  shop.run_until(milliseconds(50));
  shop.world.servers().hang(shop.server.id());
  shop.run_until(seconds(5));
  CHECK(shop.ended(Outcome::completed) == 1);
  CHECK(shop.world.servers().accepted(shop.id) == 1);
  CHECK(shop.world.tcp().established(shop.client.id()) == 2);  // they believe to be served
  shop.world.servers().resume(shop.server.id());
  shop.run_until(seconds(6));
  CHECK(shop.ended(Outcome::completed) == 3);
}

TEST_CASE("a job in service stands still while the server hangs", "[server]") {
  Served shop;
  shop.serving.service_time = RandomLaw::constant(milliseconds(100));
  shop.open(1);
  shop.run_until(milliseconds(50));
  shop.world.servers().hang(shop.server.id());
  shop.run_until(milliseconds(1050));
  shop.world.servers().resume(shop.server.id());
  shop.run_until(seconds(2));
  const RequestEnd& r = shop.seen.requests.at(0);
  CHECK(r.last_byte - r.arrival > milliseconds(1100));
  CHECK(r.last_byte - r.arrival < milliseconds(1102));
}

TEST_CASE("a server that refuses answers RST and goes on with what it has", "[server]") {
  Served shop;
  shop.serving.service_time = RandomLaw::constant(milliseconds(80));
  shop.open(4);
  shop.run_until(milliseconds(50));
  shop.world.servers().refuse(shop.server.id());
  shop.run_until(milliseconds(250));
  CHECK(shop.ended(Outcome::completed) == 1);
  CHECK(shop.ended(Outcome::refused_rst) == 2);
  shop.world.servers().accept(shop.server.id());
  shop.run_until(seconds(1));
  CHECK(shop.ended(Outcome::completed) == 2);
}

TEST_CASE("speed divides the demand", "[server]") {
  Served shop;
  shop.serving.service_time = RandomLaw::constant(milliseconds(20));
  shop.open(2);
  shop.run_until(milliseconds(90));
  shop.world.servers().set_speed(shop.server.id(), 0.25);
  shop.run_until(seconds(1));
  const auto took = [&](std::size_t i) {
    return shop.seen.requests.at(i).last_byte - shop.seen.requests.at(i).sent;
  };
  CHECK(took(1) - took(0) == milliseconds(60));
}

TEST_CASE("a server without power loses its connections and serves again when it is back",
          "[server][power]") {
  Served shop;
  shop.load.timeout = seconds(1);
  shop.serving.workers = 1;
  shop.serving.service_time = RandomLaw::constant(milliseconds(150));
  shop.open(5);
  shop.run_until(milliseconds(220));  // one has been served, one is, one waits
  shop.world.power(shop.server, false);
  CHECK(shop.world.servers().queue(shop.id).in_system() == 0);
  shop.run_until(milliseconds(320));
  shop.world.power(shop.server, true);
  add_address(shop.server, "eth0", "10.0.0.1/24");
  shop.run_until(seconds(10));
  CHECK(shop.ended(Outcome::completed) == 2);        // the first and the last
  CHECK(shop.ended(Outcome::timeout) == 2);          // nobody tells their clients
  CHECK(shop.ended(Outcome::connect_timeout) == 1);  // its SYN came while there was no power
  CHECK(shop.seen.requests.size() == 5);
}

TEST_CASE("a client that gave up does not stop the others' worker for ever", "[server]") {
  Served shop;
  shop.load.timeout = milliseconds(500);
  shop.serving.workers = 1;
  shop.serving.service_time = RandomLaw::constant(milliseconds(700));
  shop.open(3);
  shop.run_until(seconds(20));
  CHECK(shop.ended(Outcome::timeout) == 3);
  CHECK(shop.world.servers().queue(shop.id).in_system() == 0);
  CHECK(shop.world.tcp().established(shop.server.id()) == 0);
}

TEST_CASE("the response of request k does not depend on the server that gives it", "[server]") {
  const auto sizes = [](int servers) {
    Served shop;
    shop.serving.response = RandomLaw::exponential(5000.0);
    shop.serving.service_time = RandomLaw::exponential(milliseconds(3 * servers));
    shop.load.request = RandomLaw::exponential(300.0);
    shop.open(20);
    shop.run_until(seconds(20));
    std::vector<std::uint64_t> bytes;
    for (const RequestEnd& r : shop.seen.requests) {
      bytes.push_back(r.response_bytes);
      bytes.push_back(r.request_bytes);
    }
    return bytes;
  };
  CHECK(sizes(1).size() == 40);
  CHECK(sizes(1) == sizes(2));
}

TEST_CASE("one address and port is served once", "[server]") {
  Served shop;
  CHECK(shop.world.servers().add(shop.serving).has_value());
  CHECK(shop.world.servers().add(shop.serving) == std::nullopt);
  shop.serving.protocol = Protocol::udp;
  CHECK(shop.world.servers().add(shop.serving).has_value());
  CHECK(shop.world.servers().add(shop.serving) == std::nullopt);
}

}  // namespace lvs
