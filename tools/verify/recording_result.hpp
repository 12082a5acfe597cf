// How far a simulated cluster did what a recording says, under the best setting of the free
// parameters.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "models/ipvs/director.hpp"
#include "scenarios/language/scenario.hpp"
#include "tools/verify/capture.hpp"
#include "tools/verify/compare.hpp"
#include "tools/verify/recording_scenario.hpp"

namespace lvs::verify {

class Replay;

struct Counts {
  Count decisions;                        ///< who served, or the error
  Count statuses;                         ///< rc, and stderr where recorded, of ipvsadm
  std::map<std::string, Count> listings;  ///< whole texts, by the arguments of ipvsadm
  Count rows;                             ///< of connections
  std::size_t rows_exact = 0;             ///< of these, equal to the second
  Count frames;                           ///< that the director sent

  bool all_equal() const;
  Counts& operator+=(const Counts& other);
};

struct Difference {
  std::string where;  ///< "ops[3] open 172.20.0.1:1000 -> 10.1.10.3:80 at 1.5s"
  std::string what;   ///< "decision", "rc", "line 5", "row TCP …", "eth0 frame 7 ttl"
  std::string recorded;
  std::string simulated;
  bool by_acknowledgements = false;  ///< statistics_phase.hpp, acknowledgements_apart()
  /// The number; the last listings follow the operations, the frames follow these.
  std::size_t operation = 0;
};

struct RecordingResult {
  std::string file;
  std::string name;
  Choices choices;
  std::size_t settings_tried = 0;
  Counts counts;
  std::vector<Difference> differences;  ///< in order
  std::size_t frames_reordered = 0;     ///< frames.hpp
  std::string state_before;             ///< the director's listings before the first difference
  /// Why it could not be simulated at all, if so; then nothing else is filled in.
  std::string refused;

  /// Whether all that differs is how many bare ACKs the real servers sent.
  bool equal_but_for_acknowledgements() const;
  bool equal() const { return refused.empty() && counts.all_equal(); }
};

/// A recording with what lies beside it.
struct RecordingFiles {
  Recording recording;
  std::vector<Capture> captures;  ///< none, or those of eth0 and eth1
};

/// `ipvsadm -Ln` and `ipvsadm -Lnc` of a director.
std::string director_state(const Director& director);

/// Compares everything under this setting.
RecordingResult compare_recording(const RecordingFiles& files, const language::Scenario& scenario,
                                  const Choices& choices);
/// Searches for a setting that makes all equal, and compares everything under the best one.
RecordingResult verify_recording(const std::string& file, const RecordingFiles& files);

}  // namespace lvs::verify
