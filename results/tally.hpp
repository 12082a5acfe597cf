// Counts and latencies of the connections and requests that arrived in one span of time.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/observe.hpp"
#include "results/histogram.hpp"
#include "results/run_facts.hpp"

namespace lvs {

/// What the recorder must know of a client group; its place in the list is its WorkloadId.
struct WorkloadPlan {
  std::string name;
  std::vector<ServiceAddress> targets;
};

/// Connections of one client group to one target that ended at one server.
struct ConnectionCell {
  OutcomeCounts outcomes;
  std::uint64_t established = 0;

  ConnectionCell& operator+=(const ConnectionCell& other);
};

struct RequestCell {
  OutcomeCounts outcomes;
  std::uint64_t completed_bytes = 0;  ///< of responses

  RequestCell& operator+=(const RequestCell& other);
};

/// Where the parts of a Tally are: servers by their place in the list, the last place is "none".
class TallyLayout {
 public:
  TallyLayout(std::vector<WorkloadPlan> workloads, std::vector<HostId> servers);

  const std::vector<WorkloadPlan>& workloads() const { return workloads_; }
  const std::vector<HostId>& servers() const { return servers_; }
  /// One more than there are servers.
  std::size_t server_places() const { return servers_.size() + 1; }
  /// The place of a host; the last one for none and for hosts that are not in the list.
  std::size_t server_place(HostId host) const;
  std::size_t target_count() const { return target_count_; }
  /// Over all client groups, in order. An address that is no target of the group is a broken
  /// invariant.
  std::size_t target_place(WorkloadId workload, const ServiceAddress& target) const;

 private:
  std::vector<WorkloadPlan> workloads_;
  std::vector<HostId> servers_;
  std::vector<std::uint32_t> place_of_host_;  // by host id
  std::vector<std::size_t> first_target_;     // by workload
  std::size_t target_count_ = 0;
};

class Tally {
 public:
  explicit Tally(const TallyLayout& layout);

  void add(const RequestEnd& request);
  void add(const ConnectionEnd& connection);
  /// Requires: the same layout.
  void merge(const Tally& other);

  const ConnectionCell& connections(std::size_t target, std::size_t server) const;
  const RequestCell& requests(std::size_t workload, std::size_t server) const;
  const Histogram& latency(std::size_t workload, LatencyKind kind) const;
  /// Response times of completed requests by the server that served them.
  const Histogram& response(std::size_t server) const { return response_[server]; }

 private:
  const TallyLayout* layout_;
  std::vector<ConnectionCell> connections_;
  std::vector<RequestCell> requests_;
  std::vector<std::array<Histogram, kLatencyKinds>> latency_;  // by workload
  std::vector<Histogram> response_;                            // by server
};

}  // namespace lvs
