#include "scenarios/language/build.hpp"

#include <algorithm>
#include <filesystem>

#include "models/event_kinds.hpp"
#include "models/host/routing.hpp"
#include "scenarios/language/convert.hpp"

namespace lvs::language {

Simulation::Simulation(const Scenario& scenario, StreamKey key, EventQueue::Structure structure)
    : scenario_(scenario), world_(key, structure) {
  world_.set_scenario_events(this);
  number_conversations();
  schedule_events();  // first, so that events of an instant come before its frames
  build_networks();
  for (const language::Host& host : scenario_.hosts) build_host(host);
  for (const auto& [network, end] : loose_ends_) {
    throw ScenarioError(scenario_.file, "network " + network +
                                            ": kind cable joins exactly two nics, but only " +
                                            world_.host(end.host).name() + " has one there");
  }
  if (const auto loop = world_.topology().loop()) {
    throw ScenarioError(scenario_.file,
                        "the switches " + join(*loop) +
                            " form a loop: without a spanning tree "
                            "frames would circle in it for ever; cut one of their cables");
  }
  for (const language::Host& host : scenario_.hosts) run_setup(host);
  for (const language::Host& host : scenario_.hosts) build_servers(host);
  for (const ClientGroup& group : scenario_.clients) build_clients(group);
  for (const language::Host& host : scenario_.hosts) build_health(host);
  decide_times();
  watch_capture();
}

Simulation::~Simulation() = default;

lvs::Host& Simulation::host(const std::string& name) { return world_.host(host_ids_.at(name)); }

HostShell& Simulation::shell(const std::string& host) { return *shells_.at(host); }

void Simulation::build_networks() {
  for (const Network& network : scenario_.networks) {
    if (network.kind == NetworkKind::cable) continue;
    switch_of_network_[network.name.text] = static_cast<std::uint32_t>(world_.switches().size());
    world_.add_switch(network.name.text);
  }
}

void Simulation::build_host(const language::Host& host) {
  lvs::Host& built = world_.add_host(host.name.text);
  host_ids_[host.name.text] = built.id();
  boots_.push_back(0);
  const std::string folder =
      std::filesystem::path(scenario_.file.position.file).parent_path().string();
  shells_[host.name.text] =
      std::make_unique<HostShell>(world_, built, *this, folder.empty() ? "." : folder);
  built.set_reply_jitter({host.reply_jitter_min, host.reply_jitter_max});
  built.set_director_phases({host.jiffies_phase, host.statistics_phase});
  if (host.cpu) built.make_processor(to_processor(*host.cpu));
  for (const Nic& nic : host.nics) plug_card(built, nic);
}

void Simulation::plug_card(lvs::Host& host, const Nic& nic) {
  Interface card;
  card.name = nic.name.text;
  card.mac = nic.mac;
  card.mtu = static_cast<std::uint32_t>(nic.cable.mtu.value);
  card.up = true;
  const WayConfig way = to_way(nic.cable);
  const std::string& network = nic.network.text;
  if (const auto at = switch_of_network_.find(network); at != switch_of_network_.end()) {
    ports_of_network_[network].push_back(host.name() + "-" + card.name);
    cable_of_card_[{host.name(), card.name}] = world_.plug(host, card, at->second, way, way);
    return;
  }
  const auto other = loose_ends_.find(network);
  if (other == loose_ends_.end()) {
    loose_ends_.emplace(network, LooseEnd{host.id(), card, way});
    return;
  }
  const LooseEnd end = other->second;
  if (end.host == host.id()) {
    throw ScenarioError(nic.network.where, "both ends of the cable " + network + " are on " +
                                               host.name() + ": a loop");
  }
  const CableId cable = world_.join({world_.host(end.host), end.card}, {host, card}, end.way, way);
  cable_of_card_[{world_.host(end.host).name(), end.card.name}] = cable;
  cable_of_card_[{host.name(), card.name}] = cable;
  loose_ends_.erase(other);
}

void Simulation::run_setup(const language::Host& host) { shell(host.name.text).run(host.setup); }

void Simulation::build_servers(const language::Host& host) {
  for (const Serve& serve : host.serves) {
    ServerConfig config;
    config.host = host_ids_.at(host.name.text);
    config.bind = serve.bind;
    config.port = serve.port;
    config.protocol = serve.protocol;
    config.queue.cores = static_cast<std::uint32_t>(serve.cores);
    config.queue.discipline = serve.discipline == Discipline::ps ? ServiceQueue::Discipline::ps
                                                                 : ServiceQueue::Discipline::fcfs;
    config.queue.speed = serve.speed;
    if (serve.greeting) {
      config.greeting = static_cast<std::uint32_t>(serve.greeting->value);
    } else {
      config.service_time = to_law(serve.service_time);
      config.response = to_law(serve.response);
    }
    if (serve.warm) config.warm = WarmUp{serve.warm->span, serve.warm->factor};
    config.backlog = static_cast<std::uint32_t>(serve.backlog);
    config.workers = static_cast<std::uint32_t>(serve.workers.value_or(0));
    if (!world_.servers().add(config)) {
      throw ScenarioError(serve.where, host.name.text + " listens on port " +
                                           to_string(serve.port) + " twice (address in use)");
    }
  }
}

void Simulation::build_clients(const ClientGroup& group) {
  WorkloadConfig config;
  config.name = group.name.text;
  for (const Name& name : group.hosts) {
    const HostId id = host_ids_.at(name.text);
    if (group.addresses.empty()) config.sources.push_back({id, std::nullopt});
    for (const AddressRange& range : group.addresses) {
      for (std::uint32_t a = range.first.value;; ++a) {
        if (!world_.host(id).state().is_local({a})) {
          throw ScenarioError(range.where, to_string(Ipv4Address{a}) + " is not an address of " +
                                               name.text +
                                               "; add to its setup:  ip route add local " +
                                               to_string(Ipv4Address{a}) +
                                               "/32 dev lo  (or one route for the "
                                               "whole range)");
        }
        config.sources.push_back({id, Ipv4Address{a}});
        if (a == range.last.value) break;
      }
    }
  }
  const auto count = static_cast<std::uint64_t>(config.sources.size());
  config.popularity = group.popularity.zipf ? PopularityPicker::zipf(count, *group.popularity.zipf)
                                            : PopularityPicker::uniform(count);
  config.target = group.targets.front().service;
  if (const auto* poisson = std::get_if<PoissonArrivals>(&group.arrivals)) {
    config.arrivals = ArrivalProcess::poisson(poisson->per_second);
  } else if (const auto* exact = std::get_if<DeterministicArrivals>(&group.arrivals)) {
    config.arrivals = ArrivalProcess::deterministic(exact->per_second);
  } else if (const auto* closed = std::get_if<ClosedUsers>(&group.arrivals)) {
    config.users = static_cast<std::uint32_t>(closed->users);
  }
  config.requests = to_law(group.requests);
  config.think = to_law(group.think);
  if (group.hold) config.hold = to_law(*group.hold);
  if (group.request) config.request = to_law(*group.request);
  config.timeout = group.timeout;
  config.close_at_server = group.close == CloseBy::server;
  world_.clients().add(config);
}

namespace {

/// How long connections of a service feed its scheduler after their last packet, at most; zero for
/// schedulers that do not look at connections (design.md 1.1, `warmup: auto`).
Duration feeding_time(const Director& director, const Service& service) {
  const std::string& scheduler = service.settings.scheduler;
  if (scheduler != "lc" && scheduler != "wlc" && scheduler != "lblc" && scheduler != "lblcr") {
    return {};
  }
  const Director::Timeouts timeouts = director.timeouts();
  if (service.key.protocol == Protocol::udp) return seconds(timeouts.udp);
  // Connections closed by the client rest in TIME_WAIT (NAT, 120 s, not tunable) or in FIN_WAIT
  // (DR and TUN, set by the second value of ipvsadm --set).
  constexpr Duration kTimeWait = seconds(120);
  Duration longest{};
  for (const Destination& d : director.destinations(service)) {
    const bool nat = d.method == ForwardingMethod::nat;
    longest = std::max(longest, nat ? kTimeWait : seconds(timeouts.tcp_fin));
  }
  return longest;
}

}  // namespace

void Simulation::decide_times() {
  const TimePlan& plan = scenario_.time;
  times_.run = plan.run;
  times_.drain = plan.drain;
  const bool measures_nothing = scenario_.clients.empty() && !openings_.empty();
  Duration needed{};
  std::string by;
  for (const lvs::Host* host : world_.hosts()) {
    if (host->director() == nullptr || measures_nothing) continue;
    for (const Service* service : host->director()->services()) {
      const Duration feeds = feeding_time(*host->director(), *service);
      if (feeds <= needed) continue;
      needed = feeds;
      by = service->settings.scheduler;
    }
  }
  if (needed > Duration{}) needed += seconds(2);
  if (!plan.warmup) {
    times_.warmup = needed;
    times_.warmup_reason = measures_nothing ? "auto: there are no groups of clients"
                           : needed == Duration{}
                               ? "auto: no scheduler in use looks at closed connections"
                               : "auto: " + by + " counts closed connections for " +
                                     to_string(needed - seconds(2)) + ", and 2s";
  } else {
    times_.warmup = *plan.warmup;
    if (times_.warmup < needed) {
      times_.warnings.push_back("warmup " + to_string(times_.warmup) + " is shorter than " +
                                to_string(needed) + ": InActConn, which " + by +
                                " counts, was still growing when measuring began");
    }
  }
  if (times_.latest_end() - kStart > kLongestRun) {
    throw ScenarioError(plan.where, "warmup, run and drain are " +
                                        to_string(times_.latest_end() - kStart) +
                                        " together; a run lasts 30 days at most");
  }
}

void Simulation::watch_capture() {
  std::vector<ServiceAddress> services;
  std::vector<MacAddress> cards;
  for (const lvs::Host* host : world_.hosts()) {
    if (host->director() == nullptr) continue;
    for (const Service* service : host->director()->services()) {
      if (service->key.mark == 0) services.push_back({service->key.address, service->key.protocol});
    }
    for (const Interface& device : host->state().interfaces()) {
      if (device.kind == DeviceKind::ethernet) cards.push_back(device.mac);
    }
  }
  if (services.empty()) return;
  capture_watch_.emplace(services, cards);
  for (lvs::Host* host : world_.hosts()) {
    const bool owns = std::any_of(services.begin(), services.end(), [&](const ServiceAddress& s) {
      return host->state().is_local(s.endpoint.address);
    });
    if (owns) host->set_capture_watch(&*capture_watch_);
  }
}

void Simulation::start(Observer& observer, std::uint32_t wanted) {
  world_.observation().observer = &observer;
  world_.observation().wanted = wanted;
  world_.stop_when_measured_ended();
  world_.clients().start({times_.measured_from(), times_.measured_until(), times_.latest_end()});
}

}  // namespace lvs::language
