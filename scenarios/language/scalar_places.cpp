#include "scenarios/language/scalar_places.hpp"

#include <algorithm>

namespace lvs::language {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class ScalarWalk {
 public:
  ScalarWalk(const std::string& source, std::size_t offset, const SourcePosition& start)
      : source_(source), at_(offset), line_(start.line), column_(start.column), text_("", start) {}

  Text place(const std::string& value) {
    enter();
    while (text_.size() < value.size()) {
      const char c = value[text_.size()];
      if (!is_blank(c)) skip_blanks();
      if (style_ == '"' && here() == '\\') {
        place_escape(value);
      } else if (is_blank(c)) {
        place_blank(c);
      } else {
        text_.append(c, line_, column_);
        if (here() == c) advance();
        if (style_ == '\'' && c == '\'' && here() == '\'') advance();  // '' stands for one quote
      }
    }
    return text_;
  }

 private:
  char here() const { return at_ < source_.size() ? source_[at_] : '\0'; }

  void advance() {
    if (at_ >= source_.size()) return;
    if (source_[at_++] == '\n') {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
  }

  // Past the opening quote, or the header line of a block ("|-  # comment").
  void enter() {
    style_ = here();
    if (style_ == '"' || style_ == '\'') advance();
    if (style_ != '|' && style_ != '>') return;
    while (at_ < source_.size() && here() != '\n') advance();
    advance();
  }

  void skip_blanks() {
    while (at_ < source_.size()) {
      const bool continued = style_ == '"' && here() == '\\' && at_ + 1 < source_.size() &&
                             (source_[at_ + 1] == '\n' || source_[at_ + 1] == '\r');
      if (continued)
        advance();
      else if (!is_blank(here()))
        return;
      advance();
    }
  }

  void place_blank(char c) {
    while (c == '\n' && is_blank(here()) && here() != '\n')
      advance();  // blanks at the end of a line
    text_.append(c, line_, column_);
    if (is_blank(here())) advance();
  }

  // One escape stands for one byte, or for the UTF-8 bytes of \x, \u and \U.
  void place_escape(const std::string& value) {
    const char kind = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
    if (kind == '\n' || kind == '\r') return skip_blanks();
    const int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    const int line = line_;
    const int column = column_;
    for (int i = 0; i < 2 + digits; ++i) advance();
    std::size_t bytes = 1;
    const auto first = static_cast<unsigned char>(value[text_.size()]);
    if (first >= 0xc0) bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    bytes = std::min(bytes, value.size() - text_.size());
    for (std::size_t i = 0; i < bytes; ++i) text_.append(value[text_.size()], line, column);
  }

  const std::string& source_;
  std::size_t at_;
  int line_;
  int column_;
  char style_ = '\0';
  Text text_;
};

}  // namespace

Text place_scalar(const std::string& source, std::size_t offset, const SourcePosition& start,
                  const std::string& value) {
  return ScalarWalk(source, offset, start).place(value);
}

}  // namespace lvs::language
