// The one-screen text of a run: what `lvsim run` prints.
#pragma once

#include <string>

#include "results/run_facts.hpp"

namespace lvs {

struct SummaryOptions {
  std::size_t most_servers = 16;  ///< rows in a table of servers; the rest is counted in one line
  bool cost = true;               ///< the line of wall time, events and memory
};

/// At most 100 columns except for names, addresses and listings that are longer; ends with a
/// newline.
std::string summary_text(const RunFacts& facts, const SummaryOptions& options = {});

}  // namespace lvs
