// Deleted servers: the trash, revival, the sweep (spec/ipvs.md 1.6). A name begins with its
// section.
#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Action = Director::Action;

/// NAT, with an upper threshold.
DestinationSettings limited(std::uint32_t upper) {
  return {.method = ForwardingMethod::nat, .weight = 1, .upper_threshold = upper};
}

}  // namespace

TEST_CASE("1.6: the trash is visited every 60 s and keeps a server 120 s from the first visit",
          "[ipvs][statements]") {
  const Jiffies begun = GENERATE(0U, 359U);
  DirectorFixture f;  // the jiffy counter starts at 0
  f.serve("rr", 2);
  f.run_until(kStart + static_cast<std::int64_t>(begun) * kJiffy);
  f.director.delete_destination(kTestService, test_server(1));
  // 15000 jiffies fire at 15360; armed there, at 30720, then at 46080: idle for 30720 >= 30000.
  f.run_until(kStart + 46080 * kJiffy - nanoseconds(1));
  CHECK(f.director.trash_size() == 1);
  f.run_until(kStart + 46080 * kJiffy);
  CHECK(f.director.trash_size() == 0);
}

TEST_CASE("1.6: a server that comes to a trash that is not empty waits for its next visit",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.director.delete_destination(kTestService, test_server(1));
  f.run_until(kStart + 15359 * kJiffy);
  f.director.delete_destination(kTestService, test_server(2));
  f.run_until(kStart + 46080 * kJiffy);
  CHECK(f.director.trash_size() == 0);  // both were seen at 15360
}

TEST_CASE("1.6: the time in the trash counts from the visit that finds no connection",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.director.delete_destination(kTestService, test_server(1));
  f.run_until(kStart + 2000 * kJiffy);
  f.from_server(test_server(1), 1, kTestRst);  // CLOSE: 10 s, gone at 4544
  f.run_until(kStart + 46080 * kJiffy);
  CHECK(f.director.trash_size() == 0);
  // one that the first visit at 15360 finds: seen idle at 30720, still at 46080, freed at 61440
  DirectorFixture late;
  late.serve("rr", 1);
  late.connect(1);
  late.director.delete_destination(kTestService, test_server(1));
  late.run_until(kStart + 15300 * kJiffy);
  late.from_server(test_server(1), 1, kTestRst);
  late.run_until(kStart + 61440 * kJiffy - nanoseconds(1));
  CHECK(late.director.trash_size() == 1);
  late.run_for(nanoseconds(1));
  CHECK(late.director.trash_size() == 0);
}

TEST_CASE("1.6: a server revived from the trash goes on where it was; a freed one starts anew",
          "[ipvs][statements]") {
  const bool in_time = GENERATE(true, false);
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.from_client(1, kTestRst);
  f.run_for(seconds(20));
  f.director.delete_destination(kTestService, test_server(1));
  f.run_for(seconds(in_time ? 120 : 190));
  f.director.add_destination(kTestService, test_server(1), {.method = ForwardingMethod::nat});
  CHECK(f.server(1).statistics.live.connections == (in_time ? 1U : 0U));
  CHECK(f.director.find_service(kTestService)->statistics.live.connections == 1);
  // deleted once more it has its whole time again
  f.run_for(seconds(10));
  f.director.delete_destination(kTestService, test_server(1));
  f.run_for(seconds(120));
  CHECK(f.director.trash_size() == 1);
}

TEST_CASE("1.6: a server revived in a service made again counts for that service",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.director.delete_service(kTestService);
  f.serve("lc", 1);
  CHECK(f.director.find_service(kTestService)->statistics.live.connections == 0);
  f.connect(2);
  f.from_client(1, kTestAck);
  CHECK(f.director.find_service(kTestService)->statistics.live.connections == 1);
  CHECK(f.director.find_service(kTestService)->statistics.live.packets_in == 3);
}

TEST_CASE("1.6: another port, protocol or mark is another server", "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.director.delete_destination(kTestService, test_server(1));
  f.director.add_destination(kTestService, test_server(1, 81), {.method = ForwardingMethod::nat});
  CHECK(f.counts(1) == "0/0");
  const ServiceKey udp{.protocol = Protocol::udp, .address = kTestVip};
  for (const ServiceKey& key : {udp, mark_key(7)}) {
    f.director.add_service(key, {.scheduler = "rr"});
    f.director.add_destination(key, test_server(1), {.method = ForwardingMethod::nat});
    CHECK(f.counts(1, key) == "0/0");
  }
  CHECK(f.director.trash_size() == 1);
}

TEST_CASE("1.6: a server of a mark comes back in the mark's service only", "[ipvs][statements]") {
  DirectorFixture f;
  for (const std::uint32_t mark : {7U, 8U}) {
    f.director.add_service(mark_key(mark), {.scheduler = "rr"});
  }
  f.director.add_destination(mark_key(7), test_server(1), {.method = ForwardingMethod::nat});
  Frame syn = tcp_packet(test_client(1), kTestVip, kTestSyn);
  syn.mark = 7;
  f.director.input(syn);
  f.director.delete_destination(mark_key(7), test_server(1));
  f.director.add_destination(mark_key(8), test_server(1), {.method = ForwardingMethod::nat});
  CHECK(f.counts(1, mark_key(8)) == "0/0");
  f.director.add_destination(mark_key(7), test_server(1), {.method = ForwardingMethod::nat});
  CHECK(f.counts(1, mark_key(7)) == "1/0");
}

TEST_CASE("1.6: a revived server is overloaded as it was, or as new thresholds say",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 0);
  f.director.add_destination(kTestService, test_server(1), limited(4));
  for (unsigned client = 1; client <= 4; ++client) f.connect(client);
  f.director.delete_destination(kTestService, test_server(1));
  SECTION("the same thresholds") {
    f.director.add_destination(kTestService, test_server(1), limited(4));
    CHECK(f.server(1).overloaded);
  }
  SECTION("higher ones") {
    f.director.add_destination(kTestService, test_server(1), limited(6));
    CHECK_FALSE(f.server(1).overloaded);
  }
  SECTION("none") {
    f.director.add_destination(kTestService, test_server(1), limited(0));
    CHECK_FALSE(f.server(1).overloaded);
  }
  SECTION("connections that ended meanwhile are not counted") {
    f.from_server(test_server(1), 1, kTestRst);
    f.from_server(test_server(1), 2, kTestRst);
    f.run_for(seconds(11));
    f.director.add_destination(kTestService, test_server(1), limited(4));
    CHECK(f.counts(1) == "2/0");
    CHECK_FALSE(f.server(1).overloaded);
  }
}

TEST_CASE("1.6: the sweep takes the connections of deleted servers with their templates",
          "[ipvs][statements]") {
  DirectorFixture f;
  ServiceSettings settings;
  settings.scheduler = "rr";
  settings.persistence = 600;
  f.director.add_service(kTestService, settings);
  for (const unsigned n : {1U, 2U}) {
    f.director.add_destination(kTestService, test_server(n), {.method = ForwardingMethod::nat});
  }
  f.director.sysctls().expire_nodest_conn = 1;
  for (std::uint8_t host = 1; host <= 40; ++host) {
    for (const std::uint16_t port : {1000, 1001}) {
      if (port == 1001 && host > 20) continue;  // templates with two connections, and with one
      const Endpoint client{ipv4(172, 20, 0, host), Port{port}};
      f.director.input(tcp_packet(client, kTestVip, kTestSyn));
      Frame answer = tcp_packet(test_server(host % 2 == 1 ? 2 : 1), client, kTestSyn | kTestAck);
      f.director.output(answer);
      f.director.input(tcp_packet(client, kTestVip, kTestAck));  // assures the template
    }
  }
  REQUIRE(f.server(2).persistent == 20);
  REQUIRE(f.counts(2) == "30/0");
  f.director.delete_destination(kTestService, test_server(2));
  f.run_for(2 * kJiffy);
  CHECK(f.director.connections().size() == 50);
  f.director.add_destination(kTestService, test_server(2), {.method = ForwardingMethod::nat});
  CHECK(f.counts(2) == "0/0");
  CHECK(f.server(2).persistent == 0);
  CHECK(f.counts(1) == "30/0");
  CHECK(f.server(1).persistent == 20);
}

TEST_CASE("1.6: without expire_nodest_conn nothing is swept, and a reply restarts the timer",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.director.delete_destination(kTestService, test_server(1));
  const Jiffies expires = f.only_connection().expires;
  f.run_for(seconds(10));
  CHECK(f.from_client(1, kTestAck).action == Action::drop);
  CHECK(f.only_connection().expires == expires);
  CHECK(f.only_connection().packets_in == 2);
  f.from_server(test_server(1), 1, kTestAck);
  CHECK(f.only_connection().expires == expires + jiffies_of_seconds(10));
}

TEST_CASE("2.9: the map of each service of lblc forgets by itself, and lets servers go",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  const ServiceKey cache{.protocol = Protocol::tcp, .address = {kTestVip.address, Port{3128}}};
  f.director.add_service(cache, {.scheduler = "lblc"});
  f.director.add_destination(cache, test_server(2), {.method = ForwardingMethod::nat});
  f.director.sysctls().lblc_expiration = 60;
  f.director.input(tcp_packet(test_client(1), cache.address, kTestSyn));
  f.director.delete_destination(cache, test_server(2));
  f.run_for(seconds(1800));
  CHECK(f.director.trash_size() == 1);
  f.run_for(seconds(300));  // the thirtieth collection, then the trash
  CHECK(f.director.trash_size() == 0);
}

}  // namespace lvs
