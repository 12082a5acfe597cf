#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

Name read_free_name(const YamlNode& node) {
  if (need_scalar(node).empty()) throw node.error("is empty");
  return {node.scalar(), node.where()};
}

Bound read_bound(const MapReader& map) {
  using Kind = Bound::Kind;
  const YamlNode& node =
      map.need_one_of({"at_most", "at_least", "below", "above", "equals", "between"});
  if (&node != map.get("between")) {
    const Measure value = read_measure(node);
    if (map.get("at_most") != nullptr) return {Kind::at_most, value, value};
    if (map.get("at_least") != nullptr) return {Kind::at_least, value, value};
    if (map.get("below") != nullptr) return {Kind::below, value, value};
    if (map.get("above") != nullptr) return {Kind::above, value, value};
    return {Kind::equals, value, value};
  }
  if (need_list(node).items.size() != 2) throw node.error("expected two ends, as in [66%, 67%]");
  const Bound bound{Kind::between, read_measure(node.items[0]), read_measure(node.items[1])};
  if (bound.low.unit != bound.high.unit) throw node.error("the two ends have different units");
  if (bound.high.value < bound.low.value) throw node.error("the second end is below the first");
  return bound;
}

MetricExpectation read_metric(const YamlNode& node) {
  const MapReader map(node, {"metric", "of", "cause", "during", "at", "when", "at_most", "at_least",
                             "below", "above", "equals", "between"});
  MetricExpectation expected;
  expected.metric = read_free_name(map.need("metric"));
  if (const YamlNode* of = map.get("of")) expected.of = read_free_name(*of);
  if (const YamlNode* cause = map.get("cause")) expected.cause = read_free_name(*cause);
  if (map.get("during") != nullptr && map.get("at") != nullptr) {
    throw map.need("at").error("not together with during:");
  }
  if (const YamlNode* during = map.get("during")) expected.during = read_window(*during);
  if (const YamlNode* at = map.get("at")) expected.at = read_duration(*at);
  expected.bound = read_bound(map);
  return expected;
}

ShowExpectation read_show_expectation(const YamlNode& node, const Bindings& bindings) {
  const MapReader map(node, {"show", "host", "at", "when", "contains", "lacks", "equals"});
  ShowExpectation expected;
  const YamlNode& show = map.need("show");
  need_scalar(show);
  expected.show = with_path(show, [&] { return read_show(show.text, bindings.names()); });
  expected.host = read_name(map.need("host"));
  expected.at = read_duration(map.need("at"));
  const YamlNode& check = map.need_one_of({"contains", "lacks", "equals"});
  expected.check.text = need_scalar(check);
  expected.check.kind = &check == map.get("contains") ? TextCheck::Kind::contains
                        : &check == map.get("lacks")  ? TextCheck::Kind::lacks
                                                      : TextCheck::Kind::equals;
  return expected;
}

}  // namespace

std::vector<Condition> read_conditions(const YamlNode& node) {
  std::vector<Condition> conditions;
  for (const YamlEntry& entry : need_map(node).entries) {
    Condition condition{entry.key, {}, {entry.key_position}};
    if (entry.value.kind == YamlNode::Kind::list) {
      for (const YamlNode& item : entry.value.items) condition.values.push_back(need_scalar(item));
    } else {
      condition.values.push_back(need_scalar(entry.value));
    }
    if (condition.values.empty()) throw entry.value.error("is an empty list");
    conditions.push_back(condition);
  }
  if (conditions.empty()) throw node.error("is empty");
  return conditions;
}

std::vector<Expectation> read_expectations(const YamlNode& node, const Bindings& bindings) {
  std::vector<Expectation> expectations;
  for (const YamlNode& item : need_list(node).items) {
    Expectation expectation;
    expectation.where = item.where();
    const bool shows = need_map(item).find("show") != nullptr;
    if (shows) {
      expectation.what = read_show_expectation(item, bindings);
    } else {
      expectation.what = read_metric(item);
    }
    if (const YamlNode* when = item.find("when")) expectation.when = read_conditions(*when);
    expectations.push_back(expectation);
  }
  return expectations;
}

}  // namespace lvs::language
