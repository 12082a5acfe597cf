// Values of the language as the models take them.
#pragma once

#include "models/host/processor.hpp"
#include "models/net/cable.hpp"
#include "models/workload/law.hpp"
#include "scenarios/language/law.hpp"
#include "scenarios/language/topology.hpp"

namespace lvs::language {

RandomLaw to_law(const DurationLaw& law);  ///< in ticks
RandomLaw to_law(const SizeLaw& law);      ///< in bytes
RandomLaw to_law(const CountLaw& law);     ///< in ones
lvs::QueueLimit to_limit(const QueueLimit& limit);
WayConfig to_way(const Cable& cable);
ProcessorConfig to_processor(const Cpu& cpu);

}  // namespace lvs::language
