#include "scenarios/language/error.hpp"

#include <algorithm>
#include <cstddef>

namespace lvs::language {

std::string to_string(const SourcePosition& position) {
  if (position.line == 0) return position.file;
  return position.file + ":" + std::to_string(position.line) + ":" +
         std::to_string(position.column);
}

namespace {
std::string whole_message(const SourcePosition& position, const std::string& key_path,
                          const std::string& message) {
  return to_string(position) + ": " + (key_path.empty() ? "" : key_path + ": ") + message;
}

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal
// string alignment): a swapped pair is the commonest slip and should count once.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}
}  // namespace

ScenarioError::ScenarioError(SourcePosition position, const std::string& key_path,
                             const std::string& message)
    : std::runtime_error(whole_message(position, key_path, message)),
      position_(std::move(position)),
      key_path_(key_path),
      message_(message) {}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  std::size_t best = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
  const std::string* nearest = nullptr;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best || distance >= candidate.size()) continue;
    best = distance;
    nearest = &candidate;
  }
  return nearest == nullptr ? "" : "; did you mean \"" + *nearest + "\"?";
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) {
    if (&word != &words.front()) text += separator;
    text += word;
  }
  return text;
}

}  // namespace lvs::language
