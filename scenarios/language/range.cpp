#include "scenarios/language/range.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "scenarios/language/quantity.hpp"

namespace lvs::language {
namespace {

constexpr std::int64_t kMostHosts = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_host_name(const std::string& text) {
  const auto legal = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
  };
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(), legal);
}

struct NumberedName {
  std::string prefix;
  std::string digits;
};

NumberedName split_number(const std::string& name) {
  std::size_t first = name.size();
  while (first > 0 && is_digit(name[first - 1])) --first;
  return {name.substr(0, first), name.substr(first)};
}

std::optional<std::int64_t> small_number(const std::string& digits) {
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  return std::stoll(digits);
}

std::string numbered(const NumberedName& like, std::int64_t number) {
  const std::string digits = std::to_string(number);
  const bool padded = like.digits.size() > 1 && like.digits[0] == '0';
  const std::size_t width = padded ? like.digits.size() : 0;
  return like.prefix + std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
}

}  // namespace

std::vector<HostRangeItem> read_host_range(const std::string& text, const SourcePosition& where,
                                           const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    return ScenarioError(where, path, "\"" + text + "\" " + why);
  };
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) {
    if (is_host_name(text)) return {{text, std::nullopt}};
    throw refuse("is no name; expected letters, digits, - and _, beginning with a letter");
  }
  const std::string from = text.substr(0, dots);
  const std::string to = text.substr(dots + 2);
  if (!is_host_name(from) || !is_host_name(to)) throw refuse("is no range such as rs1..rs4");
  const NumberedName first = split_number(from);
  const NumberedName last = split_number(to);
  const auto low = small_number(first.digits);
  const auto high = small_number(last.digits);
  if (first.prefix != last.prefix || !low || !high) {
    throw refuse("is no range such as rs1..rs4: one prefix and two numbers");
  }
  if (*high < *low) throw refuse("descends; expected the smaller number first");
  if (*high - *low >= kMostHosts) throw refuse("is more than 4096 hosts");
  std::vector<HostRangeItem> items;
  for (std::int64_t i = *low; i <= *high; ++i) items.push_back({numbered(first, i), i});
  return items;
}

namespace {
template <class Read>
void read_each(const YamlNode& node, Read read) {
  if (node.kind != YamlNode::Kind::list) return read(node);
  if (node.items.empty()) throw node.error("is an empty list");
  for (const YamlNode& item : node.items) read(item);
}

AddressRange read_address_range(const YamlNode& node) {
  const std::string& text = need_scalar(node);
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) {
    if (const auto prefix = parse_ipv4_prefix(text)) {
      if (prefix->address != prefix->network()) {
        throw node.error("\"" + text + "\" has host bits; the network is " +
                         to_string(Ipv4Prefix{prefix->network(), prefix->length}));
      }
      return {prefix->network(), prefix->last(), node.where()};
    }
  } else {
    const auto first = parse_ipv4_address(text.substr(0, dots));
    const auto last = parse_ipv4_address(text.substr(dots + 2));
    if (first && last && *last < *first) throw node.error("\"" + text + "\" descends");
    if (first && last) return {*first, *last, node.where()};
  }
  throw node.error("\"" + text + "\" is no range of addresses such as 10.9.0.129..10.9.0.254 or " +
                   "172.20.0.0/22");
}
}  // namespace

std::vector<Name> read_host_names(const YamlNode& node) {
  std::vector<Name> names;
  read_each(node, [&names](const YamlNode& item) {
    for (const auto& host : read_host_range(need_scalar(item), item.position, item.path)) {
      for (const Name& earlier : names) {
        if (earlier.text == host.name) throw item.error("\"" + host.name + "\" is named twice");
      }
      names.push_back({host.name, item.where()});
    }
  });
  return names;
}

std::vector<AddressRange> read_addresses(const YamlNode& node) {
  std::vector<AddressRange> ranges;
  read_each(node, [&ranges](const YamlNode& item) {
    const AddressRange range = read_address_range(item);
    for (const AddressRange& earlier : ranges) {
      if (range.first <= earlier.last && earlier.first <= range.last) {
        throw item.error("overlaps with an earlier range");
      }
    }
    ranges.push_back(range);
  });
  return ranges;
}

Window read_window(const YamlNode& node) {
  const std::string& text = need_scalar(node);
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) {
    throw node.error("\"" + text + "\" is no span of time such as 10s..20s");
  }
  try {
    const Window window{parse_duration(std::string_view(text).substr(0, dots)),
                        parse_duration(std::string_view(text).substr(dots + 2)), node.where()};
    if (window.until > window.from) return window;
  } catch (const QuantityError& problem) {
    throw node.error(problem.what());
  }
  throw node.error("\"" + text + "\" does not end after its beginning");
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Endpoint> parse_endpoint(std::string_view text, bool port_optional) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos && !port_optional) return std::nullopt;
  const auto address = parse_ipv4_address(text.substr(0, colon));
  if (!address) return std::nullopt;
  if (colon == std::string_view::npos) return Endpoint{*address, Port{0}};
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  return Endpoint{*address, Port{*port}};
}

namespace {
std::optional<Protocol> parse_protocol(std::string_view text) {
  if (text == "tcp") return Protocol::tcp;
  if (text == "udp") return Protocol::udp;
  return std::nullopt;
}
}  // namespace

ServiceAddress read_service(const YamlNode& node) {
  const std::string& text = need_scalar(node);
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto endpoint = parse_endpoint(std::string_view(text).substr(0, slash), false);
    const auto protocol = parse_protocol(std::string_view(text).substr(slash + 1));
    if (endpoint && endpoint->port.value == 0) throw node.error("port 0 is no port");
    if (endpoint && protocol) return {*endpoint, *protocol};
  }
  throw node.error("\"" + text + "\" is no service such as 10.1.10.3:80/tcp (tcp or udp)");
}

void read_port(const YamlNode& node, Port& port, Protocol& protocol) {
  const std::string& text = need_scalar(node);
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto number = parse_port(std::string_view(text).substr(0, slash));
    const auto name = parse_protocol(std::string_view(text).substr(slash + 1));
    if (number && *number > 0 && name) {
      port.value = *number;
      protocol = *name;
      return;
    }
  }
  throw node.error("\"" + text +
                   "\" is no port with protocol such as 80/tcp (1 to 65535, tcp or udp)");
}

Ipv4Address read_address(const YamlNode& node) {
  if (const auto address = parse_ipv4_address(need_scalar(node))) return *address;
  throw node.error("\"" + node.scalar() + "\" is no IPv4 address such as 10.1.10.3");
}

Name read_name(const YamlNode& node) {
  const auto items = read_host_range(need_scalar(node), node.position, node.path);
  if (items.size() > 1 || items.front().i) {
    throw node.error("\"" + node.scalar() + "\" is a range; expected one name");
  }
  return {items.front().name, node.where()};
}

}  // namespace lvs::language
