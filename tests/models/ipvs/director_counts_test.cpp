#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

TEST_CASE("a NAT connection counts as active until the first FIN, then as inactive",
          "[ipvs][counts]") {
  DirectorFixture f;
  f.serve("rr", 1);
  const Endpoint rs = test_server(1);
  f.from_client(1, kTestSyn);
  CHECK(f.state(1) == "SYN_RECV");
  CHECK(f.counts(1) == "1/0");
  f.from_server(rs, 1, kTestSyn | kTestAck);
  CHECK(f.state(1) == "SYN_RECV");
  f.from_client(1, kTestAck);
  CHECK(f.state(1) == "ESTABLISHED");
  CHECK(f.counts(1) == "1/0");
  SECTION("closed by the client") {
    f.from_client(1, kTestFin);
    CHECK(f.state(1) == "CLOSE_WAIT");
    CHECK(f.counts(1) == "0/1");
    f.from_server(rs, 1, kTestFin);
    CHECK(f.state(1) == "TIME_WAIT");
  }
  SECTION("closed by the server") {
    f.from_server(rs, 1, kTestFin);
    CHECK(f.state(1) == "FIN_WAIT");
    CHECK(f.counts(1) == "0/1");
    f.from_client(1, kTestFin);
    CHECK(f.state(1) == "TIME_WAIT");
  }
  SECTION("reset") {
    f.from_client(1, kTestRst);
    CHECK(f.state(1) == "CLOSE");
  }
  CHECK(f.counts(1) == "0/1");
  f.run_for(seconds(125));
  CHECK(f.state(1) == "-");
  CHECK(f.counts(1) == "0/0");
  CHECK(f.director.total().live.connections == 1);
}

TEST_CASE("a server that refuses leaves an inactive entry with NAT, an active one with DR",
          "[ipvs][counts]") {
  const bool nat = GENERATE(true, false);
  DirectorFixture f;
  f.serve("rr", 1, nat ? ForwardingMethod::nat : ForwardingMethod::direct);
  f.from_client(1, kTestSyn);
  if (nat) f.from_server(test_server(1), 1, kTestRst);
  CHECK(f.state(1) == (nat ? "CLOSE" : "SYN_RECV"));
  CHECK(f.counts(1) == (nat ? "0/1" : "1/0"));
}

TEST_CASE("with DR the client's FIN alone ends the active time, and later ACKs keep FIN_WAIT",
          "[ipvs][counts]") {
  DirectorFixture f;
  f.serve("rr", 1, ForwardingMethod::direct);
  f.from_client(1, kTestSyn);
  f.from_client(1, kTestAck);
  f.from_client(1, kTestFin);
  f.run_for(seconds(100));
  f.from_client(1, kTestAck);
  CHECK(f.state(1) == "FIN_WAIT");
  CHECK(f.counts(1) == "0/1");
  f.run_for(seconds(119));
  CHECK(f.state(1) == "FIN_WAIT");
  f.run_for(seconds(4));
  CHECK(f.state(1) == "-");
}

TEST_CASE("a DR reply through the director is counted and turns to the two-way table",
          "[ipvs][counts]") {
  DirectorFixture f;
  f.serve("rr", 1, ForwardingMethod::direct);
  f.from_client(1, kTestSyn);
  f.from_client(1, kTestAck);
  CHECK(f.from_server(kTestVip, 1, kTestAck) == Director::Reply::counted);
  f.from_client(1, kTestFin);
  CHECK(f.state(1) == "CLOSE_WAIT");
  CHECK(f.server(1).statistics.live.packets_out == 1);
}

TEST_CASE("UDP connections are inactive all their life", "[ipvs][counts]") {
  DirectorFixture f;
  const ServiceKey dns{.protocol = Protocol::udp, .address = {kTestVip.address, Port{53}}};
  f.director.add_service(dns, {.scheduler = "rr"});
  f.director.add_destination(dns, test_server(1, 53), {.method = ForwardingMethod::nat});
  f.director.input(udp_packet(test_client(1), dns.address));
  CHECK(f.counts(1, dns) == "0/1");
  f.run_for(seconds(290));
  Frame reply = udp_packet(test_server(1, 53), test_client(1), 100);
  CHECK(f.director.output(reply) == Director::Reply::translated);
  CHECK(reply.ip.source == dns.address.address);
  f.run_for(seconds(290));
  CHECK(f.counts(1, dns) == "0/1");
  f.run_for(seconds(30));
  CHECK(f.counts(1, dns) == "0/0");
}

TEST_CASE("the scheduler sees the counts before the connection it schedules", "[ipvs][counts]") {
  DirectorFixture f;
  f.serve("wlc", 2);
  CHECK(f.connect(1) == test_server(2));
  CHECK(f.connect(2) == test_server(1));
  CHECK(f.connect(3) == test_server(2));
}

TEST_CASE("the upper threshold admits that many connections, then overloads", "[ipvs][overload]") {
  DirectorFixture f;
  f.serve("rr", 0);
  const DestinationSettings settings{
      .method = ForwardingMethod::nat, .weight = 1, .upper_threshold = 4, .lower_threshold = 0};
  f.director.add_destination(kTestService, test_server(1), settings);
  for (unsigned client = 1; client <= 4; ++client) CHECK(f.connect(client) == test_server(1));
  CHECK(f.server(1).overloaded);
  CHECK(f.from_client(5, kTestSyn).action == Director::Action::refuse);
  SECTION("without a lower one it takes new ones below three quarters") {
    f.from_client(1, kTestRst);
    f.run_for(seconds(11));  // 3 left: not below 3
    CHECK(f.server(1).overloaded);
    f.from_client(2, kTestRst);
    f.run_for(seconds(11));
    CHECK_FALSE(f.server(1).overloaded);
  }
  SECTION("inactive connections count as well") {
    for (unsigned client = 1; client <= 4; ++client) f.from_client(client, kTestFin);
    CHECK(f.server(1).overloaded);
  }
}

TEST_CASE("an edit of thresholds overloads or frees at once by the late rule", "[ipvs][overload]") {
  DirectorFixture f;
  f.serve("rr", 1);
  for (unsigned client = 1; client <= 4; ++client) f.connect(client);
  const auto overloaded_after = [&](std::uint32_t upper, std::uint32_t lower) {
    f.director.edit_destination(kTestService, test_server(1),
                                {.method = ForwardingMethod::nat,
                                 .weight = 1,
                                 .upper_threshold = upper,
                                 .lower_threshold = lower});
    return f.server(1).overloaded;
  };
  // spec/ipvs.md 9.1, total 4
  CHECK(overloaded_after(3, 0));
  CHECK(overloaded_after(5, 0));
  CHECK_FALSE(overloaded_after(6, 0));
  CHECK(overloaded_after(4, 4));
  CHECK(overloaded_after(8, 4));
  CHECK_FALSE(overloaded_after(8, 6));
  CHECK(overloaded_after(4, 0));
  CHECK_FALSE(overloaded_after(0, 0));
}

TEST_CASE("upper 8 clears at 5 without a lower threshold and at 2 with lower 3",
          "[ipvs][overload]") {
  const std::uint32_t lower = GENERATE(0U, 3U);
  DirectorFixture f;
  f.serve("rr", 0);
  f.director.add_destination(kTestService, test_server(1),
                             {.method = ForwardingMethod::nat,
                              .weight = 1,
                              .upper_threshold = 8,
                              .lower_threshold = lower});
  for (unsigned client = 1; client <= 8; ++client) f.connect(client);
  REQUIRE(f.server(1).overloaded);
  unsigned left = 8;
  while (f.server(1).overloaded && left > 0) {
    f.from_client(left--, kTestRst);
    f.run_for(seconds(11));
  }
  CHECK(left == (lower == 0 ? 5U : 2U));
}

}  // namespace
}  // namespace lvs
