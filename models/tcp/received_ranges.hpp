// Data that arrived ahead of a gap, and how a receiver tells of it by SACK. Source: RFC 2018
// section 4.
#pragma once

#include <cstdint>
#include <vector>

#include "models/packet/tcp.hpp"
#include "models/tcp/sequence.hpp"

namespace lvs {

class ReceivedRanges {
 public:
  /// Adds what arrived; returns false if all of it was there already.
  bool store(SequenceRange range);
  /// Everything up to `next` is in order now: what lies behind it joins. Returns where the next gap
  /// begins.
  std::uint32_t join(std::uint32_t next);
  bool empty() const { return ranges_.empty(); }
  /// At most `most` blocks, that with the newest arrival first; returns how many.
  unsigned blocks(SackBlock* out, unsigned most) const;
  void clear();

 private:
  static constexpr std::size_t kRemembered =
      4;  ///< blocks at most fit a segment without timestamps

  std::vector<SequenceRange> ranges_;  ///< sorted, disjoint, not touching
  std::vector<SequenceRange> recent_;  ///< some of ranges_, the last changed first
};

}  // namespace lvs
