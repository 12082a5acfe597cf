#include "scenarios/language/quantity.hpp"
#include "scenarios/language/write_sections.hpp"
#include "scenarios/language/yaml_text.hpp"

namespace lvs::language {
namespace {

std::string quantity(Duration value) { return write_duration(value); }
std::string quantity(ByteCount value) { return to_string(value); }
std::string quantity(double value) { return write_number(value); }

template <class Q>
struct Writer {
  std::string operator()(const ConstantLaw<Q>& law) const { return quantity(law.value); }
  std::string operator()(const ExponentialLaw<Q>& law) const {
    return one("exponential", quantity(law.mean));
  }
  std::string operator()(const UniformLaw<Q>& law) const {
    return one("uniform", yaml_list({quantity(law.low), quantity(law.high)}));
  }
  std::string operator()(const LognormalLaw<Q>& law) const {
    return mean_and_cv("lognormal", law.mean, law.cv);
  }
  std::string operator()(const HyperexponentialLaw<Q>& law) const {
    return mean_and_cv("hyperexponential", law.mean, law.cv);
  }
  std::string operator()(const GammaLaw<Q>& law) const {
    return mean_and_cv("gamma", law.mean, law.cv);
  }
  std::string operator()(const ParetoLaw<Q>& law) const {
    YamlFlow inner;
    inner.add("mean", quantity(law.mean)).add("alpha", write_number(law.alpha));
    return one("pareto", inner.add("max", quantity(law.max)).text());
  }
  std::string operator()(const EmpiricalLaw<Q>& law) const {
    std::vector<std::string> values;
    for (const Q& value : law.values) values.push_back(quantity(value));
    return one("empirical", yaml_list(values));
  }

 private:
  static std::string one(const char* name, const std::string& value) {
    return YamlFlow().add(name, value).text();
  }
  static std::string mean_and_cv(const char* name, const Q& mean, double cv) {
    return one(name, YamlFlow().add("mean", quantity(mean)).add("cv", write_number(cv)).text());
  }
};

}  // namespace

std::string write_law(const DurationLaw& law) { return std::visit(Writer<Duration>{}, law.form); }
std::string write_law(const SizeLaw& law) { return std::visit(Writer<ByteCount>{}, law.form); }
std::string write_law(const CountLaw& law) { return std::visit(Writer<double>{}, law.form); }

std::string write_popularity(const Popularity& popularity) {
  if (!popularity.zipf) return "uniform";
  return YamlFlow().add("zipf", write_number(*popularity.zipf)).text();
}

}  // namespace lvs::language
