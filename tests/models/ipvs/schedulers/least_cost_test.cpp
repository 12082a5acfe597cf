// The schedulers that keep an index answer as the kernel's walk does, whatever happened before.
#include <catch2/catch.hpp>

#include "models/ipvs/schedulers/tournament.hpp"
#include "sim/random.hpp"
#include "tests/models/ipvs/director_fixture.hpp"
#include "tests/models/ipvs/schedulers/linear_walks.hpp"
#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

constexpr const char* kIndexed[] = {"lc", "wlc", "sed", "nq", "fo", "ovf"};

/// A list that changes at random, under a scheduler that is told as a director tells.
class History {
 public:
  /// `spread`: counts and weights are below it. Small ones make ties, the greatest fill 32 bits.
  History(const std::string& scheduler, std::uint64_t seed, std::uint32_t spread)
      : name_(scheduler),
        random_({.seed = seed}, "test", scheduler),
        spread_(spread),
        scheduler_(find_scheduler(scheduler)->make()) {
    scheduler_->bound(list());
  }

  void add() {
    DestinationId id{static_cast<std::uint32_t>(pool_.size())};
    if (!deleted_.empty() && below(2) == 0) {
      id = take(deleted_);
    } else {
      pool_.emplace_back();
    }
    Destination& d = pool_[id.index()];
    d.available = true;
    d.weight = weight();
    if (below(2) == 0) set_counts(d);
    order_.insert(order_.begin(), id);
    scheduler_->added(list());
  }

  /// Something that happens to a director: mostly to the counts.
  void happen() {
    const std::uint32_t what = below(40);
    if (what == 0 || order_.empty()) {
      add();
    } else if (what == 1 && order_.size() > 1) {
      const std::size_t position = below(static_cast<std::uint32_t>(order_.size()));
      const DestinationId id = order_[position];
      order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(position));
      scheduler_->removed(list(), position);
      pool_[id.index()].available = false;
      deleted_.push_back(id);
    } else if (what == 2) {
      Destination& d = pool_[any().index()];
      d.weight = weight();
      d.overloaded = below(4) == 0;  // an edit of a threshold may set or clear it
      scheduler_->edited(list());
    } else if (what == 3 && !deleted_.empty()) {
      set_counts(pool_[deleted_.front().index()]);  // nobody is told
    } else {
      const DestinationId id = any();
      for (std::uint32_t n = 1 + below(2); n > 0; --n) {
        set_counts(pool_[id.index()]);
        scheduler_->counts_changed(id, pool_[id.index()]);
      }
    }
  }

  bool agrees() { return scheduler_->pick(list(), {}) == walk::by_name(name_, list()); }
  DestinationList list() const { return {pool_, order_}; }

 private:
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(random_.below(bound));
  }
  DestinationId any() { return order_[below(static_cast<std::uint32_t>(order_.size()))]; }
  DestinationId take(std::vector<DestinationId>& from) {
    const std::size_t at = below(static_cast<std::uint32_t>(from.size()));
    const DestinationId id = from[at];
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
    return id;
  }
  std::int32_t weight() { return static_cast<std::int32_t>(below(spread_ & 0x7fffffff)); }
  void set_counts(Destination& d) {
    d.active = below(spread_);
    d.inactive = below(spread_);
    d.overloaded = below(8) == 0;
  }

  std::string name_;
  RandomStream random_;
  std::uint32_t spread_;
  DestinationPool pool_;
  std::vector<DestinationId> order_;
  std::vector<DestinationId> deleted_;
  std::unique_ptr<Scheduler> scheduler_;
};

/// Histories of `servers` servers that end in agreement after every event, of `count`.
int agreeing(const std::string& scheduler, std::uint32_t servers, int count, int events) {
  constexpr std::uint32_t kSpreads[] = {3, 6, 200, 0xffffffff};
  int agreed = 0;
  for (int n = 0; n < count; ++n) {
    History history(scheduler, 1000 * servers + static_cast<std::uint64_t>(n), kSpreads[n % 4]);
    for (std::uint32_t i = 0; i < servers; ++i) history.add();
    bool agrees = history.agrees();
    for (int i = 0; i < events && agrees; ++i) {
      history.happen();
      if (i % 3 != 0) agrees = history.agrees();
    }
    agreed += agrees ? 1 : 0;
  }
  return agreed;
}

TEST_CASE("lc wlc sed nq fo ovf answer as the kernel's walk through random histories",
          "[ipvs][schedulers]") {
  const std::string name = GENERATE(from_range(std::begin(kIndexed), std::end(kIndexed)));
  // From 32 on they keep a tournament; histories that begin at 31 or 33 cross the border.
  const auto servers = GENERATE(as<std::uint32_t>{}, 1, 2, 3, 7, 31, 32, 33, 64, 100);
  CAPTURE(name, servers);
  CHECK(agreeing(name, servers, 40, 60) == 40);
}

TEST_CASE("lc wlc sed nq fo ovf answer as the kernel's walk through thousands of histories",
          "[ipvs][schedulers][.slow]") {
  const std::string name = GENERATE(from_range(std::begin(kIndexed), std::end(kIndexed)));
  for (std::uint32_t servers = 1; servers <= 300; ++servers) {
    CAPTURE(name, servers);
    CHECK(agreeing(name, servers, 20, 200) == 20);
  }
}

TEST_CASE("a director tells an index all it has to know", "[ipvs][schedulers]") {
  const std::string name = GENERATE(from_range(std::begin(kIndexed), std::end(kIndexed)));
  CAPTURE(name);
  DirectorFixture f;
  RandomStream random({.seed = 5}, "test", name);
  const auto below = [&](std::uint64_t bound) {
    return static_cast<unsigned>(random.below(bound));
  };
  f.serve(name, 40);
  const auto settings = [&] {
    return DestinationSettings{.method = ForwardingMethod::nat,
                               .weight = below(4),
                               .upper_threshold = below(3) == 0 ? 1 + below(4) : 0};
  };
  for (unsigned client = 1; client < 1500; ++client) {
    const unsigned n = 1 + below(40);
    switch (below(24)) {
      case 0: f.director.edit_destination(kTestService, test_server(n), settings()); break;
      case 1: f.director.delete_destination(kTestService, test_server(n)); break;
      case 2:
      case 3: f.director.add_destination(kTestService, test_server(n), settings()); break;
      case 4: f.run_for(seconds(below(30))); break;
      case 5: f.from_client(1 + below(client), kTestRst); break;
      case 6: f.from_client(1 + below(client), kTestFin); break;
      default: break;
    }
    const Service& service = *f.director.find_service(kTestService);
    const DestinationId expected = walk::by_name(name, f.director.destinations(service));
    const Director::Decision decision = f.from_client(client, kTestSyn);
    REQUIRE((decision.action == Director::Action::forward) == expected.valid());
    if (!expected.valid()) continue;
    REQUIRE(decision.real_server == f.director.destination(expected).address);
    if (below(2) == 0) f.from_server(decision.real_server, client, kTestSyn | kTestAck);
  }
}

TEST_CASE("the champion of a tournament is the first of the least", "[ipvs][schedulers]") {
  Tournament row;
  std::vector<Cost> costs{{4, 1}, {6, 2}, {3, 1}, {9, 3}, {5, 1}};
  row.start(costs.size(), [&](std::size_t at) { return costs[at]; });
  CHECK(row.champion() == 1);  // 4, 3, 3, 3, 5
  row.set(1, kNotForSale);
  CHECK(row.champion() == 2);
  row.set(4, {2, 1});
  row.set(4, {3, 1});  // the change before it was never asked for
  row.set(2, {7, 2});
  CHECK(row.champion() == 3);
  row.set(0, {3, 1});
  CHECK(row.champion() == 0);
  for (std::size_t at = 0; at < costs.size(); ++at) row.set(at, kNotForSale);
  CHECK(row.champion() == Tournament::kNone);
  row.set(4, {5, 1});
  CHECK(row.champion() == 4);
}

TEST_CASE("a tournament of one has a champion if it is for sale", "[ipvs][schedulers]") {
  Tournament row;
  row.start(1, [](std::size_t) { return Cost{7, 1}; });
  CHECK(row.champion() == 0);
  row.set(0, kNotForSale);
  CHECK(row.champion() == Tournament::kNone);
}

}  // namespace
}  // namespace lvs
