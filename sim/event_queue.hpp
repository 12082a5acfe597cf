// The pending events, in the order (time, stamp).
//
// A lazily sorted calendar that refines itself where it must, a ladder queue (Tang, Goh, Thng, ACM
// TOMACS 15(3), 2005): an event goes unsorted into the bucket of its time; a bucket is sorted when
// it becomes current, or, if it holds too many, dealt out into a finer row of buckets. What falls
// into the current bucket later goes to a small heap, which is dealt out too when it grows. What
// lies beyond the first row waits in a list until that row is used up; the width of buckets is
// chosen anew each time from the events at hand. Every event is moved a few times, whatever the
// number and the law of the times; the order is the same with any structure (design.md 3.2, 3.3).
//
// Buckets keep their events in chunks from one pool, so a steady population allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/event.hpp"
#include "sim/event_heap.hpp"

namespace lvs {

class EventQueue {
 public:
  enum class Structure {
    calendar,    ///< the default
    plain_heap,  ///< one heap for everything: slower, for tests that compare structures
  };

  explicit EventQueue(Structure structure = Structure::calendar);

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// Requires: `event` is not earlier than the last one popped.
  void push(const Event& event) {
    ++size_;
    const Ticks time = ticks(event);
    if (time < current_end_) {
      arrived_.push(event);
      if (arrived_.size() > arrived_most_) [[unlikely]]
        spread_arrived();
      return;
    }
    for (std::size_t i = depth_; i > 0; --i) {
      if (time < rows_[i - 1].end) return file(rows_[i - 1], event);
    }
    later_.push_back(event);
  }

  /// Takes the first event into `event` if its time is at most `limit`; returns whether it did.
  bool pop(Time limit, Event& event) {
    if (sorted_at_ == sorted_.size() && arrived_.empty() && !open_next(limit)) return false;
    const bool from_heap = arrived_.empty()              ? false
                           : sorted_at_ < sorted_.size() ? arrived_.top() < sorted_[sorted_at_]
                                                         : true;
    const Event& first = from_heap ? arrived_.top() : sorted_[sorted_at_];
    if (first.time > limit) return false;
    event = first;
    if (from_heap) {
      arrived_.pop();
    } else {
      ++sorted_at_;
    }
    --size_;
    return true;
  }

 private:
  using Ticks = std::int64_t;
  static constexpr Ticks kEnd = std::numeric_limits<Ticks>::max();
  static constexpr std::uint32_t kNoChunk = ~std::uint32_t{0};
  static constexpr std::size_t kPerBucket = 12;    ///< aimed at in the finest row
  static constexpr std::size_t kSortMost = 32;     ///< a bucket with more is dealt out
  static constexpr std::size_t kArrivedMost = 48;  ///< a heap with more is dealt out
  static constexpr std::size_t kMostBuckets = 1024;
  static constexpr std::size_t kMostRows = 8;

  struct Chunk {
    static constexpr std::uint32_t kCapacity = 16;
    std::array<Event, kCapacity> events;
  };
  struct Bucket {
    std::uint32_t chunk = kNoChunk;  ///< the newest; only it may be partly filled
    std::uint32_t count = 0;         ///< of events
  };
  /// Buckets of equal width over [start, end). Those before `next` are empty and stay so.
  struct Row {
    Ticks start = 0;
    Ticks end = 0;
    int shift = 0;
    std::size_t next = 0;
    std::size_t count = 0;
    std::vector<Bucket> buckets;
  };
  struct Span {
    Ticks first = kEnd;
    Ticks last = 0;
    void add(Ticks t) {
      first = t < first ? t : first;
      last = t > last ? t : last;
    }
  };

  static Ticks ticks(const Event& event) { return event.time.time_since_epoch().count(); }

  void file(Row& row, const Event& event) {
    Bucket& bucket = row.buckets[static_cast<std::size_t>((ticks(event) - row.start) >> row.shift)];
    const std::uint32_t at = bucket.count % Chunk::kCapacity;
    if (at == 0) add_chunk(bucket);
    chunks_[bucket.chunk].events[at] = event;
    ++bucket.count;
  }

  void add_chunk(Bucket& bucket);
  template <class Visit>
  void take_all(Bucket& bucket, Visit&& visit);
  Span span_of(const Bucket& bucket) const;

  bool open_next(Time limit);
  bool open_later(Time limit);
  void open_bucket(Row& row);
  void sort_current(Ticks end);
  void spread_arrived();
  Row& add_row(Ticks first, int shift, Ticks limit);
  int fine_shift(Span span, std::size_t events, Ticks limit) const;
  int coarse_shift(Ticks first) const;

  // set at construction
  std::size_t arrived_usual_;

  // changes as events run
  std::size_t size_ = 0;
  std::vector<Event> sorted_;  ///< the current bucket; from sorted_at_ on still to come
  std::size_t sorted_at_ = 0;
  EventHeap arrived_;  ///< what came before current_end_ after the bucket was opened
  std::size_t arrived_most_;
  Ticks current_end_ = 0;
  std::size_t depth_ =
      0;  ///< rows in use, coarse to fine: each is a former bucket of the one before
  std::array<Row, kMostRows> rows_;
  std::vector<Event> later_;
  std::vector<Event> dealt_;  ///< scratch, kept for its capacity
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> next_chunk_;  ///< of each chunk: in its bucket, or the next free one
  std::uint32_t free_chunk_ = kNoChunk;
};

}  // namespace lvs
