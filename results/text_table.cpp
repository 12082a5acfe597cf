#include "results/text_table.hpp"

#include <algorithm>

#include "sim/check.hpp"

namespace lvs {
namespace {

constexpr std::size_t kGap = 2;

void end_line(std::string& line, std::string& out) {
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
  line.clear();
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns, std::vector<Group> groups)
    : columns_(std::move(columns)), groups_(std::move(groups)) {}

void TextTable::add(std::vector<std::string> cells) {
  LVS_REQUIRE(cells.size() == columns_.size(), "a row has a cell for each column");
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = columns_[c].title.size();
    for (const auto& row : rows_) width = std::max(width, row[c].size());
    widths.push_back(width);
  }
  const auto end_of = [&](std::size_t column) {
    std::size_t end = kGap;
    for (std::size_t c = 0; c <= column; ++c) end += widths[c] + (c == 0 ? 0 : kGap);
    return end;
  };
  for (const Group& group : groups_) {  // the first column of a group makes room for its title
    const std::size_t room = end_of(group.last) - (end_of(group.first) - widths[group.first]);
    if (room < group.title.size()) widths[group.first] += group.title.size() - room;
  }

  std::string out;
  std::string line;
  for (const Group& group : groups_) {
    line.resize(std::max(line.size(), end_of(group.last) - group.title.size()), ' ');
    line += group.title;
  }
  if (!groups_.empty()) end_line(line, out);
  const auto append = [&](std::size_t c, const std::string& cell) {
    const std::string pad(widths[c] - cell.size(), ' ');
    line += std::string(kGap, ' ');
    line += columns_[c].align == Align::left ? cell + pad : pad + cell;
  };
  for (std::size_t c = 0; c < columns_.size(); ++c) append(c, columns_[c].title);
  end_line(line, out);
  for (const auto& row : rows_) {
    for (std::size_t c = 0; c < columns_.size(); ++c) append(c, row[c]);
    end_line(line, out);
  }
  return out;
}

std::string wrapped(const std::string& text, std::size_t width, const std::string& indent) {
  std::string out;
  std::string line = indent;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == ' ' || text[at] == '\n') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const bool first = line.size() == indent.size();
    if (!first && line.size() + 1 + (end - at) > width) {
      out += line + "\n";
      line = indent;
    } else if (!first) {
      line += ' ';
    }
    line.append(text, at, end - at);
    at = end;
  }
  if (line.size() > indent.size()) out += line + "\n";
  return out;
}

}  // namespace lvs
