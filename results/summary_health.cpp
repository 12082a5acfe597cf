// What the health checks of the directors did, and when.
#include <fmt/format.h>

#include "results/summary_parts.hpp"
#include "results/text.hpp"
#include "results/text_table.hpp"

namespace lvs::summary {
namespace {

constexpr std::size_t kMostChanges = 12;

/// "27.004s": whole milliseconds, rounded.
std::string at_text(Time at) {
  constexpr std::int64_t kTick = milliseconds(1).count();
  const std::int64_t ms = ((at - kStart).count() + kTick / 2) / kTick;
  return fmt::format("{}.{:03}s", ms / 1000, ms % 1000);
}

std::string reason(const HealthFacts& health, HealthFailure why) {
  switch (why) {
    case HealthFailure::no_answer: return "no answer in " + to_string(health.timeout);
    case HealthFailure::refused: return "refused";
    case HealthFailure::unreachable: return "unreachable";
  }
  return "";
}

std::string change_line(const HealthFacts& health, const HealthChangeFacts& change) {
  const std::string server = change.host.empty()
                                 ? to_string(change.server)
                                 : fmt::format("{} ({})", change.host, to_string(change.server));
  const bool removes = health.action == HealthAction::remove;
  if (!change.failed) {
    return fmt::format("{} back at {}: {}weight {}", server, at_text(change.at),
                       removes ? "added at the head of the list with " : "", change.weight);
  }
  std::string line = fmt::format("{} failed at {}, {}: {}", server, at_text(change.at),
                                 removes ? "removed" : "weight 0", reason(health, change.why));
  if (change.since == change.at) return line;
  return line + fmt::format(", the first time {} before", latency_text(change.at - change.since));
}

}  // namespace

std::string health(const HealthFacts& health) {
  std::string out =
      fmt::format("\nHealth of {}: {} from {}, {} failed\n", health.service,
                  counted(health.attempts, "attempt"), health.director, grouped(health.failures));
  for (std::size_t i = 0; i < health.changes.size() && i < kMostChanges; ++i) {
    out += wrapped(change_line(health, health.changes[i]), 100, "  ");
  }
  if (health.changes.empty()) out += "  every server stayed as it was\n";
  if (health.changes.size() > kMostChanges) {
    out += fmt::format("    ... and {} in summary.json\n",
                       counted(health.changes.size() - kMostChanges, "more change"));
  }
  return out;
}

}  // namespace lvs::summary
