#include "models/workload/law.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/check.hpp"

namespace lvs {

RandomLaw::RandomLaw(Form form, double mean, double cv)
    : form_(std::move(form)), mean_(mean), cv_(cv) {
  LVS_REQUIRE(mean >= 0 && std::isfinite(mean) && std::isfinite(cv),
              "a law of a time, size or count has a finite mean, at least 0");
}

RandomLaw RandomLaw::constant(double value) { return {Constant{}, value, 0}; }

RandomLaw RandomLaw::exponential(double mean) { return {Exponential{}, mean, mean > 0 ? 1.0 : 0}; }

RandomLaw RandomLaw::uniform(Range range) {
  LVS_REQUIRE(0 <= range.low && range.low <= range.high, "a range is 0 <= low <= high");
  const double mean = range.low + (range.high - range.low) / 2;
  const double deviation = (range.high - range.low) / std::sqrt(12.0);
  return {range, mean, mean > 0 ? deviation / mean : 0};
}

RandomLaw RandomLaw::lognormal(MeanAndCv law) {
  if (law.cv == 0 || law.mean == 0) return constant(law.mean);
  return {Lognormal(law), law.mean, law.cv};
}

RandomLaw RandomLaw::gamma(MeanAndCv law) {
  if (law.cv == 0 || law.mean == 0) return constant(law.mean);
  return {Gamma(law), law.mean, law.cv};
}

RandomLaw RandomLaw::hyperexponential(MeanAndCv law) {
  if (law.mean == 0) return constant(law.mean);
  return {Hyperexponential(law), law.mean, law.cv};
}

RandomLaw RandomLaw::pareto(BoundedPareto::Parameters law) {
  const BoundedPareto pareto(law);
  const double mean = pareto.moment(1);
  const double variance = std::max(0.0, pareto.moment(2) - mean * mean);
  return {pareto, mean, std::sqrt(variance) / mean};
}

RandomLaw RandomLaw::empirical(std::vector<double> values) {
  LVS_REQUIRE(!values.empty(), "an empirical law has at least one value");
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double v : values) mean += v / count;
  double variance = 0;
  for (const double v : values) variance += (v - mean) * (v - mean) / count;
  const double cv = mean > 0 ? std::sqrt(variance) / mean : 0;
  return {Empirical{std::move(values)}, mean, cv};
}

double RandomLaw::sample(RandomStream& stream) const {
  struct Visitor {
    const RandomLaw& law;
    RandomStream& stream;
    double operator()(const Constant&) const { return law.mean_; }
    double operator()(const Exponential&) const { return draw_exponential(stream, law.mean_); }
    double operator()(const Range& r) const { return draw_uniform(stream, r.low, r.high); }
    double operator()(const Lognormal& l) const { return l.draw(stream); }
    double operator()(const Gamma& l) const { return l.draw(stream); }
    double operator()(const Hyperexponential& l) const { return l.draw(stream); }
    double operator()(const BoundedPareto& l) const { return l.draw(stream); }
    double operator()(const Empirical& l) const {
      return l.values[static_cast<std::size_t>(stream.below(l.values.size()))];
    }
  };
  return std::visit(Visitor{*this, stream}, form_);
}

Duration RandomLaw::sample_duration(RandomStream& stream, double factor) const {
  constexpr auto kMost = static_cast<double>(kLongestSample.count());
  return Duration{std::llround(std::clamp(sample(stream) * factor, 0.0, kMost))};
}

std::uint64_t RandomLaw::sample_count(RandomStream& stream, std::uint64_t least) const {
  const double value = std::clamp(sample(stream), 0.0, 0x1p53);
  return std::max(least, static_cast<std::uint64_t>(std::llround(value)));
}

}  // namespace lvs
