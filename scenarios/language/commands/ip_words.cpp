#include "scenarios/language/commands/ip_words.hpp"

namespace lvs::language {

bool abbreviates(const std::string& text, std::string_view full) {
  return !text.empty() && full.substr(0, text.size()) == text;
}

Ipv4Prefix need_prefix(const Arguments& arguments, const Word& word) {
  const std::string ipv6 = ipv6_refusal(word.text);
  if (!ipv6.empty()) throw arguments.error(word, ipv6);
  if (const auto prefix = parse_ipv4_prefix(word.text)) return *prefix;
  throw arguments.error(word, "any valid prefix is expected rather than \"" + word.text + "\".");
}

Ipv4Address need_address(const Arguments& arguments, const Word& word) {
  const std::string ipv6 = ipv6_refusal(word.text);
  if (!ipv6.empty()) throw arguments.error(word, ipv6);
  if (const auto address = parse_ipv4_address(word.text)) return *address;
  throw arguments.error(word, "inet address is expected rather than \"" + word.text + "\".");
}

IpScope need_scope(const Arguments& arguments, const Word& word) {
  if (word.text == "global" || word.text == "0") return IpScope::global;
  if (word.text == "site" || word.text == "200") return IpScope::site;
  if (word.text == "link" || word.text == "253") return IpScope::link;
  if (word.text == "host" || word.text == "254") return IpScope::host;
  if (word.text == "nowhere" || word.text == "255") return IpScope::nowhere;
  throw arguments.error(word, "argument \"" + word.text +
                                  "\" is wrong: invalid scope value (global, site, link, host)");
}

std::int64_t need_number(const Arguments& arguments, const Word& word, const std::string& what,
                         std::int64_t max) {
  if (const auto value = parse_count(word.text, max)) return *value;
  throw arguments.error(
      word, "argument \"" + word.text + "\" is wrong: \"" + what + "\" value is invalid");
}

}  // namespace lvs::language
