// One command line, parsed.
#pragma once

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {

inline Script script(const std::string& text) { return read_script(Text(text, {"f", 1, 1})); }

/// The typed request of a line that is one command; fails the test when it is another.
template <class T>
T command(const std::string& line) {
  const Script read = script(line);
  if (read.steps.size() != 1) throw std::runtime_error(line + ": not one command");
  if (!std::holds_alternative<T>(read.steps[0].command)) {
    throw std::runtime_error(line + ": another kind of command");
  }
  return std::get<T>(read.steps[0].command);
}

inline std::string command_error(const std::string& text) {
  return error_of([&] { script(text); });
}

struct WrongCommand {
  std::string line;
  std::string message;  ///< without "f:1:"
};

}  // namespace lvs::language::testing
