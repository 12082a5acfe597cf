// What a sender knows of its data in flight from SACK blocks: which of it arrived, which is taken
// for lost, what was sent again, how much is still in the pipe, and how much may follow it.
// Sources: RFC 6675 sections 3 and 4, and RFC 6937, whose names are quoted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/tcp/sequence.hpp"

namespace lvs {

class Scoreboard {
 public:
  static constexpr std::uint32_t kDuplicateThreshold = 3;  ///< DupThresh

  /// Update(): the peer has `block`. Returns whether any of it is news.
  bool mark(SequenceRange block);
  /// Everything before `una` is acknowledged.
  void forget_before(std::uint32_t una);
  bool empty() const { return ranges_.empty(); }

  /// IsLost(S) for every octet without SACK from `una` up to, without, this: so much above it has
  /// arrived that it is not merely late.
  std::uint32_t lost_before(std::uint32_t una, std::uint32_t mss) const {
    return proof(una, mss).lost;
  }
  /// The first octet at or behind `s` that has not arrived.
  std::uint32_t first_missing(std::uint32_t s) const;
  /// Where the gap at `s` ends; `limit` if nothing behind it has arrived.
  std::uint32_t end_of_gap(std::uint32_t s, std::uint32_t limit) const;
  /// Behind the highest octet that has arrived; `una` if none has.
  std::uint32_t highest(std::uint32_t una) const {
    return ranges_.empty() ? una : ranges_.back().end;
  }
  /// Octets of `span` that have not arrived.
  std::uint32_t missing(SequenceRange span) const;
  /// SetPipe(): octets of una..most that are in the network.
  std::uint32_t pipe(SequenceRange outstanding, std::uint32_t mss);

  struct Recovery {
    SequenceRange outstanding;  ///< una..most
    std::uint32_t threshold;    ///< ssthresh, octets
    std::uint32_t mss;
  };
  /// A recovery begins with `flight` octets outstanding (RecoverFS).
  void begin(const Recovery& recovery);
  /// RFC 6937: how many octets may leave after an ACK, so that the flight shrinks to the threshold
  /// within a round trip, in proportion to what is delivered, and never bursts.
  std::uint32_t may_send(const Recovery& recovery);

  /// `range` leaves once more, when everything before `most` had been sent.
  void sent_again(SequenceRange range, std::uint32_t most);
  /// Something that was sent again and is lost again; takes it off the list. Beyond RFC 6675, which
  /// leaves it to the timeout: a segment sent later than the retransmission proves it lost as it
  /// proves a first transmission lost. (Linux sees it by time, RFC 8985.)
  std::optional<SequenceRange> take_lost_again(SequenceRange outstanding, std::uint32_t mss);

  /// HighRxt: behind the highest octet sent again in this recovery. Requires: set when it begins.
  std::uint32_t retransmitted = 0;
  /// RescueRxt is set: the one retransmission of the end of the flight is spent.
  bool rescued = false;
  /// prr_out: octets sent in this recovery.
  std::uint32_t sent = 0;

  void clear();

 private:
  std::uint32_t delivered(SequenceRange outstanding) const {
    return outstanding.begin - start_ + outstanding.length() - missing(outstanding);
  }

  struct Again {
    SequenceRange range;
    std::uint32_t most;  ///< what is SACKed behind this was sent later
  };
  struct Proof {
    std::uint32_t lost;   ///< IsLost() below it; the beginning of a SACKed range
    std::uint32_t exact;  ///< the same, but for data that was sent again later
  };
  Proof proof(std::uint32_t una, std::uint32_t mss) const;
  void find_lost_again(std::uint32_t proven);

  std::vector<Again> again_;               ///< in the order they were sent
  std::size_t judged_ = 0;                 ///< of those, from the first on
  std::vector<SequenceRange> lost_again_;  ///< to be sent once more
  std::uint32_t start_ = 0;                ///< una when the recovery began
  std::uint32_t flight_ = 0;               ///< RecoverFS
  std::uint32_t delivered_before_ = 0;     ///< octets that were known to have arrived then
  std::uint32_t delivered_ = 0;            ///< prr_delivered, of the last ACK
  std::vector<SequenceRange> ranges_;      ///< sorted, disjoint, not touching
};

}  // namespace lvs
