#include "tests/sim/hold_model.hpp"

#include <bit>
#include <cmath>

namespace lvs {

Xoshiro256::Xoshiro256(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t z = seed;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    word = z ^ z >> 31;
  }
}

std::uint64_t Xoshiro256::next() {
  auto& [a, b, c, d] = state_;
  const std::uint64_t result = std::rotl(a + d, 23) + a;
  const std::uint64_t shifted = b << 17;
  c ^= a;
  d ^= b;
  b ^= c;
  a ^= d;
  c ^= shifted;
  d = std::rotl(d, 45);
  return result;
}

double Xoshiro256::exponential(double mean) {
  return -mean * std::log1p(-static_cast<double>(next() >> 11) * 0x1p-53);
}

HoldIncrements::HoldIncrements() {
  Xoshiro256 random(12345);
  for (std::int64_t& gap : table_) {
    gap = 1 + static_cast<std::int64_t>(random.exponential(0x1p30));
  }
}

}  // namespace lvs
