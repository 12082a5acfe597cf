// Small values that every part of a scenario uses.
#pragma once

#include <string>

#include "scenarios/language/error.hpp"
#include "sim/time.hpp"

namespace lvs::language {

/// A name that is defined here or points to something defined elsewhere.
struct Name {
  std::string text;
  Where where;
  friend bool operator==(const Name&, const Name&) = default;
};

/// The span [from, until) since the start of the run.
struct Window {
  Duration from{};
  Duration until{};
  Where where;
  friend bool operator==(const Window&, const Window&) = default;
};

}  // namespace lvs::language
