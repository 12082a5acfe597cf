// The CSV files of a run: comma, point, newline; one header line; units in column names; an empty
// cell is a value that there is none of; numbers in their shortest exact form.
#pragma once

#include <string>

#include "results/recorder.hpp"
#include "results/run_facts.hpp"

namespace lvs {

/// One row for each service and real server.
std::string servers_csv(const RunFacts& facts);
/// Percentiles and the complementary distribution (CCDF) of each latency of each client group.
std::string latency_csv(const RunFacts& facts, const Recorder& recorder);
/// One row for each interval and server; "none" is what no server saw.
std::string series_csv(const RunFacts& facts, const Recorder& recorder);

}  // namespace lvs
