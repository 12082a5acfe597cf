// How lblc and lblcr forget (spec/ipvs.md 2.9, 2.10, 9.1). No recording reaches this: the tests are
// made from the rule.
#include <catch2/catch.hpp>

#include "models/ipvs/schedulers/hash_table.hpp"
#include "tests/models/ipvs/director_fixture.hpp"
#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

constexpr std::uint32_t kBuckets = 1024;
constexpr int kMany = 16384;

/// The number that 0x61C88647 times gives 1, modulo 2^32; each step doubles the good bits.
constexpr std::uint32_t inverse() {
  std::uint32_t x = 0x61C88647;
  for (int i = 0; i < 5; ++i) x *= 2 - 0x61C88647 * x;
  return x;
}
/// The n-th address of a bucket.
Ipv4Address in_bucket(std::uint32_t bucket, std::uint32_t n) {
  return {(bucket << 22 | n) * inverse()};
}

/// A map with entries for a, of a service where b serves whom the map does not know.
class Map {
 public:
  explicit Map(const std::string& scheduler)
      : is_lblc_(scheduler == "lblc"), servers_(find_scheduler(scheduler)->make()) {
    servers_.add_weights({1, 0});
  }

  TestHost& host() { return servers_.host(); }
  int& expiration() {
    IpvsSysctls& s = host().sysctls;
    return is_lblc_ ? s.lblc_expiration : s.lblcr_expiration;
  }
  int& expiration_of_other() {
    IpvsSysctls& s = host().sysctls;
    return is_lblc_ ? s.lblcr_expiration : s.lblc_expiration;
  }
  std::string use(Ipv4Address target) {
    return servers_.pick({.client = {}, .target = {target, Port{80}}});
  }
  /// `count` entries, from the n-th address of the bucket on.
  void fill(std::uint32_t bucket, std::uint32_t count, std::uint32_t n = 0) {
    for (std::uint32_t i = 0; i < count; ++i) use(in_bucket(bucket, n + i));
  }
  /// The same number in every bucket.
  void fill_all(std::uint32_t count) {
    for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) fill(bucket, count);
  }
  /// Each entry holds one server.
  int size() { return host().references(); }
  void collect(int times = 1) {
    for (int i = 0; i < times; ++i) servers_.scheduler().collect(servers_.list());
  }
  /// From now on b serves what the map does not know; it is the lighter one.
  void tell_apart() {
    servers_['a'].inactive = 9;
    servers_.edit('b', 1);
  }
  /// After tell_apart(). Makes an entry of what is not one.
  bool knows(Ipv4Address target) { return use(target) == "a"; }
  ServerSet& servers() { return servers_; }

 private:
  bool is_lblc_;
  ServerSet servers_;
};

const char* any_map() { return GENERATE("lblc", "lblcr"); }

TEST_CASE("lblc and lblcr collect each minute, the others never", "[ipvs][lblc][lblcr]") {
  for (const SchedulerEntry& entry : schedulers()) {
    const bool is_map = entry.name == "lblc" || entry.name == "lblcr";
    CHECK(entry.make()->collects() == is_map);
  }
}

TEST_CASE("every thirtieth minute what was not used for the expiration is forgotten",
          "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.expiration() = 100;
  map.expiration_of_other() = 1;
  map.fill(0, 1);
  map.fill(1, 1);
  map.fill(1023, 1);
  ++map.host().time;
  map.fill(5, 1);
  map.host().advance(90);
  map.fill(0, 1);  // again: used now
  map.host().advance(10);
  --map.host().time;
  REQUIRE(map.size() == 4);
  map.collect(29);
  CHECK(map.size() == 4);
  map.collect();  // the 30th: 100 s for two of them; 4 ms less for one, 10 s for one
  CHECK(map.size() == 2);
  map.host().advance(1);
  map.collect(29);
  CHECK(map.size() == 2);
  map.collect();  // the 60th
  CHECK(map.size() == 1);
  map.tell_apart();
  CHECK(map.knows(in_bucket(0, 0)));
  CHECK_FALSE(map.knows(in_bucket(5, 0)));
}

TEST_CASE("the full check goes by the expiration of that moment, a day by default",
          "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.fill(7, 3);
  map.host().advance(86'399);
  map.collect(30);
  CHECK(map.size() == 3);
  map.host().advance(1);
  map.collect(29);
  map.expiration() = 86'401;
  map.collect();
  CHECK(map.size() == 3);
  map.expiration() = 86'400;
  map.collect(30);
  CHECK(map.size() == 0);
}

TEST_CASE("an expiration beyond 2^32 jiffies does not wrap", "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.fill(7, 1);
  map.host().advance(8'000'000);
  map.expiration() = 17'179'870;  // 2^32 + 204 jiffies
  map.collect(30);
  CHECK(map.size() == 1);
}

TEST_CASE("16384 entries are not many, one more is", "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.fill_all(16);
  map.host().advance(360);
  REQUIRE(map.size() == kMany);
  map.collect(5);
  CHECK(map.size() == kMany);
  map.fill(2, 1, 100);
  map.collect();  // the goal is 4 / 3, rounded down: the first bucket visited is enough
  CHECK(map.size() == kMany + 1 - 16);
  map.tell_apart();
  CHECK_FALSE(map.knows(in_bucket(1, 0)));
  CHECK(map.knows(in_bucket(0, 0)));
  CHECK(map.knows(in_bucket(2, 0)));
}

TEST_CASE("of many entries those that are idle for 6 minutes go, bucket by bucket to the goal",
          "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.fill_all(16);
  map.fill(1, 4, 100);  // 20 in bucket 1
  map.fill(9, 26, 100);
  map.host().advance(359);
  map.collect();
  CHECK(map.size() == kMany + 30);  // a second too early
  map.host().advance(1);
  --map.host().time;
  map.collect();
  CHECK(map.size() == kMany + 30);  // a jiffy too early
  ++map.host().time;
  map.fill(2, 10);  // used again: they stay
  // The goal is 30 * 4 / 3 = 40: 20 of bucket 1, 6 of bucket 2, 16 of bucket 3.
  map.collect();
  CHECK(map.size() == kMany + 30 - 42);
  SECTION("and they are those of the first buckets but 0") {
    map.tell_apart();
    CHECK_FALSE(map.knows(in_bucket(1, 0)));
    CHECK_FALSE(map.knows(in_bucket(1, 103)));
    CHECK(map.knows(in_bucket(2, 0)));
    CHECK_FALSE(map.knows(in_bucket(2, 10)));
    CHECK_FALSE(map.knows(in_bucket(3, 0)));
    CHECK(map.knows(in_bucket(4, 0)));
    CHECK(map.knows(in_bucket(0, 0)));
  }
  SECTION("the next time it goes on after the last bucket visited") {
    map.fill(1, 5, 200);
    map.fill(600, 10, 100);  // 3 too many, a goal of 4
    map.host().advance(360);
    map.collect();
    CHECK(map.size() == kMany + 3 - 16);
    map.tell_apart();
    CHECK_FALSE(map.knows(in_bucket(4, 0)));
    CHECK(map.knows(in_bucket(1, 200)));
    CHECK(map.knows(in_bucket(2, 0)));
    CHECK(map.knows(in_bucket(5, 0)));
  }
}

TEST_CASE("the goal counts down to exactly, and is never more than 8192", "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  SECTION("3 too many, a goal of 4: a bucket with 4 is enough") {
    map.fill_all(16);
    map.fill(8, 3, 100);
    map.host().advance(360);
    map.fill(1, 12);  // 4 are left to go
    map.collect();
    CHECK(map.size() == kMany + 3 - 4);
  }
  SECTION("4 too many, a goal of 5: one with 4 is not") {
    map.fill_all(16);
    map.fill(8, 4, 100);
    map.host().advance(360);
    map.fill(1, 12);
    map.collect();
    CHECK(map.size() == kMany + 4 - 20);
  }
  SECTION("6144 too many: 8192 go") {
    map.fill_all(22);
    map.host().advance(360);
    map.collect();
    CHECK(map.size() == 22 * 1024 - 373 * 22);  // 372 buckets have 8184
  }
  SECTION("12288 too many: not more go") {
    map.fill_all(28);
    map.host().advance(360);
    map.collect();
    CHECK(map.size() == 28 * 1024 - 293 * 28);  // 292 have 8176, 293 have 8204
  }
}

TEST_CASE("a round of all buckets ends where it began", "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.fill_all(16);
  map.fill(0, 3, 100);
  map.host().advance(360);
  map.fill_all(16);
  map.collect();  // a goal of 4, but only the 3 in bucket 0 are idle; it is the last of the round
  CHECK(map.size() == kMany);
  map.fill(1023, 3, 100);
  map.host().advance(360);
  map.collect();
  map.tell_apart();
  CHECK_FALSE(map.knows(in_bucket(1, 0)));
  CHECK(map.knows(in_bucket(0, 0)));
  CHECK(map.knows(in_bucket(1023, 100)));
}

TEST_CASE("minutes in which there are many entries do not count towards the full check",
          "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.expiration() = 60;
  map.fill_all(16);
  map.host().advance(300);
  map.fill(3, 1, 100);
  map.collect(40);
  CHECK(map.size() == kMany + 1);
  map.host().advance(60);
  map.collect();  // thinned out: bucket 1
  CHECK(map.size() == kMany + 1 - 16);
  map.collect(29);
  CHECK(map.size() == kMany + 1 - 16);
  map.collect();
  CHECK(map.size() == 0);
}

TEST_CASE("minutes with 16384 entries count", "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.expiration() = 60;
  map.fill_all(16);
  map.host().advance(60);
  map.collect(29);
  CHECK(map.size() == kMany);
  map.collect();
  CHECK(map.size() == 0);
}

TEST_CASE("the thirtieth minute is a full check even if there are many entries",
          "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.collect(29);
  map.fill_all(17);
  map.host().advance(360);
  map.collect();  // nothing is older than a day
  CHECK(map.size() == 17 * 1024);
  map.collect();
  CHECK(map.size() < 17 * 1024);
}

TEST_CASE("an entry of lblc that moves to another server is counted once", "[ipvs][lblc]") {
  Map map("lblc");
  map.fill_all(16);
  map.servers().edit('b', 1);
  map.servers().edit('a', 0);
  map.fill_all(16);
  map.fill(5, 1);
  CHECK(map.host().held == std::map<DestinationId, int>{{ServerSet::id('b'), kMany}});
  map.host().advance(360);
  map.collect(29);
  CHECK(map.size() == kMany);  // with each move counted, 32768 would be many
}

TEST_CASE("an entry of lblcr is counted once however many members it has", "[ipvs][lblcr]") {
  Map map("lblcr");
  map.fill_all(16);
  map.servers().edit('b', 1);
  map.servers().edit('a', 0);
  map.fill_all(16);
  CHECK(map.size() == 2 * kMany);
  map.host().advance(360);
  map.collect(29);
  CHECK(map.size() == 2 * kMany);
}

TEST_CASE("an entry that found nobody still counts as used", "[ipvs][lblc][lblcr]") {
  Map map(any_map());
  map.expiration() = 100;
  map.fill(1, 1);
  map.host().advance(60);
  map.servers().edit('a', 0);
  REQUIRE(map.use(in_bucket(1, 0)) == "-");
  map.host().advance(60);
  map.collect(30);
  CHECK(map.size() == 1);
}

// --- in a director ------------------------------------------------------------------------------

Ipv4Address target_of(const Director::Decision& decision) { return decision.real_server.address; }

TEST_CASE("a deleted server stays in the trash while a map refers to it, and comes back from there",
          "[ipvs][lblc][lblcr]") {
  DirectorFixture f;
  f.serve(any_map(), 1);
  REQUIRE(target_of(f.from_client(1, kTestSyn)) == test_server(1).address);
  f.from_client(1, kTestRst);
  f.director.delete_destination(kTestService, test_server(1));
  f.run_for(seconds(600));
  CHECK(f.state(1) == "-");
  CHECK(f.director.trash_size() == 1);
  f.director.add_destination(kTestService, test_server(2), {.method = ForwardingMethod::nat});
  f.director.add_destination(kTestService, test_server(1), {.method = ForwardingMethod::nat});
  CHECK(f.director.trash_size() == 0);
  // The entry is a day old at 86400 s, and a full check follows within 31 minutes.
  f.director.delete_destination(kTestService, test_server(1));
  f.run_for(seconds(86'300 - 600));
  CHECK(f.director.trash_size() == 1);
  f.run_for(seconds(3600));
  CHECK(f.director.trash_size() == 0);
}

TEST_CASE("a map that goes with its service lets its servers go", "[ipvs][lblc][lblcr]") {
  const std::string scheduler = any_map();
  DirectorFixture f;
  f.serve(scheduler, 1);
  f.from_client(1, kTestSyn);
  f.from_client(1, kTestRst);
  SECTION("deleted") { f.director.delete_service(kTestService); }
  SECTION("with another scheduler") {
    f.director.edit_service(kTestService, {.scheduler = "rr"});
    f.director.delete_destination(kTestService, test_server(1));
  }
  REQUIRE(f.director.trash_size() == 1);
  f.run_for(seconds(600));
  CHECK(f.director.trash_size() == 0);
}

}  // namespace
}  // namespace lvs
