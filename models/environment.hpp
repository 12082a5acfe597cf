// What all hosts of a world share.
#pragma once

#include "models/net/cable.hpp"
#include "models/observe.hpp"
#include "models/packet/frame_pool.hpp"
#include "sim/random.hpp"
#include "sim/simulator.hpp"

namespace lvs {

struct Environment {
  Simulator& simulator;
  FramePool& frames;
  Cables& cables;
  Observation& observation;
  StreamKey key;
};

}  // namespace lvs
