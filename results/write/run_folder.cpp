#include "results/write/run_folder.hpp"

#include "results/write/json.hpp"
#include "results/write/tables.hpp"

namespace lvs {

void write_run(OutputFolder& folder, const RunFacts& facts, const Recorder& recorder) {
  folder.write("manifest.json", manifest_json(facts));
  folder.write("summary.json", summary_json(facts));
  folder.write("servers.csv", servers_csv(facts));
  folder.write("latency.csv", latency_csv(facts, recorder));
  folder.write("series.csv", series_csv(facts, recorder));
}

}  // namespace lvs
