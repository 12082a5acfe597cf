#include "models/net/cable.hpp"

#include <algorithm>
#include <utility>

namespace lvs {

CableId Cables::connect(const Attachment& a, const Attachment& b, const WayConfig& a_to_b,
                        const WayConfig& b_to_a, const std::string& name) {
  const CableId cable{static_cast<std::uint32_t>(ways_.size() / 2)};
  ways_.push_back(make_way(a_to_b, b, name + "/out"));
  ways_.push_back(make_way(b_to_a, a, name + "/in"));
  return cable;
}

Cables::Way Cables::make_way(const WayConfig& config, const Attachment& receiver,
                             const std::string& name) {
  LVS_REQUIRE(config.rate.bits_per_second > 0, "a cable has a rate");
  constexpr std::int64_t kTicksPerSecondTimesBits = 8'000'000'000'000;
  Way way;
  if (kTicksPerSecondTimesBits % config.rate.bits_per_second == 0) {
    way.ticks_per_byte = kTicksPerSecondTimesBits / config.rate.bits_per_second;
  }
  way.rate = config.rate;
  way.delay = config.delay;
  way.queue = config.queue;
  way.mtu = static_cast<std::uint32_t>(config.mtu.value);
  way.receiver = receiver;
  way.name = name;
  way.loss = config.loss;
  way.jitter = config.jitter;
  way.impaired = config.loss > 0 || config.jitter.has_value();
  way.stream.emplace(key_, name, "impairment");
  way.waiting.resize(16);
  return way;
}

/// Jitter and loss; returns whether the frame gets through, with the time of its arrival.
bool Cables::impair(Way& way, FrameId frame, Time& arrival) {
  if (way.jitter) arrival += way.jitter->sample_duration(*way.stream);
  arrival = std::max(arrival, way.last_arrival);
  if (way.loss > 0 && way.stream->uniform01() < way.loss) {
    forget_in_queue(way, frame);
    return false;
  }
  way.last_arrival = arrival;
  return true;
}

/// Puts the frame behind those that wait; returns whether the queue had room.
bool Cables::wait_for_wire(Way& way, FrameId frame, ByteCount length) {
  start_of_waiting_passed(way);
  const std::int64_t cost = way.queue.in_frames ? 1 : length.value;
  if (way.waiting_cost + cost > way.queue.most) return false;
  push_waiting(way, {way.free_at, frame, static_cast<std::uint32_t>(cost)});
  return true;
}

void Cables::start_of_waiting_passed(Way& way) {
  const std::size_t mask = way.waiting.size() - 1;
  while (way.waiting_count > 0 && way.waiting[way.waiting_head].start <= simulator_.now()) {
    way.waiting_cost -= way.waiting[way.waiting_head].cost;
    way.waiting_head = static_cast<std::uint32_t>((way.waiting_head + 1) & mask);
    --way.waiting_count;
  }
}

void Cables::push_waiting(Way& way, const Waiting& item) {
  if (way.waiting_count == way.waiting.size()) {
    std::rotate(way.waiting.begin(), way.waiting.begin() + way.waiting_head, way.waiting.end());
    way.waiting_head = 0;
    way.waiting.resize(way.waiting.size() * 2);
  }
  way.waiting[(way.waiting_head + way.waiting_count) & (way.waiting.size() - 1)] = item;
  ++way.waiting_count;
  way.waiting_cost += item.cost;
}

/// The frame is lost on the wire: it still takes its turn there, but its handle is used again.
void Cables::forget_in_queue(Way& way, FrameId frame) {
  if (way.waiting_count == 0) return;
  Waiting& newest =
      way.waiting[(way.waiting_head + way.waiting_count - 1) & (way.waiting.size() - 1)];
  if (newest.frame == frame) newest.frame = {};
}

void Cables::lose(Way& way, FrameId frame, DropCause cause) {
  way.drops.count(cause);
  frames_.drop(frame, cause);
}

void Cables::cut(CableId cable) {
  for (const DirectionId id : {from_a(cable), from_b(cable)}) {
    Way& way = ways_[id.index()];
    way.up = false;
    ++way.epoch;  // whatever is on its way finds another epoch when it arrives
    way.waiting_count = 0;
    way.waiting_cost = 0;
    way.free_at = std::min(way.free_at, simulator_.now());
    way.last_arrival = simulator_.now();
  }
}

void Cables::join(CableId cable) {
  ways_[from_a(cable).index()].up = true;
  ways_[from_b(cable).index()].up = true;
}

void Cables::flush_waiting(DirectionId id) {
  Way& way = ways_[id.index()];
  start_of_waiting_passed(way);
  if (way.waiting_count == 0) return;
  // The frame being sent goes on; the wire is free when the first of the lost ones would have
  // started.
  way.free_at = way.waiting[way.waiting_head].start;
  for (std::uint32_t i = 0; i < way.waiting_count; ++i) {
    const Waiting& lost = way.waiting[(way.waiting_head + i) & (way.waiting.size() - 1)];
    if (!lost.frame.valid()) continue;
    frames_[lost.frame].cable_epoch = static_cast<std::uint16_t>(way.epoch - 1);
  }
  way.waiting_count = 0;
  way.waiting_cost = 0;
}

void Cables::set_loss(CableId cable, double loss) {
  for (const DirectionId id : {from_a(cable), from_b(cable)}) {
    Way& way = ways_[id.index()];
    way.loss = loss;
    way.impaired = way.impaired || loss > 0;  // once impaired: set_delay relies on it
  }
}

void Cables::set_delay(CableId cable, Duration delay) {
  for (const DirectionId id : {from_a(cable), from_b(cable)}) {
    Way& way = ways_[id.index()];
    // A shorter delay must not overtake what is on the cable.
    if (!way.impaired && way.counters.frames > 0) way.last_arrival = way.free_at + way.delay;
    way.impaired = true;
    way.delay = delay;
  }
}

}  // namespace lvs
