#include "sim/event_queue.hpp"

#include <algorithm>
#include <bit>

namespace lvs {

EventQueue::EventQueue(Structure structure) {
  const bool plain = structure == Structure::plain_heap;
  arrived_usual_ = plain ? std::numeric_limits<std::size_t>::max() : kArrivedMost;
  arrived_most_ = arrived_usual_;
  if (plain) {
    current_end_ = kEnd;
    return;
  }
  // What a population of a few hundred can come to need, so that it never allocates later: a crowd
  // opens one more row, or leaves one event in each of many chunks, long after the warm-up.
  constexpr std::size_t kSmallPopulation = 256;
  for (Row& row : rows_) row.buckets.resize(kMostBuckets);
  chunks_.reserve(kSmallPopulation);
  next_chunk_.reserve(kSmallPopulation);
}

void EventQueue::add_chunk(Bucket& bucket) {
  if (free_chunk_ == kNoChunk) {
    free_chunk_ = static_cast<std::uint32_t>(chunks_.size());
    chunks_.emplace_back();
    next_chunk_.push_back(kNoChunk);
  }
  const std::uint32_t chunk = free_chunk_;
  free_chunk_ = next_chunk_[chunk];
  next_chunk_[chunk] = bucket.chunk;
  bucket.chunk = chunk;
}

/// Empties the bucket into visit(events, how many), chunk by chunk. A chunk is free before its
/// events are visited, so that filing them elsewhere takes it again while it is in the cache.
template <class Visit>
void EventQueue::take_all(Bucket& bucket, Visit&& visit) {
  std::size_t count = (bucket.count - 1) % Chunk::kCapacity + 1;
  for (std::uint32_t at = bucket.chunk; at != kNoChunk;) {
    const Chunk chunk = chunks_[at];
    const std::uint32_t next = next_chunk_[at];
    next_chunk_[at] = free_chunk_;
    free_chunk_ = at;
    visit(chunk.events.data(), count);
    count = Chunk::kCapacity;
    at = next;
  }
  bucket = {};
}

EventQueue::Span EventQueue::span_of(const Bucket& bucket) const {
  Span span;
  std::size_t count = (bucket.count - 1) % Chunk::kCapacity + 1;
  for (std::uint32_t at = bucket.chunk; at != kNoChunk; at = next_chunk_[at]) {
    for (std::size_t i = 0; i < count; ++i) span.add(ticks(chunks_[at].events[i]));
    count = Chunk::kCapacity;
  }
  return span;
}

/// Makes the next events the current ones. Opens nothing that lies beyond `limit`: what is pushed
/// before it would all go to the heap.
bool EventQueue::open_next(Time limit) {
  while (depth_ > 0) {
    Row& row = rows_[depth_ - 1];
    while (row.next < row.count && row.buckets[row.next].count == 0) ++row.next;
    if (row.next == row.count) {
      --depth_;
      continue;
    }
    current_end_ = row.start + (static_cast<Ticks>(row.next) << row.shift);
    if (current_end_ > limit.time_since_epoch().count()) return false;
    open_bucket(row);
    if (!sorted_.empty()) return true;
  }
  return open_later(limit);
}

/// Sorts the row's next bucket, or deals it out into a finer row.
void EventQueue::open_bucket(Row& row) {
  Bucket& bucket = row.buckets[row.next++];
  const Ticks end = current_end_ + std::min(row.end - current_end_, Ticks{1} << row.shift);
  sorted_.clear();
  sorted_at_ = 0;
  if (bucket.count > kSortMost && depth_ < kMostRows) {
    const Span span = span_of(bucket);
    if (span.first < span.last) {
      Row& finer = add_row(span.first, fine_shift(span, bucket.count, end), end);
      take_all(bucket, [&](const Event* events, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) file(finer, events[i]);
      });
      return;
    }
  }
  take_all(bucket, [this](const Event* events, std::size_t count) {
    sorted_.insert(sorted_.end(), events, events + count);
  });
  sort_current(end);
}

void EventQueue::sort_current(Ticks end) {
  std::sort(sorted_.begin(), sorted_.end());
  sorted_at_ = 0;
  current_end_ = end;
  arrived_most_ = arrived_usual_;
}

/// All rows are used up: sorts what is left, or deals it out into a new first row.
bool EventQueue::open_later(Time limit) {
  Span span;
  for (const Event& event : later_) span.add(ticks(event));
  if (later_.empty() || span.first > limit.time_since_epoch().count()) return false;
  if (later_.size() <= kSortMost || span.first == span.last) {
    sorted_.swap(later_);
    later_.clear();
    sort_current(span.last < kEnd ? span.last + 1 : kEnd);
    return true;
  }
  Row& row = add_row(span.first, coarse_shift(span.first), kEnd);
  dealt_.swap(later_);
  for (const Event& event : dealt_) {
    if (ticks(event) < row.end) {
      file(row, event);
    } else {
      later_.push_back(event);
    }
  }
  dealt_.clear();
  return open_next(limit);
}

/// The heap has grown: the current bucket is too wide for what happens in it.
void EventQueue::spread_arrived() {
  Span span;
  dealt_.assign(sorted_.begin() + static_cast<std::ptrdiff_t>(sorted_at_), sorted_.end());
  dealt_.insert(dealt_.end(), arrived_.events().begin(), arrived_.events().end());
  for (const Event& event : dealt_) span.add(ticks(event));
  if (depth_ == kMostRows || span.first == span.last) {
    arrived_most_ *= 2;
  } else {
    Row& row = add_row(span.first, fine_shift(span, dealt_.size(), current_end_), current_end_);
    arrived_.clear();
    sorted_.clear();
    sorted_at_ = 0;
    current_end_ = span.first;
    for (const Event& event : dealt_) file(row, event);
  }
  dealt_.clear();
}

/// A row from `first` on, up to `limit` if kMostBuckets reach that far.
EventQueue::Row& EventQueue::add_row(Ticks first, int shift, Ticks limit) {
  Row& row = rows_[depth_++];
  const auto needed = static_cast<std::size_t>((limit - 1 - first) >> shift) + 1;
  row.start = first;
  row.shift = shift;
  row.next = 0;
  row.count = std::min(kMostBuckets, needed);
  row.end = needed <= kMostBuckets ? limit : first + (static_cast<Ticks>(row.count) << shift);
  return row;
}

/// For a row over a former bucket, which it must cover up to its end.
int EventQueue::fine_shift(Span span, std::size_t events, Ticks limit) const {
  const std::size_t wanted = std::min(kMostBuckets, events / kPerBucket + 1);
  const auto width = static_cast<std::uint64_t>(span.last - span.first) / wanted + 1;
  const auto least = static_cast<std::uint64_t>(limit - span.first) / kMostBuckets;
  return std::bit_width(std::max(width - 1, least));
}

/// For the first row: near the front kPerBucket events a bucket, but long enough that most events
/// are filed in it once. The median distance of a sample says how far apart events are.
int EventQueue::coarse_shift(Ticks first) const {
  std::array<Ticks, 256> sample{};
  const std::size_t step = (later_.size() + sample.size() - 1) / sample.size();
  std::size_t sampled = 0;
  for (std::size_t i = 0; i < later_.size(); i += step) sample[sampled++] = ticks(later_[i]);
  const auto middle = sample.begin() + static_cast<std::ptrdiff_t>(sampled / 2);
  std::nth_element(sample.begin(), middle, sample.begin() + static_cast<std::ptrdiff_t>(sampled));
  const auto median = static_cast<double>(*middle - first);
  const double by_density = 1.4 * median * kPerBucket / static_cast<double>(later_.size());
  const double by_length = 8 * median / kMostBuckets;
  const double width = std::clamp(std::max(by_density, by_length), 1.0, 0x1p52);
  return std::bit_width(static_cast<std::uint64_t>(width)) - 1;
}

}  // namespace lvs
