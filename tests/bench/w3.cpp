// W3 of the benchmarks: 64 clients - switch - director - 16 servers, real ARP, TCP, NAT and a
// scheduler. Each client works through its requests one after the other: handshake, 200 B request,
// 10000 B response, close. All links 1 Gbit/s but the director's 10 Gbit/s one, 100 us of delay
// each.
#include <sys/resource.h>
#include <ctime>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "models/world.hpp"
#include "tests/bench/w3.hpp"

namespace lvs::bench {
namespace {

constexpr std::uint32_t kClients = 64;
constexpr std::uint32_t kServers = 16;
const Endpoint kVirtual{ipv4(10, 1, 0, 254), Port{80}};

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct Counter final : Observer {
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  void observe(const Record&) override {}
  void request_ended(const RequestEnd& r) override {
    ++(r.outcome == Outcome::completed ? completed : failed);
  }
  void connection_ended(const ConnectionEnd&) override {}
};

Interface card(const std::string& name, std::uint32_t number) {
  Interface c;
  c.name = name;
  c.mac = {{2, 0, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}};
  c.up = true;
  return c;
}

WayConfig way(std::int64_t gigabits) {
  WayConfig config;
  config.rate = gigabits_per_second(gigabits);
  config.delay = microseconds(100);
  config.queue = QueueLimit::frames(1000);
  return config;
}

void address(Host& host, const char* device, Ipv4Address a, std::uint8_t length) {
  host.state().add_address(*host.state().find_interface(device),
                           {{a, length}, {}, false, {}, device});
}

void default_route(Host& host, Ipv4Address gateway) {
  Route route;
  route.prefix = {Ipv4Address{}, 0};
  route.gateway = gateway;
  host.state().add_route(route);
}

void add_server(World& world, Host& director, std::uint32_t i, const W3Options& options) {
  const auto number = static_cast<unsigned>(i);
  Host& server = world.add_host("server" + std::to_string(i));
  const std::string eth = "eth" + std::to_string(i + 1);
  world.join({director, card(eth, 0x200 + i)}, {server, card("eth0", 0x300 + i)}, way(1), way(1));
  address(director, eth.c_str(), ipv4(10, 2, number, 1), 24);
  address(server, "eth0", ipv4(10, 2, number, 2), 24);
  default_route(server, ipv4(10, 2, number, 1));
  ServerConfig config;
  config.host = server.id();
  config.port = Port{80};
  config.protocol = options.udp ? Protocol::udp : Protocol::tcp;
  config.queue.cores = 64;
  config.response = RandomLaw::constant(10'000.0);
  world.servers().add(config);
  ServiceKey key;
  key.protocol = config.protocol;
  key.address = kVirtual;
  DestinationSettings settings;
  settings.method = ForwardingMethod::nat;
  world.director_of(director).add_destination(key, {ipv4(10, 2, number, 2), Port{80}}, settings);
}

}  // namespace

int run_w3(const W3Options& options) {
  World world({1, 0});
  world.add_switch("SW");
  Host& director = world.add_host("LB");
  world.plug(director, card("eth0", 0x100), 0, way(10), way(10));
  address(director, "eth0", ipv4(10, 1, 0, 254), 16);
  director.state().set_sysctl("ipv4.ip_forward", 1);
  ServiceKey key;
  key.protocol = options.udp ? Protocol::udp : Protocol::tcp;
  key.address = kVirtual;
  ServiceSettings settings;
  settings.scheduler = options.scheduler;
  world.director_of(director).add_service(key, settings);
  for (std::uint32_t i = 0; i < kServers; ++i) add_server(world, director, i, options);
  WorkloadConfig load;
  load.name = "w3";
  for (std::uint32_t i = 0; i < kClients; ++i) {
    Host& client = world.add_host("client" + std::to_string(i));
    world.plug(client, card("eth0", 0x400 + i), 0, way(1), way(1));
    address(client, "eth0", ipv4(10, 1, 1, i + 1), 16);
    load.sources.push_back({client.id(), std::nullopt});
  }
  load.popularity = PopularityPicker::uniform(kClients);
  load.target = {kVirtual, key.protocol};
  load.users = kClients;
  load.request = RandomLaw::constant(200.0);
  world.clients().add(load);
  Counter counter;
  world.observation().observer = &counter;
  world.observation().wanted = Watch::kExchanges;
  world.clients().start({});
  const std::uint64_t total = std::uint64_t{kClients} * options.requests;
  const double begun = cpu_seconds();
  Time end = kStart;
  while (counter.completed + counter.failed < total && end < Time{seconds(1000)}) {
    end += milliseconds(1);
    world.run_until(end);
  }
  const double cpu = cpu_seconds() - begun;
  const std::uint64_t done = counter.completed;
  std::uint64_t hops = 0;
  for (std::uint32_t i = 0; i < world.cables().direction_count(); ++i) {
    hops += world.cables().counters(DirectionId{i}).frames;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "w3-lvsim-%s-%s reqs=%llu/%llu failed=%llu simtime=%.4fs cpu=%.3fs us/req=%.3f hops=%llu "
      "hops/req=%.2f ns/hop=%.1f events/req=%.1f retransmissions=%llu rss=%.0fMiB\n",
      options.udp ? "udp" : "tcp", options.scheduler.c_str(), static_cast<unsigned long long>(done),
      static_cast<unsigned long long>(total), static_cast<unsigned long long>(counter.failed),
      to_seconds(end.time_since_epoch()), cpu, cpu * 1e6 / static_cast<double>(done),
      static_cast<unsigned long long>(hops), static_cast<double>(hops) / static_cast<double>(done),
      cpu * 1e9 / static_cast<double>(hops),
      static_cast<double>(world.simulator().executed()) / static_cast<double>(done),
      static_cast<unsigned long long>(world.tcp().retransmissions()),
      static_cast<double>(usage.ru_maxrss) / 1024.0);
  return 0;
}

}  // namespace lvs::bench
