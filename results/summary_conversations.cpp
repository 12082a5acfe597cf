// The connections and datagrams that events asked for, one line each.
#include "results/summary_parts.hpp"
#include "results/text_table.hpp"

namespace lvs::summary {
namespace {

std::string outcome_of(const ConversationFacts& c) {
  switch (c.outcome) {
    case ConversationFacts::Outcome::answered:
      return "answered by " + c.server + ":" + to_string(c.port);
    case ConversationFacts::Outcome::failed: return c.error;
    case ConversationFacts::Outcome::pending: return "pending when the run ended";
  }
  return {};
}

}  // namespace

std::string conversations(const RunFacts& facts) {
  constexpr TextTable::Align kLeft = TextTable::Align::left;
  TextTable table({{"connection", kLeft}, {"from", kLeft}, {"to", kLeft}, {"outcome", kLeft}});
  for (const ConversationFacts& c : facts.conversations) {
    table.add({c.id, to_string(c.from), to_string(c.to), outcome_of(c)});
  }
  return table.empty() ? "" : "\n" + table.text();
}

}  // namespace lvs::summary
