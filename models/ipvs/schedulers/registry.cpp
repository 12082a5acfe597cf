#include "models/ipvs/schedulers/registry.hpp"

#include <array>

namespace lvs {
namespace {

constexpr std::array kSchedulers{
    SchedulerEntry{"rr", "each available server in turn", make_rr},
    SchedulerEntry{"wrr", "in turn, in proportion to weight", make_wrr},
    SchedulerEntry{"lc", "least connections, weights ignored", make_lc},
    SchedulerEntry{"wlc", "least connections per weight, inactive ones count 1/256", make_wlc},
    SchedulerEntry{"sed", "least expected delay: (active + 1) per weight", make_sed},
    SchedulerEntry{"nq", "an idle server if there is one, else as sed", make_nq},
    SchedulerEntry{"sh", "hash of the source address over 256 slots dealt by weight", make_sh},
    SchedulerEntry{"dh", "hash of the destination address over 256 slots", make_dh},
    SchedulerEntry{"lblc", "a destination address keeps its server unless that is busy", make_lblc},
    SchedulerEntry{"lblcr", "as lblc, with a set of servers that grows while they are busy",
                   make_lblcr},
    SchedulerEntry{"fo", "all to the greatest weight that is available", make_fo},
    SchedulerEntry{"ovf", "the greatest weight until it has that many active, then the next",
                   make_ovf},
    SchedulerEntry{"mh", "Maglev: hash of the source address over 4093 slots", make_mh},
    SchedulerEntry{"twos", "the less loaded of two drawn at random by weight", make_twos},
};

}  // namespace

std::span<const SchedulerEntry> schedulers() { return kSchedulers; }

const SchedulerEntry* find_scheduler(std::string_view name) {
  for (const SchedulerEntry& entry : kSchedulers) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace lvs
