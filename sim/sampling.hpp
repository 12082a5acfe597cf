// Random quantities on a stream, as real numbers; callers round once to integer ticks, bytes or
// counts. Exponential, uniform, normal, lognormal and gamma are Boost.Random's (the standard
// library's differ between libraries); the others are ours. Every function draws on the one stream
// it is given.
#pragma once

#include <cstdint>

#include "sim/random.hpp"

namespace lvs {

/// Requires: mean > 0.
double draw_exponential(RandomStream& stream, double mean);
/// In [low, high). Requires: low <= high; equal bounds draw nothing.
double draw_uniform(RandomStream& stream, double low, double high);
double draw_normal(RandomStream& stream, double mean, double deviation);

/// A law with a mean and a coefficient of variation (standard deviation / mean), prepared once.
struct MeanAndCv {
  double mean = 1;
  double cv = 1;
};

/// exp(N(mu, sigma^2)) with sigma^2 = ln(1 + cv^2), mu = ln(mean) - sigma^2 / 2.
class Lognormal {
 public:
  /// Requires: mean > 0, cv > 0.
  explicit Lognormal(MeanAndCv law);
  double draw(RandomStream& stream) const;

 private:
  double mu_;
  double sigma_;
};

/// Shape 1 / cv^2, scale mean * cv^2.
class Gamma {
 public:
  /// Requires: mean > 0, cv > 0.
  explicit Gamma(MeanAndCv law);
  double draw(RandomStream& stream) const;

 private:
  double shape_;
  double scale_;
};

/// Two exponential phases with balanced means: each phase contributes half of the mean
/// (p1 * mean1 = p2 * mean2), the usual third condition that makes {mean, cv} determine the law.
class Hyperexponential {
 public:
  /// Requires: mean > 0, cv >= 1. cv = 1 is the exponential law.
  explicit Hyperexponential(MeanAndCv law);
  double draw(RandomStream& stream) const;

 private:
  double rare_;  ///< probability of the long phase, at most 1/2
  double rare_mean_;
  double common_mean_;
};

/// Pareto of tail index alpha, cut at `max`: density ~ x^(-alpha-1) on [low, max]. The lower bound
/// is the one that gives `mean`, solved by bisection to the last bits of a double.
class BoundedPareto {
 public:
  struct Parameters {
    double mean = 1;
    double alpha = 1.5;
    double max = 1000;
  };
  /// Requires: 0 < mean < max, alpha > 0.
  explicit BoundedPareto(Parameters law);
  double draw(RandomStream& stream) const;

  double low() const { return low_; }
  /// E[X^order], exact; order 1 is the mean that was asked for.
  double moment(int order) const;

 private:
  double alpha_;
  double max_;
  double low_;
  double cut_;  ///< 1 - (low / max)^alpha: what the cut leaves of the uncut law
};

/// Ranks 0..n-1 with probability proportional to (rank + 1)^-s, by rejection-inversion (Hoermann
/// and Derflinger, ACM TOMACS 6(3), 1996): constant time and memory for any n; about 1.1 words a
/// draw.
class Zipf {
 public:
  /// Requires: n >= 1, s >= 0. s = 0 is uniform.
  Zipf(std::uint64_t n, double s);
  std::uint64_t draw(RandomStream& stream) const;

 private:
  double area(double x) const;          ///< integral of t^-s from 1 to x
  double area_inverse(double a) const;  ///< the x with area(x) = a
  double weight(double x) const;        ///< x^-s

  double n_;
  double s_;
  double area_first_;  ///< where the histogram of rank 1 begins, on the scale of area()
  double area_last_;   ///< where that of rank n ends
  double sure_;        ///< an x this little below its rank is accepted without a computation
};

}  // namespace lvs
