// `$(name)` and `$((EXPR))`: textual, before anything else is read (design.md 1.1, Substitution).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/language/yaml_reader.hpp"

namespace lvs::language {

/// The names that a text may use.
struct Bindings {
  std::vector<std::pair<std::string, std::string>> parameters;
  std::optional<std::int64_t> i;  ///< the number of the host, in a range of hosts only

  std::optional<std::string> value(const std::string& name) const;
  /// The parameters and, in a host range, `i`.
  std::vector<std::string> names() const;
};

enum class Dialect {
  value,   ///< every name must be known here
  script,  ///< $((EXPR)) with a name that is not known is left to the shell of `setup`
};

Text substitute(const Text& text, const std::string& path, const Bindings& bindings,
                Dialect dialect);

/// All scalars below `node`; the keys setup, setup_more, run and show are scripts.
YamlNode substitute(const YamlNode& node, const Bindings& bindings);

}  // namespace lvs::language
