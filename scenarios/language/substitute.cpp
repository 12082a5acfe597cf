#include "scenarios/language/substitute.hpp"

#include "scenarios/language/arithmetic.hpp"

namespace lvs::language {

std::optional<std::string> Bindings::value(const std::string& name) const {
  if (name == "i" && i) return std::to_string(*i);
  for (const auto& [known, text] : parameters) {
    if (known == name) return text;
  }
  return std::nullopt;
}

std::vector<std::string> Bindings::names() const {
  std::vector<std::string> result;
  for (const auto& [name, text] : parameters) result.push_back(name);
  if (i) result.emplace_back("i");
  return result;
}

namespace {

class Substitution {
 public:
  Substitution(const Text& text, const std::string& path, const Bindings& bindings, Dialect dialect)
      : text_(text), path_(path), bindings_(bindings), dialect_(dialect) {}

  Text run() {
    const std::string& from = text_.value();
    std::size_t at = 0;
    while (at < from.size()) {
      const std::size_t dollar = from.find("$(", at);
      if (dollar == std::string::npos) break;
      result_.append_part(text_, at, dollar - at);
      at = from.compare(dollar, 3, "$((") == 0 ? expression(dollar) : name(dollar);
    }
    result_.append_part(text_, at, from.size() - at);
    return result_;
  }

 private:
  ScenarioError error(std::size_t at, const std::string& message) const {
    return {text_.position(at), path_, message};
  }

  std::string known() const {
    const std::vector<std::string> names = bindings_.names();
    return names.empty() ? " (there are no parameters)" : " (known: " + join(names) + ")";
  }

  ScenarioError unknown(std::size_t at, const std::string& name) const {
    if (name == "i") return error(at, "`i` has a value only in a range of hosts such as rs1..rs4");
    return error(
        at, "unknown parameter \"" + name + "\"" + did_you_mean(name, bindings_.names()) + known());
  }

  // $(name); returns the place after it.
  std::size_t name(std::size_t dollar) {
    const std::size_t close = text_.value().find(')', dollar);
    if (close == std::string::npos) throw error(dollar, "\"$(\" without its \")\"");
    const std::string name = text_.value().substr(dollar + 2, close - dollar - 2);
    const std::optional<std::string> value = bindings_.value(name);
    if (!value) throw unknown(dollar, name);
    result_.append_from(*value, text_.position(dollar));
    return close + 1;
  }

  // $((EXPR)); returns the place after it.
  std::size_t expression(std::size_t dollar) {
    const std::size_t end = end_of_expression(dollar);
    const std::string inner = inner_names(dollar + 3, end - 2);
    const auto lookup = [this](const std::string& n) { return bindings_.value(n); };
    std::optional<std::string> unknown_name;
    const std::string replaced = replace_names(inner, lookup, unknown_name);
    if (unknown_name && dialect_ == Dialect::value) throw unknown(dollar, *unknown_name);
    if (unknown_name) {
      result_.append_from("$((" + replaced + "))", text_.position(dollar));
      return end;
    }
    try {
      result_.append_from(std::to_string(evaluate(inner, lookup)), text_.position(dollar));
    } catch (const ArithmeticError& problem) {
      throw error(dollar, "$((" + inner + ")): " + problem.what());
    }
    return end;
  }

  // Past the "))" that closes the one at `dollar`.
  std::size_t end_of_expression(std::size_t dollar) const {
    int depth = 0;
    for (std::size_t at = dollar + 1; at < text_.size(); ++at) {
      if (text_[at] == '(') ++depth;
      if (text_[at] == ')' && --depth == 0 && text_[at - 1] == ')') return at + 1;
      if (depth == 0) break;
    }
    throw error(dollar, "\"$((\" without its \"))\"");
  }

  // $(name) inside an expression, as text.
  std::string inner_names(std::size_t first, std::size_t last) const {
    const Text inner = text_.part(first, last - first);
    return Substitution(inner, path_, bindings_, dialect_).run().value();
  }

  const Text& text_;
  const std::string& path_;
  const Bindings& bindings_;
  Dialect dialect_;
  Text result_ = Text("", text_.position());
};

bool is_script_key(const std::string& key) {
  return key == "setup" || key == "setup_more" || key == "run" || key == "show";
}

void substitute_below(YamlNode& node, const Bindings& bindings, Dialect dialect) {
  node.text = substitute(node.text, node.path, bindings, dialect);
  for (YamlNode& item : node.items) substitute_below(item, bindings, dialect);
  for (YamlEntry& entry : node.entries) {
    const bool script = is_script_key(entry.key) && entry.value.kind == YamlNode::Kind::scalar;
    substitute_below(entry.value, bindings, script ? Dialect::script : Dialect::value);
  }
}

}  // namespace

Text substitute(const Text& text, const std::string& path, const Bindings& bindings,
                Dialect dialect) {
  return Substitution(text, path, bindings, dialect).run();
}

YamlNode substitute(const YamlNode& node, const Bindings& bindings) {
  YamlNode result = node;
  substitute_below(result, bindings, Dialect::value);
  return result;
}

}  // namespace lvs::language
