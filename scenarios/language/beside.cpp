#include "scenarios/language/beside.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace lvs::language {

std::string path_beside(const std::string& scenario, const std::string& file) {
  return (std::filesystem::path(scenario).parent_path() / file).string();
}

std::optional<std::string> read_whole_file(const std::string& path) {
  if (std::filesystem::is_directory(path)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<FileLine> read_lines_beside(const YamlNode& node) {
  const std::string path = path_beside(node.position.file, need_scalar(node));
  const std::optional<std::string> text = read_whole_file(path);
  if (!text) throw node.error("cannot read the file " + path);
  std::vector<FileLine> lines;
  std::istringstream in(*text);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    line = line.substr(0, line.find('#'));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    const std::size_t last = line.find_last_not_of(" \t\r");
    lines.push_back(
        {line.substr(first, last - first + 1), {path, number, static_cast<int>(first) + 1}});
  }
  return lines;
}

}  // namespace lvs::language
