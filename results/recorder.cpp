#include "results/recorder.hpp"

#include <algorithm>

#include "results/service_load.hpp"
#include "results/statistics/mser.hpp"
#include "sim/check.hpp"

namespace lvs {
namespace {

constexpr std::int64_t kSlices = 20;

}  // namespace

Recorder::Recorder(RecorderPlan plan)
    : plan_(std::move(plan)),
      layout_(std::make_unique<TallyLayout>(plan_.workloads, plan_.servers)),
      measured_(*layout_),
      series_(*layout_, plan_.end),
      ended_(plan_.workloads.size()) {
  for (const TimeSpan& span : plan_.windows) {
    if (window(span) == nullptr) windows_.push_back({span, Tally(*layout_)});
  }
  if (!plan_.drops_transient) return;
  for (std::int64_t i = 0; i < kSlices; ++i) slices_.emplace_back(*layout_);
}

template <class End>
void Recorder::add(const End& end) {
  series_.add(end);
  for (Window& w : windows_) {
    if (w.span.contains(end.arrival)) w.tally.add(end);
  }
  if (!end.measured) return;
  LVS_REQUIRE(plan_.measured.contains(end.arrival), "a measured arrival lies in the window");
  measured_.add(end);
  if (slices_.empty()) return;
  const auto into = static_cast<detail::Int128>((end.arrival - plan_.measured.from).count());
  const auto slice = into * kSlices / plan_.measured.length().count();
  slices_[static_cast<std::size_t>(slice)].add(end);
}

void Recorder::request_ended(const RequestEnd& request) {
  Ended& ended = ended_[request.workload.index()];
  ++ended.requests;
  const Duration inside = std::min(request.ended, plan_.presence.until) -
                          std::max(request.arrival, plan_.presence.from);
  if (inside > Duration{}) ended.request_time += inside.count();
  add(request);
}

void Recorder::connection_ended(const ConnectionEnd& connection) {
  ++ended_[connection.workload.index()].connections;
  add(connection);
}

const Tally* Recorder::window(const TimeSpan& span) const {
  for (const Window& w : windows_) {
    if (w.span == span) return &w.tally;
  }
  return nullptr;
}

Transient Recorder::drop_transient() {
  LVS_REQUIRE(!slices_.empty(), "the plan asked for dropping the transient");
  const std::vector<double> means = series_.mean_response(plan_.measured);
  const Truncation cut = mser5(means);
  const Duration slice = plan_.measured.length() / kSlices;
  const Duration wanted = series_.bin() * static_cast<std::int64_t>(cut.drop);
  const std::int64_t drop = std::min((wanted + slice - Duration{1}) / slice, kSlices / 2);
  if (drop > 0) {
    measured_ = Tally(*layout_);
    for (auto i = static_cast<std::size_t>(drop); i < slices_.size(); ++i) {
      measured_.merge(slices_[i]);
    }
  }
  // The first instant of slice `drop`: what add() files there or later was kept.
  const auto ticks = static_cast<detail::Int128>(plan_.measured.length().count()) * drop;
  return {Duration{static_cast<std::int64_t>((ticks + kSlices - 1) / kSlices)}, cut.too_short};
}

void Recorder::fill(RunFacts& facts) const {
  LVS_REQUIRE(facts.servers.size() == layout_->servers().size(),
              "the servers are those of the plan");
  for (std::size_t s = 0; s < facts.servers.size(); ++s) {
    LVS_REQUIRE(facts.servers[s].id == layout_->servers()[s],
                "the servers are in the plan's order");
    facts.servers[s].connections = facts.servers[s].requests = 0;
  }
  facts.workloads.assign(layout_->workloads().size(), {});
  std::size_t target = 0;
  for (std::size_t w = 0; w < facts.workloads.size(); ++w) {
    const std::size_t targets = layout_->workloads()[w].targets.size();
    fill_workload(facts, w, target, target + targets);
    target += targets;
  }
  for (ServiceFacts& service : facts.services) {
    const ServiceLoad load = load_of(service, facts, *layout_, measured_);
    service.connections = load.connections;
    for (std::size_t i = 0; i < load.by_destination.size(); ++i) {
      service.destinations[i].connections = load.by_destination[i];
    }
    service.balance.clear();
    if (const auto row = work_balance(service, facts)) service.balance.push_back(*row);
    if (const auto row = connection_balance(service, load)) service.balance.push_back(*row);
  }
}

void Recorder::fill_workload(RunFacts& facts, std::size_t w, std::size_t first_target,
                             std::size_t last_target) const {
  WorkloadFacts& workload = facts.workloads[w];
  workload.name = layout_->workloads()[w].name;
  for (std::size_t k = 0; k < kLatencyKinds; ++k) {
    workload.latency[k] = latency_facts(measured_.latency(w, static_cast<LatencyKind>(k)));
  }
  for (std::size_t s = 0; s < layout_->server_places(); ++s) {
    const OutcomeCounts& requests = measured_.requests(w, s).outcomes;
    ConnectionCell connections;
    for (std::size_t t = first_target; t < last_target; ++t) {
      connections += measured_.connections(t, s);
    }
    workload.requests += requests;
    workload.connections += connections.outcomes;
    workload.established += connections.established;
    if (s == facts.servers.size()) continue;  // no server saw them
    facts.servers[s].requests += requests.total();
    facts.servers[s].connections += connections.outcomes.total();
  }
}

}  // namespace lvs
