#include "tools/cli/collect.hpp"

#include <algorithm>

#include "models/ipvs/listing.hpp"
#include "tools/cli/version.hpp"

namespace lvs::cli {

Collector::Collector(language::Simulation& simulation)
    : simulation_(simulation), world_(simulation.world()), servers_(serving_hosts()) {
  for (const Host* host : world_.hosts()) {
    if (host->director() != nullptr) directors_.push_back(host->id());
  }
}

std::vector<HostId> Collector::serving_hosts() const {
  std::vector<HostId> hosts;
  for (std::uint32_t i = 0; i < world_.servers().size(); ++i) {
    const HostId host = world_.servers().config(ServerId{i}).host;
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
  }
  return hosts;
}

RecorderPlan Collector::plan(const std::vector<Claim>& claims) const {
  const language::RunTimes& times = simulation_.times();
  RecorderPlan plan;
  for (std::uint32_t w = 0; w < world_.clients().size(); ++w) {
    const WorkloadConfig& config = world_.clients().config(WorkloadId{w});
    plan.workloads.push_back({config.name, {config.target}});
  }
  plan.servers = servers_;
  plan.measured = {times.measured_from(), times.measured_until()};
  plan.end = times.latest_end();
  plan.presence = presence();
  for (const Claim& claim : claims) {
    const bool known = claim.during && std::find(plan.windows.begin(), plan.windows.end(),
                                                 *claim.during) != plan.windows.end();
    if (claim.during && !known) plan.windows.push_back(*claim.during);
  }
  plan.drops_transient = !times.warmup_reason.empty();
  return plan;
}

void Collector::read_counters(std::vector<ServerCounters>& servers,
                              std::vector<DirectorCounters>& directors) const {
  servers.assign(servers_.size(), {});
  for (std::uint32_t i = 0; i < world_.servers().size(); ++i) {
    const auto host =
        std::find(servers_.begin(), servers_.end(), world_.servers().config(ServerId{i}).host);
    servers[static_cast<std::size_t>(host - servers_.begin())].busy +=
        world_.servers().queue(ServerId{i}).busy_core_time();
  }
  directors.clear();
  for (const HostId id : directors_) directors.push_back({world_.host(id).traffic()});
}

void Collector::measured_begins() {
  read_counters(servers_before_, directors_before_);
  checks_before_ = read_checks();
  if (const CaptureWatch* watch = simulation_.capture_watch()) captures_before_ = watch->counts();
}

void Collector::measured_ends() {
  read_counters(servers_after_, directors_after_);
  checks_after_ = read_checks();
  for (const HostId id : servers_) sockets_.push_back(socket_counts(id));
  for (const HostId id : directors_) {
    const Host& host = world_.host(id);
    ListingOptions options;
    options.what = ServiceListing::stats;
    listings_.push_back(list_services(*host.director(), options));
    for (const Service* service : host.director()->services()) {
      services_.push_back(service_facts(host, *service));
    }
  }
}

SocketCounts Collector::socket_counts(HostId host) const {
  SocketCounts counts;
  counts.established = world_.tcp().established(host);
  counts.other = world_.tcp().sockets(host) - counts.established;
  return counts;
}

std::string Collector::host_with(Ipv4Address address) const {
  for (const Host* host : world_.hosts()) {
    for (const Interface& device : host->state().interfaces()) {
      if (device.kind != DeviceKind::ethernet) continue;
      for (const InterfaceAddress& a : device.addresses) {
        if (a.prefix.address == address) return host->name();
      }
    }
  }
  return {};
}

ServiceFacts Collector::service_facts(const Host& host, const Service& service) const {
  ServiceFacts facts;
  const ServiceAddress address{service.key.address, service.key.protocol};
  facts.name = service.key.mark != 0 ? "fwmark " + std::to_string(service.key.mark)
                                     : lvs::to_string(address);
  if (service.key.mark == 0) facts.addresses = {address};
  facts.director = host.name();
  facts.capture = capture_of(address);
  facts.scheduler = service.settings.scheduler;
  for (const Destination& d : host.director()->destinations(service)) {
    DestinationFacts row;
    row.address = d.address;
    row.host = host_with(d.address.address);
    row.method = d.method == ForwardingMethod::nat      ? "Masq"
                 : d.method == ForwardingMethod::tunnel ? "Tunnel"
                                                        : "Route";
    row.weight = d.weight;
    row.active = d.active;
    row.inactive = d.inactive;
    const TrafficCounters shown = d.statistics.shown();
    row.conns = shown.connections;
    row.in_packets = shown.packets_in;
    row.out_packets = shown.packets_out;
    row.in_bytes = shown.bytes_in;
    row.out_bytes = shown.bytes_out;
    facts.destinations.push_back(std::move(row));
  }
  return facts;
}

std::optional<CaptureFacts> Collector::capture_of(const ServiceAddress& service) const {
  const CaptureWatch* watch = simulation_.capture_watch();
  if (watch == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < watch->services().size(); ++i) {
    if (watch->services()[i] != service) continue;
    const CaptureWatch::Counts& before = captures_before_[i];
    const CaptureWatch::Counts& after = watch->counts()[i];
    return CaptureFacts{after.addressed - before.addressed, after.captured - before.captured};
  }
  return std::nullopt;
}

std::vector<ConversationFacts> Collector::conversations() const {
  std::vector<ConversationFacts> rows;
  for (const language::Event* event : simulation_.openings()) {
    const auto& asked = std::get<language::ConnectAction>(event->action);
    const ConversationId id{static_cast<std::uint32_t>(rows.size())};
    ConversationFacts& row = rows.emplace_back();
    row.id = asked.id.text;
    row.client = event->host.text;
    row.from = asked.from;
    row.to = asked.to;
    if (id.index() >= world_.conversations().size()) continue;  // the run ended before it began
    const ConversationOutcome& outcome = world_.conversations().outcome(id);
    if (outcome.kind == ConversationOutcome::Kind::pending) continue;
    row.decided = outcome.at;
    if (outcome.kind == ConversationOutcome::Kind::answered) {
      row.outcome = ConversationFacts::Outcome::answered;
      row.server = world_.host(outcome.server).name();
      row.port = outcome.port;
    } else {
      row.outcome = ConversationFacts::Outcome::failed;
      row.error = lvs::to_string(outcome.error);
    }
  }
  return rows;
}

std::vector<DropFacts> Collector::drops() const {
  std::vector<DropFacts> rows;
  const auto add = [&rows](const std::string& place, const DropCounters& counters) {
    for (std::size_t i = 0; i < kDropCauseCount; ++i) {
      const auto cause = static_cast<DropCause>(i);
      if (counters[cause] > 0) rows.push_back({place, cause, counters[cause]});
    }
  };
  for (const Host* host : world_.hosts()) add(host->name(), host->drops());
  for (const Switch& device : world_.switches()) add(device.name(), device.drops());
  const Cables& cables = world_.cables();
  for (std::uint32_t i = 0; i < cables.direction_count(); ++i) {
    // The sender of a way is where the way back ends.
    const Attachment& sender = cables.receiver(DirectionId{i ^ 1});
    std::string place;
    if (sender.kind == Attachment::Kind::switch_port) {
      place = world_.switches()[sender.owner].name();
    } else {
      const Host& host = *world_.hosts()[sender.owner];
      place = host.name() + "/" + host.state().interface(InterfaceId{sender.port}).name;
    }
    add(place, cables.drops(DirectionId{i}));
  }
  return rows;
}

namespace {

FlowFacts flow(const Host::Traffic& before, const Host::Traffic& after) {
  return {after.frames - before.frames, after.bytes - before.bytes,
          after.processor - before.processor};
}

}  // namespace

RunFacts Collector::facts(Recorder& recorder) const {
  const language::RunTimes& times = simulation_.times();
  RunFacts facts;
  facts.identity.version = std::string(kVersion);
  facts.window.warmup = times.warmup;
  facts.window.warmup_reason = times.warmup_reason;
  facts.window.run = times.run;
  facts.window.ended = world_.simulator().now();
  facts.window.partial = servers_after_.empty() && !servers_.empty();
  if (!times.warmup_reason.empty() && !facts.window.partial) {
    const Transient transient = recorder.drop_transient();
    facts.window.transient = transient.dropped;
    facts.window.too_short = transient.too_short;
  }
  facts.services = services_;
  for (std::size_t i = 0; i < directors_.size() && i < directors_after_.size(); ++i) {
    const Host& host = world_.host(directors_[i]);
    DirectorFacts row;
    row.host = host.name();
    row.listing = listings_[i];
    row.cores = host.processor() == nullptr ? 0 : host.processor()->config().cores;
    const auto& before = directors_before_[i].traffic;
    const auto& after = directors_after_[i].traffic;
    row.requests = flow(before[0], after[0]);
    row.replies = flow(before[1], after[1]);
    row.other = flow(before[2], after[2]);
    facts.directors.push_back(std::move(row));
  }
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    ServerFacts row;
    row.id = servers_[i];
    row.host = world_.host(servers_[i]).name();
    for (std::uint32_t s = 0; s < world_.servers().size(); ++s) {
      if (world_.servers().config(ServerId{s}).host == servers_[i]) {
        row.cores += world_.servers().queue(ServerId{s}).cores();
      }
    }
    if (i < servers_after_.size()) {
      row.busy =
          Duration{static_cast<std::int64_t>(servers_after_[i].busy - servers_before_[i].busy)};
      row.sockets = sockets_[i];
    }
    facts.servers.push_back(row);
  }
  for (std::uint32_t w = 0; w < world_.clients().size(); ++w) {
    facts.workloads.emplace_back().name = world_.clients().config(WorkloadId{w}).name;
  }
  facts.conversations = conversations();
  facts.drops = drops();
  const FramePool& frames = world_.frames();
  facts.conservation = {frames.sent(), frames.copied(), frames.delivered(), frames.dropped(),
                        frames.in_flight()};
  facts.notes = times.warnings;
  facts.health = health();
  recorder.fill(facts);
  facts.checks = check_facts(recorder);
  return facts;
}

}  // namespace lvs::cli
