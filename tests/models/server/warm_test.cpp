// `warm`: what a request costs a server whose caches are cold (models/server/servers.hpp).
#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

/// A request every 100 ms, from 0 on, that asks for 20 ms; cold, three times as much for a second.
struct Cold : Lan {
  Host& client = host("client", "10.0.0.2/24");
  Host& server = host("server", "10.0.0.1/24");
  ServerConfig serving;
  WorkloadConfig load;
  ServerId id;

  Cold() {
    serving.host = server.id();
    serving.port = Port{80};
    serving.queue.cores = 8;
    serving.service_time = RandomLaw::constant(milliseconds(20));
    serving.response = RandomLaw::constant(100.0);
    serving.warm = WarmUp{seconds(1), 3};
    load.name = "load";
    load.sources.push_back({client.id(), std::nullopt});
    load.target = {{address("10.0.0.1"), Port{80}}, Protocol::tcp};
    load.request = RandomLaw::constant(200.0);
    load.timeout = seconds(1);
    load.arrivals = ArrivalProcess::deterministic(10);
  }
  void open(int count) {
    id = *world.servers().add(serving);
    world.clients().add(load);
    MeasuredWindow window;
    window.arrivals_end = Time{milliseconds(100) * count - milliseconds(1)};
    world.clients().start(window);
  }
  /// When the server had each request in full.
  std::vector<Time> taken() const {
    std::vector<Time> at;
    for (const SeenFrame& s : seen.received) {
      if (s.host == server.id() && !s.frame.is_arp() && s.frame.ip.total_length > 200) {
        at.push_back(s.time);
      }
    }
    return at;
  }
  /// The demand of the request that is taken in the next 50 ms.
  Duration next_demand() {
    const auto before = world.servers().work(id);
    run_for(milliseconds(50));
    const auto after = world.servers().work(id);
    CHECK(after.taken == before.taken + 1);
    const auto all = [](const Servers::Work& w) {
      return w.demand_answered + w.demand_present + w.demand_given_up;
    };
    return Duration{static_cast<std::int64_t>(all(after) - all(before))};
  }
};

}  // namespace

TEST_CASE("a cold server's demands fall linearly from the factor to their own", "[server][warm]") {
  Cold shop;
  shop.open(13);
  for (int k = 0; k < 13; ++k) {
    shop.run_until(milliseconds(100) * k - Duration{k > 0 ? 1 : 0});
    const Duration demand = shop.next_demand();
    const Duration cold = std::max(Duration{}, Time{seconds(1)} - shop.taken().back());
    // 20 ms, and 40 ms more at first: in whole ticks, rounded to the nearest.
    const auto more = (detail::Int128{40} * cold.count() + 500) / 1000;
    INFO(k);
    CHECK(demand == milliseconds(20) + Duration{static_cast<std::int64_t>(more)});
    if (k == 5) CHECK(demand < milliseconds(40));
    if (k == 5) CHECK(demand > milliseconds(39));
    CHECK((demand == milliseconds(20)) == (k >= 10));
  }
}

TEST_CASE("a server is cold again when it returns, not when it only hung", "[server][warm]") {
  Cold shop;
  shop.open(40);
  const auto at = [&](int ms) { shop.run_until(milliseconds(ms) - Duration{1}); };
  at(1500);
  CHECK(shop.next_demand() == milliseconds(20));
  at(1600);
  SECTION("accepting after refusing") {
    shop.world.servers().refuse(shop.server.id());
    at(1800);
    shop.world.servers().accept(shop.server.id());
    CHECK(shop.next_demand() > milliseconds(59));
    at(2700);
    CHECK(shop.next_demand() > milliseconds(23));
    at(2900);
    CHECK(shop.next_demand() == milliseconds(20));
  }
  SECTION("power") {
    shop.world.power(shop.server, false);
    at(1650);
    shop.world.servers().accept(shop.server.id());  // nobody is there to do it
    at(1800);
    shop.world.power(shop.server, true);
    add_address(shop.server, "eth0", "10.0.0.1/24");
    CHECK(shop.next_demand() > milliseconds(59));
  }
  SECTION("a process that hung has kept what it knew") {
    shop.world.servers().hang(shop.server.id());
    at(1800);
    shop.world.servers().resume(shop.server.id());
    at(1900);
    CHECK(shop.next_demand() == milliseconds(20));
  }
  SECTION("told to accept while it accepts") {
    shop.world.servers().accept(shop.server.id());
    CHECK(shop.next_demand() == milliseconds(20));
  }
}

TEST_CASE("coldness multiplies what belongs to the request and draws nothing", "[server][warm]") {
  const auto run = [](bool cold) {
    Cold shop;
    shop.serving.service_time = RandomLaw::exponential(milliseconds(20));
    shop.serving.response = RandomLaw::exponential(5000.0);
    if (!cold) shop.serving.warm.reset();
    shop.open(20);
    std::vector<std::int64_t> seen;
    for (int k = 0; k < 20; ++k) {
      shop.run_until(milliseconds(100) * k - Duration{k > 0 ? 1 : 0});
      seen.push_back(shop.next_demand().count());
    }
    shop.run_for(seconds(2));
    for (const RequestEnd& r : shop.seen.requests) {
      seen.push_back(static_cast<std::int64_t>(r.number));
      seen.push_back(static_cast<std::int64_t>(r.response_bytes));
    }
    std::sort(seen.begin() + 20, seen.end());
    return seen;
  };
  const auto warm = run(false);
  const auto cold = run(true);
  REQUIRE(warm.size() == cold.size());
  for (std::size_t k = 0; k < 20; ++k) {
    const double ratio = static_cast<double>(cold[k]) / static_cast<double>(warm[k]);
    CHECK(ratio == Approx(k < 10 ? 3 - 0.2 * static_cast<double>(k) : 1).epsilon(0.01));
    CHECK((cold[k] == warm[k]) == (k >= 10));
  }
  CHECK(std::equal(warm.begin() + 20, warm.end(), cold.begin() + 20));
}

}  // namespace lvs
