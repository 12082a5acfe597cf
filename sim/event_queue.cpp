#include "sim/event_queue.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace lvs {

EventQueue::EventQueue(Structure structure) {
  if (structure == Structure::plain_heap) day_end_ = std::numeric_limits<std::int64_t>::max();
}

void EventQueue::add_chunk(std::uint32_t& day) {
  if (free_chunk_ == kNoChunk) {
    free_chunk_ = static_cast<std::uint32_t>(chunks_.size());
    chunks_.emplace_back().next = kNoChunk;
  }
  const std::uint32_t chunk = free_chunk_;
  free_chunk_ = chunks_[chunk].next;
  chunks_[chunk].count = 0;
  chunks_[chunk].next = day;
  day = chunk;
}

bool EventQueue::open_next_day() {
  for (;;) {
    while (next_day_ < day_count_ && days_[next_day_] == kNoChunk) ++next_day_;
    if (next_day_ < day_count_) {
      open_day(days_[next_day_]);
      return true;
    }
    if (later_.empty()) {
      // Nothing is pending: what comes beyond the current day opens a year of its own.
      day_count_ = next_day_ = 0;
      year_end_ = day_end_;
      return false;
    }
    open_next_year();
  }
}

void EventQueue::open_day(std::uint32_t& day) {
  today_.clear();
  today_at_ = 0;
  for (std::uint32_t at = day; at != kNoChunk;) {
    Chunk& chunk = chunks_[at];
    today_.insert(today_.end(), chunk.events, chunk.events + chunk.count);
    const std::uint32_t next = chunk.next;
    chunk.next = free_chunk_;
    free_chunk_ = at;
    at = next;
  }
  day = kNoChunk;
  ++next_day_;
  day_end_ = year_start_ + (static_cast<std::int64_t>(next_day_) << day_shift_);
  std::sort(today_.begin(), today_.end());
}

void EventQueue::open_next_year() {
  const auto ticks = [](const Event& e) { return e.time.time_since_epoch().count(); };
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const Event& event : later_) first = std::min(first, ticks(event));
  // The median distance of a sample is the scale of the density near the front.
  std::array<std::int64_t, 512> sample{};
  const std::size_t step = (later_.size() + sample.size() - 1) / sample.size();
  std::size_t sampled = 0;
  for (std::size_t i = 0; i < later_.size(); i += step) sample[sampled++] = ticks(later_[i]);
  const auto middle = sample.begin() + static_cast<std::ptrdiff_t>(sampled / 2);
  std::nth_element(sample.begin(), middle, sample.begin() + static_cast<std::ptrdiff_t>(sampled));
  const std::int64_t median = *middle - first;

  const double width = std::max(1.0, 1.4 * static_cast<double>(median) * kEventsPerDay /
                                         static_cast<double>(later_.size()));
  day_shift_ = std::bit_width(static_cast<std::uint64_t>(width)) - 1;
  // A year covers about eight medians, so that an event is dealt out once in most of its lives.
  const std::int64_t span = median > std::numeric_limits<std::int64_t>::max() / 16
                                ? median
                                : 8 * median + 1;
  day_count_ = std::min(kMostDays, static_cast<std::size_t>(span >> day_shift_) + 2);
  if (days_.size() < day_count_) days_.resize(std::bit_ceil(day_count_), kNoChunk);
  year_start_ = first;
  year_end_ = first + (static_cast<std::int64_t>(day_count_) << day_shift_);
  day_end_ = first;
  next_day_ = 0;
  today_.clear();
  today_at_ = 0;
  dealt_.swap(later_);
  for (const Event& event : dealt_) file(event);
  dealt_.clear();
}

}  // namespace lvs
