// Where every frame went: the sum that must hold, what was lost, and what networks drop all the
// time.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "results/summary_parts.hpp"
#include "results/text.hpp"
#include "results/text_table.hpp"

namespace lvs::summary {
namespace {

constexpr std::size_t kMostRows = 12;

std::vector<DropFacts> lost_rows(const RunFacts& facts) {
  std::map<std::pair<std::string, DropCause>, std::uint64_t> sums;
  for (const DropFacts& d : facts.drops) {
    if (!is_routine(d.cause) && d.count > 0) sums[{d.place, d.cause}] += d.count;
  }
  std::vector<DropFacts> rows;
  for (const auto& [key, count] : sums) rows.push_back({key.first, key.second, count});
  std::stable_sort(rows.begin(), rows.end(),
                   [](const DropFacts& a, const DropFacts& b) { return a.count > b.count; });
  return rows;
}

std::string routine_line(const RunFacts& facts) {
  std::map<DropCause, std::uint64_t> sums;
  for (const DropFacts& d : facts.drops) {
    if (is_routine(d.cause) && d.count > 0) sums[d.cause] += d.count;
  }
  std::string text;
  for (const auto& [cause, count] : sums) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), name(cause));
  }
  if (text.empty()) return "";
  return wrapped("Routine drops, as in any network: " + text + ".", 100);
}

}  // namespace

std::string frames(const RunFacts& facts) {
  const ConservationFacts& c = facts.conservation;
  std::string out = fmt::format(
      "\nFrames: {} sent + {} copied by switches = {} delivered + {} dropped + {} in flight\n",
      grouped(c.sent), grouped(c.copied), grouped(c.delivered), grouped(c.dropped),
      grouped(c.in_flight));
  if (!c.holds()) out += "FRAMES ARE MISSING: the two sides differ. The simulator is wrong here.\n";

  const std::vector<DropFacts> lost = lost_rows(facts);
  if (lost.empty()) return out + "Lost: nothing.\n" + routine_line(facts);
  TextTable table(
      {{"lost at", TextTable::Align::left}, {"count"}, {"cause", TextTable::Align::left}});
  std::uint64_t hidden = 0;
  for (std::size_t i = 0; i < lost.size(); ++i) {
    if (i >= kMostRows) {
      hidden += lost[i].count;
      continue;
    }
    table.add({lost[i].place, grouped(lost[i].count),
               fmt::format("{} ({})", name(lost[i].cause), describe(lost[i].cause))});
  }
  out += table.text();
  if (hidden > 0) {
    out += fmt::format("    ... and {} in {} of summary.json\n", grouped(hidden),
                       counted(lost.size() - kMostRows, "more row"));
  }
  return out + routine_line(facts);
}

}  // namespace lvs::summary
