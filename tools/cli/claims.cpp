#include "tools/cli/claims.hpp"

#include "results/metrics.hpp"

namespace lvs::cli {
namespace {

using language::Bound;
using language::Measure;

ValueUnit unit_of(Measure::Unit unit) {
  switch (unit) {
    case Measure::Unit::number: return ValueUnit::number;
    case Measure::Unit::time: return ValueUnit::time;
    case Measure::Unit::size: return ValueUnit::size;
    case Measure::Unit::bit_rate: return ValueUnit::bit_rate;
    case Measure::Unit::per_second: return ValueUnit::per_second;
    case Measure::Unit::share: return ValueUnit::share;
  }
  return ValueUnit::number;
}

Comparison comparison_of(Bound::Kind kind) {
  switch (kind) {
    case Bound::Kind::at_most: return Comparison::at_most;
    case Bound::Kind::at_least: return Comparison::at_least;
    case Bound::Kind::below: return Comparison::below;
    case Bound::Kind::above: return Comparison::above;
    case Bound::Kind::equals: return Comparison::equals;
    case Bound::Kind::between: return Comparison::between;
  }
  return Comparison::equals;
}

Claim claim_of(const language::MetricExpectation& e, const language::Where& where) {
  Claim claim;
  claim.metric = e.metric.text;
  if (e.of) claim.of = e.of->text;
  if (e.cause) claim.cause = e.cause->text;
  if (e.during) claim.during = TimeSpan{kStart + e.during->from, kStart + e.during->until};
  if (e.at) claim.at = kStart + *e.at;
  claim.comparison = comparison_of(e.bound.kind);
  claim.low = {e.bound.low.value, unit_of(e.bound.low.unit)};
  claim.high = {e.bound.high.value, unit_of(e.bound.high.unit)};
  claim.source = language::to_string(where.position);
  return claim;
}

}  // namespace

std::vector<Claim> metric_claims(const language::Scenario& scenario) {
  std::vector<Claim> claims;
  for (const language::Expectation& expectation : scenario.expect) {
    const auto* metric = std::get_if<language::MetricExpectation>(&expectation.what);
    if (metric == nullptr) continue;
    Claim claim = claim_of(*metric, expectation.where);
    const std::string problem = problem_with(claim);
    if (!problem.empty()) throw language::ScenarioError(expectation.where, problem);
    if (language::applies(expectation.when, scenario)) claims.push_back(std::move(claim));
  }
  return claims;
}

std::vector<Verdict> show_verdicts(const language::Simulation& simulation) {
  std::vector<Verdict> verdicts;
  for (const language::ShownText& shown : simulation.shown()) {
    if (!shown.expectation) continue;
    const language::Expectation& expectation = simulation.scenario().expect[*shown.expectation];
    const auto& check = std::get<language::ShowExpectation>(expectation.what).check;
    Verdict verdict;
    verdict.source = language::to_string(expectation.where.position);
    const char* verb = "";
    switch (check.kind) {
      case language::TextCheck::Kind::contains:
        verb = " contains ";
        verdict.holds = shown.text.find(check.text) != std::string::npos;
        break;
      case language::TextCheck::Kind::lacks:
        verb = " lacks ";
        verdict.holds = shown.text.find(check.text) == std::string::npos;
        break;
      case language::TextCheck::Kind::equals:
        verb = " equals ";
        verdict.holds = shown.text == check.text;
        break;
    }
    verdict.text = shown.host + " at " + lvs::to_string(shown.at) + ": " + shown.command + verb +
                   "\"" + check.text + "\"";
    if (!verdict.holds) verdict.reason = "it printed:\n" + shown.text;
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace lvs::cli
