// The least of a row of costs while single costs change: what a scheduler of many servers has
// instead of the kernel's walk over all of them, with the same answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "models/ipvs/schedulers/cost.hpp"

namespace lvs {

/// A binary tree of matches over the positions of the row. A match is won by the lesser cost, on a
/// tie by the earlier position, so the champion is the first of the least. A changed cost replays
/// the matches above it, up to the first that it neither won nor wins.
class Tournament {
 public:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  /// Begins anew; `cost_at(position)` for each position below `size`. Requires: size > 0.
  template <class CostAt>
  void start(std::size_t size, CostAt&& cost_at) {
    clear(size);
    for (std::size_t position = 0; position < size; ++position) {
      costs_[position] = cost_at(position);
    }
    play_all();
  }

  /// Changes of one position in a row are played once. Requires: a position of this row.
  void set(std::size_t position, Cost cost) {
    if (position != changed_) {
      replay();
      changed_ = position;
    }
    costs_[position] = cost;
  }

  /// The first position of the least cost; kNone if nothing is for sale.
  std::size_t champion() {
    replay();
    const std::size_t position = winners_[1];
    return costs_[position].weight == 0 ? kNone : position;
  }

 private:
  void clear(std::size_t size);
  void play_all();
  void replay();
  std::uint32_t winner_of(std::size_t match) const;

  std::size_t leaves_ = 0;  ///< a power of two; the row is filled up with what is not for sale
  std::vector<Cost> costs_;
  /// The root is 1, below m are 2 m and 2 m + 1; from leaves_ on the positions themselves.
  std::vector<std::uint32_t> winners_;
  std::size_t changed_ = kNone;  ///< whose matches are still to be played again
};

}  // namespace lvs
