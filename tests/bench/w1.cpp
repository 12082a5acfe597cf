#include "tests/bench/w1.hpp"

#include "sim/simulator.hpp"
#include "tests/bench/measure.hpp"
#include "tests/sim/hold_model.hpp"

namespace lvs {

void run_w1(HoldSize size, EventQueue::Structure structure) {
  HoldIncrements gaps;
  HoldChecksum checksum;
  EventQueue queue(structure);
  std::uint64_t sequence = 0;
  const auto push = [&](std::int64_t time, std::uint32_t payload) {
    queue.push({Time{Duration{time}}, event_order({sequence++}, 1), 0, payload});
  };
  const auto hold = [&](std::size_t count) {
    Event event{};
    for (std::size_t i = 0; i < count; ++i) {
      queue.pop(kNever, event);
      const std::int64_t now = event.time.time_since_epoch().count();
      checksum.add(now, event.argument);
      push(now + gaps.next(), event.argument);
    }
  };
  for (std::uint32_t i = 0; i < size.pending; ++i) push(gaps.next(), i);
  hold(hold_warm_up(size.pending));
  const double before = cpu_seconds();
  hold(size.holds);
  const double taken = cpu_seconds() - before;
  const char* name = structure == EventQueue::Structure::calendar ? "w1" : "w1-heap";
  print({name, size.pending, size.holds, taken, checksum.value()});
}

void run_w1b(HoldSize size) {
  HoldIncrements gaps;
  HoldChecksum checksum;
  Simulator simulator;
  for (std::uint32_t i = 0; i < size.pending; ++i) {
    simulator.at(Time{Duration{gaps.next()}}, 1, i, 0);
  }
  std::size_t left = 0;
  const auto hold = [&](std::size_t count) {
    left = count;
    simulator.run_until(kNever - Duration{1}, [&](const Event& event) {
      checksum.add(event.time.time_since_epoch().count(), event.target);
      simulator.at(event.time + Duration{gaps.next()}, 1, event.target, 0);
      return --left > 0;
    });
  };
  hold(hold_warm_up(size.pending));
  const double before = cpu_seconds();
  hold(size.holds);
  const double taken = cpu_seconds() - before;
  print({"w1b", size.pending, size.holds, taken, checksum.value()});
}

}  // namespace lvs
