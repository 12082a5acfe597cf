// Replays a recording on a director and compares every decision, listing and connection row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/ipvs/director.hpp"
#include "tests/truth/recording.hpp"

namespace lvs::truth {

/// What a recording does not hold (its README: "Free parameters").
struct Choices {
  DirectorPhases phases;
  int command_percent = 0;  ///< where in its time an ipvsadm call takes effect
  int listing_percent = 0;
  Duration last = milliseconds(300);  ///< from the last operation to the last listings
};

struct Count {
  std::uint64_t equal = 0;
  std::uint64_t all = 0;
  void add(bool is_equal) {
    ++all;
    equal += is_equal ? 1 : 0;
  }
  Count& operator+=(Count other) {
    equal += other.equal;
    all += other.all;
    return *this;
  }
};

struct Score {
  Count decisions;         ///< who served, or the error
  Count listings;          ///< -Ln and -Sn, whole texts
  Count statistics;        ///< -Ln --stats, but for ACKs that servers sent apart from their FIN
  Count statistics_exact;  ///< -Ln --stats, whole texts
  Count rows;              ///< of -Lnc: entry and state, expiry within a second
  std::vector<std::string> differences;

  /// Whether every decision, listing and row is equal; --stats aside, which count what the hosts'
  /// TCP happened to send.
  bool agrees() const;
  std::uint64_t wrong() const;
  Score& operator+=(const Score& other);
};

Score replay(const Recording& recording, const Choices& choices);

/// The best score over the free parameters; `choices` becomes the setting that gave it.
Score replay_best(const Recording& recording, Choices& choices);

}  // namespace lvs::truth
