// Names that point to something defined elsewhere in the scenario.
#pragma once

#include "scenarios/language/scenario.hpp"

namespace lvs::language {

/// Throws ScenarioError for the first name of a host, nic or network, or value of `when`, that
/// nothing defines.
void check_references(const Scenario& scenario);

}  // namespace lvs::language
