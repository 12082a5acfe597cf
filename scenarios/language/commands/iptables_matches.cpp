#include "scenarios/language/commands/iptables_matches.hpp"

#include "scenarios/language/commands/ip_words.hpp"

namespace lvs::language {
namespace {

struct Service {
  std::string_view name;
  std::uint16_t port;
};
// Those of /etc/services that clusters serve.
constexpr std::array kServices{
    Service{"ftp-data", 20},   Service{"ftp", 21},     Service{"ssh", 22},
    Service{"telnet", 23},     Service{"smtp", 25},    Service{"domain", 53},
    Service{"http", 80},       Service{"pop3", 110},   Service{"ntp", 123},
    Service{"imap2", 143},     Service{"snmp", 161},   Service{"ldap", 389},
    Service{"https", 443},     Service{"ldaps", 636},  Service{"imaps", 993},
    Service{"pop3s", 995},     Service{"mysql", 3306}, Service{"postgresql", 5432},
    Service{"http-alt", 8080},
};

struct ProtocolName {
  std::string_view name;
  Protocol protocol;
};
constexpr std::array kProtocols{
    ProtocolName{"icmp", Protocol::icmp}, ProtocolName{"tcp", Protocol::tcp},
    ProtocolName{"udp", Protocol::udp},
    ProtocolName{"ipencap", Protocol::ipip},  // "ipip" is another one, 94
};

}  // namespace

std::optional<std::uint16_t> parse_port_or_service(const std::string& text) {
  if (const auto port = parse_count(text, 65'535)) return static_cast<std::uint16_t>(*port);
  for (const Service& service : kServices) {
    if (text == service.name) return service.port;
  }
  return std::nullopt;
}

std::string_view service_name(std::uint16_t port) {
  for (const Service& service : kServices) {
    if (service.port == port) return service.name;
  }
  return "";
}

std::string_view protocol_name(Protocol protocol) {
  for (const ProtocolName& known : kProtocols) {
    if (known.protocol == protocol) return known.name;
  }
  return "";
}

template <class Value>
void IptablesMatches::once(std::optional<Match<Value>>& field, const XtOption& option,
                           const Value& value) {
  if (field) throw words_.error(option.at, "multiple " + option.spelling + " flags not allowed");
  field = Match<Value>{value, option.inverted};
}

void IptablesMatches::need_module(const XtOption& option, bool is_loaded,
                                  const std::string& by) const {
  if (is_loaded) return;
  throw words_.error(option.at,
                     "unknown option \"" + option.spelling + "\" (it goes behind " + by + ")");
}

void IptablesMatches::read(XtOption& option) {
  given_ = true;
  if (option.name == "fragment") {
    if (option.inverted) throw words_.error(option.at, "! -f is not modelled");
    rule_.fragments = true;
  } else if (option.name == "refused") {
    throw words_.error(option.at, option.spelling + " is not supported");
  } else if (option.name == "tracking") {
    throw words_.error(option.at, "connection tracking is not modelled");
  } else if (option.name == "reject") {
    throw words_.error(option.at, "-j REJECT is not modelled; DROP is");
  } else if (option.name == "tcp-only" || option.name == "icmp-only") {
    throw words_.error(option.at, option.spelling + " is not modelled");
  } else if (option.name == "sport" || option.name == "dport" || option.name == "sports" ||
             option.name == "dports" || option.name == "ports") {
    read_ports(option);
  } else if (option.name == "mark") {
    read_mark(option);
  } else if (option.name.find("-mark") != std::string_view::npos || option.name == "set-xmark") {
    read_set_mark(option);
  } else if (option.name == "comment") {
    need_module(option, loaded("comment"), "-m comment");
    words_.value(option);  // says nothing to packets, and is not kept
    words_.refuse_inversion(option);
  } else {
    const Word value = words_.value(option);
    if (option.name == "source" || option.name == "destination") {
      addresses_.read(words_, option, value);
    } else if (option.name == "protocol") {
      read_protocol(option, value);
    } else if (option.name == "in") {
      once(rule_.in, option, need_interface(words_, value));
      in_at_ = option.at;
    } else if (option.name == "out") {
      once(rule_.out, option, need_interface(words_, value));
      out_at_ = option.at;
    } else if (option.name == "match") {
      words_.refuse_inversion(option);
      read_module(value);
    } else {  // jump
      words_.refuse_inversion(option);
      if (target_given_) throw words_.error(option.at, "multiple -j flags not allowed");
      target_given_ = true;
      read_target(value);
    }
  }
}

void IptablesMatches::read_protocol(const XtOption& option, const Word& value) {
  if (rule_.protocol) throw words_.error(option.at, "multiple -p flags not allowed");
  if (value.text == "all" || value.text == "0") {
    if (option.inverted) throw words_.error(value, "rule would never match protocol");
    return;
  }
  for (const ProtocolName& known : kProtocols) {
    if (value.text != known.name &&
        value.text != std::to_string(static_cast<unsigned>(known.protocol))) {
      continue;
    }
    rule_.protocol = Match<Protocol>{known.protocol, option.inverted};
    return;
  }
  if (value.text == "ipv6-icmp" || value.text == "icmpv6" || value.text == "58") {
    throw words_.error(value, "IPv6 is not supported");
  }
  throw words_.error(value, "unknown protocol \"" + value.text +
                                "\" specified (modelled: tcp, udp, icmp, ipencap, all)");
}

void IptablesMatches::read_module(const Word& value) {
  const std::string& name = value.text;
  if (name == "state" || name == "conntrack" || name == "connmark" || name == "helper" ||
      name == "connlimit") {
    throw words_.error(value, "connection tracking (-m " + name + ") is not modelled");
  }
  if (name == "tcp" || name == "udp" || name == "multiport" || name == "mark" ||
      name == "comment") {
    modules_.insert(name);
    return;
  }
  const std::vector<std::string> known{"tcp", "udp", "multiport", "mark", "comment"};
  throw words_.error(value, "the match \"" + name + "\" is not modelled" +
                                did_you_mean(name, known) + " (known: " + join(known) + ")");
}

void IptablesMatches::read_target(const Word& value) {
  const std::string& name = value.text;
  if (name == "ACCEPT") {
    rule_.target = IpRule::Target::accept;
  } else if (name == "DROP") {
    rule_.target = IpRule::Target::drop;
  } else if (name == "RETURN") {
    rule_.target = IpRule::Target::back;
  } else if (name == "MARK") {
    rule_.target = IpRule::Target::mark;
  } else if (name == "REJECT") {
    throw words_.error(value, "-j REJECT is not modelled; DROP is");
  } else if (name == "SNAT" || name == "DNAT" || name == "MASQUERADE" || name == "REDIRECT" ||
             name == "NETMAP") {
    throw words_.error(value, "NAT rules (-j " + name + ") are not modelled");
  } else if (name == "CONNMARK" || name == "CT" || name == "NOTRACK") {
    throw words_.error(value, "connection tracking (-j " + name + ") is not modelled");
  } else if (name == "LOG" || name == "TPROXY" || name == "TOS" || name == "TTL" ||
             name == "TCPMSS" || name == "CLASSIFY" || name == "TEE" || name == "QUEUE") {
    throw words_.error(value, "-j " + name + " is not modelled");
  } else {
    const std::vector<std::string> known{"ACCEPT", "DROP", "RETURN", "MARK"};
    throw words_.error(value, "Chain '" + name + "' does not exist" + did_you_mean(name, known) +
                                  " (known: " + join(known) + ")");
  }
}

PortRange IptablesMatches::need_ports(const Word& value, std::size_t from,
                                      std::size_t count) const {
  const std::string text = value.text.substr(from, count);
  Where where = value.where;
  where.position.column += static_cast<int>(from);
  const Word at{text, where};
  const auto port = [&](const std::string& one, std::uint16_t otherwise) {
    if (one.empty() && text.size() > 1) return otherwise;
    const auto number = parse_port_or_service(one);
    if (!number) throw words_.error(at, "invalid port/service `" + one + "' specified");
    return *number;
  };
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    const std::uint16_t only = port(text, 0);
    return {only, only};
  }
  const PortRange range{port(text.substr(0, colon), 0), port(text.substr(colon + 1), 65'535)};
  if (range.first > range.last) throw words_.error(at, "invalid portrange (min > max)");
  return range;
}

void IptablesMatches::read_ports(XtOption& option) {
  const bool several = option.name.back() == 's';
  const bool ported =
      rule_.protocol && !rule_.protocol->inverted &&
      (rule_.protocol->value == Protocol::tcp || rule_.protocol->value == Protocol::udp);
  if (several) {
    need_module(option, loaded("multiport"), "-m multiport");
    if (option.name == "ports") {
      throw words_.error(option.at,
                         "--ports (of either end) is not modelled; use --sports or "
                         "--dports");
    }
  } else {
    need_module(option, ported || loaded("tcp") || loaded("udp"), "-p tcp or -p udp");
  }
  const Word value = words_.value(option);
  const bool source = option.name[0] == 's';
  auto& ports = source ? rule_.source_ports : rule_.destination_ports;
  const bool any_before = !rule_.source_ports.empty() || !rule_.destination_ports.empty();
  if (!ports.empty()) {
    throw words_.error(option.at, "multiple " + option.spelling + " flags not allowed");
  }
  if (any_before && (several || rule_.multiport)) {
    throw words_.error(option.at,
                       "ports of both ends with -m multiport are not modelled; use two "
                       "rules");
  }
  (source ? rule_.source_ports_inverted : rule_.destination_ports_inverted) = option.inverted;
  if (!several) {
    ports.push_back(need_ports(value, 0, std::string::npos));
    return;
  }
  rule_.multiport = true;
  std::size_t slots = 0;  // a range takes two of the kernel's fifteen
  for (std::size_t at = 0; at <= value.text.size();) {
    const std::size_t comma = std::min(value.text.find(',', at), value.text.size());
    ports.push_back(need_ports(value, at, comma - at));
    slots += ports.back().first == ports.back().last ? 1 : 2;
    at = comma + 1;
  }
  if (slots > 15) throw words_.error(value, "too many ports specified");
}

IpRule::Mark IptablesMatches::need_mark(const Word& value, const std::string& option) const {
  const std::size_t slash = value.text.find('/');
  const auto number = parse_u32(std::string_view(value.text).substr(0, slash));
  const auto mask = slash == std::string::npos
                        ? std::optional<std::uint32_t>{0xffff'ffff}
                        : parse_u32(std::string_view(value.text).substr(slash + 1));
  if (number && mask) return {*number, *mask};
  throw words_.error(value, "bad integer value for option \"" + option + "\", or out of range (\"" +
                                value.text + "\")");
}

void IptablesMatches::read_mark(XtOption& option) {
  need_module(option, loaded("mark"), "-m mark");
  const Word value = words_.value(option);
  once(rule_.mark, option, need_mark(value, "--mark"));
}

/// The kernel knows one form, mark = (mark & ~mask) ^ value; the others are ways to say it.
void IptablesMatches::read_set_mark(XtOption& option) {
  need_module(option, rule_.target == IpRule::Target::mark && target_given_, "-j MARK");
  if (marks_) throw words_.error(option.at, "MARK: one action only");
  const Word value = words_.value(option);
  words_.refuse_inversion(option);
  IpRule::Mark mark = need_mark(value, option.spelling);
  if (option.name == "set-mark") mark.mask |= mark.value;
  if (option.name == "and-mark") mark = {0, ~mark.value};
  if (option.name == "or-mark") mark = {mark.value, mark.value};
  if (option.name == "xor-mark") mark = {mark.value, 0};
  rule_.set_mark = mark;
  marks_ = true;
}

std::vector<IpRule> IptablesMatches::rules(const Word& at) {
  const bool tcp = rule_.protocol && rule_.protocol->value == Protocol::tcp;
  const bool udp = rule_.protocol && rule_.protocol->value == Protocol::udp;
  const bool plain = rule_.protocol && !rule_.protocol->inverted;
  if (loaded("tcp") && !(plain && tcp)) throw words_.error(at, "TCP match requires '-p tcp'");
  if (loaded("udp") && !(plain && udp)) throw words_.error(at, "UDP match requires '-p udp'");
  if (rule_.multiport && !(plain && (tcp || udp))) {
    throw words_.error(at, "multiport needs `-p tcp' or `-p udp'");
  }
  if (loaded("multiport") && !rule_.multiport)
    throw words_.error(at, "multiport expection an option");
  if (loaded("mark") && !rule_.mark) {
    throw words_.error(at, "mark: option \"--mark\" must be specified");
  }
  if (target_given_ && rule_.target == IpRule::Target::mark && !marks_) {
    throw words_.error(at,
                       "MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is "
                       "required");
  }
  if (!target_given_) {  // it only counts
    rule_.target = IpRule::Target::mark;
    rule_.set_mark = {0, 0};
  }
  std::vector<IpRule> all;
  addresses_.for_each(rule_, [&] { all.push_back(rule_); });
  return all;
}

}  // namespace lvs::language
