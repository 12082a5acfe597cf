// Laws of random quantities: service times, sizes, think times, numbers of requests
// (design.md 1.1).
#pragma once

#include <variant>
#include <vector>

#include "scenarios/language/error.hpp"
#include "sim/time.hpp"
#include "sim/units.hpp"

namespace lvs::language {

// `Q` is the quantity in its own unit: Duration (integer picoseconds), ByteCount, or double for
// plain counts (a mean number of requests may be fractional). Nothing is converted here.
template <class Q>
struct ConstantLaw {
  Q value{};
  friend bool operator==(const ConstantLaw&, const ConstantLaw&) = default;
};
template <class Q>
struct ExponentialLaw {
  Q mean{};
  friend bool operator==(const ExponentialLaw&, const ExponentialLaw&) = default;
};
template <class Q>
struct UniformLaw {  ///< on [low, high]
  Q low{};
  Q high{};
  friend bool operator==(const UniformLaw&, const UniformLaw&) = default;
};
template <class Q>
struct LognormalLaw {  ///< cv = standard deviation / mean
  Q mean{};
  double cv = 1;
  friend bool operator==(const LognormalLaw&, const LognormalLaw&) = default;
};
template <class Q>
struct HyperexponentialLaw {  ///< two phases with balanced means; cv >= 1
  Q mean{};
  double cv = 1;
  friend bool operator==(const HyperexponentialLaw&, const HyperexponentialLaw&) = default;
};
template <class Q>
struct GammaLaw {
  Q mean{};
  double cv = 1;
  friend bool operator==(const GammaLaw&, const GammaLaw&) = default;
};
template <class Q>
struct ParetoLaw {  ///< bounded: `mean` is that of the law cut at `max`
  Q mean{};
  double alpha = 1.5;
  Q max{};
  friend bool operator==(const ParetoLaw&, const ParetoLaw&) = default;
};
template <class Q>
struct EmpiricalLaw {  ///< each value equally likely; read from the file at load, in file order
  std::vector<Q> values;
  friend bool operator==(const EmpiricalLaw&, const EmpiricalLaw&) = default;
};

template <class Q>
struct Law {
  std::variant<ConstantLaw<Q>, ExponentialLaw<Q>, UniformLaw<Q>, LognormalLaw<Q>,
               HyperexponentialLaw<Q>, GammaLaw<Q>, ParetoLaw<Q>, EmpiricalLaw<Q>>
      form;
  Where where;

  friend bool operator==(const Law&, const Law&) = default;
};

using DurationLaw = Law<Duration>;
using SizeLaw = Law<ByteCount>;
using CountLaw = Law<double>;

template <class Q>
Law<Q> constant_law(Q value) {
  return Law<Q>{ConstantLaw<Q>{value}, Where{}};
}

}  // namespace lvs::language
