// Replays the recordings of a folder and compares what they hold with what we do.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/verify/compare.hpp"
#include "tools/verify/recording_result.hpp"

namespace lvs::verify {

struct UnequalRow {
  std::size_t row = 0;  ///< from 0, as rows[N] of the file
  std::string settings;
  std::vector<FieldDifference> differences;  ///< at least one
};

struct MatrixResult {
  std::string file;
  Count rows;
  Count fields;
  std::vector<UnequalRow> unequal;
  std::size_t later_states = 0;  ///< compare.hpp
  std::size_t facts = 0;         ///< not compared
  std::size_t fact_groups = 0;
};

struct Verification {
  std::vector<MatrixResult> matrices;       ///< in the order of their paths
  std::vector<RecordingResult> recordings;  ///< in the order of their paths

  /// Whether something was compared and all of it is equal.
  bool holds() const;
};

/// Every *.json below `folder` (or `folder` itself, if it is a file). Throws RecordingError if
/// there is no such folder, no recording in it, or one that cannot be read.
Verification verify(const std::filesystem::path& folder);
/// One recording of kind arp-matrix; `name` is used in messages.
MatrixResult verify_matrix(const std::string& name, const Matrix& matrix);

/// One recording of kind ipvs-recording, with the captures beside it. Throws RecordingError.
RecordingFiles read_recording_files(const std::filesystem::path& file);

std::string verification_text(const Verification& verification);
std::string verification_json(const Verification& verification);

}  // namespace lvs::verify
