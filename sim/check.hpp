// require(): a broken invariant stops the run at once, in every build. The simulated time and the
// event number are added by the Simulator that is running; the seed by the program.
#pragma once

#include <stdexcept>
#include <string>

namespace lvs {

/// Our code is wrong. Nobody below tools/ catches it.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace detail {
[[noreturn]] void require_failed(const char* what, const char* file, int line);
}

}  // namespace lvs

/// Stops with InternalError("WHAT (FILE:LINE)") unless `condition` holds. A macro only because
/// std::source_location is unusable with clang 14 (deps.md).
#define LVS_REQUIRE(condition, what)                           \
  do {                                                         \
    if (!(condition)) [[unlikely]]                             \
      ::lvs::detail::require_failed(what, __FILE__, __LINE__); \
  } while (false)
