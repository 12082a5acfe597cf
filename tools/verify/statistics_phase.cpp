#include "tools/verify/statistics_phase.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>

namespace lvs::verify {
namespace {

// Weights of a line that a phase does not explain, and of one that it explains but for bare ACKs.
constexpr std::uint32_t kContradiction = 1000;
constexpr std::uint32_t kAcknowledgement = 1;

/// Connections, packets in and out, bytes in and out; nothing where it is abbreviated.
using ShownCounters = std::array<std::optional<std::uint64_t>, 5>;

struct StatisticsLine {
  std::string object;
  ShownCounters shown;
};

std::optional<std::uint64_t> read_number(const std::string& word) {
  constexpr std::size_t kMostDigits = 18;
  const bool plain = !word.empty() && word.size() <= kMostDigits &&
                     word.find_first_not_of("0123456789") == std::string::npos;
  if (!plain) return {};
  return std::stoull(word);
}

/// How many segments of bare ACKs more the line shows than `ours`, all else being equal.
std::optional<std::uint64_t> acknowledgements_apart(const ShownCounters& shown,
                                                    const std::array<std::uint64_t, 5>& ours) {
  constexpr std::uint64_t kBareAcknowledgement = 52;  // IP 20, TCP 20, timestamps 12
  for (const std::size_t i : {0, 1, 3}) {
    if (!shown[i] || *shown[i] != ours[i]) return {};
  }
  if (!shown[2] || !shown[4] || *shown[2] <= ours[2] || *shown[4] <= ours[4]) return {};
  const std::uint64_t more = *shown[2] - ours[2];
  if (*shown[4] - ours[4] != more * kBareAcknowledgement) return {};
  return more;
}

std::vector<StatisticsLine> read_lines(const std::string& listing) {
  std::vector<StatisticsLine> lines;
  std::istringstream in(listing);
  std::string service;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string kind;
    std::string name;
    words >> kind >> name;
    const bool is_service = kind == "TCP" || kind == "UDP" || kind == "FWM";
    if (is_service) service = kind + " " + name;
    if (!is_service && (kind != "->" || service.empty())) continue;
    StatisticsLine read{is_service ? service : service + " " + name, {}};
    for (std::optional<std::uint64_t>& value : read.shown) {
      std::string word;
      words >> word;
      value = read_number(word);
    }
    lines.push_back(std::move(read));
  }
  return lines;
}

/// How wrong a line is: nothing, kAcknowledgement or kContradiction.
std::uint32_t misfit(const StatisticsLine& line, const CounterSnapshot& counters) {
  const auto found = counters.find(line.object);
  const TrafficCounters c = found == counters.end() ? TrafficCounters{} : found->second;
  const std::array<std::uint64_t, 5> ours{c.connections, c.packets_in, c.packets_out, c.bytes_in,
                                          c.bytes_out};
  bool equal = true;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    equal = equal && (!line.shown[i] || *line.shown[i] == ours[i]);
  }
  if (equal) return 0;
  return acknowledgements_apart(line.shown, ours) ? kAcknowledgement : kContradiction;
}

}  // namespace

std::optional<std::uint64_t> acknowledgements_apart(const std::string& recorded,
                                                    const std::string& simulated) {
  const std::vector<StatisticsLine> theirs = read_lines(recorded);
  const std::vector<StatisticsLine> ours = read_lines(simulated);
  if (theirs.size() != ours.size() || ours.empty()) return {};
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (theirs[i].object != ours[i].object) return {};
    std::array<std::uint64_t, 5> numbers{};
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      if (!ours[i].shown[k]) return {};
      numbers[k] = *ours[i].shown[k];
    }
    if (theirs[i].shown == ours[i].shown) continue;
    const auto more = acknowledgements_apart(theirs[i].shown, numbers);
    if (!more) return {};
    const bool is_service = ours[i].object.find(' ', 4) == std::string::npos;
    if (is_service) all += *more;
  }
  return all;
}

CounterSnapshot counters_of(const Director& director) {
  CounterSnapshot counters;
  for (const Service* service : director.services()) {
    std::string name = "FWM " + std::to_string(service->key.mark);
    if (service->key.mark == 0) {
      const bool tcp = service->key.protocol == Protocol::tcp;
      name = (tcp ? "TCP " : "UDP ") + to_string(service->key.address);
    }
    counters[name] = service->statistics.live;
    for (const Destination& server : director.destinations(*service)) {
      counters[name + " " + to_string(server.address)] = server.statistics.live;
    }
  }
  return counters;
}

PhaseMisfits phase_misfits(const CounterHistory& history, const std::string& listing) {
  const std::vector<StatisticsLine> lines = read_lines(listing);
  const CounterSnapshot none;  // before the first tick
  PhaseMisfits misfits(kStatisticsPhases);
  for (std::uint32_t phase = 0; phase < kStatisticsPhases; ++phase) {
    const bool ticked = history.last + phase >= history.first_tick;
    const std::uint32_t since =
        ticked ? (history.last + phase - history.first_tick) % kStatisticsPhases : 0;
    const bool known = ticked && since < history.at.size();
    const CounterSnapshot& counters =
        known ? history.snapshots[history.at[history.at.size() - 1 - since]] : none;
    for (const StatisticsLine& line : lines) misfits[phase] += misfit(line, counters);
  }
  return misfits;
}

}  // namespace lvs::verify
