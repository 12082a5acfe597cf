// What one operation led to, recorded against simulated.
#pragma once

#include "tools/verify/recording_result.hpp"
#include "tools/verify/replay.hpp"

namespace lvs::verify {

/// Which listings to compare: those that show the statistics depend on a phase that nothing else
/// depends on.
enum class Scope : std::uint8_t { all, without_statistics };

/// "--stats" and "--rate" listings.
bool shows_statistics(const std::string& arguments);

/// Requires: the replay has run through the operation.
void check_operation(const Replay& replay, const Operation& op, Scope scope,
                     RecordingResult& result);
/// Runs through the last listings as well.
void check_last(Replay& replay, const Recording& recording, RecordingResult& result);

/// When the director's state before a difference is of interest: that of its operation.
Time instant_of_difference(const Replay& replay, const Recording& recording,
                           const Difference& difference);

}  // namespace lvs::verify
