// What a simulated cluster shows under the settings of a row, observation by observation, in the
// order of the recordings' README.
#pragma once

#include "tools/verify/matrix.hpp"

namespace lvs::verify {

/// The fields that a row records, by the same names. Throws language::ScenarioError if the settings
/// cannot be typed.
Json observe_row(const MatrixTopology& topology, const MatrixSettings& settings);

}  // namespace lvs::verify
