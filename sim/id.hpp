// Id<Tag>: an index that cannot be mixed up with another index. Ids print, sort, hash and survive a
// copy; the entity they name lives in a vector of its owner.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>

namespace lvs {

template <class Tag>
struct Id {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t value = kNone;

  constexpr bool valid() const { return value != kNone; }
  constexpr std::size_t index() const { return value; }
  friend constexpr auto operator<=>(Id, Id) = default;
  friend std::ostream& operator<<(std::ostream& out, Id id) {
    return id.valid() ? out << '#' << id.value : out << "none";
  }
};

}  // namespace lvs

template <class Tag>
struct std::hash<lvs::Id<Tag>> {
  std::size_t operator()(lvs::Id<Tag> id) const { return std::hash<std::uint32_t>{}(id.value); }
};
