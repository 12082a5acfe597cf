// Services, destinations and thresholds (spec/ipvs.md 1.1 to 1.5, 9.1). A name begins with its
// section.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Action = Director::Action;

/// NAT, with thresholds.
DestinationSettings limited(std::uint32_t upper, std::uint32_t lower = 0, std::int64_t weight = 1) {
  return {.method = ForwardingMethod::nat,
          .weight = weight,
          .upper_threshold = upper,
          .lower_threshold = lower};
}

class Limited : public DirectorFixture {
 public:
  /// One server with `connections` of them.
  Limited(DestinationSettings settings, unsigned connections) {
    serve("rr", 0);
    director.add_destination(kTestService, test_server(1), settings);
    for (unsigned client = 1; client <= connections; ++client) connect(client);
  }
  IpvsError edit(DestinationSettings settings) {
    return director.edit_destination(kTestService, test_server(1), settings);
  }
  bool is_overloaded_after(DestinationSettings settings) {
    REQUIRE(edit(settings) == IpvsError::none);
    return server(1).overloaded;
  }
  /// One connection less.
  void end(unsigned client) {
    from_client(client, kTestRst);
    run_for(seconds(11));
    REQUIRE(state(client) == "-");
  }
};

}  // namespace

TEST_CASE("1.1: deleting a service leaves its connections bound to servers that are gone",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.director.delete_service(kTestService);
  CHECK(f.state(1) == "ESTABLISHED");
  CHECK(f.from_client(1, kTestAck).action == Action::drop);
  f.serve("rr", 1);
  CHECK(f.from_client(1, kTestAck).real_server == test_server(1));
}

TEST_CASE("1.1: -E acts on persistence at once, existing templates keep their time",
          "[ipvs][statements]") {
  DirectorFixture f;
  const auto settings = [](std::uint32_t persistence) {
    ServiceSettings s;
    s.scheduler = "rr";
    s.persistence = persistence;
    return s;
  };
  f.director.add_service(kTestService, settings(100));
  for (const unsigned n : {1U, 2U}) {
    f.director.add_destination(kTestService, test_server(n), {.method = ForwardingMethod::nat});
  }
  const auto syn = [&](std::uint8_t host, std::uint16_t port) {
    const Endpoint from{ipv4(172, 20, 0, host), Port{port}};
    return f.director.input(tcp_packet(from, kTestVip, kTestSyn)).real_server;
  };
  const auto timeouts = [&] {
    std::vector<Jiffies> found;
    f.director.connections().each([&](const Connection& c) {
      if (c.has(Connection::Flag::kTemplate)) found.push_back(c.timeout / kJiffiesPerSecond);
    });
    std::sort(found.begin(), found.end());
    return found;
  };
  CHECK(syn(1, 1000) == test_server(2));
  f.director.edit_service(kTestService, settings(50));
  CHECK(syn(1, 1001) == test_server(2));
  CHECK(syn(2, 1000) == test_server(1));
  CHECK(timeouts() == std::vector<Jiffies>{50, 100});
  f.director.edit_service(kTestService, settings(0));
  CHECK(syn(2, 1001) == test_server(2));  // round robin again
  CHECK(timeouts().size() == 2);
}

TEST_CASE("1.1: a service edited to no scheduler goes on with the connections it has",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("wlc", 1);
  f.connect(1);
  f.director.edit_service(kTestService, {.scheduler = "none"});
  CHECK(f.from_client(2, kTestSyn).action == Action::refuse);
  CHECK(f.from_client(1, kTestFin).action == Action::forward);
  CHECK(f.counts(1) == "0/1");
}

TEST_CASE("1.1: scheduler flags that come with -A or with another scheduler act from the first on",
          "[ipvs][statements]") {
  const bool edited = GENERATE(false, true);
  DirectorFixture f;
  const ServiceSettings fallback{.scheduler = "sh", .scheduler_flags = SchedulerFlags::kFlag1};
  f.director.add_service(kTestService, edited ? ServiceSettings{.scheduler = "rr"} : fallback);
  f.director.add_destination(kTestService, test_server(1), limited(0));
  f.director.add_destination(kTestService, test_server(2), limited(0, 0, 0));
  if (edited) f.director.edit_service(kTestService, fallback);
  for (std::uint8_t host = 0; host < 64; ++host) {
    const Endpoint client{ipv4(172, 21, 0, host), Port{1000}};
    CHECK(f.director.input(tcp_packet(client, kTestVip, kTestSyn)).real_server == test_server(1));
  }
}

TEST_CASE("1.1: a scheduler that collects leaves no timer behind when it is exchanged",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("lblc", 1);
  f.director.edit_service(kTestService, {.scheduler = "rr"});
  f.connect(1);  // may get the timer that was given back
  f.director.edit_service(kTestService, {.scheduler = "wrr"});
  f.from_client(1, kTestRst);
  f.run_for(seconds(11));
  CHECK(f.director.connections().size() == 0);
  f.connect(2);  // these two have timers of their own
  f.connect(3);
  f.from_client(2, kTestRst);
  f.run_for(seconds(11));
  CHECK(f.state(2) == "-");
  CHECK(f.state(3) == "ESTABLISHED");
}

TEST_CASE("1.2: an edit that is refused changes nothing", "[ipvs][statements]") {
  Limited f(limited(9, 3, 7), 0);
  CHECK(f.edit(limited(2, 3, 5)) == IpvsError::range);
  CHECK(f.edit(limited(0x80000000U, 0, 5)) == IpvsError::invalid);
  CHECK(f.edit(limited(1, 0, -1)) == IpvsError::range);
  CHECK(f.edit(limited(1, 0, std::int64_t{1} << 31)) == IpvsError::range);
  CHECK(f.server(1).weight == 7);
  CHECK(f.server(1).upper_threshold == 9);
  CHECK(f.server(1).lower_threshold == 3);
}

TEST_CASE("1.2: one address may be several real servers by its ports", "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  CHECK(f.director.add_destination(kTestService, test_server(1, 81),
                                   {.method = ForwardingMethod::nat}) == IpvsError::none);
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(1, 81));
  CHECK(f.from_client(2, kTestSyn).real_server == test_server(1, 80));
}

TEST_CASE("1.4: an edit of the server leaves its counts, also those of the threshold",
          "[ipvs][statements]") {
  Limited f(limited(0), 2);
  f.from_client(1, kTestFin);
  REQUIRE(f.counts(1) == "1/1");
  f.edit(limited(5, 2, 0));
  CHECK(f.counts(1) == "1/1");
}

TEST_CASE("1.4: states that count: SYN_SENT again as active, CLOSE_WAIT as inactive",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.from_client(1, kTestFin);
  CHECK(f.state(1) == "CLOSE_WAIT");
  CHECK(f.counts(1) == "0/1");
  f.from_server(test_server(1), 1, kTestSyn);
  CHECK(f.state(1) == "SYN_SENT");
  CHECK(f.counts(1) == "1/0");
  f.from_client(1, kTestRst);
  CHECK(f.state(1) == "CLOSE");
  CHECK(f.counts(1) == "0/1");
}

TEST_CASE("1.4: a segment without flags closes and counts as inactive", "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.from_client(1, TcpFlags::kPsh);
  CHECK(f.state(1) == "CLOSE");
  CHECK(f.counts(1) == "0/1");
}

TEST_CASE("1.4: of many servers lc sees datagrams come and go", "[ipvs][statements]") {
  DirectorFixture f;
  const ServiceKey dns{.protocol = Protocol::udp, .address = {kTestVip.address, Port{53}}};
  f.director.add_service(dns, {.scheduler = "lc"});
  constexpr unsigned kServers = 40;
  for (unsigned n = 1; n <= kServers; ++n) {
    f.director.add_destination(dns, test_server(n, 53), limited(0));
  }
  const auto ask = [&](unsigned from, unsigned to) {
    for (unsigned n = from; n < to; ++n) f.director.input(udp_packet(test_client(n), dns.address));
  };
  ask(0, 2 * kServers);
  for (unsigned n = 1; n <= kServers; ++n) CHECK(f.counts(n, dns) == "0/2");
  f.run_for(seconds(320));
  ask(0, kServers);
  for (unsigned n = 1; n <= kServers; ++n) CHECK(f.counts(n, dns) == "0/1");
}

TEST_CASE("1.5: the flag appears as the upper threshold is reached, inactive ones included",
          "[ipvs][statements]") {
  Limited f(limited(3), 2);
  f.from_client(1, kTestFin);
  CHECK_FALSE(f.server(1).overloaded);
  f.connect(3);
  CHECK(f.server(1).overloaded);
  CHECK(f.from_client(4, kTestSyn).action == Action::refuse);
}

TEST_CASE("1.5: a datagram of a one-packet service frees its place at once", "[ipvs][statements]") {
  DirectorFixture f;
  const ServiceKey dns{.protocol = Protocol::udp, .address = {kTestVip.address, Port{53}}};
  ServiceSettings settings;
  settings.scheduler = "rr";
  settings.one_packet = true;
  f.director.add_service(dns, settings);
  f.director.add_destination(dns, test_server(1, 53), limited(1));
  for (int i = 0; i < 3; ++i) {
    CHECK(f.director.input(udp_packet(test_client(1), dns.address)).action == Action::forward);
    CHECK_FALSE(f.server(1, dns).overloaded);
  }
}

TEST_CASE("1.5: other servers take over from one that is overloaded, and give back",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("fo", 0);
  f.director.add_destination(kTestService, test_server(1), limited(0));
  f.director.add_destination(kTestService, test_server(2), limited(2, 2, 5));
  CHECK(f.connect(1) == test_server(2));
  CHECK(f.connect(2) == test_server(2));
  CHECK(f.connect(3) == test_server(1));
  f.from_client(1, kTestRst);
  f.run_for(seconds(11));
  CHECK(f.connect(4) == test_server(2));
}

TEST_CASE("9.1: with 4 connections each edit of the thresholds decides at once",
          "[ipvs][statements]") {
  Limited f(limited(0), 4);
  // sets when U <= 4
  CHECK(f.is_overloaded_after(limited(4)));
  CHECK_FALSE(f.is_overloaded_after(limited(0)));
  CHECK_FALSE(f.is_overloaded_after(limited(5)));  // 4 is not below 5 - 1, but nothing set it
  CHECK(f.is_overloaded_after(limited(3)));
  CHECK(f.is_overloaded_after(limited(5)));        // 5 - 5/4 = 4: not below
  CHECK_FALSE(f.is_overloaded_after(limited(6)));  // 6 - 6/4 = 5
  CHECK(f.is_overloaded_after(limited(1)));
  // the lower threshold decides where it is given
  CHECK(f.is_overloaded_after(limited(100, 4)));
  CHECK_FALSE(f.is_overloaded_after(limited(100, 5)));
  CHECK(f.is_overloaded_after(limited(4, 1)));
  CHECK(f.is_overloaded_after(limited(100, 1)));
  // lower alone changed
  CHECK_FALSE(f.is_overloaded_after(limited(100, 6)));
  CHECK(f.is_overloaded_after(limited(2, 1)));
  CHECK_FALSE(f.is_overloaded_after(limited(0)));
}

TEST_CASE("9.1: an edit of the weight alone leaves the flag", "[ipvs][statements]") {
  Limited f(limited(4), 4);
  REQUIRE(f.server(1).overloaded);
  CHECK(f.is_overloaded_after(limited(4, 0, 9)));
  f.end(1);
  CHECK(f.is_overloaded_after(limited(4, 0, 2)));  // 3 of 4
}

TEST_CASE("9.1: three quarters are U - U / 4 in whole numbers, for every U", "[ipvs][statements]") {
  const std::uint32_t upper = GENERATE(1U, 2U, 3U, 4U, 5U, 6U, 7U, 9U);
  Limited f(limited(upper), upper);
  REQUIRE(f.server(1).overloaded);
  unsigned left = upper;
  while (f.server(1).overloaded && left > 0) f.end(left--);
  // 1.5 says the same: cleared when total * 4 < U * 3
  unsigned expected = upper;
  while (expected * 4 >= upper * 3) --expected;
  CHECK(left == expected);
}

TEST_CASE("9.1: the greatest threshold is 2^31 - 1, and it is not reached by wrapping",
          "[ipvs][statements]") {
  Limited f(limited(0), 2);
  CHECK(f.edit(limited(0x80000000U)) == IpvsError::invalid);
  CHECK(f.edit(limited(0xffffffffU, 0xffffffffU)) == IpvsError::invalid);
  CHECK(f.edit(limited(0x7fffffffU, 0x7fffffffU)) == IpvsError::none);
  CHECK_FALSE(f.server(1).overloaded);
  CHECK(f.is_overloaded_after(limited(1)));
  CHECK_FALSE(f.is_overloaded_after(limited(0x7fffffffU)));
}

}  // namespace lvs
