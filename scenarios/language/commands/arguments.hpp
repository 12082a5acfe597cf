// Walks the words of a command; every error names the word it is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/language/script.hpp"

namespace lvs::language {

class Arguments {
 public:
  /// Starts at the word `first`; words before it have been understood.
  explicit Arguments(const std::vector<Word>& words, std::size_t first = 1)
      : words_(words), next_(first) {}

  bool done() const { return next_ >= words_.size(); }
  const Word& peek() const { return words_[next_]; }
  /// Whether the next word is `text`; it stays.
  bool next_is(std::string_view text) const { return !done() && peek().text == text; }
  /// Takes the next word if it is `text`.
  bool take(std::string_view text);
  const Word& next() { return words_[next_++]; }
  /// The next word as the value of the word before; throws when there is none.
  const Word& value();

  /// "TOOL: MESSAGE" at a word; `tool` is the first word.
  ScenarioError error(const Word& at, const std::string& message) const;
  /// At the command itself.
  ScenarioError error(const std::string& message) const { return error(words_.front(), message); }
  /// For a word that fits nowhere: "unknown argument … (known: …)" with "did you mean".
  ScenarioError unknown(const Word& at, const std::vector<std::string>& known) const;

 private:
  const std::vector<Word>& words_;
  std::size_t next_;
};

/// "IPv6 is not supported" when the text looks like an IPv6 address or prefix, else empty.
std::string ipv6_refusal(std::string_view text);

/// A whole number in [0, max] without sign, or nothing.
std::optional<std::int64_t> parse_count(std::string_view text, std::int64_t max);

}  // namespace lvs::language
