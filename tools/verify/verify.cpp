#include "tools/verify/verify.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include "scenarios/language/error.hpp"
#include "tools/verify/matrix_row.hpp"

namespace lvs::verify {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> recordings_below(const fs::path& folder) {
  std::error_code error;
  if (fs::is_regular_file(folder, error)) return {folder};
  if (!fs::is_directory(folder, error)) {
    throw RecordingError(folder.string(), "no such folder of recordings");
  }
  std::vector<fs::path> files;
  for (auto at = fs::recursive_directory_iterator(folder, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->path().extension() == ".json" && at->is_regular_file()) files.push_back(at->path());
  }
  if (error) throw RecordingError(folder.string(), error.message());
  if (files.empty()) throw RecordingError(folder.string(), "no *.json in it");
  std::sort(files.begin(), files.end());
  return files;
}

Json read_json(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw RecordingError("", "cannot be read");
  try {
    return Json::parse(in);
  } catch (const nlohmann::json::exception& error) {  // its text names line and column
    throw RecordingError("", std::string("is no JSON: ") + error.what());
  }
}

std::string kind_of(const Json& file) {
  const auto kind = file.is_object() ? file.find("kind") : file.end();
  if (kind == file.end() || !kind->is_string()) {
    throw RecordingError("kind", "is missing; arp-matrix or ipvs-recording");
  }
  return kind->get<std::string>();
}

}  // namespace

bool Verification::holds() const {
  return (!matrices.empty() || !recordings.empty()) &&
         std::all_of(matrices.begin(), matrices.end(),
                     [](const auto& m) { return m.rows.equal == m.rows.total; }) &&
         std::all_of(recordings.begin(), recordings.end(), [](const auto& r) { return r.equal(); });
}

RecordingFiles read_recording_files(const fs::path& file) {
  try {
    const Json json = read_json(file);
    if (kind_of(json) != "ipvs-recording") {
      throw RecordingError("kind", "is not ipvs-recording");
    }
    return {read_recording(json), captures_beside(file)};
  } catch (const RecordingError& error) {
    throw RecordingError(file.string(), error.what());
  }
}

MatrixResult verify_matrix(const std::string& name, const Matrix& matrix) {
  MatrixResult result;
  result.file = name;
  result.facts = matrix.facts;
  result.fact_groups = matrix.fact_groups;
  for (std::size_t i = 0; i < matrix.rows.size(); ++i) {
    const MatrixRow& row = matrix.rows[i];
    Comparison comparison;
    try {
      comparison = compare_row(row.observed, observe_row(matrix.topology, row.settings));
    } catch (const language::ScenarioError& error) {
      throw RecordingError(
          name, "rows[" + std::to_string(i) + "] (" + row.settings.text + "): " + error.message());
    }
    ++result.rows.total;
    result.fields.total += comparison.fields.total;
    result.fields.equal += comparison.fields.equal;
    result.later_states += comparison.later_states;
    if (comparison.differences.empty()) {
      ++result.rows.equal;
    } else {
      result.unequal.push_back({i, row.settings.text, std::move(comparison.differences)});
    }
  }
  return result;
}

Verification verify(const fs::path& folder) {
  Verification verification;
  // All are read before the first is compared, so that a bad one is known at once.
  std::vector<std::pair<std::string, Matrix>> matrices;
  std::vector<std::pair<std::string, RecordingFiles>> recordings;
  for (const fs::path& file : recordings_below(folder)) {
    try {
      const Json json = read_json(file);
      const std::string kind = kind_of(json);
      if (kind == "arp-matrix") {
        matrices.emplace_back(file.string(), read_matrix(json));
      } else if (kind == "ipvs-recording") {
        recordings.emplace_back(file.string(),
                                RecordingFiles{read_recording(json), captures_beside(file)});
      } else {
        throw RecordingError("kind", "\"" + kind + "\" is neither arp-matrix nor ipvs-recording");
      }
    } catch (const RecordingError& error) {
      throw RecordingError(file.string(), error.what());
    }
  }
  for (const auto& [name, matrix] : matrices) {
    verification.matrices.push_back(verify_matrix(name, matrix));
  }
  for (const auto& [name, files] : recordings) {
    verification.recordings.push_back(verify_recording(name, files));
  }
  return verification;
}

}  // namespace lvs::verify
