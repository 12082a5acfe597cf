// YAML as a tree of our own: positions of every character, no duplicate keys, nothing that YAML
// would interpret behind the reader's back. The only file that includes yaml-cpp is
// yaml_reader.cpp.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/language/error.hpp"
#include "scenarios/language/text.hpp"

namespace lvs::language {

struct YamlEntry;

struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  SourcePosition position;
  std::string path;  ///< "hosts.rs1.serves[0].port", for messages
  Text text;         ///< of a scalar
  std::vector<YamlNode> items;
  std::vector<YamlEntry> entries;  ///< in file order, keys unique

  Where where() const { return {position}; }
  const std::string& scalar() const { return text.value(); }
  /// The value of a key, or nothing.
  const YamlNode* find(std::string_view key) const;
  /// An error about this node.
  ScenarioError error(const std::string& message) const { return {position, path, message}; }
};

struct YamlEntry {
  std::string key;
  SourcePosition key_position;
  YamlNode value;
};

/// Reads one YAML document. Refused with position: what is not YAML, several documents, an empty
/// one, duplicate keys, `<<`, keys that are not plain text, anchors, aliases and tags.
YamlNode parse_yaml(const std::string& file, const std::string& text);

/// A map with a fixed set of keys. Construction refuses other kinds of node, unknown keys and null
/// values; `get` of a key that was not announced is an internal error.
class MapReader {
 public:
  MapReader(const YamlNode& node, std::initializer_list<const char*> known);

  const YamlNode& node() const { return *node_; }
  /// Nothing when the key is absent.
  const YamlNode* get(std::string_view key) const;
  /// Throws ScenarioError when the key is absent.
  const YamlNode& need(std::string_view key) const;
  /// Throws unless exactly one of the keys is there, which is returned.
  const YamlNode& need_one_of(std::initializer_list<const char*> keys) const;

 private:
  const YamlNode* node_;
  std::vector<std::string> known_;
};

/// Calls `read`, which knows places but no keys, and puts the key path of `node` into its errors.
template <class Read>
auto with_path(const YamlNode& node, Read read) {
  try {
    return read();
  } catch (const ScenarioError& problem) {
    if (!problem.key_path().empty()) throw;
    throw ScenarioError(problem.position(), node.path, problem.message());
  }
}

/// Kind checks that throw with what was expected.
const YamlNode& need_map(const YamlNode& node);
const YamlNode& need_list(const YamlNode& node);
const std::string& need_scalar(const YamlNode& node);

/// The value that `names` gives to the scalar, e.g. an enum; throws with the list of names.
template <class T>
T read_choice(const YamlNode& node, std::initializer_list<std::pair<const char*, T>> names) {
  std::vector<std::string> known;
  for (const auto& [name, value] : names) {
    if (need_scalar(node) == name) return value;
    known.emplace_back(name);
  }
  throw node.error("\"" + node.scalar() + "\" is not one of " + join(known) +
                   did_you_mean(node.scalar(), known));
}

}  // namespace lvs::language
