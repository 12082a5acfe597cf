// Finds what a question names in the run, and judges claims.
#include <fmt/format.h>

#include "results/metric_values.hpp"
#include "results/metrics.hpp"

namespace lvs {
namespace {

using U = ValueUnit;
using W = MetricWindow;

const MetricRow* find_row(std::string_view metric) {
  for (const MetricRow& row : metric_rows()) {
    if (row.metric.name == metric) return &row;
  }
  return nullptr;
}

std::string_view example(U unit) {
  switch (unit) {
    case U::number: return "20";
    case U::time: return "5ms";
    case U::size: return "10MB";
    case U::bit_rate: return "100Mbit/s";
    case U::per_second: return "400/s";
    case U::share: return "66.7%";
  }
  return "";
}

template <class T>
std::optional<std::size_t> place_of(const std::vector<T>& all, const std::string& name,
                                    std::string T::*member) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].*member == name) return i;
  }
  return std::nullopt;
}

/// Finds what `of` names, among the kinds that the metric allows. False if there is no such thing.
bool find_of(const std::string& of, const Metric& metric, Scope& scope) {
  const auto& workloads = scope.recorder.layout().workloads();
  if ((metric.of & Of::kService) != 0) {
    scope.service = place_of(scope.facts.services, of, &ServiceFacts::name);
    if (scope.service) {
      scope.targets = scope.facts.services[*scope.service].addresses;
      return true;
    }
    for (const WorkloadPlan& workload : workloads) {  // a target without a director
      for (const ServiceAddress& target : workload.targets) {
        if (to_string(target) == of) scope.targets = {target};
      }
    }
    if (!scope.targets.empty()) return true;
  }
  if ((metric.of & Of::kServer) != 0) {
    scope.server = place_of(scope.facts.servers, of, &ServerFacts::host);
  }
  if ((metric.of & Of::kWorkload) != 0 && !scope.server) {
    scope.workload = place_of(workloads, of, &WorkloadPlan::name);
  }
  if ((metric.of & Of::kDirector) != 0) {
    scope.director = place_of(scope.facts.directors, of, &DirectorFacts::host);
  }
  if ((metric.of & Of::kPlace) != 0) scope.place = of;
  return scope.server || scope.workload || scope.director || scope.place;
}

bool known_cause(CauseKind kind, const std::string& cause) {
  if (kind == CauseKind::drop) return parse_drop_cause(cause).has_value();
  const auto outcome = parse_outcome(cause);
  return outcome && *outcome != Outcome::completed;
}

std::string known_causes(CauseKind kind) {
  std::string text;
  if (kind == CauseKind::drop) {
    for (std::size_t i = 0; i < kDropCauseCount; ++i) {
      text += fmt::format("{}{}", i == 0 ? "" : " ", name(static_cast<DropCause>(i)));
    }
    return text;
  }
  for (std::size_t i = 1; i < kOutcomeCount; ++i) {
    text += fmt::format("{}{}", i == 1 ? "" : " ", name(static_cast<Outcome>(i)));
  }
  return text;
}

}  // namespace

Answer evaluate(const Question& question, const RunFacts& facts, const Recorder& recorder) {
  const MetricRow* row = find_row(question.metric);
  if (row == nullptr) return {std::nullopt, "there is no such metric"};
  const Tally* tally = &recorder.measured();
  TimeSpan span = facts.window.measured();
  if (question.during) {
    if (row->metric.window != W::arrivals) {
      return {std::nullopt, "is not kept for parts of the run"};
    }
    tally = recorder.window(*question.during);
    if (tally == nullptr) return {std::nullopt, "was not recorded for this span"};
    span = *question.during;
  }
  if (question.cause && !known_cause(row->metric.cause, *question.cause)) {
    return {std::nullopt, "cannot have this cause"};
  }
  Scope scope{facts, recorder, *tally, span, {}, {}, {}, {}, {}, {}, question.cause};
  if (!question.of && row->metric.needs_of) return {std::nullopt, "say of what: of: NAME"};
  if (question.of && !find_of(*question.of, row->metric, scope)) {
    return {std::nullopt,
            fmt::format("no {} is called \"{}\"", of_text(row->metric), *question.of)};
  }
  return row->value(scope);
}

std::string problem_with(const Claim& claim) {
  const Metric* metric = find_metric(claim.metric);
  if (metric == nullptr) {
    return fmt::format("there is no metric \"{}\"; `lvsim list metrics` has them all",
                       claim.metric);
  }
  if (claim.at)
    return fmt::format("{} is over a time, not at an instant: use during:", metric->name);
  if (claim.during && metric->window != W::arrivals) {
    return fmt::format("{} is of the {} only: it cannot have during:", metric->name,
                       metric->window == W::whole ? "whole run" : "measured time");
  }
  if (claim.during && claim.during->from >= claim.during->until) return "during: is empty";
  if (!claim.of && metric->needs_of) {
    return fmt::format("{} needs of: {}", metric->name, of_text(*metric));
  }
  if (claim.cause && metric->cause == CauseKind::none) {
    return fmt::format("{} has no cause:", metric->name);
  }
  if (claim.cause && !known_cause(metric->cause, *claim.cause)) {
    return fmt::format("{} has no cause \"{}\"; there are {}", metric->name, *claim.cause,
                       known_causes(metric->cause));
  }
  const bool both = claim.comparison == Comparison::between;
  if (claim.low.unit != metric->unit || (both && claim.high.unit != metric->unit)) {
    return fmt::format("{} is a {}: write it as {}", metric->name, name(metric->unit),
                       example(metric->unit));
  }
  if (both && claim.low.value > claim.high.value) return "between: the first is above the second";
  return "";
}

Verdict judge(const Claim& claim, const RunFacts& facts, const Recorder& recorder) {
  const Answer answer =
      evaluate({claim.metric, claim.of, claim.cause, claim.during}, facts, recorder);
  Verdict verdict{describe(claim), false, "", answer.value, answer.reason, claim.source};
  if (!answer.value) return verdict;
  verdict.holds = satisfies(claim, *answer.value);
  verdict.measured = to_string(ClaimValue{*answer.value, claim.low.unit});
  return verdict;
}

}  // namespace lvs
