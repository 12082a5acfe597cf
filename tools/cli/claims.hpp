// The expectations of a scenario as claims that results/ can judge.
#pragma once

#include <vector>

#include "results/claim.hpp"
#include "scenarios/language/build.hpp"
#include "scenarios/language/scenario.hpp"

namespace lvs::cli {

/// The claims about metrics that apply to this variant, in file order. Throws ScenarioError for one
/// that makes no sense (an unknown metric, a unit that is not the metric's).
std::vector<Claim> metric_claims(const language::Scenario& scenario);

/// The verdicts on what `show` expectations printed.
std::vector<Verdict> show_verdicts(const language::Simulation& simulation);

}  // namespace lvs::cli
