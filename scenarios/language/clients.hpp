// Workloads of a scenario, as plain values (design.md 1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/packet/endpoint.hpp"
#include "scenarios/language/basics.hpp"
#include "scenarios/language/law.hpp"

namespace lvs::language {

struct AddressRange {  ///< first to last, both included
  Ipv4Address first;
  Ipv4Address last;
  Where where;
  std::int64_t size() const { return std::int64_t{last.value} - first.value + 1; }
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

struct Popularity {
  std::optional<double> zipf;  ///< exponent s; absent: uniform
  Where where;
  friend bool operator==(const Popularity&, const Popularity&) = default;
};

struct PoissonArrivals {
  double per_second = 0;  ///< total over hosts and addresses
  friend bool operator==(const PoissonArrivals&, const PoissonArrivals&) = default;
};
struct DeterministicArrivals {
  double per_second = 0;
  friend bool operator==(const DeterministicArrivals&, const DeterministicArrivals&) = default;
};
struct MmppArrivals {  ///< state k lasts means[k] on average and arrives at rates[k]
  std::vector<double> rates;
  std::vector<Duration> means;
  friend bool operator==(const MmppArrivals&, const MmppArrivals&) = default;
};
struct TraceArrivals {  ///< CSV with columns time_s, address, bytes
  std::string file;
  friend bool operator==(const TraceArrivals&, const TraceArrivals&) = default;
};
struct ClosedUsers {
  std::int64_t users = 0;
  friend bool operator==(const ClosedUsers&, const ClosedUsers&) = default;
};
using Arrivals =
    std::variant<PoissonArrivals, DeterministicArrivals, MmppArrivals, TraceArrivals, ClosedUsers>;

struct Retry {
  bool refused = false;
  bool timeout = false;
  Duration after{};
  int times = 1;
  Where where;
  friend bool operator==(const Retry&, const Retry&) = default;
};

struct Target {
  ServiceAddress service;
  Where where;
  friend bool operator==(const Target&, const Target&) = default;
};

enum class CloseBy : std::uint8_t { client, server };

/// One group of clients, a workload.
struct ClientGroup {
  Name name;
  std::vector<Name> hosts;              ///< at least one
  std::vector<AddressRange> addresses;  ///< empty: source selection decides
  Popularity popularity;                ///< over (host, address)
  std::vector<Target> targets;          ///< at least one
  std::optional<Popularity> popularity_targets;
  Arrivals arrivals;
  Where arrivals_where;
  CountLaw requests;  ///< per connection; constant 1 by default
  DurationLaw think;  ///< constant 0 by default
  std::optional<DurationLaw> hold;
  std::optional<SizeLaw> request;   ///< absent only with `flood`
  std::optional<Duration> timeout;  ///< absent: waits as long as TCP does
  CloseBy close = CloseBy::client;
  std::optional<Duration> idle;
  std::optional<Retry> retry;
  int streams = 1;
  std::optional<int> pool;
  bool flood_syn = false;
  Where idle_where, streams_where, pool_where, flood_where;
  friend bool operator==(const ClientGroup&, const ClientGroup&) = default;
};

}  // namespace lvs::language
