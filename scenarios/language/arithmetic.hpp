// Integer arithmetic as in the shell: + - * / % and parentheses over 64-bit integers and names.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lvs::language {

/// The expression is wrong; the caller knows where it stands and throws a ScenarioError.
class ArithmeticError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a name stands for, as text ("3", "-1"); nothing when it is not known.
using NameLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Evaluates `expression`. A name may be written n, $n or ${n}. `/` and `%` round toward zero, as
/// the shell's do. Throws ArithmeticError: syntax, unknown name, value that is no integer, division
/// by zero, overflow.
std::int64_t evaluate(std::string_view expression, const NameLookup& lookup);

/// `expression` with the names that `lookup` knows replaced by their values, in parentheses when
/// negative; `unknown` is set to the first name that it does not know.
std::string replace_names(std::string_view expression, const NameLookup& lookup,
                          std::optional<std::string>& unknown);

}  // namespace lvs::language
