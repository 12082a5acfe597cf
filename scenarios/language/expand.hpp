// The `cluster:` shorthand.
#pragma once

#include "scenarios/language/scenario.hpp"

namespace lvs::language {

/// Puts the hosts and networks that `scenario.cluster` stands for in front of what the scenario has
/// and resets it: one fixed topology, that of the recordings (truth/README.md). Networks of the
/// names outside and inside that the scenario defines are used in place of ours (1Gbit/s, 50us).
/// The mode fullnat is not built: its Cluster stays, for check_supported to refuse.
void expand_cluster(Scenario& scenario);

}  // namespace lvs::language
