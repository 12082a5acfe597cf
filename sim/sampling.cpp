#include "sim/sampling.hpp"

#include <algorithm>
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>

#include "sim/check.hpp"

namespace lvs {

double draw_exponential(RandomStream& stream, double mean) {
  return boost::random::exponential_distribution<double>(1.0)(stream) * mean;
}

double draw_uniform(RandomStream& stream, double low, double high) {
  LVS_REQUIRE(low <= high, "a range is given from low to high");
  if (low == high) return low;
  return low + (high - low) * stream.uniform01();
}

double draw_normal(RandomStream& stream, double mean, double deviation) {
  return mean + deviation * boost::random::normal_distribution<double>()(stream);
}

Lognormal::Lognormal(MeanAndCv law) {
  LVS_REQUIRE(law.mean > 0 && law.cv > 0, "a lognormal law has a positive mean and cv");
  const double variance = std::log1p(law.cv * law.cv);
  sigma_ = std::sqrt(variance);
  mu_ = std::log(law.mean) - variance / 2;
}

double Lognormal::draw(RandomStream& stream) const {
  return std::exp(draw_normal(stream, mu_, sigma_));
}

Gamma::Gamma(MeanAndCv law) : shape_(1 / (law.cv * law.cv)), scale_(law.mean * law.cv * law.cv) {
  LVS_REQUIRE(law.mean > 0 && law.cv > 0, "a gamma law has a positive mean and cv");
}

double Gamma::draw(RandomStream& stream) const {
  return boost::random::gamma_distribution<double>(shape_, scale_)(stream);
}

Hyperexponential::Hyperexponential(MeanAndCv law) {
  LVS_REQUIRE(law.mean > 0 && law.cv >= 1, "a hyperexponential law has cv >= 1");
  // p = (1 -+ sqrt((cv^2 - 1) / (cv^2 + 1))) / 2; the smaller one without cancellation.
  const double square = law.cv * law.cv;
  const double root = std::sqrt((square - 1) / (square + 1));
  rare_ = 1 / ((square + 1) * (1 + root));
  rare_mean_ = law.mean / (2 * rare_);
  common_mean_ = law.mean / (2 * (1 - rare_));
}

double Hyperexponential::draw(RandomStream& stream) const {
  const bool rare = stream.uniform01() < rare_;
  return draw_exponential(stream, rare ? rare_mean_ : common_mean_);
}

namespace {

// E[X^k] / max^k of the law on [max e^-x, max]. With r = e^-x it is a (r^k - r^a) / ((a - k)(1 -
// r^a)), written so that neither a near k nor x near 0 cancels.
double relative_moment(double alpha, double k, double x) {
  const double gap = alpha - k;
  const double least =
      std::min(alpha, k);  // r^k - r^a = r^least (1 - r^|gap|), up to the sign of gap
  const double between = gap == 0 ? x : -std::expm1(-std::abs(gap) * x) / std::abs(gap);
  return alpha * std::exp(-least * x) * between / -std::expm1(-alpha * x);
}

}  // namespace

BoundedPareto::BoundedPareto(Parameters law) : alpha_(law.alpha), max_(law.max) {
  LVS_REQUIRE(law.mean > 0 && law.alpha > 0 && law.mean < law.max,
              "a bounded Pareto law has 0 < mean < max and alpha > 0");
  const double wanted = law.mean / law.max;
  double narrow = 0;  // x = ln(max / low): the mean falls from max to 0 as x grows
  double wide = 1;
  while (relative_moment(alpha_, 1, wide) > wanted) wide *= 2;
  for (int i = 0; i < 200; ++i) {
    const double middle = narrow + (wide - narrow) / 2;
    (relative_moment(alpha_, 1, middle) > wanted ? narrow : wide) = middle;
  }
  low_ = max_ * std::exp(-wide);
  cut_ = -std::expm1(-alpha_ * wide);
}

double BoundedPareto::draw(RandomStream& stream) const {
  const double x = low_ * std::pow(1 - cut_ * stream.uniform01(), -1 / alpha_);
  return std::min(x, max_);
}

double BoundedPareto::moment(int order) const {
  return std::pow(max_, order) * relative_moment(alpha_, order, std::log(max_ / low_));
}

Zipf::Zipf(std::uint64_t n, double s) : n_(static_cast<double>(n)), s_(s) {
  LVS_REQUIRE(n >= 1 && n < (std::uint64_t{1} << 52) && s >= 0,
              "a Zipf law has at least one rank and s >= 0");
  area_first_ = area(1.5) - 1;
  area_last_ = area(n_ + 0.5);
  sure_ = 2 - area_inverse(area(2.5) - weight(2));
}

// The bar of rank k has area k^-s and ends on the scale of area() at k + 1/2, where the area under
// the curve ends too. A point between the start of the first bar and the end of the last is
// accepted if it falls into the bar of the rank its x rounds to.
std::uint64_t Zipf::draw(RandomStream& stream) const {
  for (;;) {
    const double a = area_last_ + stream.uniform01() * (area_first_ - area_last_);
    const double x = area_inverse(a);
    const double rank = std::clamp(std::floor(x + 0.5), 1.0, n_);
    if (rank - x <= sure_ || a >= area(rank + 0.5) - weight(rank)) {
      return static_cast<std::uint64_t>(rank) - 1;
    }
  }
}

double Zipf::area(double x) const {
  const double log_x = std::log(x);
  const double t = (1 - s_) * log_x;
  return (t == 0 ? 1 : std::expm1(t) / t) * log_x;
}

double Zipf::area_inverse(double a) const {
  const double t = std::max(-1.0, (1 - s_) * a);  // below -1 only by rounding, for s > 1
  return std::exp((t == 0 ? 1 : std::log1p(t) / t) * a);
}

double Zipf::weight(double x) const { return std::exp(-s_ * std::log(x)); }

}  // namespace lvs
