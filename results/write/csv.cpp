#include "results/write/csv.hpp"

namespace lvs {

CsvLine& CsvLine::text(std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return raw(cell);
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return raw(quoted + "\"");
}

CsvLine& CsvLine::microseconds(std::optional<Duration> value) {
  return value ? number(to_microseconds(*value)) : raw("");
}

CsvLine& CsvLine::raw(std::string_view cell) {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += cell;
  return *this;
}

}  // namespace lvs
