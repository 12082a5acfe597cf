#include "models/host/processor.hpp"

#include <algorithm>

#include "models/event_kinds.hpp"

namespace lvs {

Processor::Processor(Simulator& simulator, FramePool& frames, HostId host,
                     const ProcessorConfig& config)
    : simulator_(simulator), frames_(frames), host_(host), config_(config), cores_(config.cores) {
  for (Core& core : cores_) core.ring.resize(16);
}

/// hash(flow) mod cores, ARP to core 0. Both directions of a flow need not meet on one core, as
/// with receive-side scaling. The mixing constant is ours (2^64 / golden ratio).
std::uint32_t Processor::core_of(const Frame& frame) const {
  if (config_.cores == 1 || frame.is_arp()) return 0;
  const Ipv4Header& ip = frame.ip;
  std::uint64_t key = static_cast<std::uint64_t>(ip.source.value) << 32 | ip.destination.value;
  if (ip.protocol == Protocol::tcp) {
    key ^= static_cast<std::uint64_t>(frame.tcp.source.value) << 16 | frame.tcp.destination.value;
  } else if (ip.protocol == Protocol::udp) {
    key ^= static_cast<std::uint64_t>(frame.udp.source.value) << 16 | frame.udp.destination.value;
  }
  key *= 0x9e3779b97f4a7c15ULL;
  return static_cast<std::uint32_t>((key >> 32) % config_.cores);
}

Duration Processor::cost(const Frame& frame) const {
  Duration cost = config_.per_frame + frame.length().value * config_.per_byte;
  const bool asks =
      !frame.is_arp() && frame.ip.protocol == Protocol::tcp && frame.tcp.syn() && !frame.tcp.ack();
  if (asks) cost += config_.per_connection;
  return cost;
}

std::int64_t Processor::queue_cost(const Work& work) const {
  return config_.queue.in_frames ? 1 : frames_[work.frame].length().value;
}

bool Processor::submit(InterfaceId arrival, FrameId id) {
  const Frame& frame = frames_[id];
  const std::uint32_t at = core_of(frame);
  Core& core = cores_[at];
  const Work work{id, arrival, cost(frame)};
  if (core.count > 0) {
    if (core.waiting + queue_cost(work) > config_.queue.most) return false;
    core.waiting += queue_cost(work);
  }
  if (core.count == core.ring.size()) {
    std::rotate(core.ring.begin(), core.ring.begin() + core.head, core.ring.end());
    core.head = 0;
    core.ring.resize(core.ring.size() * 2);
  }
  core.ring[(core.head + core.count) & (core.ring.size() - 1)] = work;
  if (++core.count == 1) start(at);
  return true;
}

void Processor::start(std::uint32_t at) {
  Core& core = cores_[at];
  const Duration cost = core.ring[core.head].cost;
  busy_ += cost;
  core.until = simulator_.now() + cost;
  simulator_.at(core.until, code(EventKind::processor_done), host_.value, at);
}

Processor::Work Processor::finish(std::uint32_t at) {
  Core& core = cores_[at];
  const Work done = core.ring[core.head];
  core.head = static_cast<std::uint32_t>((core.head + 1) & (core.ring.size() - 1));
  if (--core.count > 0) {
    core.waiting -= queue_cost(core.ring[core.head]);
    start(at);
  }
  return done;
}

Duration Processor::busy(Time now) const {
  Duration busy = busy_;
  for (const Core& core : cores_) {
    if (core.count > 0) busy -= std::max(Duration{}, core.until - now);
  }
  return busy;
}

std::vector<FrameId> Processor::abandon() {
  std::vector<FrameId> frames;
  for (Core& core : cores_) {
    // The frame being worked on is left to its event, which finds the host without power.
    for (std::uint32_t i = 1; i < core.count; ++i) {
      frames.push_back(core.ring[(core.head + i) & (core.ring.size() - 1)].frame);
    }
    core.count = std::min(core.count, 1U);
    core.waiting = 0;
  }
  return frames;
}

}  // namespace lvs
