// Persistent services: the keys, the use and the end of templates (spec/ipvs.md 3.7). A name begins
// with its section.
#include <catch2/catch.hpp>
#include <string>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Reply = Director::Reply;

Endpoint vip(std::uint16_t port) { return {kTestVip.address, Port{port}}; }

ServiceSettings rr(std::uint32_t persistence) {
  ServiceSettings settings;
  settings.scheduler = "rr";
  settings.persistence = persistence;
  return settings;
}
const DestinationSettings kNat{.method = ForwardingMethod::nat};

}  // namespace

TEST_CASE("3.7: keys of templates by the kind of service", "[ipvs][statements]") {
  struct Case {
    std::string name;
    ServiceKey key;
    Endpoint asked;
    Endpoint virtual_side;  // of the template
    std::uint16_t real_port;
    std::uint16_t connection_port;
  };
  const auto tcp = [](std::uint16_t port) {
    return ServiceKey{.protocol = Protocol::tcp, .address = vip(port)};
  };
  // the real server's own port is 8080
  const auto c = GENERATE_COPY(values<Case>({
      {"a port", tcp(80), vip(80), vip(80), 8080, 8080},
      {"FTP", tcp(21), vip(21), vip(0), 0, 8080},
      {"FTP, data", tcp(21), vip(2000), vip(0), 0, 2000},
      {"all ports", tcp(0), vip(443), vip(0), 0, 443},
      {"a mark", mark_key(7), vip(443), {Ipv4Address{7}, Port{0}}, 0, 443},
  }));
  DYNAMIC_SECTION(c.name) {
    DirectorFixture f;
    f.director.add_service(c.key, rr(60));
    f.director.add_destination(c.key, test_server(1, 8080), kNat);
    Frame syn = tcp_packet(test_client(1), c.asked, kTestSyn);
    syn.mark = c.key.mark;
    CHECK(f.director.input(syn).real_server == test_server(1, c.connection_port));
    f.director.connections().each([&](const Connection& entry) {
      if (!entry.has(Connection::Flag::kTemplate)) return;
      CHECK(entry.virtual_side() == c.virtual_side);
      CHECK(entry.real_server() == test_server(1, c.real_port));
      CHECK(entry.client() == Endpoint{test_client(1).address, Port{0}});
    });
  }
}

TEST_CASE("3.7: a UDP service has templates of its own, assured by an answer that passes",
          "[ipvs][statements]") {
  const bool nat = GENERATE(true, false);
  DirectorFixture f;
  for (const Protocol protocol : {Protocol::udp, Protocol::tcp}) {
    const ServiceKey key{.protocol = protocol, .address = vip(53)};
    f.director.add_service(key, rr(60));
    for (const unsigned n : {1U, 2U}) {
      f.director.add_destination(
          key, test_server(n, 53),
          {.method = nat ? ForwardingMethod::nat : ForwardingMethod::direct});
    }
  }
  f.director.input(udp_packet(test_client(1), vip(53)));
  f.director.input(udp_packet(test_client(1), vip(53)));
  const auto assured = [&] {
    int count = 0;
    f.director.connections().each(
        [&](const Connection& c) { count += c.has(Connection::Flag::kAssured) ? 1 : 0; });
    return count;
  };
  CHECK(f.director.connections().size() == 2);
  CHECK(assured() == 0);  // with DR the answer never passes, and it stays so
  Frame answer = udp_packet(nat ? test_server(2, 53) : vip(53), test_client(1));
  CHECK(f.director.output(answer) == (nat ? Reply::translated : Reply::counted));
  CHECK(assured() == 1);
  // TCP's template is another one: its scheduler begins with rs2 too
  CHECK(f.director.input(tcp_packet(test_client(1), vip(53), kTestSyn)).real_server ==
        test_server(2, 53));
  CHECK(f.director.connections().size() == 4);
}

TEST_CASE("3.7 step 1: expire_quiescent_template looks at weight 0 alone", "[ipvs][statements]") {
  DirectorFixture f;
  f.director.add_service(kTestService, rr(60));
  for (const unsigned n : {1U, 2U}) f.director.add_destination(kTestService, test_server(n), kNat);
  f.director.sysctls().expire_quiescent_template = 1;
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(2));
  CHECK(f.from_client(2, kTestSyn).real_server == test_server(2));
  f.director.edit_destination(kTestService, test_server(2),
                              {.method = ForwardingMethod::nat, .weight = 2, .upper_threshold = 1});
  REQUIRE(f.server(2).overloaded);
  CHECK(f.from_client(3, kTestSyn).real_server == test_server(2));
}

TEST_CASE("3.7 step 2: a destroyed template stays, counted, until its time is over",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.director.add_service(kTestService, rr(200));
  for (const unsigned n : {1U, 2U}) f.director.add_destination(kTestService, test_server(n), kNat);
  f.director.sysctls().expire_quiescent_template = 1;
  f.from_client(1, kTestSyn);
  f.director.edit_destination(kTestService, test_server(2),
                              {.method = ForwardingMethod::nat, .weight = 0});
  CHECK(f.from_client(2, kTestSyn).real_server == test_server(1));
  // it is found no more, also when its server is back
  f.director.edit_destination(kTestService, test_server(2), kNat);
  CHECK(f.from_client(3, kTestSyn).real_server == test_server(1));
  CHECK(f.server(2).persistent == 1);
  f.run_for(seconds(199));
  CHECK(f.server(2).persistent == 1);
  f.run_for(seconds(20));  // 50000 jiffies: up to 16.4 s later
  CHECK(f.server(2).persistent == 0);
}

TEST_CASE("3.7 step 6: the last connection's end lets the template go at its next minute",
          "[ipvs][statements]") {
  DirectorFixture f;  // the jiffy counter starts at 0
  f.director.add_service(kTestService, rr(30));
  f.director.add_destination(kTestService, test_server(1), kNat);
  f.from_client(1, kTestSyn);  // SYN_RECV: 60 s, at 15360
  // the template: 7500 fires at 7680; then 60 s: 22680 fires at 23040, controlling nothing
  f.run_until(kStart + 23040 * kJiffy - nanoseconds(1));
  CHECK(f.only_connection().has(Connection::Flag::kTemplate));
  CHECK(f.only_connection().controlled == 0);
  f.run_for(nanoseconds(1));
  CHECK(f.director.connections().size() == 0);
}

TEST_CASE("3.7 step 5: a server without a port of its own gets the packet's",
          "[ipvs][statements]") {
  const std::uint16_t own = GENERATE(std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{8080});
  DirectorFixture f;
  f.director.add_service(kTestService, rr(60));
  f.director.add_destination(kTestService, test_server(1, own), kNat);
  CHECK(f.from_client(1, kTestSyn).real_server ==
        test_server(1, own == 0 ? std::uint16_t{80} : own));
}

TEST_CASE("3.7 step 6: every connection has its template, however the table grows",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.director.add_service(kTestService, rr(600));
  f.director.add_destination(kTestService, test_server(1), kNat);
  const std::size_t capacity = f.director.connections().capacity();
  for (std::uint32_t n = 0; n < 2000; ++n) {
    const Endpoint client{{ipv4(172, 21, 0, 0).value + n}, Port{1000}};
    f.director.input(tcp_packet(client, kTestVip, kTestSyn));
  }
  REQUIRE(f.director.connections().capacity() > 4 * capacity);
  std::size_t wrong = 0;
  f.director.connections().each([&](const Connection& c) {
    if (c.has(Connection::Flag::kTemplate)) {
      wrong += c.controlled != 1 ? 1U : 0U;
    } else {
      const bool has_one =
          c.controller.valid() && c.controller.index() < f.director.connections().capacity();
      wrong += !has_one || f.director.connection(c.controller).client_address != c.client_address;
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("3.7: a datagram of a one-packet service has no template of another service",
          "[ipvs][statements]") {
  DirectorFixture f;
  const auto service = [](std::uint16_t port) {
    return ServiceKey{.protocol = Protocol::udp, .address = vip(port)};
  };
  for (const std::uint16_t port : {53, 54}) {
    ServiceSettings settings = rr(port == 53 ? 60 : 0);
    settings.one_packet = true;
    f.director.add_service(service(port), settings);
    f.director.add_destination(service(port), test_server(1, port), kNat);
  }
  f.director.input(udp_packet(test_client(1), vip(53)));
  f.director.input(udp_packet(test_client(1), vip(54)));
  CHECK(f.only_connection().packets_in == 1);
  CHECK(f.only_connection().controlled == 0);
}

}  // namespace lvs
