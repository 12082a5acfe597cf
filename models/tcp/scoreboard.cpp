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
Scoreboard::Proof Scoreboard::proof(std::uint32_t una, std::uint32_t mss) const {
  constexpr std::uint32_t kAllowed = kDuplicateThreshold - 1;
  std::uint32_t sequences = 0;
  std::uint32_t octets = 0;
  for (auto r = ranges_.rbegin(); r != ranges_.rend(); ++r) {
    octets += r->length();
    if (octets > kAllowed * mss) return {r->begin, r->begin + octets - kAllowed * mss};
    if (++sequences >= kDuplicateThreshold) return {r->begin, r->begin};
  }
  return {una, una};
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
std::uint32_t Scoreboard::pipe(SequenceRange outstanding, std::uint32_t mss) {
  const Proof proven = proof(outstanding.begin, mss);
  find_lost_again(proven.exact);
  std::uint32_t octets =
      missing({proven.lost, outstanding.end}) + missing({outstanding.begin, retransmitted});
  for (const SequenceRange& range : lost_again_) {
    octets -= missing({later_of(range.begin, outstanding.begin), range.end});
  }
  return octets;
}

void Scoreboard::sent_again(SequenceRange range, std::uint32_t most) {
  again_.push_back({range, most});
}

/// What lies before `proven` is lost unless it has arrived; so is what was sent again when no more
/// than that had been sent.
void Scoreboard::find_lost_again(std::uint32_t proven) {
  for (; judged_ < again_.size() && before(again_[judged_].most, proven); ++judged_) {
    const SequenceRange range = again_[judged_].range;
    if (missing(range) > 0) lost_again_.push_back(range);
  }
}

std::optional<SequenceRange> Scoreboard::take_lost_again(SequenceRange outstanding,
                                                         std::uint32_t mss) {
  find_lost_again(proof(outstanding.begin, mss).exact);
  while (!lost_again_.empty()) {
    SequenceRange range = lost_again_.front();
    lost_again_.erase(lost_again_.begin());
    range.begin = first_missing(later_of(range.begin, outstanding.begin));
    range.end = end_of_gap(range.begin, range.end);
    if (before(range.begin, range.end)) return range;
  }
  return std::nullopt;
}

void Scoreboard::begin(const Recovery& recovery) {
  start_ = retransmitted = recovery.outstanding.begin;
  flight_ = recovery.outstanding.length();
  delivered_before_ = delivered(recovery.outstanding);
  delivered_ = sent = 0;
  rescued = false;
  again_.clear();
  lost_again_.clear();
  judged_ = 0;
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
  again_.clear();
  lost_again_.clear();
  judged_ = 0;
  retransmitted = 0;
  rescued = false;
}

}  // namespace lvs
