#include "models/host/ip_filter.hpp"

#include <algorithm>

namespace lvs {
namespace {

bool within(const std::vector<PortRange>& ranges, Port port) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const PortRange& r) {
    return r.first <= port.value && port.value <= r.last;
  });
}

/// Ports: only TCP and UDP have them, and only in the first fragment.
bool ports_match(const IpRule& rule, const Frame& frame) {
  if (rule.source_ports.empty() && rule.destination_ports.empty()) return true;
  const bool tcp = frame.ip.protocol == Protocol::tcp;
  const bool udp = frame.ip.protocol == Protocol::udp;
  if ((!tcp && !udp) || frame.ip.fragment_offset() != 0) return false;
  const Port source = tcp ? frame.tcp.source : frame.udp.source;
  const Port destination = tcp ? frame.tcp.destination : frame.udp.destination;
  return (rule.source_ports.empty() ||
          within(rule.source_ports, source) != rule.source_ports_inverted) &&
         (rule.destination_ports.empty() ||
          within(rule.destination_ports, destination) != rule.destination_ports_inverted);
}

bool matches(const IpRule& rule, const Frame& frame, std::string_view in, std::string_view out) {
  if (rule.fragments && frame.ip.fragment_offset() == 0) return false;
  return holds(rule.source, [&](Ipv4Prefix p) { return p.contains(frame.ip.source); }) &&
         holds(rule.destination, [&](Ipv4Prefix p) { return p.contains(frame.ip.destination); }) &&
         holds(rule.protocol, [&](Protocol p) { return p == frame.ip.protocol; }) &&
         holds(rule.in, [&](const std::string& name) { return names_interface(name, in); }) &&
         holds(rule.out, [&](const std::string& name) { return names_interface(name, out); }) &&
         holds(rule.mark, [&](IpRule::Mark m) { return ((frame.mark ^ m.value) & m.mask) == 0; }) &&
         ports_match(rule, frame);
}

}  // namespace

bool IpRule::same_rule(const IpRule& o) const {
  return source == o.source && destination == o.destination && protocol == o.protocol &&
         in == o.in && out == o.out && source_ports == o.source_ports &&
         destination_ports == o.destination_ports &&
         source_ports_inverted == o.source_ports_inverted &&
         destination_ports_inverted == o.destination_ports_inverted && mark == o.mark &&
         fragments == o.fragments && target == o.target && set_mark == o.set_mark;
}

FilterVerdict IpFilter::pass(Chain at, Frame& frame, std::string_view in, std::string_view out) {
  Rules& rules = chain(at);
  for (IpRule& rule : rules.rules) {
    if (!matches(rule, frame, in, out)) continue;
    ++rule.packets;
    rule.bytes += frame.ip.total_length;
    if (rule.target == IpRule::Target::mark) {
      has_marked_ = true;
      frame.mark = (frame.mark & ~rule.set_mark.mask) ^ rule.set_mark.value;
    }
    if (rule.target == IpRule::Target::accept) return FilterVerdict::accept;
    if (rule.target == IpRule::Target::drop) return FilterVerdict::drop;
    if (rule.target == IpRule::Target::back) break;  // the end of the chain: its policy
  }
  ++rules.policy_packets;
  rules.policy_bytes += frame.ip.total_length;
  return rules.policy;
}

}  // namespace lvs
