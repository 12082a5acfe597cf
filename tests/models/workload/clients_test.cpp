// Clients and servers together: what is asked, when, and how it ends (design.md 1.1, 4).
#include "models/workload/clients.hpp"

#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

struct Shop : Lan {
  Host& client = host("client", "10.0.0.2/24");
  Host& server = host("server", "10.0.0.1/24");
  ServerConfig serving;
  WorkloadConfig load;

  Shop() {
    serving.host = server.id();
    serving.port = Port{80};
    serving.response = RandomLaw::constant(1000.0);
    serving.service_time = RandomLaw::constant(milliseconds(10));
    load.name = "load";
    load.sources.push_back({client.id(), std::nullopt});
    load.target = {{address("10.0.0.1"), Port{80}}, Protocol::tcp};
    load.request = RandomLaw::constant(200.0);
    load.arrivals = ArrivalProcess::deterministic(10);
    window.arrivals_end = Time{milliseconds(1)};  // one connection
  }
  void open() {
    serving.protocol = load.target.protocol;
    if (serves) world.servers().add(serving);
    world.clients().add(load);
    world.clients().start(window);
  }
  const RequestEnd& request(std::size_t i = 0) const { return seen.requests.at(i); }
  const ConnectionEnd& connection(std::size_t i = 0) const { return seen.connections.at(i); }

  MeasuredWindow window;
  bool serves = true;
};

Duration since(Time from, Time to) { return to - from; }

bool is_fin(const Frame& f) { return !f.is_arp() && f.tcp.fin(); }

}  // namespace

TEST_CASE("a request tells when it was wanted, sent, answered and by whom", "[workload]") {
  Shop shop;
  shop.open();
  shop.run_for(seconds(1));
  REQUIRE(shop.seen.requests.size() == 1);
  const RequestEnd& r = shop.request();
  CHECK(r.outcome == Outcome::completed);
  CHECK(r.server == shop.server.id());
  CHECK(r.client == shop.client.id());
  CHECK(r.first_of_connection);
  CHECK(r.measured);
  CHECK(r.request_bytes == 200);
  CHECK(r.response_bytes == 1000);
  CHECK(r.arrival == kStart);
  // The handshake starts with ARP: 4 ways through the switch, then SYN and SYN-ACK.
  const Duration arp = 4 * (microseconds(50) + nanoseconds(672));
  const Duration syn = 4 * (microseconds(50) + nanoseconds(784));
  CHECK(since(r.arrival, r.sent) == arp + syn);
  CHECK(r.first_byte == r.last_byte);
  // ACK and request, one behind the other; 10 ms; the response of one segment. At the switch the
  // ACK is gone before the request is all there.
  const auto wire = [](int payload) {
    return transmission_time(bytes(66 + payload + 24), gigabits_per_second(1));
  };
  CHECK(since(r.sent, r.last_byte) == wire(0) + 2 * (wire(200) + microseconds(50)) +
                                          milliseconds(10) + 2 * (wire(1000) + microseconds(50)));
  const ConnectionEnd& c = shop.connection();
  CHECK(c.outcome == Outcome::completed);
  CHECK(c.established == r.sent);
  CHECK(c.ended == r.last_byte);
  CHECK(c.requests_completed == 1);
  CHECK(c.source == Endpoint{address("10.0.0.2"), Port{32'768}});
}

TEST_CASE("a connection that is not made fails with its own outcome", "[workload][outcome]") {
  Shop shop;
  SECTION("nobody listens: refused at once") {
    shop.serves = false;
    shop.open();
    shop.run_for(milliseconds(10));
    REQUIRE(shop.seen.requests.size() == 1);
    CHECK(shop.request().outcome == Outcome::refused_rst);
  }
  SECTION("no route") {
    shop.load.target.endpoint.address = address("192.168.1.1");
    shop.open();
    shop.run_for(milliseconds(10));
    CHECK(shop.request().outcome == Outcome::refused_icmp);
    CHECK(shop.connection().syn_sent == kNever);
  }
  SECTION("nobody answers ARP: 3 s") {
    shop.load.target.endpoint.address = address("10.0.0.99");
    shop.open();
    shop.run_for(seconds(4));
    CHECK(shop.request().outcome == Outcome::refused_icmp);
    CHECK(shop.connection().ended == Time{seconds(3)});
  }
  SECTION("no answer to the SYN within the client's timeout") {
    shop.load.timeout = milliseconds(2500);
    shop.client.neighbours().set(address("10.0.0.1"), device(shop.client, "eth0"),
                                 mac_of(shop.server), NeighbourState::permanent);
    shop.world.power(shop.server, false);
    shop.open();
    shop.run_for(seconds(10));
    CHECK(shop.request().outcome == Outcome::connect_timeout);
    CHECK(shop.connection().ended == Time{milliseconds(2500)});
  }
  SECTION("without a timeout as long as TCP waits") {
    shop.client.neighbours().set(address("10.0.0.1"), device(shop.client, "eth0"),
                                 mac_of(shop.server), NeighbourState::permanent);
    shop.world.power(shop.server, false);
    shop.open();
    shop.run_for(seconds(200));
    CHECK(shop.request().outcome == Outcome::connect_timeout);
    CHECK(shop.connection().ended == Time{seconds(127)});
  }
  CHECK(shop.seen.connections.size() == 1);
}

TEST_CASE("a request that is not answered fails with its own outcome", "[workload][outcome]") {
  Shop shop;
  SECTION("the response does not come in time: counted from the SYN") {
    shop.load.timeout = seconds(1);
    shop.serving.service_time = RandomLaw::constant(seconds(5));
    shop.open();
    shop.run_for(seconds(30));
    CHECK(shop.request().outcome == Outcome::timeout);
    CHECK(shop.connection().ended == Time{seconds(1)});
    CHECK(shop.request().server == shop.server.id());
    // The late response and the server's FIN meet a closed connection.
    const auto is_reset = [](const Frame& f) { return !f.is_arp() && f.tcp.rst(); };
    CHECK(shop.seen.times_sent(shop.client, is_reset).size() == 2);
  }
  SECTION("the response does not come whole in time") {
    shop.load.timeout = seconds(1);
    shop.serving.response = RandomLaw::constant(1e9);
    shop.open();
    shop.run_for(seconds(3));
    CHECK(shop.request().outcome == Outcome::timeout);
    CHECK(shop.request().first_byte < Time{seconds(1)});
    CHECK(shop.request().last_byte == kNever);
  }
  SECTION("the server restarts between two requests: reset") {
    shop.load.requests = RandomLaw::constant(2.0);
    shop.load.think = RandomLaw::constant(seconds(1));
    shop.open();
    shop.run_for(milliseconds(500));
    shop.world.power(shop.server, false);
    shop.world.power(shop.server, true);
    add_address(shop.server, "eth0", "10.0.0.1/24");
    shop.run_for(seconds(2));
    REQUIRE(shop.seen.requests.size() == 2);
    CHECK(shop.request(0).outcome == Outcome::completed);
    CHECK(shop.request(1).outcome == Outcome::reset);
    CHECK(shop.connection().requests_completed == 1);
  }
  SECTION("the run ends before the response") {
    shop.serving.service_time = RandomLaw::constant(seconds(5));
    shop.open();
    shop.run_for(seconds(1));
    shop.world.clients().finish();
    CHECK(shop.request().outcome == Outcome::unfinished);
    CHECK(shop.world.clients().open_requests() == 0);
  }
  CHECK(shop.seen.connections.size() == 1);
}

TEST_CASE("requests of one connection follow each other after the think time", "[workload]") {
  Shop shop;
  shop.load.requests = RandomLaw::constant(3.0);
  shop.load.think = RandomLaw::constant(milliseconds(100));
  shop.load.hold = RandomLaw::constant(seconds(2));
  shop.open();
  shop.run_for(seconds(10));
  REQUIRE(shop.seen.requests.size() == 3);
  for (std::size_t i = 1; i < 3; ++i) {
    CHECK(since(shop.request(i - 1).last_byte, shop.request(i).arrival) == milliseconds(100));
    CHECK(shop.request(i).sent == shop.request(i).arrival);
    CHECK_FALSE(shop.request(i).first_of_connection);
    CHECK(shop.request(i).number == i);
  }
  CHECK(shop.connection().requests_completed == 3);
  CHECK(since(shop.request(2).last_byte, shop.connection().ended) == seconds(2));
}

TEST_CASE("a timeout of a later request counts from that request", "[workload][outcome]") {
  Shop shop;
  shop.load.requests = RandomLaw::constant(2.0);
  shop.load.think = RandomLaw::constant(seconds(3));
  shop.load.timeout = seconds(1);
  shop.open();
  shop.run_for(seconds(2));
  shop.world.servers().hang(shop.server.id());
  shop.run_for(seconds(10));
  REQUIRE(shop.seen.requests.size() == 2);
  CHECK(shop.request(1).outcome == Outcome::timeout);
  CHECK(since(shop.request(1).arrival, shop.connection().ended) == seconds(1));
}

TEST_CASE("the side that is told to close sends the first FIN", "[workload]") {
  const bool at_server = GENERATE(false, true);
  Shop shop;
  shop.load.close_at_server = at_server;
  shop.open();
  shop.run_for(seconds(1));
  const auto client = shop.seen.times_sent(shop.client, is_fin);
  const auto server = shop.seen.times_sent(shop.server, is_fin);
  REQUIRE(client.size() == 1);
  REQUIRE(server.size() == 1);
  CHECK((server[0] < client[0]) == at_server);
  CHECK(shop.request().outcome == Outcome::completed);
  CHECK(shop.connection().outcome == Outcome::completed);
}

TEST_CASE("open arrivals come at their times, whatever the server does", "[workload]") {
  Shop shop;
  shop.load.arrivals = ArrivalProcess::deterministic(4);
  shop.window = {Time{seconds(1)}, Time{seconds(3)}, Time{seconds(4)}};
  shop.serving.service_time = RandomLaw::constant(milliseconds(600));
  shop.open();
  shop.run_for(seconds(60));
  REQUIRE(shop.seen.requests.size() == 16);
  std::size_t measured = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(shop.request(i).arrival == Time{milliseconds(250) * static_cast<int>(i)});
    measured += shop.request(i).measured ? 1 : 0;
  }
  CHECK(measured == 8);  // [1 s, 3 s)
}

TEST_CASE("a run stops when its measured requests have ended", "[workload]") {
  Shop shop;
  shop.load.arrivals = ArrivalProcess::deterministic(4);
  shop.window = {Time{seconds(1)}, Time{seconds(2)}, Time{seconds(100)}};
  shop.open();
  shop.world.stop_when_measured_ended();
  shop.run_for(seconds(100));
  CHECK(shop.world.ended());
  CHECK(shop.now() >= Time{seconds(2)});
  CHECK(shop.now() < Time{milliseconds(2300)});
}

TEST_CASE("users of a closed loop ask again when they are served, after their think time",
          "[workload]") {
  Shop shop;
  shop.load.arrivals.reset();
  shop.load.users = 3;
  shop.load.think = RandomLaw::constant(milliseconds(90));
  shop.serving.queue.cores = 4;
  shop.window.arrivals_end = Time{seconds(1)};
  shop.open();
  shop.run_for(seconds(10));
  // 10 ms of service, 90 ms of thought and well under 1 ms of network: ten turns in a second.
  CHECK(shop.seen.requests.size() == 30);
  for (const RequestEnd& r : shop.seen.requests) CHECK(r.outcome == Outcome::completed);
}

TEST_CASE("a user whose connection fails without taking time waits a second", "[workload]") {
  Shop shop;
  shop.load.arrivals.reset();
  shop.load.users = 1;
  shop.load.target.endpoint.address = address("192.168.1.1");
  shop.window.arrivals_end = Time{seconds(5)};
  shop.open();
  shop.run_for(seconds(10));
  CHECK(shop.seen.requests.size() == 5);
}

TEST_CASE("a UDP exchange is a datagram and a response of datagrams", "[workload][udp]") {
  Shop shop;
  shop.load.target.protocol = Protocol::udp;
  shop.serving.response = RandomLaw::constant(3000.0);
  shop.open();
  shop.run_for(seconds(1));
  REQUIRE(shop.seen.requests.size() == 1);
  CHECK(shop.request().outcome == Outcome::completed);
  std::vector<std::string> sent;
  for (const SeenFrame& s : shop.seen.sent) {
    if (!s.frame.is_arp()) sent.push_back(PlainText()(s.frame));
  }
  CHECK(sent == std::vector<std::string>{"10.0.0.2:32768 > 10.0.0.1:80 udp len 200",
                                         "10.0.0.1:80 > 10.0.0.2:32768 udp len 1472",
                                         "10.0.0.1:80 > 10.0.0.2:32768 udp len 1472",
                                         "10.0.0.1:80 > 10.0.0.2:32768 udp len 56"});
}

TEST_CASE("a UDP request to a closed port is refused, a late response is not taken for a new one",
          "[workload][udp]") {
  Shop shop;
  shop.load.target.protocol = Protocol::udp;
  SECTION("closed port") {
    shop.serves = false;
    shop.open();
    shop.run_for(seconds(1));
    CHECK(shop.request().outcome == Outcome::refused_icmp);
  }
  SECTION("late response") {
    shop.load.timeout = milliseconds(20);
    shop.load.arrivals = ArrivalProcess::deterministic(40);
    shop.window.arrivals_end = Time{milliseconds(50)};
    shop.serving.service_time = RandomLaw::constant(milliseconds(30));
    shop.serving.queue.cores = 8;
    shop.open();
    shop.run_for(seconds(1));
    REQUIRE(shop.seen.requests.size() == 2);
    CHECK(shop.request(0).outcome == Outcome::timeout);
    CHECK(shop.request(1).outcome == Outcome::timeout);
    CHECK(since(shop.request(1).arrival, shop.connection(1).ended) == milliseconds(20));
  }
}

}  // namespace lvs
