// What a server and its clients count one by one agrees with the integrals that are kept apart from
// it, at any instant and whatever happens: hanging, failing power, clients that give up.
#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

struct Busy : Lan {
  Host& client = host("client", "10.0.0.2/24");
  Host& server = host("server", "10.0.0.1/24");
  ServerId id;
  WorkloadId load;

  explicit Busy(Protocol protocol, ServiceQueue::Discipline discipline) {
    ServerConfig serving;
    serving.host = server.id();
    serving.port = Port{80};
    serving.protocol = protocol;
    serving.queue = {2, discipline, 0.7};
    serving.response = RandomLaw::constant(1000.0);
    serving.service_time = RandomLaw::exponential(milliseconds(30));
    id = *world.servers().add(serving);
    WorkloadConfig config;
    config.name = "load";
    config.sources.push_back({client.id(), std::nullopt});
    config.target = {{address("10.0.0.1"), Port{80}}, protocol};
    config.request = RandomLaw::constant(200.0);
    config.arrivals = ArrivalProcess::poisson(60);
    config.timeout = milliseconds(120);
    load = world.clients().add(config);
    world.clients().start({});
  }

  void check() {
    const Servers::Work work = world.servers().work(id);
    const ServiceQueue& queue = world.servers().queue(id);
    CHECK(work.request_time == queue.job_time());
    CHECK(work.taken == queue.submitted());
    CHECK(work.answered == queue.completed());
    CHECK(work.given_up == queue.removed());
    CHECK(work.present == queue.in_system());
    // Core time at speed 0.7, up to one tick a core for each that left.
    const auto busy = queue.busy_core_time() * 7 / 10;
    const auto slack = static_cast<detail::Int128>(2 * work.answered + 2);
    CHECK(busy + slack >= work.demand_answered);
    CHECK(busy <= work.demand_answered + work.demand_given_up + work.demand_present + slack);

    const Clients::Begun begun = world.clients().begun(load);
    detail::Int128 told = 0;
    for (const RequestEnd& r : seen.requests) told += (r.ended - r.arrival).count();
    CHECK(begun.requests == seen.requests.size() + world.clients().open_requests());
    CHECK(begun.request_time >= told);
    if (world.clients().open_requests() == 0) CHECK(begun.request_time == told);
  }
};

}  // namespace

TEST_CASE("requests one by one agree with the integrals, whatever happens", "[server][checks]") {
  const auto protocol = GENERATE(Protocol::tcp, Protocol::udp);
  const auto discipline = GENERATE(ServiceQueue::Discipline::fcfs, ServiceQueue::Discipline::ps);
  Busy shop(protocol, discipline);
  for (int step = 0; step < 200; ++step) {
    shop.run_for(milliseconds(37));
    shop.check();
    if (step == 40) shop.world.servers().hang(shop.server.id());
    if (step == 50) shop.world.servers().resume(shop.server.id());
    if (step == 90) shop.world.power(shop.server, false);
    if (step == 95) {
      shop.world.power(shop.server, true);
      add_address(shop.server, "eth0", "10.0.0.1/24");
    }
    if (step == 120) shop.world.servers().refuse(shop.server.id());
    if (step == 130) shop.world.servers().accept(shop.server.id());
  }
  const Servers::Work work = shop.world.servers().work(shop.id);
  CHECK(work.answered > 100);
  CHECK(work.given_up > 2);
  shop.world.clients().finish();
  shop.check();
}

}  // namespace lvs
