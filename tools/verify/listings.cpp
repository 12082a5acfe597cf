#include "tools/verify/listings.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

namespace lvs::verify {
namespace {

constexpr const char* kNothing = "(nothing)";
constexpr std::size_t kConnectionHeader = 2;  // lines

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (!text.empty() && text.back() != '\n') lines.back() += " (no line feed)";
  return lines;
}

void compare_lines(const std::vector<std::string>& recorded,
                   const std::vector<std::string>& simulated, ListingComparison& result) {
  for (std::size_t i = 0; i < std::max(recorded.size(), simulated.size()); ++i) {
    const std::string theirs = i < recorded.size() ? recorded[i] : kNothing;
    const std::string ours = i < simulated.size() ? simulated[i] : kNothing;
    ++result.lines.total;
    if (theirs == ours && i < recorded.size() && i < simulated.size()) {
      ++result.lines.equal;
    } else {
      result.differences.push_back({"line " + std::to_string(i + 1), theirs, ours});
    }
  }
}

/// A row of connections without the time that is left; -1: no row.
struct Row {
  std::string key;
  int left = -1;
  std::string text;

  friend bool operator<(const Row& a, const Row& b) {
    return std::tie(a.key, a.left) < std::tie(b.key, b.left);
  }
};

Row read_row(const std::string& line) {
  Row row{line, -1, line};
  const std::size_t begin = line.find_first_not_of(' ', line.find(' '));
  if (begin == std::string::npos) return row;
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const std::string expire = line.substr(begin, end - begin);
  const std::size_t colon = expire.find(':');
  const bool digits = colon != std::string::npos && colon > 0 && colon < 8 &&
                      expire.size() == colon + 3 &&
                      expire.find_first_not_of("0123456789:") == std::string::npos;
  if (!digits) return row;
  row.left = std::atoi(expire.c_str()) * 60 + std::atoi(expire.c_str() + colon + 1);
  const std::size_t rest = std::min(line.find_first_not_of(' ', end), line.size());
  row.key = line.substr(0, line.find(' ')) + " " + line.substr(rest);
  return row;
}

std::vector<Row> read_rows(const std::vector<std::string>& lines) {
  std::vector<Row> rows;
  for (std::size_t i = kConnectionHeader; i < lines.size(); ++i) rows.push_back(read_row(lines[i]));
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// Rows of one key are paired by the time left: both sides are sorted.
void compare_rows(const std::vector<Row>& recorded, const std::vector<Row>& simulated,
                  ListingComparison& result) {
  auto theirs = recorded.begin();
  auto ours = simulated.begin();
  while (theirs != recorded.end() || ours != simulated.end()) {
    ++result.rows.total;
    const bool only_ours =
        theirs == recorded.end() || (ours != simulated.end() && ours->key < theirs->key);
    const bool only_theirs = !only_ours && (ours == simulated.end() || theirs->key < ours->key);
    if (only_ours) {
      result.differences.push_back({"row " + ours->key, kNothing, ours->text});
      ++ours;
    } else if (only_theirs) {
      result.differences.push_back({"row " + theirs->key, theirs->text, kNothing});
      ++theirs;
    } else {
      const int off = std::abs(theirs->left - ours->left);
      if (off <= kExpiryTolerance) {
        ++result.rows.equal;
        result.rows_exact += off == 0 ? 1 : 0;
      } else {
        result.differences.push_back({"row " + theirs->key, theirs->text, ours->text});
      }
      ++theirs;
      ++ours;
    }
  }
}

}  // namespace

bool is_connection_listing(const std::string& text) {
  return text.rfind("IPVS connection entries\n", 0) == 0;
}

ListingComparison compare_listings(const std::string& recorded, const std::string& simulated) {
  ListingComparison result;
  std::vector<std::string> theirs = lines_of(recorded);
  std::vector<std::string> ours = lines_of(simulated);
  if (is_connection_listing(recorded) && is_connection_listing(simulated)) {
    const std::vector<Row> their_rows = read_rows(theirs);
    const std::vector<Row> our_rows = read_rows(ours);
    theirs.resize(std::min(theirs.size(), kConnectionHeader));
    ours.resize(std::min(ours.size(), kConnectionHeader));
    compare_lines(theirs, ours, result);
    compare_rows(their_rows, our_rows, result);
  } else {
    compare_lines(theirs, ours, result);
  }
  return result;
}

}  // namespace lvs::verify
