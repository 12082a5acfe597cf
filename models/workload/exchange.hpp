// An exchange: one connection of a client (or one UDP request) from the wish for it to its end,
// with the request that is now under way. Frames carry its name as a tag, so that the server that
// gets the request knows its size and demand; no address or header comes from it.
#pragma once

#include <cstdint>
#include <vector>

#include "models/observe.hpp"
#include "models/packet/endpoint.hpp"
#include "models/packet/frame.hpp"
#include "models/tcp/endpoint.hpp"
#include "sim/time.hpp"
#include "sim/timing_wheel.hpp"

namespace lvs {

struct Exchange {
  enum class Phase : std::uint8_t {
    free,
    connecting,  ///< SYN sent
    waiting,     ///< request sent, response not complete
    thinking,    ///< between two requests
    holding,     ///< after the last one
  };

  std::uint32_t generation = 0;
  Phase phase = Phase::free;
  bool measured = false;  ///< the present request's arrival lies in the window
  bool connection_measured = false;
  bool first_request = true;
  bool closes_at_server = false;  ///< the server closes after the last response
  WorkloadId workload;
  HostId client;
  HostId server;           ///< set by the server that takes it
  std::uint32_t user = 0;  ///< of a closed loop
  Endpoint source;
  EndpointId endpoint;              ///< TCP
  std::uint32_t requests_left = 0;  ///< after the present one
  std::uint32_t requests_done = 0;
  std::uint64_t number = 0;  ///< k of the present request
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;  ///< set by the server
  std::uint64_t received = 0;
  Time connection_arrival = kNever;
  Time syn_sent = kNever;
  Time established = kNever;
  Time arrival = kNever;
  Time sent = kNever;
  Time first_byte = kNever;
  TimerId timer;  ///< timeout, think time or hold; of the slot
};

/// Exchanges by tag. Slots are used again under another generation.
class Exchanges {
 public:
  /// Null if the exchange has ended.
  Exchange* find(PayloadTag tag) {
    if (tag.slot >= slots_.size() || slots_[tag.slot].generation != tag.generation) return nullptr;
    return &slots_[tag.slot];
  }
  Exchange& operator[](std::uint32_t slot) { return slots_[slot]; }
  PayloadTag tag(std::uint32_t slot) const { return {slot, slots_[slot].generation}; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(slots_.size()); }

  /// The slot of a fresh exchange; its timer is that of the slot, none in a new slot.
  std::uint32_t create() {
    if (free_.empty()) {
      free_.push_back(size());
      slots_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    Exchange fresh;
    fresh.generation = slots_[slot].generation;
    fresh.timer = slots_[slot].timer;
    slots_[slot] = fresh;
    return slot;
  }
  void destroy(std::uint32_t slot) {
    slots_[slot].phase = Exchange::Phase::free;
    ++slots_[slot].generation;
    free_.push_back(slot);
  }

 private:
  std::vector<Exchange> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace lvs
