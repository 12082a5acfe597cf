// State that few connections have at a time, kept beside them: by index, used again and again, so
// that a run in steady state allocates nothing (design.md 3.6, 3.10).
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace lvs {

/// T has clear(), which makes it as new. References last until the next take().
template <class T>
class SidePool {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  /// `index`, or that of a blank item if it was kNone.
  T& ensure(std::uint32_t& index) {
    if (index == kNone) {
      if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(items_.size()));
        items_.emplace_back();
      }
      index = free_.back();
      free_.pop_back();
    }
    return items_[index];
  }
  /// Gives the item back, if there is one.
  void give(std::uint32_t& index) {
    if (index == kNone) return;
    items_[index].clear();
    free_.push_back(index);
    index = kNone;
  }
  T& operator[](std::uint32_t index) { return items_[index]; }
  const T& operator[](std::uint32_t index) const { return items_[index]; }
  /// Items in use.
  std::size_t in_use() const { return items_.size() - free_.size(); }

 private:
  std::vector<T> items_;
  std::vector<std::uint32_t> free_;
};

}  // namespace lvs
