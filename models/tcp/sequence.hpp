// Sequence numbers: they wrap, so a < b if the way from a to b is the shorter one (RFC 9293 3.4).
#pragma once

#include <cstdint>

namespace lvs {

constexpr bool before(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}
constexpr bool before_or_at(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) <= 0;
}
constexpr std::uint32_t later_of(std::uint32_t a, std::uint32_t b) { return before(a, b) ? b : a; }
constexpr std::uint32_t earlier_of(std::uint32_t a, std::uint32_t b) {
  return before(a, b) ? a : b;
}

/// From `begin` up to, without, `end`.
struct SequenceRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  constexpr std::uint32_t length() const { return end - begin; }
  constexpr bool empty() const { return begin == end; }
  constexpr bool contains(const SequenceRange& r) const {
    return before_or_at(begin, r.begin) && before_or_at(r.end, end);
  }
  friend constexpr bool operator==(const SequenceRange&, const SequenceRange&) = default;
};

}  // namespace lvs
