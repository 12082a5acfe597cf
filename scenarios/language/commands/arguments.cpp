#include "scenarios/language/commands/arguments.hpp"

#include <algorithm>
#include <charconv>

namespace lvs::language {

bool Arguments::take(std::string_view text) {
  if (!next_is(text)) return false;
  ++next_;
  return true;
}

const Word& Arguments::value() {
  if (done()) {
    const Word& last = words_.back();
    throw error(last, "a value is missing after \"" + last.text + "\"");
  }
  return next();
}

ScenarioError Arguments::error(const Word& at, const std::string& message) const {
  return {at.where, words_.front().text + ": " + message};
}

ScenarioError Arguments::unknown(const Word& at, const std::vector<std::string>& known) const {
  const std::string ipv6 = ipv6_refusal(at.text);
  if (!ipv6.empty()) return error(at, ipv6);
  return error(at, "unknown argument \"" + at.text + "\"" + did_you_mean(at.text, known) +
                       " (known: " + join(known) + ")");
}

std::string ipv6_refusal(std::string_view text) {
  const auto colons = std::count(text.begin(), text.end(), ':');
  const bool hexadecimal =
      text.find_first_not_of("0123456789abcdefABCDEF:/.[]") == std::string_view::npos;
  const bool mac = colons == 5 && text.size() == 17;
  if (colons < 2 || !hexadecimal || mac) return "";
  return "\"" + std::string(text) + "\": IPv6 is not supported";
}

std::optional<std::int64_t> parse_count(std::string_view text, std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < 0 || value > max || text[0] == '-') return std::nullopt;
  return value;
}

}  // namespace lvs::language
