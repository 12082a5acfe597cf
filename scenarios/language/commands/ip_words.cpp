#include "scenarios/language/commands/ip_words.hpp"

#include <array>
#include <charconv>

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

MacAddress need_mac(const Arguments& arguments, const Word& word) {
  if (const auto mac = parse_mac_address(word.text)) return *mac;
  throw arguments.error(word, "\"" + word.text + "\" is invalid lladdr.");
}

std::int64_t need_number(const Arguments& arguments, const Word& word, const std::string& what,
                         std::int64_t max) {
  if (const auto value = parse_count(word.text, max)) return *value;
  throw arguments.error(
      word, "argument \"" + word.text + "\" is wrong: \"" + what + "\" value is invalid");
}

std::uint32_t need_table(const Arguments& arguments, const Word& word) {
  if (word.text == "local") return kTableOfLocal;
  if (word.text == "main") return kTableOfMain;
  if (word.text == "default") return kTableOfDefault;
  const auto number = parse_u32(word.text);
  if (number && *number > 0) return *number;
  throw arguments.error(word,
                        "argument \"" + word.text + "\" is wrong: \"table\" value is invalid");
}

std::uint8_t need_tos(const Arguments& arguments, const Word& word) {
  const auto number = parse_u32(word.text);
  if (!number || *number > 255) {
    throw arguments.error(word, "argument \"" + word.text + "\" is wrong: TOS value is invalid");
  }
  if ((*number & 3U) != 0) {
    throw arguments.error(word, "Invalid dsfield (tos): ECN bits must be 0.");
  }
  return static_cast<std::uint8_t>(*number);
}

std::optional<std::uint32_t> parse_u32(std::string_view text) {
  const bool hexadecimal = text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X";
  if (hexadecimal) text.remove_prefix(2);
  std::uint32_t value = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<RouteType> route_type_of(const std::string& text) {
  struct TypeName {
    std::string_view name;
    RouteType type;
  };
  constexpr std::array kTypes{
      TypeName{"unicast", RouteType::unicast},
      TypeName{"local", RouteType::local},
      TypeName{"broadcast", RouteType::broadcast},
      TypeName{"blackhole", RouteType::blackhole},
      TypeName{"unreachable", RouteType::unreachable},
      TypeName{"prohibit", RouteType::prohibit},
      TypeName{"throw", RouteType::throw_},
  };
  for (const TypeName& known : kTypes) {
    if (text == known.name) return known.type;
  }
  return std::nullopt;
}

}  // namespace lvs::language
