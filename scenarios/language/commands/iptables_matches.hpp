// The conditions and the target of an iptables rule.
#pragma once

#include <array>
#include <set>
#include <string>
#include <vector>

#include "scenarios/language/commands/xtables_words.hpp"

namespace lvs::language {

// clang-format off
inline constexpr std::array kIptablesOptions{
    XtOptionName{'p', "protocol", "protocol"},      XtOptionName{0, "proto", "protocol"},
    XtOptionName{'f', "fragment", "fragment"},      XtOptionName{0, "fragments", "fragment"},
    XtOptionName{'m', "match", "match"},            XtOptionName{'g', "goto", "goto"},
    XtOptionName{'w', "wait", "wait"},              XtOptionName{'W', "wait-interval", "refused"},
    XtOptionName{'4', "ipv4", "ipv4"},              XtOptionName{'c', "set-counters", "refused"},
    XtOptionName{0, "source-port", "sport"},        XtOptionName{0, "sport", "sport"},
    XtOptionName{0, "destination-port", "dport"},   XtOptionName{0, "dport", "dport"},
    XtOptionName{0, "source-ports", "sports"},      XtOptionName{0, "sports", "sports"},
    XtOptionName{0, "destination-ports", "dports"}, XtOptionName{0, "dports", "dports"},
    XtOptionName{0, "ports", "ports"},
    XtOptionName{0, "mark", "mark"},                XtOptionName{0, "comment", "comment"},
    XtOptionName{0, "set-mark", "set-mark"},        XtOptionName{0, "set-xmark", "set-xmark"},
    XtOptionName{0, "and-mark", "and-mark"},        XtOptionName{0, "or-mark", "or-mark"},
    XtOptionName{0, "xor-mark", "xor-mark"},
    XtOptionName{0, "syn", "tcp-only"},             XtOptionName{0, "tcp-flags", "tcp-only"},
    XtOptionName{0, "tcp-option", "tcp-only"},      XtOptionName{0, "icmp-type", "icmp-only"},
    XtOptionName{0, "state", "tracking"},           XtOptionName{0, "ctstate", "tracking"},
    XtOptionName{0, "reject-with", "reject"},
};
// clang-format on

/// A port by number or by the name that /etc/services has for it.
std::optional<std::uint16_t> parse_port_or_service(const std::string& text);
/// "http"; empty if the number has no name here.
std::string_view service_name(std::uint16_t port);
/// "tcp", "ipencap": as /etc/protocols calls it.
std::string_view protocol_name(Protocol protocol);

class IptablesMatches {
 public:
  explicit IptablesMatches(XtWords& words) : words_(words) {}

  void read(XtOption& option);
  /// Whether any condition or target was named.
  bool given() const { return given_; }
  const std::optional<Word>& in_at() const { return in_at_; }
  const std::optional<Word>& out_at() const { return out_at_; }
  /// The rule, once for each pair of the addresses listed. `at`: for errors about it all.
  std::vector<IpRule> rules(const Word& at);

 private:
  template <class Value>
  void once(std::optional<Match<Value>>& field, const XtOption& option, const Value& value);
  void read_protocol(const XtOption& option, const Word& value);
  void read_module(const Word& value);
  void read_target(const Word& value);
  void read_ports(XtOption& option);
  void read_mark(XtOption& option);
  void read_set_mark(XtOption& option);
  void need_module(const XtOption& option, bool loaded, const std::string& by) const;
  bool loaded(const std::string& module) const { return modules_.count(module) > 0; }
  PortRange need_ports(const Word& value, std::size_t from, std::size_t count) const;
  IpRule::Mark need_mark(const Word& value, const std::string& option) const;

  XtWords& words_;
  IpRule rule_;
  bool given_ = false;
  bool target_given_ = false;
  bool marks_ = false;  ///< -j MARK has been told what to do
  XtAddresses addresses_;
  std::set<std::string> modules_;
  std::optional<Word> in_at_, out_at_;
};

}  // namespace lvs::language
