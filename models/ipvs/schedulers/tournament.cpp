#include "models/ipvs/schedulers/tournament.hpp"

#include <bit>

namespace lvs {

void Tournament::clear(std::size_t size) {
  leaves_ = std::bit_ceil(size);
  costs_.assign(leaves_, kNotForSale);
  winners_.resize(2 * leaves_);
  changed_ = kNone;
}

void Tournament::play_all() {
  for (std::size_t position = 0; position < leaves_; ++position) {
    winners_[leaves_ + position] = static_cast<std::uint32_t>(position);
  }
  for (std::size_t match = leaves_ - 1; match > 0; --match) winners_[match] = winner_of(match);
}

void Tournament::replay() {
  if (changed_ == kNone) return;
  for (std::size_t match = (leaves_ + changed_) / 2; match > 0; match /= 2) {
    const std::uint32_t winner = winner_of(match);
    if (winner == winners_[match] && winner != changed_) break;
    winners_[match] = winner;
  }
  changed_ = kNone;
}

std::uint32_t Tournament::winner_of(std::size_t match) const {
  const std::uint32_t first = winners_[2 * match];
  const std::uint32_t second = winners_[2 * match + 1];
  return is_less(costs_[second], costs_[first]) ? second : first;
}

}  // namespace lvs
