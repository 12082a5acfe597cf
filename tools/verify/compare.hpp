// What was recorded, field by field, against what was simulated.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/verify/matrix.hpp"

namespace lvs::verify {

struct Count {
  std::size_t equal = 0;
  std::size_t total = 0;
};

struct FieldDifference {
  std::string field;  ///< "first_connection.served_by"
  std::string recorded;
  std::string simulated;
};

struct Comparison {
  Count fields;
  std::vector<FieldDifference> differences;  ///< in the order of the recording
  /// States taken as equal although they differ: the kernel had DELAY where we have REACHABLE or
  /// STALE of the same MAC, after packets had passed at other instants than ours.
  std::size_t later_states = 0;
};

/// Compares each value that was recorded. One that the simulation does not show at all is unequal,
/// whatever it says, and so is one that an observed entry has beside what was recorded of it.
Comparison compare_row(const Json& recorded, const Json& simulated);

}  // namespace lvs::verify
