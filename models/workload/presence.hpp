// How many are present (requests that are open), integrated over time: the L of Little's law,
// exactly.
#pragma once

#include <cstdint>

#include "sim/time.hpp"
#include "sim/units.hpp"

namespace lvs {

class Presence {
 public:
  void enter(Time now) {
    advance(now);
    ++present_;
  }
  void leave(Time now) {
    advance(now);
    --present_;
  }
  std::uint64_t present() const { return present_; }
  /// Ticks times how many, from the start of the run.
  detail::Int128 integral(Time now) const {
    return integral_ + static_cast<detail::Int128>(present_) * (now - since_).count();
  }

 private:
  void advance(Time now) {
    integral_ = integral(now);
    since_ = now;
  }

  std::uint64_t present_ = 0;
  Time since_ = kStart;
  detail::Int128 integral_ = 0;
};

}  // namespace lvs
