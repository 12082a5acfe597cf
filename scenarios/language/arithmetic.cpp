#include "scenarios/language/arithmetic.hpp"

#include <cctype>
#include <charconv>

namespace lvs::language {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool in_name(char c) { return starts_name(c) || is_digit(c); }

std::int64_t to_integer(std::string_view text, const std::string& what) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc::result_out_of_range) throw ArithmeticError(what + " is too large");
  if (problem != std::errc{} || end != text.data() + text.size()) {
    throw ArithmeticError(what + " is not an integer");
  }
  return value;
}

// A name at `at`, which is moved past it: n, $n or ${n}. Empty when there is none.
std::string take_name(std::string_view text, std::size_t& at) {
  std::size_t first = at;
  const bool dollar = first < text.size() && text[first] == '$';
  if (dollar) ++first;
  const bool braces = dollar && first < text.size() && text[first] == '{';
  if (braces) ++first;
  if (first >= text.size() || !starts_name(text[first])) return "";
  std::size_t last = first;
  while (last < text.size() && in_name(text[last])) ++last;
  if (braces && (last >= text.size() || text[last] != '}')) return "";
  at = braces ? last + 1 : last;
  return std::string(text.substr(first, last - first));
}

// expression = term {(+|-) term}; term = factor {(*|/|%) factor};
// factor = (+|-) factor | ( expression ) | number | name.
class Evaluation {
 public:
  Evaluation(std::string_view text, const NameLookup& lookup) : text_(text), lookup_(lookup) {}

  std::int64_t whole() {
    const std::int64_t value = expression();
    if (peek() != '\0') throw ArithmeticError("unexpected \"" + std::string(1, peek()) + "\"");
    return value;
  }

 private:
  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  std::int64_t expression() {
    std::int64_t value = term();
    while (peek() == '+' || peek() == '-') {
      const char sign = text_[at_++];
      const std::int64_t other = term();
      const bool overflow = sign == '+' ? __builtin_add_overflow(value, other, &value)
                                        : __builtin_sub_overflow(value, other, &value);
      if (overflow) throw ArithmeticError("the result does not fit into 64 bits");
    }
    return value;
  }

  std::int64_t term() {
    std::int64_t value = factor();
    while (peek() == '*' || peek() == '/' || peek() == '%') {
      const char sign = text_[at_++];
      const std::int64_t other = factor();
      if (sign != '*' && other == 0) throw ArithmeticError("division by zero");
      const bool overflow = sign == '*' ? __builtin_mul_overflow(value, other, &value)
                                        : value == INT64_MIN && other == -1;
      if (overflow) throw ArithmeticError("the result does not fit into 64 bits");
      if (sign == '/') value /= other;
      if (sign == '%') value %= other;
    }
    return value;
  }

  std::int64_t factor() {
    const char c = peek();
    if (c == '+') return ++at_, factor();
    if (c == '-') return ++at_, negated(factor());
    if (c == '(') return parenthesis();
    if (is_digit(c)) {
      const std::size_t first = at_;
      while (at_ < text_.size() && in_name(text_[at_])) ++at_;
      const std::string digits(text_.substr(first, at_ - first));
      return to_integer(digits, "\"" + digits + "\"");
    }
    const std::string name = take_name(text_, at_);
    if (!name.empty()) return value_of(name);
    if (c == '\0') throw ArithmeticError("a number or a name is missing at the end");
    throw ArithmeticError("unexpected \"" + std::string(1, c) + "\"");
  }

  std::int64_t parenthesis() {
    if (++depth_ > 100) throw ArithmeticError("parentheses deeper than 100");
    ++at_;
    const std::int64_t value = expression();
    if (peek() != ')') throw ArithmeticError("a closing parenthesis is missing");
    ++at_;
    --depth_;
    return value;
  }

  static std::int64_t negated(std::int64_t value) {
    if (value == INT64_MIN) throw ArithmeticError("the result does not fit into 64 bits");
    return -value;
  }

  std::int64_t value_of(const std::string& name) const {
    const std::optional<std::string> value = lookup_(name);
    if (!value) throw ArithmeticError("unknown name \"" + name + "\"");
    return to_integer(*value, "\"" + name + "\" (" + *value + ")");
  }

  std::string_view text_;
  const NameLookup& lookup_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::int64_t evaluate(std::string_view expression, const NameLookup& lookup) {
  return Evaluation(expression, lookup).whole();
}

std::string replace_names(std::string_view expression, const NameLookup& lookup,
                          std::optional<std::string>& unknown) {
  std::string result;
  for (std::size_t at = 0; at < expression.size();) {
    const std::size_t first = at;
    if (is_digit(expression[at])) {
      while (at < expression.size() && in_name(expression[at])) result += expression[at++];
      continue;
    }
    const std::string name = take_name(expression, at);
    const std::optional<std::string> value = name.empty() ? std::nullopt : lookup(name);
    if (value) {
      result += value->rfind('-', 0) == 0 ? "(" + *value + ")" : *value;
    } else if (!name.empty()) {
      if (!unknown) unknown = name;
      result += expression.substr(first, at - first);
    } else {
      result += expression[at++];
    }
  }
  return result;
}

}  // namespace lvs::language
