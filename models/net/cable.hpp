// Cables: each joins two cards or switch ports and carries frames both ways, each way with its own
// rate, delay, drop-tail queue, loss and jitter.
//
// A frame costs one event: its arrival is computed when it is handed over (start = max(now, free),
// arrival = start + transmission + delay), and a cursor over the frames whose transmission has not
// started gives what is waiting (design.md 3.4).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/drop_cause.hpp"
#include "models/event_kinds.hpp"
#include "models/observe.hpp"
#include "models/packet/frame_pool.hpp"
#include "models/workload/law.hpp"
#include "sim/id.hpp"
#include "sim/random.hpp"
#include "sim/simulator.hpp"
#include "sim/units.hpp"

namespace lvs {

struct CableTag;
using CableId = Id<CableTag>;
/// One way of a cable: cable * 2, or cable * 2 + 1 for the way back.
struct DirectionTag;
using DirectionId = Id<DirectionTag>;

/// Where an end of a cable is plugged in.
struct Attachment {
  enum class Kind : std::uint8_t { card, switch_port };

  Kind kind = Kind::card;
  std::uint16_t port = 0;   ///< interface of the host, or port of the switch
  std::uint32_t owner = 0;  ///< host, or switch

  friend bool operator==(const Attachment&, const Attachment&) = default;
};

/// What may wait for the wire, not counting the frame being sent.
struct QueueLimit {
  std::int64_t most = 0;
  bool in_frames = false;  ///< frames, else bytes

  static constexpr QueueLimit of(ByteCount size) { return {size.value, false}; }
  static constexpr QueueLimit frames(std::int64_t n) { return {n, true}; }
  friend bool operator==(const QueueLimit&, const QueueLimit&) = default;
};

/// One way of a cable.
struct WayConfig {
  BitRate rate = gigabits_per_second(1);
  Duration delay{};
  QueueLimit queue = QueueLimit::of(kibibytes(512));
  ByteCount mtu = bytes(1500);      ///< longest IP packet that passes
  double loss = 0;                  ///< probability per frame
  std::optional<RandomLaw> jitter;  ///< added to the delay; never reorders
};

class Cables {
 public:
  struct Counters {
    std::uint64_t frames = 0;  ///< put on the wire
    std::uint64_t bytes = 0;   ///< of those, as Frame::length()
    Duration busy{};           ///< wire time
  };

  Cables(Simulator& simulator, FramePool& frames, StreamKey key)
      : simulator_(simulator), frames_(frames), key_(key) {}

  /// `name` names the random streams of both ways ("client/eth0").
  CableId connect(const Attachment& a, const Attachment& b, const WayConfig& a_to_b,
                  const WayConfig& b_to_a, const std::string& name);

  /// The way on which what is plugged in at `a` (or `b`) of the call to connect sends.
  static DirectionId from_a(CableId cable) { return DirectionId{cable.value * 2}; }
  static DirectionId from_b(CableId cable) { return DirectionId{cable.value * 2 + 1}; }

  /// Hands a frame to the wire; drops it there if the queue is full or the cable down.
  void transmit(DirectionId id, FrameId frame) {
    Way& way = ways_[id.index()];
    Frame& contents = frames_[frame];
    const ByteCount length = contents.length();
    if (!way.up) [[unlikely]]
      return lose(way, frame, DropCause::link_down);
    if (length.value > Frame::kEthernetHeader + way.mtu && !contents.is_arp()) [[unlikely]] {
      return lose(way, frame, DropCause::frame_too_long);
    }
    Time start = simulator_.now();
    if (way.free_at > start) {
      if (!wait_for_wire(way, frame, length)) return lose(way, frame, DropCause::queue_full);
      start = way.free_at;
    }
    const Duration sending = transmission(way, Frame::wire_length(length));
    way.free_at = start + sending;
    ++way.counters.frames;
    way.counters.bytes += static_cast<std::uint64_t>(length.value);
    way.counters.busy += sending;
    Time arrival = way.free_at + way.delay;
    if (way.impaired) [[unlikely]] {
      if (!impair(way, frame, arrival)) return lose(way, frame, DropCause::random_loss);
    }
    contents.cable_epoch = way.epoch;
    simulator_.at(arrival, code(EventKind::frame_arrival), id.value, frame.value);
  }

  /// The receiving end of a frame whose arrival event fired, or nothing if the cable was cut under
  /// it (the frame is then gone, counted as link_down).
  const Attachment* arrive(DirectionId way, FrameId frame) {
    Way& w = ways_[way.index()];
    if (frames_[frame].cable_epoch == w.epoch) [[likely]]
      return &w.receiver;
    lose(w, frame, DropCause::link_down);
    return nullptr;
  }

  /// Cut: everything on the cable and waiting for it is lost. Join: it carries frames again.
  void cut(CableId cable);
  void join(CableId cable);
  bool is_up(CableId cable) const { return ways_[cable.index() * 2].up; }
  /// A card was shut: what waits for its wire is lost, what is on the cable arrives.
  void flush_waiting(DirectionId way);
  /// Later frames see these values.
  void set_loss(CableId cable, double loss);
  void set_delay(CableId cable, Duration delay);

  /// Where a way ends.
  const Attachment& receiver(DirectionId way) const { return ways_[way.index()].receiver; }

  std::size_t direction_count() const { return ways_.size(); }
  const Counters& counters(DirectionId way) const { return ways_[way.index()].counters; }
  const DropCounters& drops(DirectionId way) const { return ways_[way.index()].drops; }
  const std::string& name(DirectionId way) const { return ways_[way.index()].name; }
  BitRate rate(DirectionId way) const { return ways_[way.index()].rate; }

 private:
  struct Waiting {
    Time start;
    FrameId frame;
    std::uint32_t cost;  ///< bytes, or 1
  };

  struct alignas(64) Way {
    // what every frame needs, in one cache line
    Time free_at = kStart;
    Duration delay{};
    std::int64_t ticks_per_byte = 0;  ///< 0 if the rate does not divide evenly
    Counters counters;
    Attachment receiver;
    std::uint32_t mtu = 0;
    std::uint16_t epoch = 0;
    bool up = true;
    bool impaired = false;  ///< has loss or jitter
    // what frames that wait need, in the next
    QueueLimit queue;
    std::int64_t waiting_cost = 0;
    std::uint32_t waiting_head = 0;
    std::uint32_t waiting_count = 0;
    std::vector<Waiting> waiting;  ///< ring, a power of two
    BitRate rate;
    // what few need
    Time last_arrival = kStart;
    double loss = 0;
    std::optional<RandomLaw> jitter;
    std::optional<RandomStream> stream;
    std::string name;
    DropCounters drops;
  };

  Duration transmission(const Way& way, ByteCount size) const {
    return way.ticks_per_byte != 0 ? Duration{size.value * way.ticks_per_byte}
                                   : transmission_time(size, way.rate);
  }
  bool wait_for_wire(Way& way, FrameId frame, ByteCount length);
  void push_waiting(Way& way, const Waiting& item);
  void start_of_waiting_passed(Way& way);
  static void forget_in_queue(Way& way, FrameId frame);
  static bool impair(Way& way, FrameId frame, Time& arrival);
  void lose(Way& way, FrameId frame, DropCause cause);
  Way make_way(const WayConfig& config, const Attachment& receiver, const std::string& name);

  Simulator& simulator_;
  FramePool& frames_;
  StreamKey key_;
  std::vector<Way> ways_;
};

}  // namespace lvs
