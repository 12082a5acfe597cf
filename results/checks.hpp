// What must agree in every run because it is the same, counted twice by parts that know nothing of
// each other: conservation of frames, requests and connections; Little's law; the utilisation law.
// A difference means that the simulator is wrong, never that the scenario is.
//
// Little's law (L = lambda W) and the utilisation law (busy = throughput * demand) hold for a
// window up to what begins before it or ends after it. Little's law is taken with the exact part of
// each request inside the window, so nothing is left to allow: L is the integral that the clients
// (or the server's queue) keep, lambda W the sum over the requests one by one. The utilisation law
// allows the full demand of what was in service at either edge, or given up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/run_facts.hpp"

namespace lvs {

enum class Law : std::uint8_t { frames, connections, requests, little, utilisation };
/// "little".
std::string_view name(Law law);

struct Check {
  Law law = Law::frames;
  std::string of;  ///< a client group, "rs1:80/tcp"; empty for frames
  double one = 0;  ///< in the unit of `what`
  double other = 0;
  double allowed = 0;  ///< by how much they may differ
  bool holds = true;
  std::string what;  ///< "requests open on average: counted, and from the time of each"
};

/// All of them, those that hold too; of the measured time only if the run came to its end.
std::vector<Check> self_checks(const RunFacts& facts);
bool all_hold(const std::vector<Check>& checks);

}  // namespace lvs
