#include "scenarios/language/yaml_reader.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "scenarios/language/scalar_places.hpp"
#include "sim/check.hpp"

namespace lvs::language {
namespace {

// yaml-cpp counts from 0; bytes, not characters (seen).
SourcePosition position_of(const std::string& file, const YAML::Mark& mark) {
  return {file, mark.line + 1, mark.column + 1};
}

class Converter {
 public:
  Converter(const std::string& file, const std::string& text) : file_(file), text_(text) {}

  YamlNode convert(const YAML::Node& from, const std::string& path) const {
    YamlNode node;
    node.position = position_of(file_, from.Mark());
    node.path = path;
    refuse_decoration(from, node.position, path);
    switch (from.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null: break;
      case YAML::NodeType::Scalar: convert_scalar(from, node); break;
      case YAML::NodeType::Sequence: convert_list(from, node); break;
      case YAML::NodeType::Map: convert_map(from, node); break;
    }
    return node;
  }

 private:
  // The mark of a node with an anchor or a tag points at that, so one look at the text tells. An
  // alias cannot stand without its anchor.
  void refuse_decoration(const YAML::Node& from, const SourcePosition& position,
                         const std::string& path) const {
    const auto pos = static_cast<std::size_t>(std::max(0, from.Mark().pos));
    const char first = pos < text_.size() ? text_[pos] : ' ';
    const char* what = first == '&' ? "anchors" : first == '!' ? "tags" : nullptr;
    if (what == nullptr) return;
    throw ScenarioError(position, path, std::string("YAML ") + what + " are not supported");
  }

  void convert_scalar(const YAML::Node& from, YamlNode& node) const {
    node.kind = YamlNode::Kind::scalar;
    const YAML::Mark mark = from.Mark();
    node.text =
        place_scalar(text_, static_cast<std::size_t>(mark.pos), node.position, from.Scalar());
  }

  void convert_list(const YAML::Node& from, YamlNode& node) const {
    node.kind = YamlNode::Kind::list;
    for (const YAML::Node& item : from) {
      const std::string path = node.path + "[" + std::to_string(node.items.size()) + "]";
      node.items.push_back(convert(item, path));
    }
  }

  void convert_map(const YAML::Node& from, YamlNode& node) const {
    node.kind = YamlNode::Kind::map;
    for (const auto& pair : from) {
      const SourcePosition at = position_of(file_, pair.first.Mark());
      if (!pair.first.IsScalar()) throw ScenarioError(at, node.path, "a key is one word");
      const std::string key = pair.first.Scalar();
      if (key == "<<") throw ScenarioError(at, node.path, "merge keys (<<) are not supported");
      refuse_decoration(pair.first, at, node.path);
      for (const YamlEntry& earlier : node.entries) {
        if (earlier.key != key) continue;
        throw ScenarioError(at, node.path,
                            "duplicate key \"" + key + "\"; the first is in line " +
                                std::to_string(earlier.key_position.line));
      }
      const std::string path = node.path.empty() ? key : node.path + "." + key;
      node.entries.push_back({key, at, convert(pair.second, path)});
    }
  }

  const std::string& file_;
  const std::string& text_;
};

std::vector<YAML::Node> load_documents(const std::string& file, const std::string& text) {
  try {
    return YAML::LoadAll(text);
  } catch (const YAML::Exception& problem) {
    throw ScenarioError(position_of(file, problem.mark), "", "not valid YAML: " + problem.msg);
  }
}

const char* kind_name(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null: return "nothing";
    case YamlNode::Kind::scalar: return "a single value";
    case YamlNode::Kind::list: return "a list";
    case YamlNode::Kind::map: return "a map";
  }
  return "";
}

const YamlNode& need_kind(const YamlNode& node, YamlNode::Kind kind, const std::string& expected) {
  if (node.kind == kind) return node;
  if (node.kind == YamlNode::Kind::null) throw node.error("has no value; expected " + expected);
  throw node.error(std::string("is ") + kind_name(node) + "; expected " + expected);
}

}  // namespace

YamlNode parse_yaml(const std::string& file, const std::string& text) {
  const bool marked = text.rfind("\xEF\xBB\xBF", 0) == 0;  // a byte-order mark, which moves columns
  const std::string body = marked ? text.substr(3) : text;
  if (body.find('\0') != std::string::npos) {
    throw ScenarioError({file, 0, 0}, "", "is not a text in UTF-8 (it has zero bytes)");
  }
  const std::vector<YAML::Node> documents = load_documents(file, body);
  if (documents.empty()) throw ScenarioError({file, 0, 0}, "", "is empty");
  if (documents.size() > 1) {
    throw ScenarioError(position_of(file, documents[1].Mark()), "", "a second YAML document");
  }
  return Converter(file, body).convert(documents.front(), "");
}

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const YamlNode& need_map(const YamlNode& node) {
  return need_kind(node, YamlNode::Kind::map, "a map of keys and values");
}
const YamlNode& need_list(const YamlNode& node) {
  return need_kind(node, YamlNode::Kind::list, "a list [a, b]");
}
const std::string& need_scalar(const YamlNode& node) {
  return need_kind(node, YamlNode::Kind::scalar, "a single value").scalar();
}

namespace {
ScenarioError unknown_key(const YamlNode& map, const YamlEntry& entry,
                          const std::vector<std::string>& known) {
  std::string hint = did_you_mean(entry.key, known);
  if (entry.value.kind == YamlNode::Kind::null && &entry != &map.entries.front()) {
    hint = "; a comma ends the value here: quote the command";
  } else if (entry.key == "on") {
    hint = "; the machine is named by host:";
  }
  return {entry.key_position, map.path,
          "unknown key \"" + entry.key + "\"" + hint + " (known: " + join(known) + ")"};
}
}  // namespace

MapReader::MapReader(const YamlNode& node, std::initializer_list<const char*> known)
    : node_(&need_map(node)), known_(known.begin(), known.end()) {
  for (const YamlEntry& entry : node.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) {
      throw unknown_key(node, entry, known_);
    }
    if (entry.value.kind == YamlNode::Kind::null) {
      throw ScenarioError(entry.key_position, entry.value.path, "has no value");
    }
  }
}

const YamlNode* MapReader::get(std::string_view key) const {
  LVS_REQUIRE(std::find(known_.begin(), known_.end(), key) != known_.end(), "an announced key");
  return node_->find(key);
}

const YamlNode& MapReader::need(std::string_view key) const {
  if (const YamlNode* value = get(key)) return *value;
  throw node_->error("the key \"" + std::string(key) + "\" is missing");
}

const YamlNode& MapReader::need_one_of(std::initializer_list<const char*> keys) const {
  const YamlNode* found = nullptr;
  const std::string list = join(std::vector<std::string>(keys.begin(), keys.end()));
  for (const char* key : keys) {
    const YamlNode* value = get(key);
    if (value == nullptr) continue;
    if (found != nullptr) throw value->error("only one is possible of " + list);
    found = value;
  }
  if (found == nullptr) throw node_->error("one of these keys is needed: " + list);
  return *found;
}

}  // namespace lvs::language
