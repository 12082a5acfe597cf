// The processor of a host as a queue: each frame that arrives costs time on one core, in order;
// what the host decides about it is decided when that time is over (design.md 1.1, `cpu`).
#pragma once

#include <cstdint>
#include <vector>

#include "models/host/interface.hpp"
#include "models/packet/frame_pool.hpp"
#include "sim/simulator.hpp"

namespace lvs {

struct ProcessorConfig {
  std::uint32_t cores = 1;
  Duration per_frame{};
  Duration per_byte{};        ///< of Frame::length()
  Duration per_connection{};  ///< for a frame that asks for one: a SYN without ACK
  QueueLimit queue =
      QueueLimit::frames(1000);  ///< per core, not counting the frame being worked on
};

class Processor {
 public:
  struct Work {
    FrameId frame;
    InterfaceId arrival;
    Duration cost{};
  };

  Processor(Simulator& simulator, FramePool& frames, HostId host, const ProcessorConfig& config);

  /// Takes the frame into the queue of its core; false if that is full (the caller drops it).
  bool submit(InterfaceId arrival, FrameId frame);
  /// The core has finished a frame (EventKind::processor_done): returns it and starts the next.
  Work finish(std::uint32_t core);

  const ProcessorConfig& config() const { return config_; }
  /// Core time spent on frames whose service has begun, up to `now`.
  Duration busy(Time now) const;
  /// Gives back every frame that waits or is being worked on; for a host that loses power.
  std::vector<FrameId> abandon();

 private:
  struct Core {
    std::vector<Work> ring;  ///< a power of two; the head is being worked on
    std::uint32_t head = 0;
    std::uint32_t count = 0;
    std::int64_t waiting = 0;  ///< bytes or frames behind the head
    Time until = kStart;
  };

  std::uint32_t core_of(const Frame& frame) const;
  Duration cost(const Frame& frame) const;
  void start(std::uint32_t core);
  std::int64_t queue_cost(const Work& work) const;

  Simulator& simulator_;
  FramePool& frames_;
  HostId host_;
  ProcessorConfig config_;
  std::vector<Core> cores_;
  Duration busy_{};  ///< of all frames whose service has begun, in full
};

}  // namespace lvs
