// Out-of-order data: which ranges beyond receive_next have arrived. They exist only while there is
// a gap.
#include <algorithm>

#include "models/tcp/tcp.hpp"

namespace lvs {

void Tcp::store_range(TcpEndpoint& e, Range range) {
  if (e.ranges == TcpEndpoint::kNoRanges) {
    if (free_ranges_.empty()) {
      free_ranges_.push_back(static_cast<std::uint32_t>(ranges_.size()));
      ranges_.emplace_back();
    }
    e.ranges = free_ranges_.back();
    free_ranges_.pop_back();
  }
  std::vector<Range>& list = ranges_[e.ranges];
  // Sorted and disjoint: what touches the new range becomes part of it.
  auto at = std::find_if(list.begin(), list.end(),
                         [&](const Range& r) { return before_or_at(range.begin, r.end); });
  while (at != list.end() && before_or_at(at->begin, range.end)) {
    if (before(at->begin, range.begin)) range.begin = at->begin;
    if (before(range.end, at->end)) range.end = at->end;
    at = list.erase(at);
  }
  list.insert(at, range);
}

/// Moves receive_next over what has arrived behind it.
void Tcp::join_ranges(TcpEndpoint& e) {
  if (e.ranges == TcpEndpoint::kNoRanges) return;
  std::vector<Range>& list = ranges_[e.ranges];
  while (!list.empty() && before_or_at(list.front().begin, e.receive_next)) {
    if (before(e.receive_next, list.front().end)) e.receive_next = list.front().end;
    list.erase(list.begin());
  }
  if (list.empty()) free_ranges(e);
}

void Tcp::free_ranges(TcpEndpoint& e) {
  if (e.ranges == TcpEndpoint::kNoRanges) return;
  ranges_[e.ranges].clear();
  free_ranges_.push_back(e.ranges);
  e.ranges = TcpEndpoint::kNoRanges;
}

}  // namespace lvs
