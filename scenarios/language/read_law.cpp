#include "scenarios/language/read_law.hpp"

#include "scenarios/language/beside.hpp"
#include "scenarios/language/quantity.hpp"

namespace lvs::language {
namespace {

template <class Q>
struct Reading;  // how to read and check one quantity

template <>
struct Reading<Duration> {
  static Duration constant(const YamlNode& node) { return read_duration(node); }
  static Duration mean(const YamlNode& node) { return read_positive_duration(node); }
  static Duration bound(const YamlNode& node) { return read_duration(node); }
  static Duration parse(const std::string& text) { return parse_duration(text); }
};
template <>
struct Reading<ByteCount> {
  static ByteCount constant(const YamlNode& node) { return read_size(node); }
  static ByteCount mean(const YamlNode& node) {
    const ByteCount value = read_size(node);
    if (value.value == 0) throw node.error("a mean of zero bytes");
    return value;
  }
  static ByteCount bound(const YamlNode& node) { return read_size(node); }
  static ByteCount parse(const std::string& text) { return parse_size(text); }
};
template <>
struct Reading<double> {
  static double constant(const YamlNode& node) {
    return static_cast<double>(read_integer(node, 1));
  }
  static double mean(const YamlNode& node) { return read_positive_number(node); }
  static double bound(const YamlNode& node) { return constant(node); }
  static double parse(const std::string& text) {
    const std::int64_t value = parse_integer(text);
    if (value < 1) throw QuantityError("\"" + text + "\" is below 1");
    return static_cast<double>(value);
  }
};

template <class Q>
UniformLaw<Q> read_uniform(const YamlNode& node) {
  if (need_list(node).items.size() != 2) throw node.error("expected two ends, as in [1, 3]");
  const UniformLaw<Q> law{Reading<Q>::bound(node.items[0]), Reading<Q>::bound(node.items[1])};
  if (law.high < law.low) throw node.error("the second end is below the first");
  return law;
}

double read_cv(const YamlNode& node, double least) {
  const double cv = read_positive_number(node);
  if (cv < least) throw node.error("\"" + node.scalar() + "\" is below " + write_number(least));
  return cv;
}

template <class Q, class Form>
Form read_mean_and_cv(const YamlNode& node, double least_cv) {
  const MapReader map(node, {"mean", "cv"});
  return {Reading<Q>::mean(map.need("mean")), read_cv(map.need("cv"), least_cv)};
}

template <class Q>
ParetoLaw<Q> read_pareto(const YamlNode& node) {
  const MapReader map(node, {"mean", "alpha", "max"});
  const ParetoLaw<Q> law{Reading<Q>::mean(map.need("mean")),
                         read_positive_number(map.need("alpha")),
                         Reading<Q>::mean(map.need("max"))};
  if (!(law.mean < law.max)) throw node.error("max is not above mean");
  return law;
}

template <class Q>
EmpiricalLaw<Q> read_empirical(const YamlNode& node) {
  EmpiricalLaw<Q> law;
  if (node.kind == YamlNode::Kind::list) {
    for (const YamlNode& item : node.items) law.values.push_back(Reading<Q>::bound(item));
  } else {
    for (const FileLine& line : read_lines_beside(node)) {
      try {
        law.values.push_back(Reading<Q>::parse(line.text));
      } catch (const QuantityError& problem) {
        throw ScenarioError(line.position, "", problem.what());
      }
    }
  }
  if (law.values.empty()) throw node.error("has no values");
  return law;
}

template <class Q>
Law<Q> read_law(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::scalar) {
    return {ConstantLaw<Q>{Reading<Q>::constant(node)}, node.where()};
  }
  const MapReader map(node, {"constant", "exponential", "uniform", "lognormal", "hyperexponential",
                             "gamma", "pareto", "empirical"});
  if (node.entries.size() != 1) throw node.error("expected one law, as in {exponential: …}");
  const YamlNode& form = node.entries.front().value;
  const std::string& kind = node.entries.front().key;
  Law<Q> law{{}, node.where()};
  if (kind == "constant") law.form = ConstantLaw<Q>{Reading<Q>::constant(form)};
  if (kind == "exponential") law.form = ExponentialLaw<Q>{Reading<Q>::mean(form)};
  if (kind == "uniform") law.form = read_uniform<Q>(form);
  if (kind == "lognormal") law.form = read_mean_and_cv<Q, LognormalLaw<Q>>(form, 0);
  if (kind == "hyperexponential") law.form = read_mean_and_cv<Q, HyperexponentialLaw<Q>>(form, 1);
  if (kind == "gamma") law.form = read_mean_and_cv<Q, GammaLaw<Q>>(form, 0);
  if (kind == "pareto") law.form = read_pareto<Q>(form);
  if (kind == "empirical") law.form = read_empirical<Q>(form);
  return law;
}

}  // namespace

DurationLaw read_duration_law(const YamlNode& node) { return read_law<Duration>(node); }
SizeLaw read_size_law(const YamlNode& node) { return read_law<ByteCount>(node); }
CountLaw read_count_law(const YamlNode& node) { return read_law<double>(node); }

Popularity read_popularity(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::scalar) {
    if (node.scalar() == "uniform") return {std::nullopt, node.where()};
    throw node.error("\"" + node.scalar() + "\" is not uniform or {zipf: 0.9}");
  }
  const MapReader map(node, {"zipf"});
  return {read_positive_number(map.need("zipf")), node.where()};
}

}  // namespace lvs::language
