// Characters to words: quotes, escapes, `$` and comments of the shell subset.
#pragma once

#include "scenarios/language/script_tree.hpp"

namespace lvs::language {

class WordReader {
 public:
  explicit WordReader(const Text& text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  /// The character `ahead` of the current one, or NUL.
  char peek(std::size_t ahead = 0) const;
  bool starts_with(std::string_view what) const;
  void skip(std::size_t count) { at_ += count; }
  /// Blanks, continued lines and a comment; stops at the end of the line.
  void skip_blanks();
  /// A word, which must begin here.
  RawWord word();
  /// The text up to the end of the line, which is skipped.
  Text line();
  SourcePosition position() const { return text_.position(at_); }
  ScenarioError error(const std::string& message) const { return {position(), "", message}; }

  /// `$NAME`, `${NAME}` and `$((…))` in the text of a here-document.
  static std::vector<RawPart> expansions(const Text& text);

 private:
  void single_quoted(RawWord& word);
  void double_quoted(RawWord& word);
  void dollar(std::vector<RawPart>& parts, bool quoted);
  void literal(std::vector<RawPart>& parts, bool quoted);
  void arithmetic(std::vector<RawPart>& parts, bool quoted);

  const Text& text_;
  std::size_t at_ = 0;
};

}  // namespace lvs::language
