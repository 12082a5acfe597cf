// What `lvsim verify` prints of recordings of a director.
#pragma once

#include <string>
#include <vector>

#include "tools/verify/recording_result.hpp"

namespace lvs::verify {

/// One line, and below it the first difference with the director's state before it.
std::string recording_text(const RecordingResult& result);
/// Totals by kind.
std::string totals_text(const std::vector<RecordingResult>& results);

Json recording_json(const RecordingResult& result);
Json count_json(const Count& count);

}  // namespace lvs::verify
