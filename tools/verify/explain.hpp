// The first difference of a recording as a story: what was done before, what the kernel did, what
// the simulated director did and why.
#pragma once

#include <string>

#include "tools/verify/recording_result.hpp"

namespace lvs::verify {

/// `result` is that of verify_recording() for these files.
std::string explain(const RecordingFiles& files, const RecordingResult& result);

}  // namespace lvs::verify
