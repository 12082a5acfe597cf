// The law of a random quantity (service time, size, think time, number of requests) as a value.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "sim/random.hpp"
#include "sim/sampling.hpp"
#include "sim/time.hpp"

namespace lvs {

/// A law over real numbers >= 0 in a unit that its owner knows: ticks (picoseconds) for times,
/// bytes for sizes, ones for counts. Values are rounded to integers once, where they are drawn.
class RandomLaw {
 public:
  static RandomLaw constant(double value);
  static RandomLaw exponential(double mean);
  struct Range {
    double low = 0;
    double high = 0;
  };
  static RandomLaw uniform(Range range);
  /// cv = 0 is the constant law.
  static RandomLaw lognormal(MeanAndCv law);
  static RandomLaw gamma(MeanAndCv law);
  /// Requires: cv >= 1.
  static RandomLaw hyperexponential(MeanAndCv law);
  static RandomLaw pareto(BoundedPareto::Parameters law);
  /// Each value equally likely. Requires: not empty.
  static RandomLaw empirical(std::vector<double> values);

  static RandomLaw constant(Duration value) { return constant(static_cast<double>(value.count())); }
  static RandomLaw exponential(Duration mean) {
    return exponential(static_cast<double>(mean.count()));
  }

  /// The real value, before rounding. A constant draws nothing from the stream.
  double sample(RandomStream& stream) const;
  /// For laws in ticks: the nearest tick to the value times `factor`, at least 0, at most
  /// kLongestSample. The factor changes nothing of what is drawn.
  Duration sample_duration(RandomStream& stream, double factor = 1) const;
  /// For laws in bytes or ones: the nearest integer, at least `least`, at most 2^53. So an
  /// exponential number of requests of mean m is one where the law gives less than 1.5, and its
  /// mean is above m by what the small values gained.
  std::uint64_t sample_count(RandomStream& stream, std::uint64_t least = 1) const;
  std::uint64_t sample_bytes(RandomStream& stream, std::uint64_t least = 1) const {
    return sample_count(stream, least);
  }

  /// Of the law itself, before rounding.
  double mean() const { return mean_; }
  /// Standard deviation / mean; 0 where the mean is 0.
  double cv() const { return cv_; }

  /// Twice the longest run: what is longer never ends within one, and now + sample stays in range.
  static constexpr Duration kLongestSample = 2 * kLongestRun;

 private:
  struct Constant {};
  struct Exponential {};
  struct Empirical {
    std::vector<double> values;
  };
  using Form = std::variant<Constant, Exponential, Range, Lognormal, Gamma, Hyperexponential,
                            BoundedPareto, Empirical>;

  RandomLaw(Form form, double mean, double cv);

  Form form_;
  double mean_;
  double cv_;
};

}  // namespace lvs
