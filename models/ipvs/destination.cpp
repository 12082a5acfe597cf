#include "models/ipvs/destination.hpp"

namespace lvs {

void Destination::update_overload() {
  const std::uint32_t total = connections();
  if (upper_threshold == 0) {
    overloaded = false;
  } else if (total >= upper_threshold) {
    overloaded = true;
  } else {
    const std::uint32_t low =
        lower_threshold != 0 ? lower_threshold : upper_threshold - upper_threshold / 4;
    if (total < low) overloaded = false;
  }
}

}  // namespace lvs
