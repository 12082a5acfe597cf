#include "models/tcp/scoreboard.hpp"

#include <algorithm>

namespace lvs {

bool Scoreboard::mark(SequenceRange block) {
  auto at = std::find_if(ranges_.begin(), ranges_.end(),
                         [&](const SequenceRange& r) { return before_or_at(block.begin, r.end); });
  if (at != ranges_.end() && at->contains(block)) return false;
  while (at != ranges_.end() && before_or_at(at->begin, block.end)) {
    block.begin = earlier_of(block.begin, at->begin);
    block.end = later_of(block.end, at->end);
    at = ranges_.erase(at);
  }
  ranges_.insert(at, block);
  return true;
}

void Scoreboard::forget_before(std::uint32_t una) {
  auto at = ranges_.begin();
  while (at != ranges_.end() && before_or_at(at->end, una)) ++at;
  ranges_.erase(ranges_.begin(), at);
  if (!ranges_.empty()) ranges_.front().begin = later_of(ranges_.front().begin, una);
}

/// "The routine returns true when either DupThresh discontiguous SACKed sequences have arrived
/// above SeqNum or more than (DupThresh - 1) * SMSS bytes with sequence numbers greater than SeqNum
/// have been SACKed."
std::uint32_t Scoreboard::lost_before(std::uint32_t una, std::uint32_t mss) const {
  std::uint32_t sequences = 0;
  std::uint32_t octets = 0;
  for (auto r = ranges_.rbegin(); r != ranges_.rend(); ++r) {
    octets += r->length();
    if (++sequences >= kDuplicateThreshold || octets > (kDuplicateThreshold - 1) * mss) {
      return r->begin;
    }
  }
  return una;
}

std::uint32_t Scoreboard::first_missing(std::uint32_t s) const {
  for (const SequenceRange& r : ranges_) {
    if (before(s, r.begin)) return s;
    if (before(s, r.end)) return r.end;
  }
  return s;
}

std::uint32_t Scoreboard::end_of_gap(std::uint32_t s, std::uint32_t limit) const {
  for (const SequenceRange& r : ranges_) {
    if (before(s, r.begin)) return earlier_of(r.begin, limit);
  }
  return limit;
}

std::uint32_t Scoreboard::missing(SequenceRange span) const {
  if (!before(span.begin, span.end)) return 0;
  std::uint32_t octets = span.length();
  for (const SequenceRange& r : ranges_) {
    const std::uint32_t begin = later_of(r.begin, span.begin);
    const std::uint32_t end = earlier_of(r.end, span.end);
    if (before(begin, end)) octets -= end - begin;
  }
  return octets;
}

/// "For each octet between HighACK and HighData that has not been SACKed: (a) if IsLost returns
/// false, pipe is incremented by 1; (b) if it is at or below HighRxt, pipe is incremented by 1."
std::uint32_t Scoreboard::pipe(SequenceRange outstanding, std::uint32_t mss) const {
  const std::uint32_t lost = lost_before(outstanding.begin, mss);
  return missing({lost, outstanding.end}) + missing({outstanding.begin, retransmitted});
}

void Scoreboard::begin(const Recovery& recovery) {
  start_ = retransmitted = recovery.outstanding.begin;
  flight_ = recovery.outstanding.length();
  delivered_before_ = delivered(recovery.outstanding);
  delivered_ = sent = 0;
  rescued = false;
}

/// The algorithm of section 3.1, with its slow start reduction bound.
std::uint32_t Scoreboard::may_send(const Recovery& recovery) {
  const std::uint32_t in_pipe = pipe(recovery.outstanding, recovery.mss);
  const std::uint32_t known = delivered(recovery.outstanding) - delivered_before_;
  const std::uint32_t news = known - delivered_;
  delivered_ = known;
  if (in_pipe > recovery.threshold) {  // "proportional rate reduction"
    const std::uint64_t share = static_cast<std::uint64_t>(known) * recovery.threshold;
    const auto allowed = static_cast<std::uint32_t>((share + flight_ - 1) / flight_);
    return allowed > sent ? allowed - sent : 0;
  }
  const std::uint32_t owed = known > sent ? known - sent : 0;
  return std::min(recovery.threshold - in_pipe, std::max(owed, news) + recovery.mss);
}

void Scoreboard::clear() {
  ranges_.clear();
  retransmitted = 0;
  rescued = false;
}

}  // namespace lvs
