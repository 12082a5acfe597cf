// A learning switch, store and forward (spec/linux-host.md 8.1): it forwards in the event that
// delivers the frame to it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/drop_cause.hpp"
#include "models/net/cable.hpp"
#include "models/net/mac_table.hpp"
#include "models/packet/frame_pool.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Switch {
 public:
  Switch(Simulator& simulator, FramePool& frames, Cables& cables, std::string name)
      : simulator_(simulator), frames_(frames), cables_(cables), name_(std::move(name)) {}

  /// The next port number; the cable is plugged in with attach.
  std::uint16_t next_port() const { return static_cast<std::uint16_t>(ports_.size()); }
  void attach(DirectionId out) { ports_.push_back(out); }

  void receive(std::uint16_t port, FrameId frame) {
    const Frame& contents = frames_[frame];
    const Time now = simulator_.now();
    if (!contents.source.is_group()) table_.learn(contents.source, port, now);
    if (contents.destination.is_group()) return flood(port, frame);
    const auto out = table_.port_of(contents.destination, now);
    if (!out) return flood(port, frame);
    if (*out == port) return drop(frame, DropCause::same_port);
    cables_.transmit(ports_[*out], frame);
  }

  void port_down(std::uint16_t port) { table_.forget_port(port); }

  const std::string& name() const { return name_; }
  const MacTable& table() const { return table_; }
  const DropCounters& drops() const { return drops_; }
  std::size_t port_count() const { return ports_.size(); }

 private:
  void flood(std::uint16_t arrival, FrameId frame);
  void drop(FrameId frame, DropCause cause) {
    drops_.count(cause);
    frames_.drop(frame, cause);
  }

  Simulator& simulator_;
  FramePool& frames_;
  Cables& cables_;
  std::string name_;
  std::vector<DirectionId> ports_;
  MacTable table_;
  DropCounters drops_;
};

}  // namespace lvs
