// Fast retransmit and recovery: RFC 6675 with RFC 6937's rate with SACK, RFC 6582 (NewReno) and
// limited transmit (RFC 3042) without. A scoreboard exists from the first SACK block of a flight
// until the flight is whole again.
#include <algorithm>

#include "models/tcp/tcp.hpp"

namespace lvs {

/// Segments in the network. Requires: there is a scoreboard.
std::uint32_t Tcp::pipe(const TcpEndpoint& e) {
  Scoreboard& board = scoreboards_[e.scoreboard];
  const std::uint32_t octets = e.loss == LossPhase::recovery
                                   ? board.pipe({e.send_una, e.send_most}, e.mss)
                                   : board.missing({e.send_una, e.send_next});
  return (octets + e.mss - 1) / e.mss;
}

/// Takes the blocks of an ACK; returns whether they say anything new. Blocks at or below the
/// acknowledgement tell of duplicates (RFC 2883) and change nothing.
bool Tcp::take_sack(TcpEndpoint& e, const TcpSegment& header) {
  if (!e.sack) return false;
  const std::uint32_t base = later_of(e.send_una, header.acknowledgement);
  bool news = false;
  for (unsigned i = 0; i < header.sack_count; ++i) {
    const SequenceRange block{later_of(header.sack[i].left, base), header.sack[i].right};
    if (!before(block.begin, block.end) || before(e.send_most, block.end)) continue;
    if (scoreboards_.ensure(e.scoreboard).mark(block)) news = true;
  }
  if (news) e.confirm_due = true;
  return news;
}

void Tcp::drop_scoreboard_if_idle(TcpEndpoint& e) {
  if (e.scoreboard == TcpEndpoint::kNothing || e.loss == LossPhase::recovery) return;
  if (scoreboards_[e.scoreboard].empty()) scoreboards_.give(e.scoreboard);
}

/// RFC 6675 5, steps (1) to (3); RFC 6582 3.2, steps 1 to 3.
void Tcp::duplicate_acknowledgement(TcpEndpoint& e) {
  if (e.send_una == e.send_most) return;  // nothing in flight
  if (e.loss == LossPhase::recovery) {
    if (e.sack) return limit_window(e);
    ++e.congestion_window;
  }
  // In the other phases they come of what was sent twice.
  if (e.loss != LossPhase::none) return;
  if (++e.duplicate_acks >= Scoreboard::kDuplicateThreshold) return enter_recovery(e);
  if (e.sack) return enter_recovery_if_lost(e);
  // Limited transmit: a new segment for each of the first two. With SACK the pipe makes the room.
  e.congestion_window += e.duplicate_acks;
  send_pending(e);
  e.congestion_window -= e.duplicate_acks;
}

void Tcp::enter_recovery_if_lost(TcpEndpoint& e) {
  if (e.loss != LossPhase::none || e.scoreboard == TcpEndpoint::kNothing) return;
  const bool lost = scoreboards_[e.scoreboard].lost_before(e.send_una, e.mss) != e.send_una;
  if (lost) enter_recovery(e);
}

void Tcp::enter_recovery(TcpEndpoint& e) {
  e.slow_start_threshold = e.congestion_window = reduced_window(e, false);
  e.congestion_credit = 0;
  e.loss = LossPhase::recovery;
  e.recover = e.send_next = e.send_most;
  e.retransmit_at = now() + timeout(e);
  if (!e.sack) {
    e.congestion_window += Scoreboard::kDuplicateThreshold;
    return retransmit_first(e);
  }
  Scoreboard& board = scoreboards_.ensure(e.scoreboard);
  board.begin(recovery_of(e));
  board.retransmitted = board.end_of_gap(e.send_una, earlier_of(e.send_una + e.mss, e.send_most));
  board.sent = board.retransmitted - e.send_una;
  board.sent_again({e.send_una, board.retransmitted}, e.send_most);
  retransmit(e, {e.send_una, board.retransmitted});
  limit_window(e);
}

Scoreboard::Recovery Tcp::recovery_of(const TcpEndpoint& e) {
  return {{e.send_una, e.send_most}, e.slow_start_threshold * e.mss, e.mss};
}

/// The window after an ACK in recovery with SACK: what is in the pipe and what may follow it.
void Tcp::limit_window(TcpEndpoint& e) {
  const std::uint32_t more = scoreboards_[e.scoreboard].may_send(recovery_of(e));
  e.congestion_window = pipe(e) + more / e.mss;
}

/// New data up to `acknowledgement`, `segments` of it, was acknowledged while something was
/// missing. Returns whether the window grows by it.
bool Tcp::advance_after_loss(TcpEndpoint& e, std::uint32_t acknowledgement,
                             std::uint32_t segments) {
  if (e.scoreboard != TcpEndpoint::kNothing) {
    scoreboards_[e.scoreboard].forget_before(acknowledgement);
  }
  const bool grows = e.loss == LossPhase::none || advance_loss_phase(e, acknowledgement, segments);
  drop_scoreboard_if_idle(e);
  return grows;
}

bool Tcp::advance_loss_phase(TcpEndpoint& e, std::uint32_t acknowledgement,
                             std::uint32_t segments) {
  const bool partial = before(acknowledgement, e.recover);
  const bool beyond = before(e.recover, acknowledgement);
  if (e.loss != LossPhase::recovery) {
    if (beyond || (e.sack && !partial)) e.loss = LossPhase::none;
    return true;
  }
  if (!partial) {  // the flight is whole
    e.loss = e.sack || beyond ? LossPhase::none : LossPhase::held;
    e.congestion_window = e.slow_start_threshold;
    return false;
  }
  if (e.sack) {
    Scoreboard& board = scoreboards_[e.scoreboard];
    board.retransmitted = later_of(board.retransmitted, acknowledgement);
    limit_window(e);
    return false;
  }
  // RFC 6582 step 5: the next hole; the window deflates by what was acknowledged.
  const std::uint32_t deflated =
      e.congestion_window > segments ? e.congestion_window - segments : 0;
  e.congestion_window = std::max(deflated + 1, 1U);
  retransmit_first(e);
  return false;
}

/// RFC 6675 5 (C): while the pipe has room, what NextSeg() gives.
bool Tcp::send_in_recovery(TcpEndpoint& e) {
  bool sent = false;
  while (pipe(e) < e.congestion_window && send_next_in_recovery(e)) sent = true;
  return sent;
}

bool Tcp::send_next_in_recovery(TcpEndpoint& e) {
  Scoreboard& board = scoreboards_[e.scoreboard];
  const std::uint32_t missing = board.first_missing(board.retransmitted);
  const std::uint32_t highest = board.highest(e.send_una);
  const auto send_again = [&](SequenceRange range) {
    board.sent += range.length();
    board.sent_again(range, e.send_most);
    retransmit(e, range);
    return true;
  };
  const auto again = [&](std::uint32_t from) {
    board.retransmitted = board.end_of_gap(from, earlier_of(from + e.mss, e.send_most));
    return send_again({from, board.retransmitted});
  };
  if (const auto lost = board.take_lost_again({e.send_una, e.send_most}, e.mss)) {
    return send_again(*lost);
  }
  // (1) the first that is lost and was not sent again; (2) new data; (3) what may be lost.
  if (before(missing, board.lost_before(e.send_una, e.mss))) return again(missing);
  const std::uint32_t next = e.send_next;
  if (send_one(e)) {
    board.sent += e.send_next - next;
    return true;
  }
  if (before(missing, highest)) return again(missing);
  // (4) once, the end of the flight, which nothing above can show to be lost.
  if (board.rescued || !before(highest, e.recover)) return false;
  board.rescued = true;
  retransmit(e, {later_of(highest, e.recover - e.mss), e.recover});
  return true;
}

/// Sends a range again, a segment at most.
void Tcp::retransmit(TcpEndpoint& e, SequenceRange range) {
  e.timing = false;  // Karn: a segment that was sent twice times nothing
  ++retransmissions_;
  const std::uint32_t data_end = earlier_of(range.end, e.send_end);
  const std::uint32_t length =
      before(range.begin, data_end) ? std::min<std::uint32_t>(data_end - range.begin, e.mss) : 0;
  // The FIN was sent before, and the last byte takes it along.
  const bool fin = range.begin + length == e.send_end && before(e.send_end, e.send_most);
  std::uint8_t flags = TcpFlags::kAck;
  if (fin) flags |= TcpFlags::kFin;
  send_segment(e, range.begin, length, flags);
}

void Tcp::retransmit_first(TcpEndpoint& e) {
  retransmit(e, {e.send_una, earlier_of(e.send_una + e.mss, e.send_most)});
}

}  // namespace lvs
