#include "scenarios/language/script_words.hpp"

#include <cctype>

namespace lvs::language {
namespace {
bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool ends_word(char c) {
  return c == '\0' || std::string_view(" \t\n;&|<>()").find(c) != std::string_view::npos;
}
}  // namespace

bool is_shell_name(std::string_view text) {
  if (text.empty() || !starts_name(text[0])) return false;
  for (const char c : text) {
    if (!in_name(c)) return false;
  }
  return true;
}

std::string RawWord::bare() const {
  std::string text;
  for (const RawPart& part : parts) {
    if (part.quoted || part.kind != RawPart::Kind::literal) return "";
    text += part.text.value();
  }
  return text;
}

char WordReader::peek(std::size_t ahead) const {
  return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
}

bool WordReader::starts_with(std::string_view what) const {
  return text_.value().compare(at_, what.size(), what) == 0;
}

void WordReader::skip_blanks() {
  while (true) {
    if (peek() == ' ' || peek() == '\t') {
      ++at_;
    } else if (starts_with("\\\n")) {
      at_ += 2;
    } else {
      break;
    }
  }
  if (peek() != '#') return;
  while (!at_end() && peek() != '\n') ++at_;
}

Text WordReader::line() {
  std::size_t end = text_.value().find('\n', at_);
  if (end == std::string::npos) end = text_.size();
  const Text result = text_.part(at_, end - at_);
  at_ = end < text_.size() ? end + 1 : end;
  return result;
}

void WordReader::literal(std::vector<RawPart>& parts, bool quoted) {
  const bool joins = !parts.empty() && parts.back().kind == RawPart::Kind::literal &&
                     parts.back().quoted == quoted;
  if (!joins) parts.push_back({RawPart::Kind::literal, Text("", position()), quoted, position()});
  parts.back().text.append_part(text_, at_, 1);
  ++at_;
}

RawWord WordReader::word() {
  RawWord word;
  word.position = position();
  while (!ends_word(peek())) {
    const char c = peek();
    if (c == '\'') {
      single_quoted(word);
    } else if (c == '"') {
      double_quoted(word);
    } else if (c == '$') {
      dollar(word.parts, false);
    } else if (c == '`') {
      throw error("command substitution (`…`) is not supported in a setup");
    } else if (c == '*' || c == '?') {
      throw error("patterns of file names (* ?) are not supported in a setup; quote the character");
    } else if (starts_with("\\\n")) {
      at_ += 2;
    } else {
      const bool escaped = c == '\\' && peek(1) != '\0';
      if (escaped) ++at_;
      literal(word.parts, escaped);
    }
  }
  return word;
}

void WordReader::single_quoted(RawWord& word) {
  const SourcePosition start = position();
  ++at_;
  word.parts.push_back({RawPart::Kind::literal, Text("", position()), true, position()});
  while (peek() != '\'') {
    if (at_end()) throw ScenarioError(start, "", "a quote (') without its end");
    literal(word.parts, true);
  }
  ++at_;
}

void WordReader::double_quoted(RawWord& word) {
  const SourcePosition start = position();
  ++at_;
  word.parts.push_back({RawPart::Kind::literal, Text("", position()), true, position()});
  while (peek() != '"') {
    if (at_end()) throw ScenarioError(start, "", "a quote (\") without its end");
    const char next = peek(1);
    if (peek() == '$') {
      dollar(word.parts, true);
      continue;
    }
    if (peek() == '`') throw error("command substitution (`…`) is not supported in a setup");
    if (starts_with("\\\n")) {
      at_ += 2;
      continue;
    }
    if (peek() == '\\' && (next == '$' || next == '"' || next == '\\' || next == '`')) ++at_;
    literal(word.parts, true);
  }
  ++at_;
}

void WordReader::dollar(std::vector<RawPart>& parts, bool quoted) {
  if (starts_with("$((")) return arithmetic(parts, quoted);
  if (peek(1) == '(') throw error("command substitution $(…) is not supported in a setup");
  const bool braces = peek(1) == '{';
  const std::size_t first = at_ + (braces ? 2 : 1);
  if (!starts_name(peek(first - at_))) {
    const bool special =
        braces || std::string_view("@*#?$!-0123456789").find(peek(1)) != std::string_view::npos;
    if (special && peek(1) != '\0') {
      throw error(std::string("$") + peek(1) + "… is not supported; only $NAME and ${NAME}");
    }
    return literal(parts, quoted);
  }
  std::size_t last = first;
  while (last < text_.size() && in_name(text_[last])) ++last;
  if (braces && (last >= text_.size() || text_[last] != '}')) {
    throw error("only the form ${NAME} is supported, without operators");
  }
  Text name("", position());
  name.append_part(text_, first, last - first);
  parts.push_back({RawPart::Kind::variable, name, quoted, position()});
  at_ = braces ? last + 1 : last;
}

void WordReader::arithmetic(std::vector<RawPart>& parts, bool quoted) {
  int depth = 0;
  std::size_t last = at_ + 1;
  for (; last < text_.size(); ++last) {
    if (text_[last] == '(') ++depth;
    if (text_[last] == ')' && --depth == 0) break;
  }
  if (last >= text_.size() || text_[last - 1] != ')') throw error("\"$((\" without its \"))\"");
  Text expression("", position());
  expression.append_part(text_, at_ + 3, last - at_ - 4);
  parts.push_back({RawPart::Kind::arithmetic, expression, quoted, position()});
  at_ = last + 1;
}

std::vector<RawPart> WordReader::expansions(const Text& text) {
  WordReader reader(text);
  std::vector<RawPart> parts;
  while (!reader.at_end()) {
    if (reader.peek() == '$') {
      reader.dollar(parts, true);
    } else if (reader.peek() == '`') {
      throw reader.error("command substitution (`…`) is not supported in a setup");
    } else if (reader.starts_with("\\\n")) {
      reader.skip(2);
    } else {
      const char next = reader.peek(1);
      if (reader.peek() == '\\' && (next == '$' || next == '\\' || next == '`')) reader.skip(1);
      reader.literal(parts, true);
    }
  }
  return parts;
}

}  // namespace lvs::language
