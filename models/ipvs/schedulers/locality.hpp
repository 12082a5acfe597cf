// What lblc and lblcr share: the map from destination addresses to servers, how it forgets, and
// when a server of it is passed over (spec/ipvs.md 2.9, 2.10).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/ipvs/schedulers/cost.hpp"
#include "models/ipvs/schedulers/hash_table.hpp"

namespace lvs {

/// Above its weight, while another server of the service has less than half of its own.
inline bool has_too_much(const Destination& server, const DestinationList& servers) {
  if (as_signed(server.active) <= server.weight) return false;
  return std::any_of(servers.begin(), servers.end(), [](const Destination& other) {
    return as_signed(other.active * 2) < other.weight;
  });
}

/// A server that a map refers to: it stays in the trash after it was deleted, and may come back.
class HeldServer {
 public:
  HeldServer(SchedulerHost& host, DestinationId id) : host_(&host), id_(id) { host_->hold(id_); }
  HeldServer(HeldServer&& other) noexcept
      : host_(other.host_), id_(std::exchange(other.id_, DestinationId{})) {}
  HeldServer& operator=(HeldServer&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~HeldServer() {
    if (id_.valid()) host_->let_go(id_);
  }

  DestinationId id() const { return id_; }

 private:
  SchedulerHost* host_;
  DestinationId id_;
};

/// Destination address -> Value. It knows no limit: 6.1.192 bounds its growth by a rule we have not
/// seen (9.1), so we follow what was before: above kMany entries more of them are forgotten.
template <class Value>
class LocalityMap {
 public:
  static constexpr std::size_t kMany = 16384;
  static constexpr int kBucketBits = 10;
  static constexpr Jiffies kIdleIfMany = jiffies_of_seconds(360);
  static constexpr std::uint32_t kFullCheckEvery = 30;  ///< collections

  struct Entry {
    Ipv4Address target;
    Jiffies last_use;
    Value value;
  };

  /// Null if there is none. Good until the next create() or collect().
  Entry* find(Ipv4Address target) {
    for (Entry& entry : bucket(target)) {
      if (entry.target == target) return &entry;
    }
    return nullptr;
  }
  /// Requires: there is none. The order within a bucket decides nothing.
  void create(Entry entry) {
    bucket(entry.target).push_back(std::move(entry));
    ++size_;
  }

  /// Each minute: now and then forgets what was not used for `expiration` seconds; in between, if
  /// there are many entries, what was not used for 6 minutes, from bucket to bucket, until about
  /// enough of them are gone.
  void collect(Jiffies now, int expiration) {
    if (minute_ % kFullCheckEvery == 0) {
      const std::int64_t idle = std::int64_t{expiration} * kJiffiesPerSecond;
      for (std::size_t at = 0; at < buckets_.size(); ++at) forget(at, now, idle);
      minute_ = 1;
    } else if (size_ <= kMany) {
      ++minute_;
    } else {
      thin_out(now);
    }
  }

 private:
  using Bucket = std::vector<Entry>;

  Bucket& bucket(Ipv4Address target) {
    return buckets_[multiplicative_hash(target.value, kBucketBits)];
  }

  void thin_out(Jiffies now) {
    const std::size_t goal = std::min((size_ - kMany) * 4 / 3, kMany / 2);
    std::size_t gone = 0;
    for (std::size_t visited = 0; visited < buckets_.size() && gone < goal; ++visited) {
      rover_ = (rover_ + 1) % buckets_.size();
      gone += forget(rover_, now, kIdleIfMany);
    }
  }

  /// How many entries of a bucket were not used for `idle` jiffies and are gone.
  std::size_t forget(std::size_t at, Jiffies now, std::int64_t idle) {
    const std::size_t gone = std::erase_if(
        buckets_[at], [&](const Entry& entry) { return now - entry.last_use >= idle; });
    size_ -= gone;
    return gone;
  }

  std::array<Bucket, std::size_t{1} << kBucketBits> buckets_;
  std::size_t size_ = 0;
  std::size_t rover_ = 0;  ///< the bucket at which thin_out() stopped
  std::uint32_t minute_ = 1;
};

}  // namespace lvs
