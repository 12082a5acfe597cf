// A text from a scenario file that remembers where each of its characters stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/language/error.hpp"

namespace lvs::language {

class Text {
 public:
  Text() = default;
  /// `value` on one line that begins at `start`.
  Text(std::string_view value, const SourcePosition& start);

  void append(char c, int line, int column);
  /// Appends characters that all came from one place, as a substituted parameter does.
  void append_from(std::string_view value, const SourcePosition& origin);
  /// Appends characters [first, first + count) of `other` with their places.
  void append_part(const Text& other, std::size_t first, std::size_t count);

  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }
  std::size_t size() const { return value_.size(); }
  char operator[](std::size_t i) const { return value_[i]; }
  /// The place of character `i`; one past the end for i >= size().
  SourcePosition position(std::size_t i) const;
  SourcePosition position() const { return position(0); }
  Text part(std::size_t first, std::size_t count) const;

  /// Equal when the characters are: places are no part of the value (see Where).
  friend bool operator==(const Text& a, const Text& b) { return a.value_ == b.value_; }

 private:
  struct Place {
    int line;
    int column;
  };
  std::string value_;
  std::vector<Place> places_;  // one per character
  SourcePosition start_;       // the file, and the place of an empty text
};

}  // namespace lvs::language
