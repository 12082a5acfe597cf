// What `lvsim verify` prints.
#include <fmt/format.h>

#include "tools/verify/print_recording.hpp"
#include "tools/verify/verify.hpp"

namespace lvs::verify {
namespace {

std::string matrix_text(const MatrixResult& m) {
  std::string text = fmt::format("{}: {} of {} rows equal, {} of {} fields\n", m.file, m.rows.equal,
                                 m.rows.total, m.fields.equal, m.fields.total);
  for (const UnequalRow& row : m.unequal) {
    const FieldDifference& first = row.differences.front();
    text += fmt::format("  rows[{}] {}: {}: recorded {}, simulated {}", row.row, row.settings,
                        first.field, first.recorded, first.simulated);
    const std::size_t more = row.differences.size() - 1;
    text += more == 0 ? "\n" : fmt::format(" (and {} more fields)\n", more);
  }
  if (m.later_states > 0) {
    text += fmt::format(
        "  of these, {} states are DELAY in the recording and still REACHABLE or STALE here, with "
        "the same MAC\n",
        m.later_states);
  }
  if (m.facts > 0) {
    text += fmt::format("  facts: {} entries in {} groups, not compared here (tests/truth does)\n",
                        m.facts, m.fact_groups);
  }
  return text;
}

Json matrix_json(const MatrixResult& m) {
  Json json;
  json["file"] = m.file;
  json["kind"] = "arp-matrix";
  json["rows"] = count_json(m.rows);
  json["fields"] = count_json(m.fields);
  json["unequal"] = Json::array();
  for (const UnequalRow& row : m.unequal) {
    Json differences = Json::array();
    for (const FieldDifference& d : row.differences) {
      differences.push_back(
          {{"field", d.field}, {"recorded", d.recorded}, {"simulated", d.simulated}});
    }
    json["unequal"].push_back(
        {{"row", row.row}, {"settings", row.settings}, {"differences", std::move(differences)}});
  }
  json["later_states"] = m.later_states;
  json["facts_not_compared"] = m.facts;
  return json;
}

}  // namespace

std::string verification_text(const Verification& verification) {
  std::string text;
  Count rows;
  for (const MatrixResult& m : verification.matrices) {
    text += matrix_text(m);
    rows.equal += m.rows.equal;
    rows.total += m.rows.total;
  }
  for (const RecordingResult& r : verification.recordings) text += recording_text(r);
  if (verification.matrices.empty() && verification.recordings.empty()) {
    return text + "Nothing was compared.\n";
  }
  if (!verification.recordings.empty()) text += totals_text(verification.recordings);
  if (verification.matrices.empty()) return text;
  return text + fmt::format("{} of {} rows equal\n", rows.equal, rows.total);
}

std::string verification_json(const Verification& verification) {
  Json json;
  json["holds"] = verification.holds();
  json["files"] = Json::array();
  for (const MatrixResult& m : verification.matrices) json["files"].push_back(matrix_json(m));
  for (const RecordingResult& r : verification.recordings) {
    json["files"].push_back(recording_json(r));
  }
  return json.dump(2) + "\n";
}

}  // namespace lvs::verify
