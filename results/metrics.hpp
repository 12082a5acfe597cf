// The one table of metric names, and the values behind them. results/metrics.md is made from it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "results/claim.hpp"
#include "results/recorder.hpp"
#include "results/run_facts.hpp"

namespace lvs {

/// What `of:` may name; bits of Metric::of.
struct Of {
  static constexpr unsigned kService = 1;
  static constexpr unsigned kServer = 2;
  static constexpr unsigned kWorkload = 4;
  static constexpr unsigned kDirector = 8;
  static constexpr unsigned kPlace = 16;
};

enum class CauseKind : std::uint8_t { none, outcome, drop };

/// Over which time a metric is taken unless `during:` says otherwise.
enum class MetricWindow : std::uint8_t {
  arrivals,  ///< of what arrived in the measured time, followed to its end; or in the span of
             ///< during:
  measured,  ///< the measured time only
  whole,     ///< from time 0 to the end of the run
};

struct Metric {
  std::string name;
  ValueUnit unit = ValueUnit::number;
  unsigned of = 0;        ///< what it can be asked of; without `of`, it is over everything
  bool needs_of = false;  ///< has no meaning over everything
  CauseKind cause = CauseKind::none;
  MetricWindow window = MetricWindow::arrivals;  ///< `during:` needs arrivals
  std::string definition;
};

/// In the order of `lvsim list metrics`.
std::span<const Metric> metrics();
/// Null if there is no such metric.
const Metric* find_metric(std::string_view name);
/// "s", "share", "1/s", ...; "number" for counts and ratios.
std::string_view name(ValueUnit unit);
/// The text of results/metrics.md.
std::string metrics_markdown();
/// The table for a terminal.
std::string metrics_listing();

struct Question {
  std::string metric;
  std::optional<std::string> of;
  std::optional<std::string> cause;
  std::optional<TimeSpan> during;
};

/// A value, or the reason why there is none.
struct Answer {
  std::optional<double> value;
  std::string reason;
};

Answer evaluate(const Question& question, const RunFacts& facts, const Recorder& recorder);

/// What is wrong with a claim before any run: an unknown metric or cause, an `of`, `during` or `at`
/// it cannot have, a unit that is not the metric's. Empty if nothing is. Whether the thing that
/// `of` names exists is for the caller to check.
std::string problem_with(const Claim& claim);

/// A claim without a value fails, with the reason. Requires: problem_with(claim) is empty, and
/// Recorder::fill has been called.
Verdict judge(const Claim& claim, const RunFacts& facts, const Recorder& recorder);

}  // namespace lvs
