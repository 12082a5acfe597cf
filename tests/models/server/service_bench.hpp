// A service queue and what happens to it when, for tests that state departures.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <ostream>
#include <utility>
#include <vector>

#include "models/event_kinds.hpp"
#include "models/server/service_queue.hpp"

namespace lvs {

struct Departure {
  std::uint32_t owner = 0;
  Duration at{};
  friend bool operator==(const Departure&, const Departure&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Departure& d) {
    return out << d.owner << '@' << d.at;
  }
};
using Departures = std::vector<Departure>;

/// Dispatches its queue's departures, and the actions it was given.
class ServiceBench {
 public:
  explicit ServiceBench(ServiceQueue::Settings settings) : queue(simulator, 3, settings) {}

  Simulator simulator;
  ServiceQueue queue;
  Departures departures;

  void at(Duration when, std::function<void()> action) {
    actions_.push_back(std::move(action));
    simulator.at(kStart + when, code(EventKind::scenario_event), 0,
                 static_cast<std::uint32_t>(actions_.size() - 1));
  }
  /// Jobs are numbered from 0 in the order of these calls.
  void job(Duration when, Duration demand) {
    const auto owner = static_cast<std::uint32_t>(ids.size());
    ids.emplace_back();
    at(when, [this, owner, demand] { ids[owner] = queue.submit(owner, demand); });
  }
  Departures& run(Duration end = seconds(100)) {
    simulator.run_until(kStart + end, [this](const Event& event) {
      if (event.kind() == code(EventKind::scenario_event)) return actions_[event.argument]();
      REQUIRE(event.kind() == code(EventKind::service_departure));
      REQUIRE(event.target == 3);
      while (const auto owner = queue.take_departure()) {
        departures.push_back({*owner, simulator.now() - kStart});
      }
    });
    return departures;
  }

  std::vector<JobId> ids;

 private:
  std::vector<std::function<void()>> actions_;
};

using QueueDiscipline = ServiceQueue::Discipline;
inline Duration us(std::int64_t n) { return microseconds(n); }

constexpr ServiceQueue::Settings fcfs(std::uint32_t cores, double speed = 1) {
  return {.cores = cores, .discipline = QueueDiscipline::fcfs, .speed = speed};
}
constexpr ServiceQueue::Settings ps(std::uint32_t cores, double speed = 1) {
  return {.cores = cores, .discipline = QueueDiscipline::ps, .speed = speed};
}

}  // namespace lvs
