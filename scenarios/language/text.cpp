#include "scenarios/language/text.hpp"

namespace lvs::language {

Text::Text(std::string_view value, const SourcePosition& start) : start_(start) {
  int column = start.column;
  for (const char c : value) append(c, start.line, column++);
}

void Text::append(char c, int line, int column) {
  value_ += c;
  places_.push_back({line, column});
}

void Text::append_from(std::string_view value, const SourcePosition& origin) {
  if (start_.file.empty()) start_ = origin;
  for (const char c : value) append(c, origin.line, origin.column);
}

void Text::append_part(const Text& other, std::size_t first, std::size_t count) {
  if (start_.file.empty()) start_ = other.position(first);
  for (std::size_t i = first; i < first + count && i < other.size(); ++i) {
    append(other.value_[i], other.places_[i].line, other.places_[i].column);
  }
}

SourcePosition Text::position(std::size_t i) const {
  if (places_.empty()) return start_;
  if (i < places_.size()) return {start_.file, places_[i].line, places_[i].column};
  return {start_.file, places_.back().line, places_.back().column + 1};
}

Text Text::part(std::size_t first, std::size_t count) const {
  Text result;
  result.start_ = position(first);
  result.append_part(*this, first, count);
  return result;
}

}  // namespace lvs::language
