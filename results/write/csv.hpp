// One line of a CSV file.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "results/text.hpp"
#include "sim/time.hpp"

namespace lvs {

/// Appends cells to a line and the line to a text.
class CsvLine {
 public:
  explicit CsvLine(std::string& out) : out_(out) {}
  ~CsvLine() { out_ += '\n'; }
  CsvLine(const CsvLine&) = delete;
  CsvLine& operator=(const CsvLine&) = delete;

  /// Quoted where it holds a comma, a quote or a line break.
  CsvLine& text(std::string_view cell);
  template <std::integral Integer>
  CsvLine& number(Integer value) {
    return raw(std::to_string(value));
  }
  CsvLine& number(double value) { return raw(exact(value)); }
  CsvLine& number(std::optional<double> value) { return value ? number(*value) : raw(""); }
  CsvLine& microseconds(std::optional<Duration> value);
  CsvLine& none() { return raw(""); }

 private:
  CsvLine& raw(std::string_view cell);

  std::string& out_;
  bool first_ = true;
};

/// Exact to the picosecond for spans below 2.5 hours.
inline double to_microseconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }

}  // namespace lvs
