// All files of one run (design.md 1.3).
#pragma once

#include <filesystem>

#include "results/recorder.hpp"
#include "results/run_facts.hpp"
#include "results/write/output_folder.hpp"

namespace lvs {

/// Writes manifest.json, summary.json, servers.csv, latency.csv and series.csv into a folder that
/// the caller completes (resolved.yaml) and commits. Throws OutputError.
void write_run(OutputFolder& folder, const RunFacts& facts, const Recorder& recorder);

}  // namespace lvs
