// The metrics of health checks.
#include "results/metric_values.hpp"

namespace lvs {
namespace {

/// The changes in the scope, in order of time within each service.
template <class Act>
void for_each_change(const Scope& scope, Act&& act) {
  for (const HealthFacts& health : scope.facts.health) {
    if (scope.service && scope.facts.services[*scope.service].name != health.service) continue;
    if (!scope.service && !scope.targets.empty()) continue;  // a service without a director
    for (const HealthChangeFacts& change : health.changes) {
      if (scope.server && scope.facts.servers[*scope.server].host != change.host) continue;
      act(change);
    }
  }
}

Answer checked(const Scope& scope) {
  if (scope.facts.health.empty()) return {std::nullopt, "no director has `health`"};
  return {0.0, ""};
}

Answer count(const Scope& scope, bool failed) {
  Answer answer = checked(scope);
  if (!answer.value) return answer;
  for_each_change(scope, [&](const HealthChangeFacts& change) {
    if (change.failed == failed) *answer.value += 1;
  });
  return answer;
}

}  // namespace

Answer health_failures(const Scope& scope) { return count(scope, true); }
Answer health_returns(const Scope& scope) { return count(scope, false); }

Answer health_failed_at(const Scope& scope) {
  std::optional<Time> first;
  for_each_change(scope, [&](const HealthChangeFacts& change) {
    if (change.failed && (!first || change.at < *first)) first = change.at;
  });
  if (!first) return {std::nullopt, "no health check failed a server"};
  return {to_seconds(*first - kStart), ""};
}

Answer health_back_at(const Scope& scope) {
  std::optional<Time> last;
  for_each_change(scope, [&](const HealthChangeFacts& change) {
    if (!change.failed && (!last || change.at > *last)) last = change.at;
  });
  if (!last) return {std::nullopt, "no server came back by a health check"};
  return {to_seconds(*last - kStart), ""};
}

}  // namespace lvs
