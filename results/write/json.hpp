// The facts of a run for programs. Units are in the names; the same facts give the same bytes.
#pragma once

#include <string>

#include "results/run_facts.hpp"

namespace lvs {

struct JsonOptions {
  bool timing = false;  ///< wall time, events and memory, which differ from machine to machine
};

/// summary.json and `--json`; ends with a newline.
std::string summary_json(const RunFacts& facts, const JsonOptions& options = {});
/// manifest.json: version, command line, seed, parameters, and what the folder holds.
std::string manifest_json(const RunFacts& facts);

}  // namespace lvs
