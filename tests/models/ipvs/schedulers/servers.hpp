// Real servers for a scheduler without a director around it. They are called a, b, c, ... in the
// order they were added; the list has the latest first, as the kernel's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "models/ipvs/scheduler.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {

struct ServerState {
  std::int32_t weight = 1;
  std::uint32_t active = 0;
  std::uint32_t inactive = 0;
  bool overloaded = false;
};

class ServerSet {
 public:
  explicit ServerSet(std::unique_ptr<Scheduler> scheduler) : scheduler_(std::move(scheduler)) {
    scheduler_->bound(list());
  }

  DestinationList list() const { return {pool_, order_}; }
  Scheduler& scheduler() { return *scheduler_; }

  ServerSet& add(const ServerState& state) {
    order_.insert(order_.begin(), DestinationId{static_cast<std::uint32_t>(pool_.size())});
    Destination& d = pool_.emplace_back();
    d.weight = state.weight;
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
  void remove(char name) {
    const auto at = std::find(order_.begin(), order_.end(), id(name));
    const auto position = static_cast<std::size_t>(at - order_.begin());
    order_.erase(at);
    scheduler_->removed(list(), position);
  }
  void edit(char name, std::int32_t weight) {
    (*this)[name].weight = weight;
    scheduler_->edited(list());
  }
  void bind(std::unique_ptr<Scheduler> scheduler) {
    scheduler_ = std::move(scheduler);
    scheduler_->bound(list());
  }
  Destination& operator[](char name) { return pool_[id(name).index()]; }

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
  static DestinationId id(char name) { return {static_cast<std::uint32_t>(name - 'a')}; }

  DestinationPool pool_;
  std::vector<DestinationId> order_;
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace lvs
