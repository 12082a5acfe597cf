// The defences against floods (spec/ipvs.md 1.7, 4.3.2).
#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Action = Director::Action;

/// More pages than a director has free.
constexpr int kScarce = 300'000;

}  // namespace

TEST_CASE("drop_packet 3 drops the first new connection and then one in am_droprate",
          "[ipvs][defence]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.sysctls().drop_packet = 3;
  f.director.sysctls().am_droprate = 4;
  CHECK(f.from_client(1, kTestSyn).action == Action::forward);  // not looked at yet
  f.run_for(milliseconds(1100));
  std::string fates;
  for (unsigned client = 2; client < 12; ++client) {
    const Director::Decision d = f.from_client(client, kTestSyn);
    fates += d.action == Action::forward ? '+' : '-';
    if (d.action == Action::drop) CHECK(d.cause == DropCause::ipvs_defence);
  }
  CHECK(fates == "-+++-+++-+");
  CHECK(f.from_client(1, kTestAck).action == Action::forward);  // known ones are never dropped
  f.director.sysctls().drop_packet = 0;
  f.run_for(milliseconds(1100));
  for (unsigned client = 20; client < 26; ++client) {
    CHECK(f.from_client(client, kTestSyn).action == Action::forward);
  }
}

TEST_CASE("automatic modes follow the free memory", "[ipvs][defence]") {
  DirectorFixture f;
  f.serve("rr", 1);
  IpvsSysctls& sysctls = f.director.sysctls();
  sysctls.drop_packet = sysctls.drop_entry = sysctls.secure_tcp = 1;
  f.run_for(milliseconds(1100));
  CHECK(sysctls.drop_packet == 1);
  sysctls.amemthresh = kScarce;
  f.run_for(milliseconds(1100));
  CHECK(sysctls.drop_packet == 2);
  CHECK(sysctls.drop_entry == 2);
  CHECK(sysctls.secure_tcp == 2);
  // 300000 / (300000 - 262144) = 7, and the counter starts full
  std::string fates;
  for (unsigned client = 1; client < 16; ++client) {
    fates += f.from_client(client, kTestSyn).action == Action::forward ? '+' : '-';
  }
  CHECK(fates == "++++++-++++++-+");
  sysctls.amemthresh = 1024;
  f.run_for(milliseconds(1100));
  CHECK(sysctls.drop_packet == 1);
  CHECK(sysctls.drop_entry == 1);
  CHECK(sysctls.secure_tcp == 1);
}

TEST_CASE("drop_entry drops half-open connections and keeps established ones for a minute",
          "[ipvs][defence]") {
  DirectorFixture f;
  f.serve("rr", 1);
  for (unsigned client = 0; client < 400; ++client) f.from_client(client, kTestSyn);
  for (unsigned client = 400; client < 800; ++client) f.connect(client);
  f.director.sysctls().drop_entry = 3;
  f.run_for(seconds(31));
  // Each second visits 128 random buckets of 4096: a half-open one survives 30 visits with
  // probability (31/32)^30 = 0.39, that is 154 of 400, with a standard deviation of 10.
  std::size_t half_open = 0;
  std::size_t established = 0;
  f.director.connections().each([&](const Connection& c) {
    ++(c.state == IpvsState::established ? established : half_open);
  });
  CHECK(half_open > 154 - 40);
  CHECK(half_open < 154 + 40);
  CHECK(established == 400);
  CHECK(f.counts(1) == std::to_string(half_open + established) + "/0");
  SECTION("and after it one in as many as they had packets") {
    f.run_for(seconds(100));
    established = 0;
    f.director.connections().each(
        [&](const Connection& c) { established += c.state == IpvsState::established ? 1 : 0; });
    // about 70 seconds later 0.11 would be left had each visit dropped; with one in two it is 0.33
    CHECK(established > 80);
    CHECK(established < 190);
  }
}

TEST_CASE("secure_tcp acts from the next second on", "[ipvs][defence]") {
  DirectorFixture f;
  f.serve("rr", 1, ForwardingMethod::direct);
  f.director.sysctls().secure_tcp = 3;
  f.from_client(1, kTestSyn);
  CHECK(f.state(1) == "SYN_RECV");
  f.run_for(milliseconds(1100));
  f.from_client(2, kTestSyn);
  CHECK(f.state(2) == "SYNACK");
  f.director.sysctls().secure_tcp = 0;
  f.run_for(milliseconds(1100));
  f.from_client(3, kTestSyn);
  CHECK(f.state(3) == "SYN_RECV");
}

}  // namespace lvs
