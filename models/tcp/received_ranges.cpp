#include "models/tcp/received_ranges.hpp"

#include <algorithm>

namespace lvs {

bool ReceivedRanges::store(SequenceRange range) {
  auto at = std::find_if(ranges_.begin(), ranges_.end(),
                         [&](const SequenceRange& r) { return before_or_at(range.begin, r.end); });
  const bool news = at == ranges_.end() || !at->contains(range);
  // What touches the new range becomes part of it.
  while (at != ranges_.end() && before_or_at(at->begin, range.end)) {
    range.begin = earlier_of(range.begin, at->begin);
    range.end = later_of(range.end, at->end);
    at = ranges_.erase(at);
  }
  ranges_.insert(at, range);
  std::erase_if(recent_, [&](const SequenceRange& r) { return range.contains(r); });
  recent_.insert(recent_.begin(), range);
  if (recent_.size() > kRemembered) recent_.pop_back();
  return news;
}

std::uint32_t ReceivedRanges::join(std::uint32_t next) {
  while (!ranges_.empty() && before_or_at(ranges_.front().begin, next)) {
    next = later_of(next, ranges_.front().end);
    ranges_.erase(ranges_.begin());
  }
  std::erase_if(recent_, [&](const SequenceRange& r) { return before_or_at(r.end, next); });
  return next;
}

unsigned ReceivedRanges::blocks(SackBlock* out, unsigned most) const {
  unsigned count = 0;
  for (const SequenceRange& r : recent_) {
    if (count == most) break;
    out[count++] = {r.begin, r.end};
  }
  return count;
}

void ReceivedRanges::clear() {
  ranges_.clear();
  recent_.clear();
}

}  // namespace lvs
