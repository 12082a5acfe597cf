#include "models/host/arp_filter.hpp"

namespace lvs {
namespace {

bool matches(const ArpRule& rule, const ArpPacket& packet, std::string_view in,
             std::string_view out) {
  return holds(rule.source, [&](Ipv4Prefix p) { return p.contains(packet.sender); }) &&
         holds(rule.destination, [&](Ipv4Prefix p) { return p.contains(packet.target); }) &&
         holds(rule.source_mac,
               [&](const MaskedMac& m) { return m.contains(packet.sender_mac); }) &&
         holds(rule.destination_mac,
               [&](const MaskedMac& m) { return m.contains(packet.target_mac); }) &&
         holds(rule.operation, [&](ArpOperation o) { return o == packet.operation; }) &&
         holds(rule.in, [&](const std::string& name) { return names_interface(name, in); }) &&
         holds(rule.out, [&](const std::string& name) { return names_interface(name, out); });
}

void mangle(const ArpRule& rule, ArpPacket& packet) {
  if (rule.mangle_source) packet.sender = *rule.mangle_source;
  if (rule.mangle_destination) packet.target = *rule.mangle_destination;
  if (rule.mangle_source_mac) packet.sender_mac = *rule.mangle_source_mac;
  if (rule.mangle_destination_mac) packet.target_mac = *rule.mangle_destination_mac;
}

}  // namespace

bool ArpRule::same_rule(const ArpRule& o) const {
  return source == o.source && destination == o.destination && source_mac == o.source_mac &&
         destination_mac == o.destination_mac && operation == o.operation && in == o.in &&
         out == o.out && target == o.target && mangle_source == o.mangle_source &&
         mangle_destination == o.mangle_destination && mangle_source_mac == o.mangle_source_mac &&
         mangle_destination_mac == o.mangle_destination_mac && after_mangle == o.after_mangle;
}

FilterVerdict ArpFilter::pass(Chain at, ArpPacket& packet, std::string_view in,
                              std::string_view out) {
  Rules& rules = chain(at);
  for (ArpRule& rule : rules.rules) {
    if (!matches(rule, packet, in, out)) continue;
    ++rule.packets;
    rule.bytes += ArpPacket::kLength;
    ArpRule::Target target = rule.target;
    if (target == ArpRule::Target::mangle) {
      mangle(rule, packet);
      target = rule.after_mangle;
    }
    if (target == ArpRule::Target::accept) return FilterVerdict::accept;
    if (target == ArpRule::Target::drop) return FilterVerdict::drop;
    if (target == ArpRule::Target::back) break;  // the end of the chain: its policy
  }
  ++rules.policy_packets;
  rules.policy_bytes += ArpPacket::kLength;
  return rules.policy;
}

}  // namespace lvs
