// The script as read, before loops are unrolled and variables put in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/language/script.hpp"

namespace lvs::language {

struct RawPart {
  enum class Kind { literal, variable, arithmetic };
  Kind kind = Kind::literal;
  Text text;                ///< the characters, the name, or the expression
  bool quoted = false;      ///< its blanks do not separate words
  SourcePosition position;  ///< of the first character, quotes and $ included
};

struct RawWord {
  std::vector<RawPart> parts;
  SourcePosition position;

  /// The text when nothing in it is quoted or expanded, as keywords must be; otherwise empty.
  std::string bare() const;
};

struct RawRedirection {
  enum class Kind { input, output, append };
  Kind kind = Kind::input;
  RawWord file;
};

/// One simple command, or one `for` with its body.
struct RawCommand {
  std::vector<RawWord> words;  ///< of a loop: the values
  std::vector<RawRedirection> redirections;
  std::optional<std::size_t> here_document;  ///< index into RawScript::here_documents
  Connector connector = Connector::always;
  bool failure_allowed = false;
  std::string loop_variable;  ///< empty: a simple command
  std::vector<RawCommand> body;
  SourcePosition position;
};

struct RawScript {
  std::vector<RawCommand> commands;
  std::vector<std::vector<RawPart>> here_documents;
};

RawScript read_script_tree(const Text& text);

bool is_shell_name(std::string_view text);

}  // namespace lvs::language
