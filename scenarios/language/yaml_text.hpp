// Pieces of YAML text that read back to what was meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lvs::language {

/// A scalar: as it is where that is safe in `{…}`, else in double quotes with escapes.
std::string yaml_scalar(std::string_view value);
/// Always in double quotes.
std::string yaml_quoted(std::string_view value);
/// "[a, b]" of texts that are YAML already.
std::string yaml_list(const std::vector<std::string>& items);
/// A text of several lines as a block behind "key: ", its lines `indent` blanks deep; in quotes
/// where a block would not read back exactly.
std::string yaml_block(std::string_view value, std::size_t indent);

/// "{key: value, …}" of values that are YAML already.
class YamlFlow {
 public:
  YamlFlow& add(std::string_view key, std::string_view value);
  bool empty() const { return text_.empty(); }
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

}  // namespace lvs::language
