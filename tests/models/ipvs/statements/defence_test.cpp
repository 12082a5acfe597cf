// What drop_entry takes and what it leaves (spec/ipvs.md 1.7). A name begins with its section.
#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

const DestinationSettings kNat{.method = ForwardingMethod::nat};
/// Longer than these tests.
constexpr std::int64_t kLong = 100'000;

/// drop_entry 3 from the start, and a minute in which nothing is old enough is part of it. An entry
/// that may go survives a visit of 128 buckets of 4096 with probability 31/32, ten minutes with one
/// of 10^-8.
class Defended : public DirectorFixture {
 public:
  explicit Defended(std::uint32_t persistence = 0, bool one_packet = false) {
    ServiceSettings settings;
    settings.scheduler = "rr";
    settings.persistence = persistence;
    settings.one_packet = one_packet;
    for (const ServiceKey& key : {kTestService, kUdp}) {
      director.add_service(key, settings);
      director.add_destination(key, test_server(1), kNat);
    }
    director.sysctls().drop_entry = 3;
    director.set_timeouts({.tcp = kLong, .tcp_fin = kLong, .udp = kLong});
  }
  static inline const ServiceKey kUdp{.protocol = Protocol::udp, .address = kTestVip};

  /// From an address of its own.
  static Endpoint client(unsigned n) { return {{ipv4(172, 21, 0, 0).value + n}, Port{1000}}; }
  void tcp(unsigned n, std::uint8_t flags) {
    director.input(tcp_packet(client(n), kTestVip, flags));
  }
  void answer(unsigned n, std::uint8_t flags) {
    Frame frame = tcp_packet(test_server(1), client(n), flags);
    director.output(frame);
  }
  void datagrams(unsigned n, int count) {
    for (int i = 0; i < count; ++i) director.input(udp_packet(client(n), kTestVip));
  }
  std::size_t templates() const {
    std::size_t count = 0;
    director.connections().each(
        [&](const Connection& c) { count += c.has(Connection::Flag::kTemplate) ? 1U : 0U; });
    return count;
  }
  std::size_t others() const { return director.connections().size() - templates(); }
};

}  // namespace

TEST_CASE("1.7: drop_entry takes half-open connections and leaves those that are closing",
          "[ipvs][statements][defence]") {
  Defended f;
  for (unsigned n = 0; n < 50; ++n) {
    f.tcp(n, kTestSyn);  // of 60 s, kept alive below
    f.tcp(100 + n, kTestSyn);
    f.answer(100 + n, kTestSyn | kTestAck);
    f.tcp(100 + n, kTestAck);
    f.answer(100 + n, kTestFin);  // FIN_WAIT
  }
  for (int i = 0; i < 600; ++i) f.run_for(seconds(1));
  CHECK(f.director.connections().size() == 50);
  f.director.connections().each([](const Connection& c) { CHECK(c.state == IpvsState::fin_wait); });
}

TEST_CASE("1.7: half-open connections go long before their timeout",
          "[ipvs][statements][defence]") {
  Defended f;
  for (unsigned n = 0; n < 100; ++n) f.tcp(n, kTestSyn);
  f.run_for(seconds(55));  // of 100 that are visited 53 times each 19 are left
  CHECK(f.director.connections().size() < 45);
  CHECK(f.director.connections().size() > 4);
}

TEST_CASE("1.7: SYNACK of secure_tcp is half-open too", "[ipvs][statements][defence]") {
  Defended f;
  f.director.sysctls().secure_tcp = 3;
  f.run_for(milliseconds(1100));
  for (unsigned n = 0; n < 100; ++n) {
    f.tcp(n, kTestSyn);
    f.answer(n, kTestSyn | kTestAck);
  }
  REQUIRE(f.director.connections().size() == 100);
  f.run_for(seconds(110));  // of 120
  CHECK(f.director.connections().size() < 20);
}

TEST_CASE("1.7: a silent connection is young for 60 s, whatever its protocol",
          "[ipvs][statements][defence]") {
  const bool udp = GENERATE(false, true);
  Defended f;
  f.director.sysctls().sloppy_tcp = 1;
  for (unsigned n = 0; n < 100; ++n) {
    udp ? f.datagrams(n, 1) : f.tcp(n, kTestAck);  // ESTABLISHED at once
  }
  f.run_for(seconds(60));
  CHECK(f.director.connections().size() == 100);
  f.run_for(seconds(20));
  CHECK(f.director.connections().size() < 90);
  f.run_for(seconds(600));
  CHECK(f.director.connections().size() == 0);
}

TEST_CASE("1.7: connections of 1 to 8 packets age, others never do",
          "[ipvs][statements][defence]") {
  const bool udp = GENERATE(false, true);
  Defended f;
  f.director.sysctls().sloppy_tcp = 1;
  for (unsigned n = 1; n <= 12; ++n) {
    if (udp) {
      f.datagrams(n, static_cast<int>(n));
    } else {
      for (unsigned i = 0; i < n; ++i) f.tcp(n, kTestAck);
    }
  }
  f.run_for(seconds(6000));  // one visit in 32, and of those one in up to 8
  std::size_t left = 0;
  f.director.connections().each([&](const Connection& c) {
    CHECK(c.packets_in > 8);
    ++left;
  });
  CHECK(left == 4);
}

TEST_CASE("1.7: a packet makes a connection young again", "[ipvs][statements][defence]") {
  Defended f;
  f.datagrams(1, 1);
  for (int i = 0; i < 20; ++i) {
    f.run_for(seconds(50));
    Frame reply = udp_packet(test_server(1), Defended::client(1));
    REQUIRE(f.director.output(reply) == Director::Reply::translated);  // counts as no packet in
  }
  CHECK(f.only_connection().packets_in == 1);
}

TEST_CASE("4.2: a connection that is dropped takes its template along when that is not assured",
          "[ipvs][statements][defence]") {
  Defended f(static_cast<std::uint32_t>(kLong));
  for (unsigned n = 0; n < 100; ++n) f.tcp(n, kTestSyn);
  REQUIRE(f.templates() == 100);
  for (int i = 0; i < 55; ++i) {
    f.run_for(seconds(1));
    CHECK(f.templates() == f.others());
  }
  CHECK(f.templates() < 45);
  CHECK(f.server(1).persistent == f.templates());
}

TEST_CASE("4.2: a template that still controls another connection is not taken along",
          "[ipvs][statements][defence]") {
  Defended f(static_cast<std::uint32_t>(kLong));
  // one connection of each client is closing and stays, the other is half-open
  for (unsigned n = 0; n < 50; ++n) {
    f.tcp(n, kTestSyn);
    f.answer(n, kTestSyn | kTestAck);
    f.answer(n, kTestFin);  // TIME_WAIT, never ESTABLISHED
    Endpoint other = Defended::client(n);
    other.port = Port{2000};
    f.director.input(tcp_packet(other, kTestVip, kTestSyn));
  }
  f.run_for(seconds(58));
  CHECK(f.others() < 80);
  CHECK(f.others() >= 50);
  CHECK(f.templates() == 50);
}

TEST_CASE("1.7: an assured template stays when its connections have been dropped",
          "[ipvs][statements][defence]") {
  Defended f(static_cast<std::uint32_t>(kLong));
  for (unsigned n = 0; n < 20; ++n) {
    f.tcp(n, kTestSyn);
    f.answer(n, kTestSyn | kTestAck);
    f.tcp(n, kTestAck);
  }
  f.run_for(seconds(3000));
  CHECK(f.others() == 0);
  CHECK(f.templates() == 20);
}

TEST_CASE("1.7: a template whose connections ended unassured is dropped by itself",
          "[ipvs][statements][defence]") {
  Defended f(static_cast<std::uint32_t>(kLong));
  for (unsigned n = 0; n < 20; ++n) {
    f.tcp(n, kTestSyn);
    f.answer(n, kTestRst);  // refused: CLOSE, kept for its 10 s
  }
  f.run_for(seconds(10));
  CHECK(f.templates() == 20);
  f.run_for(seconds(600));
  CHECK(f.templates() == 0);
}

TEST_CASE("1.7: templates of one-packet services age like connections",
          "[ipvs][statements][defence]") {
  Defended f(static_cast<std::uint32_t>(kLong), true);
  for (unsigned n = 0; n < 50; ++n) {
    f.datagrams(n, 1);
    f.datagrams(100 + n, 9);
  }
  REQUIRE(f.templates() == 100);
  f.run_for(seconds(60));
  CHECK(f.templates() == 100);
  f.run_for(seconds(900));
  CHECK(f.templates() == 50);
  f.director.connections().each([](const Connection& c) { CHECK(c.packets_in == 9); });
}

TEST_CASE("1.7: modes 0 and 1 drop nothing, 2 and 3 do", "[ipvs][statements][defence]") {
  const int mode = GENERATE(0, 1, 2, 3);
  Defended f;
  f.director.sysctls().drop_entry = mode;
  if (mode == 2) f.director.sysctls().amemthresh = 300'000;  // more than is free
  for (unsigned n = 0; n < 100; ++n) f.tcp(n, kTestSyn);
  f.run_for(seconds(50));
  CHECK((f.director.connections().size() == 100) == (mode < 2));
  CHECK(f.director.sysctls().drop_entry == mode);
}

TEST_CASE("1.7: drop_packet leaves what no service is for, and counts per new connection",
          "[ipvs][statements][defence]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.sysctls().drop_packet = 3;
  f.director.sysctls().am_droprate = 2;
  f.run_for(milliseconds(1100));
  const auto fate = [&](unsigned client, std::uint16_t port) {
    const Endpoint to{kTestVip.address, Port{port}};
    return f.director.input(tcp_packet(test_client(client), to, kTestSyn)).action;
  };
  using Action = Director::Action;
  CHECK(fate(1, 80) == Action::drop);
  CHECK(fate(2, 81) == Action::accept);
  CHECK(fate(3, 80) == Action::forward);
  CHECK(fate(4, 80) == Action::drop);
  CHECK(f.director.total().live.packets_in == 1);
}

TEST_CASE("1.7: a connection is young for less than 60 s, to the jiffy",
          "[ipvs][statements][defence]") {
  // The first visit after a minute is that at 59 * 256 = 15104 jiffies, 15000 after 104.
  const Jiffies begun = GENERATE(104U, 105U);
  Defended f;
  f.run_until(kStart + static_cast<std::int64_t>(begun) * kJiffy);
  for (unsigned n = 0; n < 2000; ++n) f.datagrams(n, 1);
  f.run_until(kStart + 15104 * kJiffy);
  CHECK((f.director.connections().size() == 2000) == (begun == 105));
}

TEST_CASE("1.7: memory is low below amemthresh, not at it", "[ipvs][statements][defence]") {
  DirectorFixture f;
  f.serve("rr", 1);
  IpvsSysctls& sysctls = f.director.sysctls();
  sysctls.drop_packet = 1;
  sysctls.amemthresh = static_cast<int>(kFreePages);
  f.run_for(milliseconds(1100));
  CHECK(sysctls.drop_packet == 1);
  sysctls.amemthresh = static_cast<int>(kFreePages) + 1;
  f.run_for(milliseconds(1100));
  CHECK(sysctls.drop_packet == 2);
  CHECK(f.from_client(1, kTestSyn).action == Director::Action::forward);  // one in 262145
}

TEST_CASE("1.7: secure_tcp that memory switched on is on", "[ipvs][statements][defence]") {
  DirectorFixture f;
  f.serve("rr", 1, ForwardingMethod::direct);
  f.director.sysctls().secure_tcp = 1;
  f.director.sysctls().amemthresh = 300'000;
  f.run_for(milliseconds(1100));
  f.from_client(1, kTestSyn);
  CHECK(f.state(1) == "SYNACK");
}

}  // namespace lvs
