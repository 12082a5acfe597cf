// A small W3 (tests/bench/w3.cpp): clients - switch - director - servers, with real ARP, TCP, NAT
// and a scheduler.
#include "models/world.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "tests/support/allocation_counter.hpp"

namespace lvs {
namespace {

const Endpoint kVirtual{ipv4(10, 1, 0, 254), Port{80}};

Interface card(std::uint8_t number) {
  Interface c;
  c.name = "eth" + std::to_string(number);
  c.up = true;
  return c;
}

/// Makes the addresses and joins the parts; the load is the test's.
class SmallCluster {
 public:
  struct Size {
    std::uint32_t clients = 4;
    std::uint32_t servers = 2;
  };

  SmallCluster(Size size, const WayConfig& way, EventQueue::Structure structure)
      : world_({1, 0}, structure), way_(way) {
    world_.add_switch("outside");
    Host& director = world_.add_host("director");
    world_.plug(director, fresh_card(0), 0, way_, way_);
    address(director, "eth0", kVirtual.address, 16);
    director.state().set_sysctl("ipv4.ip_forward", 1);
    service_.address = kVirtual;
    ServiceSettings settings;
    settings.scheduler = "lc";
    world_.director_of(director).add_service(service_, settings);
    for (std::uint32_t i = 0; i < size.servers; ++i) add_server(director, i);
    for (std::uint32_t i = 0; i < size.clients; ++i) add_client(i);
    load_.popularity = PopularityPicker::uniform(size.clients);
    load_.name = "web";
    load_.target = {kVirtual, Protocol::tcp};
    load_.request = RandomLaw::constant(200.0);
  }

  World& world() { return world_; }
  /// To be completed and handed to start().
  WorkloadConfig& load() { return load_; }
  void start() {
    world_.clients().add(load_);
    world_.clients().start({});
  }

 private:
  Interface fresh_card(std::uint8_t number) {
    Interface c = card(number);
    c.mac = {{2, 0, 0, 0, 0, ++last_mac_}};
    return c;
  }
  static void address(Host& host, const std::string& device, Ipv4Address a, std::uint8_t length) {
    host.state().add_address(*host.state().find_interface(device),
                             {{a, length}, {}, false, {}, device});
  }
  void add_server(Host& director, std::uint32_t i) {
    const auto number = static_cast<std::uint8_t>(i);
    Host& server = world_.add_host("server" + std::to_string(i));
    const Interface inside = fresh_card(static_cast<std::uint8_t>(number + 1));
    world_.join({director, inside}, {server, fresh_card(0)}, way_, way_);
    address(director, inside.name, ipv4(10, 2, number, 1), 24);
    address(server, "eth0", ipv4(10, 2, number, 2), 24);
    Route to_director;
    to_director.gateway = ipv4(10, 2, number, 1);
    to_director.prefix = {Ipv4Address{}, 0};
    server.state().add_route(to_director);
    ServerConfig config;
    config.host = server.id();
    config.port = Port{80};
    config.response = RandomLaw::constant(10'000.0);
    world_.servers().add(config);
    DestinationSettings settings;
    settings.method = ForwardingMethod::nat;
    world_.director_of(director).add_destination(service_, {ipv4(10, 2, number, 2), Port{80}},
                                                 settings);
  }
  void add_client(std::uint32_t i) {
    Host& client = world_.add_host("client" + std::to_string(i));
    world_.plug(client, fresh_card(0), 0, way_, way_);
    address(client, "eth0", ipv4(10, 1, 1, static_cast<std::uint8_t>(i + 1)), 16);
    load_.sources.push_back({client.id(), std::nullopt});
  }

  World world_;
  WayConfig way_;
  ServiceKey service_;
  WorkloadConfig load_;
  std::uint8_t last_mac_ = 0;
};

WayConfig plain_way() {
  WayConfig way;
  way.delay = microseconds(100);
  return way;
}

/// Counts what ends, and folds every number of every record into one.
class Fingerprint final : public Observer {
 public:
  void observe(const Record& r) override {
    ++records;
    add({r.time.time_since_epoch().count(), static_cast<std::int64_t>(r.kind), r.reason,
         r.host.value, r.frame.value});
    for (const std::int64_t value : r.values) add({value});
  }
  void request_ended(const RequestEnd& r) override {
    ++requests;
    add({static_cast<std::int64_t>(r.number), r.client.value, r.server.value,
         static_cast<std::int64_t>(r.outcome), r.arrival.time_since_epoch().count(),
         r.sent.time_since_epoch().count(), r.first_byte.time_since_epoch().count(),
         r.last_byte.time_since_epoch().count()});
  }
  void connection_ended(const ConnectionEnd& c) override {
    add({c.source.address.value, c.source.port.value, static_cast<std::int64_t>(c.outcome),
         c.established.time_since_epoch().count(), c.ended.time_since_epoch().count()});
  }
  void add(std::initializer_list<std::int64_t> values) {
    for (const std::int64_t value : values) {
      // FNV-1a over words
      fold = (fold ^ static_cast<std::uint64_t>(value)) * 0x100000001b3ULL;
    }
  }

  std::uint64_t records = 0;
  std::uint64_t requests = 0;
  std::uint64_t fold = 0xcbf29ce484222325ULL;
};

/// Ten seconds of a lossy, jittery, congested cluster; returns its fingerprint.
Fingerprint run_lossy(EventQueue::Structure structure) {
  WayConfig way = plain_way();
  way.rate = megabits_per_second(20);
  way.queue = QueueLimit::frames(20);
  way.loss = 0.01;
  way.jitter = RandomLaw::exponential(microseconds(50));
  SmallCluster cluster({.clients = 4, .servers = 2}, way, structure);
  cluster.load().arrivals = ArrivalProcess::poisson(150.0);
  cluster.load().timeout = seconds(1);
  Fingerprint all;
  World& world = cluster.world();
  world.observation() = {Watch::kFrames | Watch::kDecisions | Watch::kExchanges, &all};
  cluster.start();
  world.run_until(Time{seconds(10)});
  for (std::uint32_t i = 0; i < world.cables().direction_count(); ++i) {
    const DirectionId way_id{i};
    all.add({static_cast<std::int64_t>(world.cables().counters(way_id).frames),
             static_cast<std::int64_t>(world.cables().drops(way_id)[DropCause::random_loss]),
             static_cast<std::int64_t>(world.cables().drops(way_id)[DropCause::queue_full])});
  }
  all.add({static_cast<std::int64_t>(world.simulator().executed()),
           static_cast<std::int64_t>(world.tcp().retransmissions()),
           static_cast<std::int64_t>(world.frames().dropped())});
  return all;
}

}  // namespace

TEST_CASE("a world is the same, record by record, with either structure of the event queue",
          "[models][world][determinism]") {
  const Fingerprint calendar = run_lossy(EventQueue::Structure::calendar);
  const Fingerprint heap = run_lossy(EventQueue::Structure::plain_heap);
  CHECK(calendar.records > 50'000);
  CHECK(calendar.requests > 1'000);
  CHECK(calendar.records == heap.records);
  CHECK(calendar.requests == heap.requests);
  CHECK(calendar.fold == heap.fold);
}

// TIME_WAIT lasts 60 s and a closed connection stays 120 s in the director's table, and up to 16 s
// longer (spec/ipvs.md 4.2): after 250 s as many go as come.
TEST_CASE("a cluster in steady state allocates nothing", "[models][world][allocation]") {
  SmallCluster cluster({.clients = 4, .servers = 2}, plain_way(), EventQueue::Structure::calendar);
  cluster.load().users = 4;
  cluster.load().think = RandomLaw::constant(milliseconds(100));
  Fingerprint seen;
  World& world = cluster.world();
  world.observation() = {Watch::kExchanges, &seen};
  cluster.start();
  world.run_until(Time{seconds(250)});
  const std::uint64_t requests = seen.requests;
  const std::uint64_t before = allocations();
  world.run_until(Time{seconds(400)});
  const std::uint64_t allocated = allocations() - before;
  CHECK(seen.requests > requests + 5'000);
  CHECK(allocated == 0);
}

}  // namespace lvs
