// Files that lie beside the scenario.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/language/yaml_reader.hpp"

namespace lvs::language {

/// The path of `file` as seen from the folder of `scenario`; absolute paths stay.
std::string path_beside(const std::string& scenario, const std::string& file);
/// The whole file, or nothing when it cannot be read.
std::optional<std::string> read_whole_file(const std::string& path);

struct FileLine {
  std::string text;  ///< without comment (#) and surrounding blanks; never empty
  SourcePosition position;
};
/// The lines of the file that `node` names; throws ScenarioError at `node` if it cannot be read.
std::vector<FileLine> read_lines_beside(const YamlNode& node);

}  // namespace lvs::language
