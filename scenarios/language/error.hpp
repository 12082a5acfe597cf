// Where something stands in a scenario, and the exception for input that is wrong.
#pragma once

#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/time.hpp"

namespace lvs::language {

using lvs::to_string;  // else the one below would hide those of times and sizes

/// A place in a text file; lines and columns (bytes) count from 1. Line 0 means "the file as a
/// whole".
struct SourcePosition {
  std::string file;
  int line = 0;
  int column = 0;

  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

/// "article.yaml:12:5", or "article.yaml" for the whole file.
std::string to_string(const SourcePosition& position);

/// Where a value came from. It is no part of the value: two scenarios that say the same in
/// different places are equal, which is what makes `resolved.yaml` comparable with its origin.
/// Hence `==` is always true.
struct Where {
  SourcePosition position;

  friend bool operator==(const Where&, const Where&) { return true; }
};

/// The user's input is wrong. `what()` is "file:line:column: key.path: message", the key path left
/// out where there is none.
class ScenarioError : public std::runtime_error {
 public:
  ScenarioError(SourcePosition position, const std::string& key_path, const std::string& message);
  ScenarioError(const Where& where, const std::string& message)
      : ScenarioError(where.position, "", message) {}

  const SourcePosition& position() const { return position_; }
  const std::string& key_path() const { return key_path_; }
  const std::string& message() const { return message_; }

 private:
  SourcePosition position_;
  std::string key_path_;
  std::string message_;
};

/// `; did you mean "servers"?` for the nearest of `known` (edit distance at most a third of the
/// length, 1 to 3), or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);
/// "a, b, c".
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace lvs::language
