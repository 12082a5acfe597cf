#include "models/workload/arrivals.hpp"

#include <cmath>

#include "sim/check.hpp"
#include "sim/sampling.hpp"

namespace lvs {

namespace {
constexpr std::int64_t kTicksPerSecond = 1'000'000'000'000;
}

ArrivalProcess::ArrivalProcess(double rate) : rate_(rate) {
  LVS_REQUIRE(rate >= kLowestRate && rate <= kHighestRate, "an arrival rate is within its range");
}

ArrivalProcess ArrivalProcess::poisson(double rate) { return ArrivalProcess(rate); }

ArrivalProcess ArrivalProcess::deterministic(double rate) {
  ArrivalProcess process(rate);
  process.random_ = false;
  // rate = mantissa * 2^exponent with an odd mantissa, so 1/rate is a quotient of integers: at most
  // 10^12 * 2^73 over 2^53 for the lowest rate.
  int exponent = 0;
  auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(rate, &exponent), 53));
  exponent -= 53;
  for (; mantissa % 2 == 0; ++exponent) mantissa /= 2;
  detail::Int128 ticks = kTicksPerSecond;
  detail::Int128 parts = mantissa;
  (exponent < 0 ? ticks : parts) <<= std::abs(exponent);
  process.whole_ = static_cast<std::int64_t>(ticks / parts);
  process.part_ = ticks % parts;
  process.parts_ = parts;
  process.carried_ = parts / 2;  // so that carrying rounds to nearest
  return process;
}

Duration ArrivalProcess::next_gap(RandomStream& stream) {
  if (!random_) return next_exact_gap();
  return Duration{std::llround(draw_exponential(stream, 1e12 / rate_))};
}

Duration ArrivalProcess::next_exact_gap() {
  if (!started_) {
    started_ = true;
    return Duration::zero();
  }
  carried_ += part_;
  const bool carry = carried_ >= parts_;
  if (carry) carried_ -= parts_;
  return Duration{whole_ + (carry ? 1 : 0)};
}

}  // namespace lvs
