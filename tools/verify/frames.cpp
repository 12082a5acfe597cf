#include "tools/verify/frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace lvs::verify {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string flags_text(std::uint8_t flags) {
  std::string text;
  constexpr std::string_view kNames = "FSRPAUEC";
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if ((flags >> i & 1U) != 0) text += kNames[i];
  }
  return text;
}

void add_ip(const std::string& prefix, const Ipv4Header& ip, Fields& fields) {
  fields.emplace_back(prefix + "source", to_string(ip.source));
  fields.emplace_back(prefix + "destination", to_string(ip.destination));
  fields.emplace_back(prefix + "protocol", std::to_string(static_cast<int>(ip.protocol)));
  fields.emplace_back(prefix + "length", std::to_string(ip.total_length));
  fields.emplace_back(prefix + "ttl", std::to_string(ip.ttl));
  fields.emplace_back(prefix + "tos", std::to_string(ip.tos));
  fields.emplace_back(prefix + "fragment", fmt::format("{:#06x}", ip.fragment));
}

void add_ports(Port source, Port destination, Fields& fields) {
  fields.emplace_back("source port", to_string(source));
  fields.emplace_back("destination port", to_string(destination));
}

/// All that is compared of an IP packet, in the order of the frame.
Fields fields_of(const Frame& frame) {
  Fields fields{{"MAC destination", to_string(frame.destination)},
                {"MAC source", to_string(frame.source)}};
  add_ip("", frame.ip, fields);
  if (frame.is_tunnelled()) add_ip("inner ", frame.inner, fields);
  switch (frame.innermost().protocol) {
    case Protocol::tcp:
      add_ports(frame.tcp.source, frame.tcp.destination, fields);
      fields.emplace_back("flags", flags_text(frame.tcp.flags));
      fields.emplace_back("TCP header length", std::to_string(frame.tcp.header_length));
      fields.emplace_back("MSS", std::to_string(frame.tcp.mss));
      break;
    case Protocol::udp: add_ports(frame.udp.source, frame.udp.destination, fields); break;
    case Protocol::icmp:
      fields.emplace_back("type", std::to_string(static_cast<int>(frame.icmp.type)));
      fields.emplace_back("code", std::to_string(frame.icmp.code));
      if (!frame.icmp.is_error()) break;
      add_ip("quoted ", frame.icmp.quoted.ip, fields);
      add_ports(frame.icmp.quoted.source, frame.icmp.quoted.destination, fields);
      break;
    case Protocol::ipip: break;
  }
  return fields;
}

/// Both ends of what a packet belongs to, the lower one first.
using Flow = std::tuple<int, Endpoint, Endpoint>;

Flow flow_of(const Frame& frame) {
  const Ipv4Header& ip = frame.innermost();
  Endpoint a{ip.source, {}};
  Endpoint b{ip.destination, {}};
  auto protocol = ip.protocol;
  if (protocol == Protocol::tcp) {
    a.port = frame.tcp.source;
    b.port = frame.tcp.destination;
  } else if (protocol == Protocol::udp) {
    a.port = frame.udp.source;
    b.port = frame.udp.destination;
  } else if (protocol == Protocol::icmp && frame.icmp.is_error()) {
    const QuotedPacket& quoted = frame.icmp.quoted;
    protocol = quoted.ip.protocol;
    a = {quoted.ip.source, quoted.source};
    b = {quoted.ip.destination, quoted.destination};
  }
  if (b < a) std::swap(a, b);
  return {static_cast<int>(protocol), a, b};
}

struct Numbered {
  std::size_t number;  ///< in the capture, from 1; of ours, among those sent
  const Frame* frame;
};

/// By connection, each in order; and the connections, frame by frame.
struct Packets {
  std::map<Flow, std::vector<Numbered>> flows;
  std::vector<Flow> order;

  void add(std::size_t number, const Frame& frame) {
    const Flow flow = flow_of(frame);
    flows[flow].push_back({number, &frame});
    order.push_back(flow);
  }
};

void compare_packet(const std::string& card, const Numbered& recorded, const Frame& simulated,
                    FrameComparison& result) {
  const Fields theirs = fields_of(*recorded.frame);
  const Fields ours = fields_of(simulated);
  const std::string where = fmt::format("{} frame {} ", card, recorded.number);
  bool equal = true;
  for (std::size_t i = 0; i < std::min(theirs.size(), ours.size()) && equal; ++i) {
    if (theirs[i] == ours[i]) continue;
    equal = false;
    result.differences.push_back({where + theirs[i].first,
                                  theirs[i].second + " in " + frame_text(*recorded.frame),
                                  ours[i].second + " in " + frame_text(simulated)});
  }
  if (equal) ++result.frames.equal;
}

void compare_packets(const std::string& card, const Packets& recorded, const Packets& simulated,
                     FrameComparison& result) {
  static const std::vector<Numbered> kNone;
  std::set<Flow> all;
  for (const auto& [flow, frames] : recorded.flows) all.insert(flow);
  for (const auto& [flow, frames] : simulated.flows) all.insert(flow);
  for (const Flow& flow : all) {
    const auto mine = simulated.flows.find(flow);
    const auto yours = recorded.flows.find(flow);
    const std::vector<Numbered>& ours = mine == simulated.flows.end() ? kNone : mine->second;
    const std::vector<Numbered>& theirs = yours == recorded.flows.end() ? kNone : yours->second;
    for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
      ++result.frames.total;
      if (i >= ours.size()) {
        result.differences.push_back({fmt::format("{} frame {}", card, theirs[i].number),
                                      frame_text(*theirs[i].frame), "(not sent)"});
      } else if (i >= theirs.size()) {
        result.differences.push_back(
            {fmt::format("{} beyond the capture", card), "(not sent)", frame_text(*ours[i].frame)});
      } else {
        compare_packet(card, theirs[i], *ours[i].frame, result);
      }
    }
  }
  const std::size_t common = std::min(recorded.order.size(), simulated.order.size());
  for (std::size_t i = 0; i < common; ++i) {
    result.reordered += recorded.order[i] == simulated.order[i] ? 0 : 1;
  }
}

/// What a question says: who asks, about whom, and to whom the frame goes.
std::string question(const Frame& frame) {
  return fmt::format("who has {}, asks {} {} of {}", to_string(frame.arp.target),
                     to_string(frame.arp.sender), to_string(frame.arp.sender_mac),
                     to_string(frame.destination));
}

/// Whether the answer is the right one to a question that the capture holds before it.
bool answers_rightly(const Capture& capture, std::size_t index) {
  const Frame& answer = capture.frames[index].frame;
  for (std::size_t i = 0; i < index; ++i) {
    const Frame& asked = capture.frames[i].frame;
    if (!asked.is_arp() || asked.arp.operation != ArpOperation::request) continue;
    if (asked.arp.target == answer.arp.sender && asked.arp.sender == answer.arp.target &&
        asked.arp.sender_mac == answer.arp.target_mac && answer.destination == asked.source &&
        answer.arp.sender_mac == answer.source) {
      return true;
    }
  }
  return false;
}

void compare_arp(const Capture& capture, std::size_t card,
                 const std::vector<DirectorFrame>& simulated, FrameComparison& result) {
  std::map<std::string, std::size_t> asked;  // question -> frame of the capture
  std::set<Ipv4Address> heard;               // whoever asked the director
  for (std::size_t i = 0; i < capture.frames.size(); ++i) {
    const Frame& frame = capture.frames[i].frame;
    if (!frame.is_arp()) continue;
    const bool request = frame.arp.operation == ArpOperation::request;
    if (frame.source != director_mac(card)) {
      if (request) heard.insert(frame.arp.sender);
    } else if (request) {
      asked.emplace(question(frame), i + 1);
    } else {
      ++result.frames.total;
      if (answers_rightly(capture, i)) {
        ++result.frames.equal;
      } else {
        result.differences.push_back({fmt::format("{} frame {}", capture.card, i + 1),
                                      frame_text(frame), "(no such question was asked)"});
      }
    }
  }
  for (const DirectorFrame& sent : simulated) {
    if (sent.card != card || !sent.frame.is_arp()) continue;
    if (sent.frame.arp.operation != ArpOperation::request) continue;
    if (asked.erase(question(sent.frame)) != 0) {
      ++result.frames.total;
      ++result.frames.equal;
    } else if (heard.count(sent.frame.arp.target) == 0) {
      ++result.frames.total;
      result.differences.push_back(
          {capture.card + " beyond the capture", "(not sent)", frame_text(sent.frame)});
    }
  }
  for (const auto& [text, frame] : asked) {
    ++result.frames.total;
    result.differences.push_back(
        {fmt::format("{} frame {}", capture.card, frame), text, "(not sent)"});
  }
}

}  // namespace

std::string frame_text(const Frame& frame) {
  if (frame.is_arp()) {
    return frame.arp.operation == ArpOperation::request
               ? question(frame)
               : fmt::format("{} is at {}", to_string(frame.arp.sender),
                             to_string(frame.arp.sender_mac));
  }
  const Ipv4Header& ip = frame.innermost();
  std::string text = fmt::format("{} > {} ", to_string(ip.source), to_string(ip.destination));
  if (frame.is_tunnelled()) {
    text = fmt::format("[{} > {}] ", to_string(frame.ip.source), to_string(frame.ip.destination)) +
           text;
  }
  switch (ip.protocol) {
    case Protocol::tcp:
      text += fmt::format("tcp {} > {} {}", frame.tcp.source.value, frame.tcp.destination.value,
                          flags_text(frame.tcp.flags));
      break;
    case Protocol::udp:
      text += fmt::format("udp {} > {}", frame.udp.source.value, frame.udp.destination.value);
      break;
    case Protocol::icmp:
      text +=
          fmt::format("icmp type {} code {}", static_cast<int>(frame.icmp.type), frame.icmp.code);
      break;
    case Protocol::ipip: text += "ipip"; break;
  }
  return text + fmt::format(" {} bytes ttl {}", frame.ip.total_length, frame.ip.ttl);
}

FrameComparison compare_frames(const std::vector<Capture>& captures,
                               const std::vector<DirectorFrame>& simulated) {
  FrameComparison result;
  for (std::size_t card = 0; card < captures.size(); ++card) {
    const Capture& capture = captures[card];
    Packets recorded;
    Packets ours;
    for (std::size_t i = 0; i < capture.frames.size(); ++i) {
      const CapturedFrame& captured = capture.frames[i];
      if (captured.frame.source != director_mac(card) || captured.frame.is_arp()) continue;
      if (captured.type != 0) continue;  // not IPv4: nothing of a director (IPv6 of its stack)
      recorded.add(i + 1, captured.frame);
    }
    for (std::size_t i = 0; i < simulated.size(); ++i) {
      const DirectorFrame& sent = simulated[i];
      if (sent.card == card && !sent.frame.is_arp()) ours.add(i + 1, sent.frame);
    }
    compare_packets(capture.card, recorded, ours, result);
    compare_arp(capture, card, simulated, result);
  }
  return result;
}

}  // namespace lvs::verify
