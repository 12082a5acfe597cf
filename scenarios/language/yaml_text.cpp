#include "scenarios/language/yaml_text.hpp"

#include <cctype>

namespace lvs::language {
namespace {

bool is_plain(std::string_view value) {
  if (value.empty() || value == "null" || value == "Null" || value == "NULL") return false;
  if (std::isalnum(static_cast<unsigned char>(value[0])) == 0) return false;
  if (value.back() == ' ' || value.back() == ':') return false;
  for (std::size_t k = 0; k < value.size(); ++k) {
    const char c = value[k];
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) continue;
    if (std::string_view("_-./%+").find(c) != std::string_view::npos) continue;
    const bool inner = k + 1 < value.size() && value[k + 1] != ' ';
    if ((c == ':' || c == ' ') && inner) continue;
    return false;
  }
  return true;
}

bool fits_block(std::string_view value) {
  if (value.empty() || value[0] == ' ' || value[0] == '\n') return false;
  if (value.size() > 1 && value.substr(value.size() - 2) == "\n\n") return false;
  std::size_t first = 0;
  while (first < value.size()) {
    std::size_t end = value.find('\n', first);
    if (end == std::string_view::npos) end = value.size();
    const std::string_view line = value.substr(first, end - first);
    if (!line.empty() && line.find_first_not_of(' ') == std::string_view::npos) return false;
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7f) return false;
    }
    first = end + 1;
  }
  return value.find('\n') != std::string_view::npos;
}

}  // namespace

std::string yaml_quoted(std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (c == '\n') {
      text += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      text += "\\x";
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    } else {
      text += c;
    }
  }
  return text + "\"";
}

std::string yaml_scalar(std::string_view value) {
  return is_plain(value) ? std::string(value) : yaml_quoted(value);
}

std::string yaml_list(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) {
    if (text.size() > 1) text += ", ";
    text += item;
  }
  return text + "]";
}

std::string yaml_block(std::string_view value, std::size_t indent) {
  if (!fits_block(value)) return yaml_quoted(value);
  std::string text = value.back() == '\n' ? "|" : "|-";
  std::size_t first = 0;
  while (first < value.size()) {
    std::size_t end = value.find('\n', first);
    if (end == std::string_view::npos) end = value.size();
    text += '\n';
    if (end > first)
      text += std::string(indent, ' ') + std::string(value.substr(first, end - first));
    first = end + 1;
  }
  return text;
}

YamlFlow& YamlFlow::add(std::string_view key, std::string_view value) {
  if (!text_.empty()) text_ += ", ";
  text_ += std::string(key) + ": " + std::string(value);
  return *this;
}

}  // namespace lvs::language
