#include "sim/random.hpp"

#include <Random123/philox.h>

#include "sim/check.hpp"

namespace lvs {

namespace {
__extension__ using Word128 = unsigned __int128;
}

void RandomStream::refill() {
  const r123::Philox4x64::ctr_type counter{{counter_[0], counter_[1], counter_[2], counter_[3]}};
  const r123::Philox4x64::key_type key{{key_[0], key_[1]}};
  const r123::Philox4x64::ctr_type block = r123::Philox4x64{}(counter, key);
  for (unsigned i = 0; i < 4; ++i) words_[i] = block.v[i];
  ++counter_[0];
  used_ = 0;
}

// The upper half of word * bound is uniform if the words whose lower half falls among the first
// 2^64 mod bound are drawn again (Lemire, ACM TOMACS 29(1), 2019).
std::uint64_t RandomStream::below(std::uint64_t bound) {
  LVS_REQUIRE(bound > 0, "a choice is among at least one");
  const auto product = [&] { return static_cast<Word128>(next()) * bound; };
  const std::uint64_t uneven = (0 - bound) % bound;
  Word128 p = product();
  while (static_cast<std::uint64_t>(p) < uneven) p = product();
  return static_cast<std::uint64_t>(p >> 64);
}

}  // namespace lvs
