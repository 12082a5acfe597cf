#include "results/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "results/summary_parts.hpp"
#include "results/text.hpp"

namespace lvs {

std::string summary_text(const RunFacts& facts, const SummaryOptions& options) {
  std::string out;
  out += summary::title(facts);
  for (const DirectorFacts& director : facts.directors) {
    out += summary::listing(director, facts.window, options.most_servers);
  }
  out += summary::servers(facts, options.most_servers);
  out += summary::latencies(facts);
  out += summary::conversations(facts);
  for (const DirectorFacts& director : facts.directors) {
    out += summary::director(director, facts.window);
  }
  for (const HealthFacts& health : facts.health) out += summary::health(health);
  out += summary::frames(facts);
  out += summary::checks(facts);
  out += summary::expectations(facts);
  out += summary::closing(facts, options.cost);
  return out;
}

}  // namespace lvs
