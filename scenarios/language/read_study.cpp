#include <algorithm>

#include "scenarios/language/quantity.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

// A value of a parameter: what `$(name)` stands for. Itself it refers to nothing.
std::string read_value(const YamlNode& node) {
  const std::string& text = need_scalar(node);
  if (text.find("$(") != std::string::npos) {
    throw node.error("the value of a parameter cannot refer to parameters");
  }
  return text;
}

void need_parameter(const Name& name, const std::string& path,
                    const std::vector<Parameter>& parameters) {
  std::vector<std::string> known;
  for (const Parameter& parameter : parameters) known.push_back(parameter.name);
  if (std::find(known.begin(), known.end(), name.text) != known.end()) return;
  throw ScenarioError(name.where.position, path,
                      "unknown parameter \"" + name.text + "\"" + did_you_mean(name.text, known) +
                          " (known: " + join(known) + ")");
}

VaryKey read_vary_key(const YamlEntry& entry) {
  VaryKey key;
  key.parameter = {entry.key, {entry.key_position}};
  key.labelled = entry.value.kind == YamlNode::Kind::map;
  if (key.labelled) {
    for (const YamlEntry& value : entry.value.entries) {
      key.values.push_back({value.key, read_value(value.value), {value.key_position}});
    }
  } else {
    for (const YamlNode& item : need_list(entry.value).items) {
      const std::string value = read_value(item);
      key.values.push_back({value, value, item.where()});
    }
  }
  if (key.values.empty()) throw entry.value.error("has no values");
  for (const VaryValue& value : key.values) {
    const auto same = [&](const VaryValue& other) { return other.label == value.label; };
    if (std::count_if(key.values.begin(), key.values.end(), same) == 1) continue;
    throw entry.value.error("\"" + value.label + "\" is named twice");
  }
  return key;
}

std::vector<Name> read_names(const YamlNode& node) {
  std::vector<Name> names;
  for (const YamlNode& item : need_list(node).items)
    names.push_back({need_scalar(item), item.where()});
  if (names.empty()) throw node.error("is an empty list");
  return names;
}

const VaryKey& need_varied(const Name& name, const std::string& path,
                           const std::vector<VaryKey>& vary) {
  std::vector<std::string> known;
  for (const VaryKey& key : vary) {
    if (key.parameter.text == name.text) return key;
    known.push_back(key.parameter.text);
  }
  throw ScenarioError(name.where.position, path,
                      "\"" + name.text + "\" is not varied (varied: " + join(known) + ")");
}

std::vector<std::vector<Name>> read_zip(const YamlNode& node, const std::vector<VaryKey>& vary) {
  std::vector<std::vector<Name>> groups;
  for (const YamlNode& item : need_list(node).items) {
    std::vector<Name> group = read_names(item);
    if (group.size() < 2) throw item.error("couples one key with nothing");
    const std::size_t size = need_varied(group.front(), item.path, vary).values.size();
    for (const Name& name : group) {
      if (need_varied(name, item.path, vary).values.size() != size) {
        throw item.error("couples keys with different numbers of values");
      }
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<Condition> read_baseline(const YamlNode& node, const std::vector<VaryKey>& vary) {
  std::vector<Condition> baseline = read_conditions(node);
  for (const Condition& condition : baseline) {
    const VaryKey& key = need_varied({condition.parameter, condition.where}, node.path, vary);
    const auto named = [&](const VaryValue& v) { return v.label == condition.values.front(); };
    if (condition.values.size() == 1 && std::any_of(key.values.begin(), key.values.end(), named)) {
      continue;
    }
    throw ScenarioError(condition.where.position, node.path + "." + condition.parameter,
                        "is not one of the varied values");
  }
  return baseline;
}

Precision read_precision(const YamlNode& node) {
  const MapReader map(node, {"metric", "relative", "at_most"});
  Precision precision;
  precision.metric = {need_scalar(map.need("metric")), map.need("metric").where()};
  precision.relative = read_probability(map.need("relative"));
  if (precision.relative <= 0) throw map.need("relative").error("is zero");
  precision.at_most = static_cast<int>(read_integer(map.need("at_most"), 2, 1'000'000));
  return precision;
}

}  // namespace

Study read_study(const YamlNode& node, const std::vector<Parameter>& parameters) {
  const MapReader map(node,
                      {"vary", "zip", "where", "baseline", "replications", "precision", "metrics"});
  Study study;
  study.where = node.where();
  for (const YamlEntry& entry : need_map(map.need("vary")).entries) {
    study.vary.push_back(read_vary_key(entry));
    need_parameter(study.vary.back().parameter, map.need("vary").path, parameters);
  }
  if (const YamlNode* v = map.get("zip")) study.zip = read_zip(*v, study.vary);
  if (const YamlNode* v = map.get("where")) study.filters = read_names(*v);
  if (const YamlNode* v = map.get("baseline")) study.baseline = read_baseline(*v, study.vary);
  if (const YamlNode* v = map.get("replications")) {
    study.replications = static_cast<int>(read_integer(*v, 1, 1'000'000));
  }
  if (const YamlNode* v = map.get("precision")) study.precision = read_precision(*v);
  if (const YamlNode* v = map.get("metrics")) study.metrics = read_names(*v);
  return study;
}

}  // namespace lvs::language
