// Real servers for a scheduler without a director around it. They are called a, b, c, ... in the
// order they were added; the list has the latest first, as the kernel's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/ipvs/scheduler.hpp"
#include "models/ipvs/schedulers/registry.hpp"
#include "sim/check.hpp"

namespace lvs {

/// What a scheduler borrows from its director, under the test's control.
class TestHost final : public SchedulerHost {
 public:
  Jiffies time = 1'000'000;
  IpvsSysctls sysctls;
  std::deque<std::uint32_t> numbers;  ///< what random() will give
  std::map<DestinationId, int> held;  ///< references of caches; never 0

  void advance(std::uint32_t seconds) { time += jiffies_of_seconds(seconds); }
  int references() const {
    int sum = 0;
    for (const auto& [id, count] : held) sum += count;
    return sum;
  }

  Jiffies now() const override { return time; }
  const IpvsSysctls& settings() const override { return sysctls; }
  void hold(DestinationId id) override { ++held[id]; }
  void let_go(DestinationId id) override {
    LVS_REQUIRE(held.count(id) == 1, "only what is held is let go");
    if (--held[id] == 0) held.erase(id);
  }
  std::uint32_t random() override {
    LVS_REQUIRE(!numbers.empty(), "the test foresaw every draw");
    const std::uint32_t number = numbers.front();
    numbers.pop_front();
    return number;
  }
};

struct ServerState {
  std::int32_t weight = 1;
  std::uint32_t active = 0;
  std::uint32_t inactive = 0;
  bool overloaded = false;
};

class ServerSet {
 public:
  explicit ServerSet(std::unique_ptr<Scheduler> scheduler) { bind(std::move(scheduler)); }

  DestinationList list() const { return {pool_, order_}; }
  Scheduler& scheduler() { return *scheduler_; }
  TestHost& host() { return *host_; }

  /// The n-th server is 10.0.0.n:80 unless it has an address.
  ServerSet& add(const ServerState& state) {
    const auto number = static_cast<std::uint32_t>(pool_.size());
    return add(state, {{ipv4(10, 0, 0, 1).value + number}, Port{80}});
  }
  ServerSet& add(const ServerState& state, Endpoint address) {
    order_.insert(order_.begin(), DestinationId{static_cast<std::uint32_t>(pool_.size())});
    Destination& d = pool_.emplace_back();
    d.address = address;
    d.weight = d.last_weight = state.weight;
    d.active = state.active;
    d.inactive = state.inactive;
    d.overloaded = state.overloaded;
    scheduler_->added(list());
    return *this;
  }
  ServerSet& add_weights(std::initializer_list<std::int32_t> weights) {
    for (const std::int32_t weight : weights) add({.weight = weight});
    return *this;
  }
  void remove(char name) { remove(id(name)); }
  void remove(DestinationId gone) {
    const auto at = std::find(order_.begin(), order_.end(), gone);
    const auto position = static_cast<std::size_t>(at - order_.begin());
    order_.erase(at);
    scheduler_->removed(list(), position);
    pool_[gone.index()].available = false;
  }
  /// Adds a removed server again: the same one, with its counts, at the head.
  void revive(char name) {
    (*this)[name].available = true;
    order_.insert(order_.begin(), id(name));
    scheduler_->added(list());
  }
  void edit(char name, std::int32_t weight) {
    (*this)[name].weight = weight;
    if (weight != 0) (*this)[name].last_weight = weight;
    scheduler_->edited(list());
  }
  void bind(std::unique_ptr<Scheduler> scheduler) {
    scheduler_ = std::move(scheduler);
    scheduler_->attach(*host_);
    scheduler_->bound(list());
  }
  /// Nothing, as when the service is deleted.
  void unbind() { scheduler_.reset(); }

  Destination& operator[](char name) { return pool_[id(name).index()]; }
  static DestinationId id(char name) { return {static_cast<std::uint32_t>(name - 'a')}; }

  /// "c", or "-" if there is no server to choose.
  std::string pick(const Flow& flow = {}) {
    const DestinationId picked = scheduler_->pick(list(), flow);
    return picked.valid() ? std::string(1, static_cast<char>('a' + picked.value)) : "-";
  }
  /// The next `count` picks, in one word.
  std::string picks(int count) {
    std::string names;
    for (int i = 0; i < count; ++i) names += pick();
    return names;
  }

 private:
  std::unique_ptr<TestHost> host_ = std::make_unique<TestHost>();
  DestinationPool pool_;
  std::vector<DestinationId> order_;
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace lvs
