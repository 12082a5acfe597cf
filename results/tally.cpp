#include "results/tally.hpp"

#include <algorithm>

#include "sim/check.hpp"

namespace lvs {

ConnectionCell& ConnectionCell::operator+=(const ConnectionCell& other) {
  outcomes += other.outcomes;
  established += other.established;
  return *this;
}

RequestCell& RequestCell::operator+=(const RequestCell& other) {
  outcomes += other.outcomes;
  completed_bytes += other.completed_bytes;
  return *this;
}

TallyLayout::TallyLayout(std::vector<WorkloadPlan> workloads, std::vector<HostId> servers)
    : workloads_(std::move(workloads)), servers_(std::move(servers)) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const std::size_t host = servers_[i].index();
    LVS_REQUIRE(servers_[i].valid(), "a server is a host");
    if (host >= place_of_host_.size()) {
      place_of_host_.resize(host + 1, static_cast<std::uint32_t>(servers_.size()));
    }
    place_of_host_[host] = static_cast<std::uint32_t>(i);
  }
  for (const WorkloadPlan& workload : workloads_) {
    first_target_.push_back(target_count_);
    target_count_ += workload.targets.size();
  }
}

std::size_t TallyLayout::server_place(HostId host) const {
  if (!host.valid() || host.index() >= place_of_host_.size()) return servers_.size();
  return place_of_host_[host.index()];
}

std::size_t TallyLayout::target_place(WorkloadId workload, const ServiceAddress& target) const {
  LVS_REQUIRE(workload.valid() && workload.index() < workloads_.size(),
              "the client group is known");
  const auto& targets = workloads_[workload.index()].targets;
  const auto found = std::find(targets.begin(), targets.end(), target);
  LVS_REQUIRE(found != targets.end(), "a connection goes to a target of its client group");
  return first_target_[workload.index()] + static_cast<std::size_t>(found - targets.begin());
}

Tally::Tally(const TallyLayout& layout)
    : layout_(&layout),
      connections_(layout.target_count() * layout.server_places()),
      requests_(layout.workloads().size() * layout.server_places()),
      latency_(layout.workloads().size()),
      response_(layout.server_places()) {}

void Tally::add(const RequestEnd& request) {
  const std::size_t workload = request.workload.index();
  LVS_REQUIRE(workload < layout_->workloads().size(), "the client group is known");
  const std::size_t server = layout_->server_place(request.server);
  RequestCell& cell = requests_[workload * layout_->server_places() + server];
  cell.outcomes.count(request.outcome);
  if (request.outcome != Outcome::completed) return;
  cell.completed_bytes += request.response_bytes;
  const Duration response = request.last_byte - request.sent;
  auto& latency = latency_[workload];
  latency[static_cast<std::size_t>(LatencyKind::first_byte)].record(request.first_byte -
                                                                    request.sent);
  latency[static_cast<std::size_t>(LatencyKind::response)].record(response);
  response_[server].record(response);
}

void Tally::add(const ConnectionEnd& connection) {
  const std::size_t target = layout_->target_place(connection.workload, connection.target);
  const std::size_t server = layout_->server_place(connection.server);
  ConnectionCell& cell = connections_[target * layout_->server_places() + server];
  cell.outcomes.count(connection.outcome);
  auto& latency = latency_[connection.workload.index()];
  if (connection.established != kNever) {
    ++cell.established;
    // UDP has no handshake: its exchange is established as it begins, which is no latency.
    if (connection.target.protocol == Protocol::tcp) {
      latency[static_cast<std::size_t>(LatencyKind::connect)].record(connection.established -
                                                                     connection.syn_sent);
    }
  }
  if (connection.outcome == Outcome::completed && connection.syn_sent != kNever) {
    latency[static_cast<std::size_t>(LatencyKind::total)].record(connection.ended -
                                                                 connection.syn_sent);
  }
}

void Tally::merge(const Tally& other) {
  LVS_REQUIRE(layout_ == other.layout_, "tallies of one layout are merged");
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i] += other.connections_[i];
  for (std::size_t i = 0; i < requests_.size(); ++i) requests_[i] += other.requests_[i];
  for (std::size_t i = 0; i < latency_.size(); ++i) {
    for (std::size_t k = 0; k < kLatencyKinds; ++k) latency_[i][k].merge(other.latency_[i][k]);
  }
  for (std::size_t i = 0; i < response_.size(); ++i) response_[i].merge(other.response_[i]);
}

const ConnectionCell& Tally::connections(std::size_t target, std::size_t server) const {
  return connections_[target * layout_->server_places() + server];
}

const RequestCell& Tally::requests(std::size_t workload, std::size_t server) const {
  return requests_[workload * layout_->server_places() + server];
}

const Histogram& Tally::latency(std::size_t workload, LatencyKind kind) const {
  return latency_[workload][static_cast<std::size_t>(kind)];
}

}  // namespace lvs
