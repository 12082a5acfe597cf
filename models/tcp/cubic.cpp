#include "models/tcp/cubic.hpp"

#include <algorithm>

namespace lvs {
namespace {

constexpr int kShift = 16;
constexpr std::uint64_t kOne = std::uint64_t{1} << kShift;
// The constants of RFC 9438 as fractions: C = 0.4, beta_cubic = 0.7, and so alpha_cubic = 3 (1 -
// beta) / (1 + beta) = 9/17.
constexpr std::uint64_t kScaleTimes = 2, kScaleBy = 5;
constexpr std::uint64_t kBetaTimes = 7, kBetaBy = 10;
constexpr std::uint64_t kAlphaTimes = 9, kAlphaBy = 17;
/// Beyond it the curve is steeper than any window we let grow.
constexpr std::uint64_t kLongestEpoch = 200 * kOne;

std::uint64_t to_fixed(Duration d) {
  const auto microseconds = static_cast<std::uint64_t>(d.count()) / 1'000'000;
  return std::min(microseconds, std::uint64_t{200'000'000}) * kOne / 1'000'000;
}

/// The largest r with r^3 <= x. Requires: x < 2^63.
std::uint64_t cube_root(std::uint64_t x) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 20; bit != 0; bit >>= 1) {
    const std::uint64_t next = root | bit;
    if (next * next * next <= x) root = next;
  }
  return root;
}

}  // namespace

std::uint32_t Cubic::reduce(std::uint32_t window) {
  prior_ = window * kOne;
  // Fast convergence: a window below the last maximum says that there are new flows.
  window_max_ = prior_ < window_max_ ? prior_ * (kBetaTimes + kBetaBy) / (2 * kBetaBy) : prior_;
  epoch_ = kNever;
  after_timeout_ = false;
  const auto reduced = static_cast<std::uint32_t>(window * kBetaTimes / kBetaBy);
  return std::max(reduced, kLeastWindow);
}

std::uint32_t Cubic::reduce_by_timeout(std::uint32_t window) {
  const std::uint32_t threshold = reduce(window);
  after_timeout_ = true;
  return threshold;
}

void Cubic::begin_epoch(const Acknowledged& ack) {
  epoch_ = ack.now;
  window_ = estimate_ = ack.window * kOne;
  // "K is set to 0 and W_max to the congestion window at the beginning of this stage" (4.8).
  if (after_timeout_ || window_max_ < window_) window_max_ = window_;
  after_timeout_ = false;
  const Fixed ratio = (window_max_ - window_) * kScaleBy / kScaleTimes;
  plateau_ = cube_root(ratio << (2 * kShift));
}

/// W_cubic(t) = C (t - K)^3 + W_max.
Cubic::Fixed Cubic::window_at(Fixed t) const {
  const bool convex = t >= plateau_;
  const Fixed d = convex ? t - plateau_ : plateau_ - t;
  const Fixed cube = ((d * d) >> kShift) * d >> kShift;
  const Fixed change = cube * kScaleTimes / kScaleBy;
  if (convex) return window_max_ + change;
  return window_max_ > change ? window_max_ - change : 0;
}

std::uint32_t Cubic::grow(const Acknowledged& ack) {
  if (epoch_ == kNever) begin_epoch(ack);
  if (window_ >> kShift != ack.window) window_ = ack.window * kOne;  // something else has set it
  const Fixed t = std::min(to_fixed(ack.now - epoch_), kLongestEpoch);
  // The Reno-friendly estimate (4.3): alpha until the window of before the loss is reached, then 1.
  const bool regained = estimate_ >= prior_;
  estimate_ += ((ack.segments * (regained ? 1 : kAlphaTimes)) << (2 * kShift)) /
               (window_ * (regained ? 1 : kAlphaBy));
  if (window_at(t) < estimate_) {
    window_ = std::max(window_, estimate_);
  } else {
    const Fixed ahead = window_at(std::min(t + to_fixed(ack.round_trip), kLongestEpoch));
    const Fixed target = std::clamp(ahead, window_, window_ + window_ / 2);
    window_ += ((target - window_) * ack.segments << kShift) / window_;
  }
  return static_cast<std::uint32_t>(window_ >> kShift);
}

void Cubic::idle_for(Duration span) {
  if (epoch_ != kNever) epoch_ += span;
}

}  // namespace lvs
