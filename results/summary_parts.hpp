// The parts of the summary, in the order in which they are printed. Each begins with an empty line,
// but for the title, and ends with a newline; a part with nothing to say is empty.
#pragma once

#include <string>

#include "results/run_facts.hpp"

namespace lvs::summary {

std::string title(const RunFacts& facts);
std::string listing(const DirectorFacts& director, const RunWindow& window,
                    std::size_t most_servers);
std::string servers(const RunFacts& facts, std::size_t most_servers);
std::string latencies(const RunFacts& facts);
std::string conversations(const RunFacts& facts);
std::string director(const DirectorFacts& director, const RunWindow& window);
std::string health(const HealthFacts& health);
std::string frames(const RunFacts& facts);
std::string checks(const RunFacts& facts);
std::string expectations(const RunFacts& facts);
std::string closing(const RunFacts& facts, bool cost);

}  // namespace lvs::summary
