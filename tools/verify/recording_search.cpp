// The search for a setting of the free parameters that makes all values of a recording equal.
//
// For each instant of commands, the jiffy phase is raised from class to class (jiffy_phase.hpp),
// each run stopping at its first difference. Listings change nothing, so that one run tries them at
// all their instants, and the history of its counters tells all phases of the statistics. What is
// found is then run and compared as a whole.
#include <algorithm>
#include <array>
#include <optional>

#include "scenarios/language/error.hpp"
#include "sim/check.hpp"
#include "tools/verify/counter_history.hpp"
#include "tools/verify/jiffy_phase.hpp"
#include "tools/verify/listings.hpp"
#include "tools/verify/recording_check.hpp"

namespace lvs::verify {
namespace {

/// Instants of the last listings, in ms after the beginning of the last operation.
constexpr std::array<int, 25> kLasts{100,  200,  300,  400,  500,  600,  700,  800,  900,
                                     1000, 1200, 1400, 1600, 1800, 2000, 2250, 2500, 2750,
                                     3000, 3250, 3500, 3750, 4000, 4500, 5000};
static_assert(milliseconds(kLasts.back()) == kMostLast);
/// Of one recording, so that one that cannot become equal does not take for ever.
constexpr std::size_t kMostRuns = 400;
constexpr std::size_t kMostHistories = 12;
/// A difference weighs as much as a line of statistics that a phase does not explain.
constexpr std::size_t kHeavy = 1000;

/// How good a setting is: what it reached before the first difference; then how much differed.
struct Score {
  std::size_t reached = 0;  ///< operations, and one more if the last listings are equal
  std::size_t misfits = 0;
  friend bool operator<(const Score& a, const Score& b) {
    return a.reached != b.reached ? a.reached < b.reached : a.misfits > b.misfits;
  }
};

bool is_listing(const Operation& op) { return op.kind == Operation::Kind::show; }

class Search {
 public:
  Search(const RecordingFiles& files, const language::Scenario& scenario)
      : recording_(files.recording), scenario_(scenario) {
    for (const Operation& op : recording_.operations) {
      if (is_listing(op)) note_listing(op.arguments);
      zeroes_ = zeroes_ || (op.kind == Operation::Kind::ipvsadm &&
                            (op.arguments.find("-Z") != std::string::npos ||
                             op.arguments.find("--zero") != std::string::npos));
    }
    for (const auto& [arguments, text] : recording_.last) note_listing(arguments);
    list_again();
  }

  Choices run() {
    struct Start {
      Choices choices;
      Probe probe;
    };
    std::vector<Start> starts;
    for (const int percent : kPercents) {
      if (done_) return best_;
      Choices choices;
      choices.command_percent = percent;
      choices.lasts.assign(recording_.last.size(), kMostLast);
      starts.push_back({choices, probe(choices)});
    }
    // Where the first run came farthest, other phases are likelier to help.
    std::stable_sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) {
      return a.probe.reached > b.probe.reached;
    });
    for (const Start& start : starts) try_phases(start.choices, start.probe);
    if (best_score_.reached < recording_.operations.size()) settle(best_);
    return best_;
  }
  std::size_t tried() const { return runs_; }

 private:
  struct Probe {
    std::size_t reached = 0;
    std::uint32_t next_phase = 0;
    std::uint32_t period = 1;
  };

  /// A setting with its last listings of statistics at instant kLasts[statistics].
  struct Placed {
    Choices choices;
    std::size_t statistics = 0;
  };

  void note_listing(const std::string& arguments) {
    shows_rates_ = shows_rates_ || arguments.find("--rate") != std::string::npos;
    shows_statistics_ = shows_statistics_ || lvs::verify::shows_statistics(arguments);
  }

  void list_again() {
    for (const Operation& op : recording_.operations) {
      if (!is_listing(op)) continue;
      for (const int percent : kPercents) {
        again_.push_back({op.arguments, instant_within(recording_, op, percent)});
      }
    }
    for (const int milli : kLasts) {
      for (const auto& [arguments, text] : recording_.last) {
        again_.push_back({arguments, last_instant(recording_, milliseconds(milli))});
      }
    }
  }

  void try_phases(Choices choices, Probe at) {
    while (!done_ && runs_ < kMostRuns && at.next_phase < at.period) {
      choices.jiffies_phase = at.next_phase;
      const std::uint32_t period = at.period;
      at = probe(choices);
      at.period = std::max(at.period, period);
    }
  }

  void consider(const Choices& choices, const Score& score) {
    if (found_ && !(best_score_ < score)) return;
    found_ = true;
    best_ = choices;
    best_score_ = score;
  }

  std::vector<Time> instants(const Choices& choices) const {
    std::vector<Time> all;
    for (const Duration at : event_instants(recording_, choices)) all.push_back(kStart + at);
    for (const Replay::Again& again : again_) all.push_back(kStart + again.at);
    std::sort(all.begin(), all.end());
    return all;
  }

  /// One run up to the first difference, statistics aside.
  Probe probe(Choices choices) {
    ++runs_;
    PhaseClass phases(instants(choices));
    const Director* director = nullptr;
    Replay::Options options;
    options.again = again_;
    options.wanted = Watch::kDecisions;
    options.sink = [&](const Record& record) {
      if (record.kind == RecordKind::ipvs_expired && director != nullptr) {
        phases.fired(*director, record);
      }
    };
    Replay replay(recording_, scenario_, choices, options);
    director = &replay.director();
    Probe probe;
    for (const Operation& op : recording_.operations) {
      if (!agrees(replay, op, choices)) break;
      ++probe.reached;
    }
    consider(choices, {probe.reached, ~std::size_t{0}});
    if (probe.reached == recording_.operations.size() && check_lasts(replay, choices)) {
      ++probe.reached;
    }
    phases.stopped(*director);
    probe.next_phase = phases.next(choices.jiffies_phase);
    probe.period = phases.period();
    return probe;
  }

  /// Whether the operation led to the same; a listing at one of its instants, which is chosen: the
  /// earliest of those where it differs least.
  bool agrees(Replay& replay, const Operation& op, Choices& choices) const {
    if (!is_listing(op)) {
      replay.run_through(op);
      RecordingResult result;
      check_operation(replay, op, Scope::without_statistics, result);
      return result.differences.empty();
    }
    if (lvs::verify::shows_statistics(op.arguments)) return true;
    std::size_t least = ~std::size_t{0};
    for (const int percent : kPercents) {
      const Time at = kStart + instant_within(recording_, op, percent);
      replay.run_to(at);
      const std::string ours = replay.listing(op.arguments, at);
      const std::size_t differences = compare_listings(op.output, ours).differences.size();
      if (differences >= least) continue;
      least = differences;
      choices.listing_percents[op.number] = percent;
      if (least == 0) break;
    }
    if (choices.listing_percents[op.number] == 0) choices.listing_percents.erase(op.number);
    return least == 0;
  }

  /// Nothing makes the script equal: what comes after the first difference shall differ as little
  /// as it can, so that the count of what differs says something.
  void settle(Choices choices) {
    ++runs_;
    Replay::Options options;
    options.again = again_;
    Replay replay(recording_, scenario_, choices, options);
    for (const Operation& op : recording_.operations) agrees(replay, op, choices);
    const LastDifferences differences = list_lasts(replay);
    std::vector<Placed> placed;
    std::size_t least = ~std::size_t{0};
    for (std::size_t k = 0; k < kLasts.size(); ++k) {
      Choices at = choices;
      const auto unequal = arrange(differences, of_statistics(), k, at);
      if (!unequal || *unequal > least) continue;
      if (*unequal < least) placed.clear();
      least = *unequal;
      placed.push_back({at, k});
    }
    best_ = placed.front().choices;
    best_score_ = {};
    if (shows_statistics_ && !zeroes_ && !shows_rates_) solve_statistics(placed);
  }

  std::vector<bool> of_statistics() const {
    std::vector<bool> result;
    for (const auto& [arguments, text] : recording_.last) {
      result.push_back(lvs::verify::shows_statistics(arguments));
    }
    return result;
  }

  /// How many differences each of the last listings has at each of its instants; none are counted
  /// for those of statistics.
  using LastDifferences = std::vector<std::array<std::size_t, kLasts.size()>>;

  LastDifferences list_lasts(Replay& replay) const {
    LastDifferences differences(recording_.last.size());
    for (std::size_t k = 0; k < kLasts.size(); ++k) {
      const Time at = kStart + last_instant(recording_, milliseconds(kLasts[k]));
      replay.run_to(at);
      for (std::size_t i = 0; i < differences.size(); ++i) {
        const auto& [arguments, text] = recording_.last[i];
        differences[i][k] =
            lvs::verify::shows_statistics(arguments)
                ? 0
                : compare_listings(text, replay.listing(arguments, at)).differences.size();
      }
    }
    return differences;
  }

  /// Puts the last listings of statistics at instant `statistics`, and each other one where it
  /// differs least, the earliest such, in order. Returns the differences; none: not in order.
  static std::optional<std::size_t> arrange(const LastDifferences& differences,
                                            const std::vector<bool>& of_statistics,
                                            std::size_t statistics, Choices& choices) {
    std::size_t sum = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      if (of_statistics[i]) {
        if (at > statistics) return {};
        at = statistics;
      } else {
        const auto from = differences[i].begin() + static_cast<std::ptrdiff_t>(at);
        at = static_cast<std::size_t>(std::min_element(from, differences[i].end()) -
                                      differences[i].begin());
      }
      sum += differences[i][at];
      choices.lasts[i] = milliseconds(kLasts[at]);
    }
    return sum;
  }

  /// Chooses the instants of the last listings and, if these can all be equal, the phase of the
  /// statistics; whether they can.
  bool check_lasts(Replay& replay, const Choices& choices) {
    const LastDifferences differences = list_lasts(replay);
    const std::vector<bool> statistics = of_statistics();
    std::vector<Placed> equal;
    for (std::size_t k = 0; k < kLasts.size(); ++k) {
      Choices placed = choices;
      const auto unequal = arrange(differences, statistics, k, placed);
      if (!unequal) break;
      consider(placed, {recording_.operations.size() + (*unequal == 0 ? 1 : 0),
                        kHeavy * (*unequal == 0 ? kHeavy : *unequal)});
      if (*unequal == 0) equal.push_back({placed, k});
    }
    if (equal.empty()) return false;
    if (!shows_statistics_) {
      done_ = true;
    } else if (zeroes_ || shows_rates_) {
      try_statistics_one_by_one(equal.front().choices);
    } else {
      solve_statistics(equal);
    }
    return true;
  }

  /// From one run's history of the counters, for each instant of the last listings.
  void solve_statistics(const std::vector<Placed>& settings) {
    if (histories_ >= kMostHistories) return;
    ++histories_;
    ++runs_;
    Choices latest = settings.front().choices;
    latest.lasts.assign(latest.lasts.size(), kMostLast);
    Replay replay(recording_, scenario_, latest, {});
    HistoryKeeper keeper(replay, latest.jiffies_phase);
    PhaseMisfits before(kStatisticsPhases);
    for (const Operation& op : recording_.operations) {
      if (!is_listing(op) || !lvs::verify::shows_statistics(op.arguments)) continue;
      add(before, phase_misfits(keeper.up_to(replay.instant_of(op)), op.output));
    }
    for (const auto& [choices, k] : settings) {
      const CounterHistory history =
          keeper.up_to(kStart + last_instant(recording_, milliseconds(kLasts[k])));
      PhaseMisfits misfits = before;
      for (const auto& [arguments, text] : recording_.last) {
        if (lvs::verify::shows_statistics(arguments)) add(misfits, phase_misfits(history, text));
      }
      if (choose_phase(choices, misfits)) return;
    }
  }

  /// Takes the phase that contradicts least; true if it contradicts nothing.
  bool choose_phase(Choices choices, const PhaseMisfits& misfits) {
    const auto least = std::min_element(misfits.begin(), misfits.end());
    choices.statistics_phase = static_cast<std::uint32_t>(least - misfits.begin());
    if (*least == 0) return confirm(choices);
    consider(choices, {recording_.operations.size() + 1, *least});
    return false;
  }

  /// Runs a setting as a whole.
  bool confirm(const Choices& choices) {
    ++runs_;
    Replay replay(recording_, scenario_, choices, {});
    RecordingResult result;
    for (const Operation& op : recording_.operations) {
      replay.run_through(op);
      check_operation(replay, op, Scope::all, result);
    }
    check_last(replay, recording_, result);
    consider(choices, {recording_.operations.size() + 1, result.differences.size() * kHeavy});
    done_ = result.differences.empty();
    return done_;
  }

  /// What a history of counters does not tell: rates, and counters that were zeroed.
  void try_statistics_one_by_one(Choices choices) {
    if (histories_ > 0) return;
    ++histories_;
    for (std::uint32_t phase = 0; phase < kStatisticsPhases && !done_; ++phase) {
      choices.statistics_phase = phase;
      confirm(choices);
    }
  }

  static void add(PhaseMisfits& to, const PhaseMisfits& more) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += more[i];
  }

  const Recording& recording_;
  const language::Scenario& scenario_;
  std::vector<Replay::Again> again_;
  bool shows_statistics_ = false;
  bool shows_rates_ = false;
  bool zeroes_ = false;
  bool done_ = false;
  bool found_ = false;
  Choices best_;
  Score best_score_;
  std::size_t runs_ = 0;
  std::size_t histories_ = 0;
};

}  // namespace

RecordingResult verify_recording(const std::string& file, const RecordingFiles& files) {
  RecordingResult result;
  try {
    const language::Scenario scenario = load_recording_scenario(file, files.recording);
    Search search(files, scenario);
    const Choices choices = search.run();
    result = compare_recording(files, scenario, choices);
    result.settings_tried = search.tried();
  } catch (const language::ScenarioError& error) {
    result.name = files.recording.name;
    result.refused = error.message();
  } catch (const InternalError& error) {
    result.name = files.recording.name;
    result.refused = std::string("a check inside the simulator failed: ") + error.what();
  }
  result.file = file;
  return result;
}

}  // namespace lvs::verify
