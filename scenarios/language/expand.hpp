// The `cluster:` shorthand.
#pragma once

#include "scenarios/language/scenario.hpp"

namespace lvs::language {

/// Puts the hosts and networks that `cluster` stands for in front of what the scenario has: one
/// fixed topology, that of the recordings (truth/README.md). Networks of the names outside and
/// inside that the scenario defines are used in place of ours (1Gbit/s, 50us). In mode fullnat the
/// servers are on one more, servers (192.168.185.0/24), behind the router.
void expand_cluster(Scenario& scenario, const Cluster& cluster);

}  // namespace lvs::language
