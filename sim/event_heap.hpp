// An implicit 4-ary min-heap of events.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/event.hpp"

namespace lvs {

class EventHeap {
 public:
  bool empty() const { return events_.empty(); }
  std::size_t size() const { return events_.size(); }
  const Event& top() const { return events_.front(); }
  /// In no particular order.
  const std::vector<Event>& events() const { return events_; }
  void clear() { events_.clear(); }

  void push(const Event& event) {
    std::size_t i = events_.size();
    events_.push_back(event);
    while (i > 0) {
      const std::size_t parent = (i - 1) / 4;
      if (!(event < events_[parent])) break;
      events_[i] = events_[parent];
      i = parent;
    }
    events_[i] = event;
  }

  /// Requires: not empty.
  Event pop() {
    const Event first = events_.front();
    const Event last = events_.back();
    events_.pop_back();
    if (!events_.empty()) sift_down(last);
    return first;
  }

 private:
  void sift_down(const Event& event) {
    const std::size_t count = events_.size();
    std::size_t i = 0;
    for (;;) {
      const std::size_t child = 4 * i + 1;
      if (child >= count) break;
      const std::size_t end = child + 4 < count ? child + 4 : count;
      std::size_t least = child;
      for (std::size_t c = child + 1; c < end; ++c) {
        if (events_[c] < events_[least]) least = c;
      }
      if (!(events_[least] < event)) break;
      events_[i] = events_[least];
      i = least;
    }
    events_[i] = event;
  }

  std::vector<Event> events_;
};

}  // namespace lvs
