// A table of text with aligned columns, for the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lvs {

class TextTable {
 public:
  enum class Align : std::uint8_t { left, right };
  struct Column {
    std::string title;
    Align align = Align::right;
  };
  /// A heading above the columns [first, last].
  struct Group {
    std::size_t first = 0;
    std::size_t last = 0;
    std::string title;
  };

  explicit TextTable(std::vector<Column> columns, std::vector<Group> groups = {});

  /// Requires: one cell for each column.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// Two blanks before each line but the titles, and between columns; none at the end of a line.
  /// Widths count bytes: cells are ASCII.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<Group> groups_;
  std::vector<std::vector<std::string>> rows_;
};

/// Breaks text between words so that lines have at most `width` bytes where words allow; each line
/// begins with `indent` and ends with a newline.
std::string wrapped(const std::string& text, std::size_t width, const std::string& indent = "");

}  // namespace lvs
