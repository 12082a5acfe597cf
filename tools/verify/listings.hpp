// Listings of ipvsadm compared: line by line, or, for connections, row by row in any order with a
// tolerance for the time that is left.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/verify/compare.hpp"

namespace lvs::verify {

/// Whether the text is that of `ipvsadm -Lc`.
bool is_connection_listing(const std::string& text);

struct ListingComparison {
  Count lines;                 ///< of a listing of services; header lines of one of connections
  Count rows;                  ///< of connections
  std::size_t rows_exact = 0;  ///< of those, equal to the second
  std::vector<FieldDifference> differences;  ///< field: "line 5" or "row TCP 10.0.0.1:5 …"
};

/// A row is equal if protocol, state and addresses are, and the seconds left differ by at most
/// kExpiryTolerance: the listing rounds down what was left at an instant that the recording does
/// not hold. The README allows the timer's granularity on top; no recording needs it.
inline constexpr int kExpiryTolerance = 1;

ListingComparison compare_listings(const std::string& recorded, const std::string& simulated);

}  // namespace lvs::verify
