// W1: the hold model on the event queue alone. W1b: through the Simulator, one handler per event.
#pragma once

#include <cstddef>

#include "sim/event_queue.hpp"

namespace lvs {

struct HoldSize {
  std::size_t pending = 0;
  std::size_t holds = 0;
};

void run_w1(HoldSize size, EventQueue::Structure structure);
void run_w1b(HoldSize size);

}  // namespace lvs
