// The part of the shell that `setup` and `run` understand (design.md 1.1), flattened: loops are
// unrolled and variables put in, so that what remains is a list of simple commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/language/error.hpp"
#include "scenarios/language/text.hpp"

namespace lvs::language {

/// One word of a command after quotes and variables, and where it began in the scenario.
struct Word {
  std::string text;
  Where where;

  friend bool operator==(const Word&, const Word&) = default;
};

/// How a command depends on the status of the command that ran before it.
enum class Connector : std::uint8_t {
  always,      ///< start, `;` or a new line
  if_success,  ///< `&&`
  if_failure,  ///< `||`
};

/// `> FILE` or `>> FILE`.
struct OutputFile {
  Word file;
  bool append = false;

  friend bool operator==(const OutputFile&, const OutputFile&) = default;
};

struct ShellCommand {
  std::vector<Word> words;           ///< at least one: the command's name
  std::optional<Text> input_text;    ///< here-document
  std::optional<Word> input_file;    ///< `< FILE`
  std::optional<OutputFile> output;  ///< `> FILE`
  Connector connector = Connector::always;
  /// A `||` follows in the same line of `&&` and `||`: its failure is handled there (`|| true`) and
  /// is no error of the scenario.
  bool failure_allowed = false;

  const Where& where() const { return words.front().where; }
  friend bool operator==(const ShellCommand&, const ShellCommand&) = default;
};

/// Reads a script. Parameters and `i` have been substituted before; `parameters` (their names) only
/// serves to refuse shell variables that would hide behind them and to name what is known.
/// Throws ScenarioError on anything outside the subset.
std::vector<ShellCommand> parse_script(const Text& text,
                                       const std::vector<std::string>& parameters = {});

}  // namespace lvs::language
