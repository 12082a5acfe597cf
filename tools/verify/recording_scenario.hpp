// The cluster and the script of a recording as a scenario: what an administrator would have typed
// on its machines, and one event for each operation. Topology, addresses and settings are those of
// the recordings' README.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/packet/mac_address.hpp"
#include "scenarios/language/scenario.hpp"
#include "tools/verify/recording.hpp"

namespace lvs::verify {

/// What a recording does not hold (its README, "Free parameters").
struct Choices {
  std::uint32_t jiffies_phase = 0;     ///< 0..4095
  std::uint32_t statistics_phase = 0;  ///< 0..503
  int command_percent = 0;  ///< where in its time an ipvsadm call takes effect: 0, 80 or 100
  /// The same of a listing, by the number of its operation; 0 for those that are not here.
  std::map<std::size_t, int> listing_percents = {};
  /// From the beginning of the last operation to each of the last listings, in their order: at most
  /// kMostLast, and none before the one before it. kFirstLast for those that are not here.
  std::vector<Duration> lasts = {};

  friend bool operator==(const Choices&, const Choices&) = default;
};

inline constexpr std::array<int, 3> kPercents{0, 80, 100};
inline constexpr std::uint32_t kJiffyPhases = 4096;
inline constexpr std::uint32_t kStatisticsPhases = 504;
inline constexpr Duration kFirstLast = milliseconds(100);
inline constexpr Duration kMostLast = seconds(5);

/// The instant of each event of the scenario: of every operation but sleep, then of the last
/// listings, then of the resets with which the client's process ends.
std::vector<Duration> event_instants(const Recording& recording, const Choices& choices);
/// The instant at this part of the time that an operation took.
Duration instant_within(const Recording& recording, const Operation& op, int percent);
/// The instant of one of the last listings.
Duration last_instant(const Recording& recording, Duration last);
/// The whole scenario. Its director's phases and its events' instants are those of `choices`.
std::string recording_scenario(const Recording& recording, const Choices& choices);

/// The same, read. Throws ScenarioError for what the language or the simulator does not have;
/// `name` is used in messages.
language::Scenario load_recording_scenario(const std::string& name, const Recording& recording);

/// What the tool says of a recorded command that failed there and that cannot even be read; nothing
/// if it can. Such a command is not in the scenario.
std::optional<std::string> usage_error(const Operation& op);

/// Connections that the script left open: operations by number.
std::vector<std::size_t> left_open(const Recording& recording);

/// Of the director's eth0 (0) and eth1 (1).
MacAddress director_mac(std::size_t card);

}  // namespace lvs::verify
