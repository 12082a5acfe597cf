// The expanded scenario as YAML, for `lvsim show` and resolved.yaml.
#pragma once

#include <string>

#include "scenarios/language/scenario.hpp"

namespace lvs::language {

/// Reads back to an equal Scenario (places excepted), without parameters to substitute, ranges,
/// `cluster:` or files beside it.
std::string write_scenario(const Scenario& scenario);

}  // namespace lvs::language
