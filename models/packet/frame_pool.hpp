// Where frames live while they travel. A frame is named by a handle; its address is stable until it
// is released. Counts every frame in and out, so that sent = delivered + dropped + in flight can be
// checked.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/drop_cause.hpp"
#include "models/packet/frame.hpp"
#include "sim/check.hpp"
#include "sim/id.hpp"

namespace lvs {

struct FrameTag;
using FrameId = Id<FrameTag>;

class FramePool {
 public:
  /// A fresh frame. Its contents are those of some earlier frame: the caller sets every field it
  /// needs.
  FrameId create() {
    if (free_ == kNone) grow();
    const std::uint32_t at = free_;
    free_ = next_[at];
    ++created_;
    return FrameId{at};
  }
  /// A copy, as a switch floods it.
  FrameId copy(FrameId original) {
    const FrameId id = create();
    (*this)[id] = (*this)[original];
    ++copied_;
    return id;
  }

  Frame& operator[](FrameId id) { return blocks_[id.value >> kBlockBits][id.value & kBlockMask]; }
  const Frame& operator[](FrameId id) const {
    return blocks_[id.value >> kBlockBits][id.value & kBlockMask];
  }

  /// The frame has reached whom it was for.
  void deliver(FrameId id) {
    ++delivered_;
    release(id);
  }
  /// The frame is lost; the caller has counted `cause` at its place.
  void drop(FrameId id, DropCause cause) {
    ++dropped_[static_cast<std::size_t>(cause)];
    release(id);
  }

  std::uint64_t sent() const { return created_ - copied_; }
  std::uint64_t copied() const { return copied_; }
  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t dropped(DropCause cause) const { return dropped_[static_cast<std::size_t>(cause)]; }
  std::uint64_t dropped() const;
  /// Frames that exist now, counted by walking the free list: independent of the counters above.
  std::uint64_t in_flight() const;

 private:
  static constexpr int kBlockBits = 10;
  static constexpr std::uint32_t kBlockMask = (1U << kBlockBits) - 1;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  void grow();
  void release(FrameId id) {
    next_[id.index()] = free_;
    free_ = id.value;
  }

  std::vector<std::unique_ptr<Frame[]>> blocks_;
  std::vector<std::uint32_t> next_;  ///< of a free frame: the next free one
  std::uint32_t free_ = kNone;
  // counters
  std::uint64_t created_ = 0;
  std::uint64_t copied_ = 0;
  std::uint64_t delivered_ = 0;
  std::array<std::uint64_t, kDropCauseCount> dropped_{};
};

}  // namespace lvs
