// Entries, their timers and their states (spec/ipvs.md 4). A name begins with its section.
#include <catch2/catch.hpp>
#include <string>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

const DestinationSettings kNat{.method = ForwardingMethod::nat};

/// Whether the only entry goes at this jiffy and not before.
void check_goes_at(DirectorFixture& f, Jiffies jiffy, Jiffies phase = 0) {
  REQUIRE(f.director.connections().size() == 1);
  f.run_until(kStart + static_cast<std::int64_t>(jiffy - phase) * kJiffy - nanoseconds(1));
  CHECK(f.director.connections().size() == 1);
  f.run_for(nanoseconds(1));
  CHECK(f.director.connections().size() == 0);
}

}  // namespace

TEST_CASE("4.2: when entries of each state go, with the granule of their timeout",
          "[ipvs][statements]") {
  struct Case {
    std::string packets;  // as the client's S A F R, the server's s a f r
    std::string state;
    Jiffies goes;  // of entries that were touched last at jiffy 0
  };
  const auto c = GENERATE(values<Case>({
      {"S", "SYN_RECV", 15360},        // 15000, granule 512: 30 * 512
      {"SsA", "ESTABLISHED", 225280},  // 225000, granule 4096: 55 * 4096
      {"SsAF", "CLOSE_WAIT", 15360},   // 60 s
      {"SsAf", "FIN_WAIT", 30208},     // 30000, granule 512: 59 * 512
      {"SsAFf", "TIME_WAIT", 30208},   // 120 s
      {"SsAR", "CLOSE", 2560},         // 2500, granule 64: 40 * 64
      {"SsAFs", "SYN_SENT", 30208},    // 120 s
  }));
  DYNAMIC_SECTION(c.state) {
    DirectorFixture f;
    f.serve("rr", 1);
    for (const char letter : c.packets) {
      const char kind = static_cast<char>(letter & ~0x20);
      const std::uint8_t flags = kind == 'S'   ? kTestSyn
                                 : kind == 'A' ? kTestAck
                                 : kind == 'F' ? kTestFin
                                               : kTestRst;
      letter == kind ? static_cast<void>(f.from_client(1, flags))
                     : static_cast<void>(f.from_server(test_server(1), 1, flags));
    }
    REQUIRE(f.state(1) == c.state);
    check_goes_at(f, c.goes);
    CHECK(f.counts(1) == "0/0");
  }
}

TEST_CASE("4.2: a deadline on a multiple of its granule waits for the next one",
          "[ipvs][statements]") {
  struct Case {
    Jiffies phase;
    Jiffies goes;
  };
  // SYN_RECV: 15000 jiffies; 360 + 15000 = 30 * 512
  const auto c = GENERATE(values<Case>({{359, 15360}, {360, 15872}, {361, 15872}}));
  DirectorFixture f({.jiffies = c.phase, .statistics = 0});
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);
  check_goes_at(f, c.goes, c.phase);
}

TEST_CASE("4.2: datagrams of UDP, and times that --set gives, have their granules too",
          "[ipvs][statements]") {
  struct Case {
    std::int64_t seconds;  // 0: as it is
    Jiffies goes;
  };
  const auto c = GENERATE(values<Case>({{0, 77824},         // 75000: 19 * 4096
                                        {1, 256},           // 250, granule 8: 32 * 8
                                        {2, 504},           // 500: 63 * 8
                                        {3, 768},           // 750, granule 64: 12 * 64
                                        {16, 4032},         // 4000: 63 * 64
                                        {17, 4608},         // 4250, granule 512: 9 * 512
                                        {129, 32256},       // 32250: 63 * 512
                                        {130, 32768},       // 32500, granule 4096: 8 * 4096
                                        {2000, 524288}}));  // 500000: 16 * 32768
  DirectorFixture f;
  const ServiceKey dns{.protocol = Protocol::udp, .address = {kTestVip.address, Port{53}}};
  f.director.add_service(dns, {.scheduler = "rr"});
  f.director.add_destination(dns, test_server(1, 53), kNat);
  f.director.set_timeouts({.tcp = 0, .tcp_fin = 0, .udp = c.seconds});
  f.director.input(udp_packet(test_client(1), dns.address));
  check_goes_at(f, c.goes);
}

TEST_CASE("4.2: entries of one granule go together, those of the next one later",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.set_timeouts({.tcp = 20, .tcp_fin = 0, .udp = 0});  // 5000 jiffies, granule 512
  for (unsigned client = 0; client < 10; ++client) {
    f.connect(client);  // every half second: deadlines 5000, 5125, .. 6125
    f.run_for(milliseconds(500));
  }
  f.run_until(kStart + 5120 * kJiffy - nanoseconds(1));
  CHECK(f.director.connections().size() == 10);
  f.run_until(kStart + 5120 * kJiffy);
  CHECK(f.director.connections().size() == 9);
  f.run_until(kStart + 5632 * kJiffy);
  CHECK(f.director.connections().size() == 4);  // 5125 .. 5625 have gone, 5 of them
  f.run_until(kStart + 6144 * kJiffy);
  CHECK(f.director.connections().size() == 0);
}

TEST_CASE("4.2: a new timeout with the same deadline has a granule of its own",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);  // 60 s: 15000, which would go at 15360
  f.run_until(kStart + 12500 * kJiffy);
  f.from_server(test_server(1), 1, kTestRst);  // 10 s: 15000, granule 64
  check_goes_at(f, 15040);
}

TEST_CASE("4.2: fire now hurries an entry whose deadline is still to come, no other",
          "[ipvs][statements]") {
  struct Case {
    Jiffies now;
    Jiffies goes;
  };
  // CLOSE: 2500 jiffies, which go at 2560
  const auto c = GENERATE(values<Case>({{100, 101}, {2499, 2500}, {2500, 2560}, {2501, 2560}}));
  DirectorFixture f;
  f.serve("rr", 2);
  f.connect(1);
  f.from_client(1, kTestRst);
  f.run_until(kStart + static_cast<std::int64_t>(c.now) * kJiffy);
  f.from_client(1, kTestSyn);
  REQUIRE(f.director.connections().size() == 2);
  f.run_until(kStart + static_cast<std::int64_t>(c.goes) * kJiffy - nanoseconds(1));
  CHECK(f.director.connections().size() == 2);
  f.run_for(nanoseconds(1));
  CHECK(f.director.connections().size() == 1);
}

TEST_CASE("4.2: each packet sets the timeout of the state it leads to, both ways",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  const auto timeout = [&] { return f.only_connection().timeout / kJiffiesPerSecond; };
  const auto left = [&] { return f.only_connection().expires - f.director.jiffies(); };
  f.from_client(1, kTestSyn);
  CHECK(timeout() == 60);
  f.run_for(seconds(10));
  f.from_server(test_server(1), 1, kTestSyn | kTestAck);
  CHECK(timeout() == 60);
  CHECK(left() == jiffies_of_seconds(60));
  f.from_client(1, kTestAck);
  CHECK(timeout() == 900);
  f.run_for(seconds(10));
  f.from_server(test_server(1), 1, kTestAck);
  CHECK(left() == jiffies_of_seconds(900));
  f.from_client(1, kTestFin);
  CHECK(timeout() == 60);
  f.from_server(test_server(1), 1, kTestFin);
  CHECK(timeout() == 120);
  f.run_for(seconds(10));
  f.from_client(1, kTestAck);
  CHECK(left() == jiffies_of_seconds(120));
  f.from_server(test_server(1), 1, kTestSyn);
  CHECK(timeout() == 120);
  f.from_client(1, kTestRst);
  CHECK(timeout() == 10);
}

TEST_CASE("4.3: DR uses the rows of INPUT-ONLY until a reply passes", "[ipvs][statements]") {
  const bool seen = GENERATE(false, true);
  DirectorFixture f;
  f.serve("rr", 1, ForwardingMethod::direct);
  f.from_client(1, kTestSyn);
  if (seen) f.from_server(kTestVip, 1, kTestSyn | kTestAck);
  f.from_client(1, kTestAck);
  f.from_client(1, kTestFin);
  CHECK(f.state(1) == (seen ? "CLOSE_WAIT" : "FIN_WAIT"));
}

TEST_CASE("4.3: notes: what leaves SYN_RECV and what does not", "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);
  f.from_client(1, kTestRst);
  CHECK(f.state(1) == "SYN_RECV");
  f.from_client(1, kTestSyn);
  CHECK(f.state(1) == "SYN_RECV");
  f.from_server(test_server(1), 1, kTestSyn | kTestAck);
  CHECK(f.state(1) == "SYN_RECV");
  f.from_server(test_server(1), 1, kTestRst | kTestAck);
  CHECK(f.state(1) == "CLOSE");
  CHECK(f.counts(1) == "0/1");
}

TEST_CASE("4.3.2: secure_tcp holds a connection in SYNACK until the server's ACK",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.sysctls().secure_tcp = 3;
  f.run_for(milliseconds(1100));
  f.from_client(1, kTestSyn);
  CHECK(f.state(1) == "SYN_RECV");
  f.from_client(1, kTestAck);
  CHECK(f.state(1) == "SYN_RECV");
  f.from_server(test_server(1), 1, kTestSyn | kTestAck);
  CHECK(f.state(1) == "SYNACK");
  CHECK(f.only_connection().timeout == jiffies_of_seconds(120));
  CHECK(f.counts(1) == "1/0");
  f.from_client(1, kTestAck);
  CHECK(f.state(1) == "SYNACK");
  f.from_server(test_server(1), 1, kTestAck);
  CHECK(f.state(1) == "ESTABLISHED");
}

TEST_CASE("4.5: --set leaves every other state, and what runs until its next packet",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  const Jiffies expires = f.only_connection().expires;
  f.director.set_timeouts({.tcp = 7, .tcp_fin = 8, .udp = 9});
  CHECK(f.only_connection().expires == expires);
  const auto after = [&](std::uint8_t flags, bool of_client) {
    of_client ? static_cast<void>(f.from_client(1, flags))
              : static_cast<void>(f.from_server(test_server(1), 1, flags));
    return f.state(1) + " " + std::to_string(f.only_connection().timeout / kJiffiesPerSecond);
  };
  CHECK(after(kTestAck, true) == "ESTABLISHED 7");
  CHECK(after(kTestFin, false) == "FIN_WAIT 8");
  CHECK(after(kTestFin, true) == "TIME_WAIT 120");
  CHECK(after(kTestSyn, false) == "SYN_SENT 120");
  CHECK(after(kTestRst, true) == "CLOSE 10");
}

TEST_CASE("4.5: --set takes 0 to (2^31 - 1) / HZ for each, all or nothing", "[ipvs][statements]") {
  DirectorFixture f;
  constexpr std::int64_t kMost = 8589934;
  const auto set = [&](std::int64_t tcp, std::int64_t fin, std::int64_t udp) {
    return f.director.set_timeouts({.tcp = tcp, .tcp_fin = fin, .udp = udp});
  };
  CHECK(set(kMost, kMost, kMost) == IpvsError::none);
  CHECK(set(kMost + 1, 1, 1) == IpvsError::invalid);
  CHECK(set(1, kMost + 1, 1) == IpvsError::invalid);
  CHECK(set(1, 1, -1) == IpvsError::invalid);
  CHECK(f.director.timeouts().tcp == kMost);
  CHECK(f.director.timeouts().tcp_fin == kMost);
  CHECK(set(0, 0, 0) == IpvsError::none);
  CHECK(f.director.timeouts().udp == kMost);
  CHECK(set(0, 5, 0) == IpvsError::none);
  CHECK(f.director.timeouts().tcp == kMost);
  CHECK(f.director.timeouts().tcp_fin == 5);
}

}  // namespace lvs
