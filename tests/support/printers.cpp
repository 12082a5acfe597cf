#include "tests/support/printers.hpp"

#include <sstream>

namespace lvs {
namespace {

std::string flag_letters(const TcpSegment& segment) {
  std::string letters;
  if (segment.syn()) letters += 'S';
  if (segment.fin()) letters += 'F';
  if (segment.rst()) letters += 'R';
  if ((segment.flags & TcpFlags::kPsh) != 0) letters += 'P';
  if (segment.ack()) letters += '.';
  return letters.empty() ? "none" : letters;
}

void print_tcp(std::ostream& out, const Frame& frame) {
  const TcpSegment& segment = frame.tcp;
  out << " tcp " << flag_letters(segment) << " seq " << segment.sequence;
  if (segment.ack()) out << " ack " << segment.acknowledgement;
  out << " len " << frame.payload_length();
  if (segment.window != 0) out << " win " << segment.window;
  if (segment.mss != 0) out << " mss " << segment.mss;
  if (segment.window_scale != TcpSegment::kNoWindowScale) {
    out << " wscale " << unsigned{segment.window_scale};
  }
  if (segment.sack_permitted) out << " sackOK";
  if (segment.timestamps) {
    out << " ts " << segment.timestamp_value << '/' << segment.timestamp_echo;
  }
  if (segment.has_toa()) out << " toa " << Endpoint{segment.toa_address, segment.toa_port};
  for (unsigned i = 0; i < segment.sack_count; ++i) {
    out << " sack " << segment.sack[i].left << ".." << segment.sack[i].right;
  }
}

void print_quoted(std::ostream& out, const QuotedPacket& quoted) {
  const Ipv4Header& header = quoted.ip.protocol == Protocol::ipip ? quoted.inner : quoted.ip;
  if (quoted.ip.protocol == Protocol::ipip) {
    out << quoted.ip.source << " > " << quoted.ip.destination << " ipip ";
  }
  out << Endpoint{header.source, quoted.source} << " > "
      << Endpoint{header.destination, quoted.destination} << ' ' << header.protocol;
}

void print_icmp(std::ostream& out, const IcmpMessage& message) {
  switch (message.type) {
    case IcmpType::echo_reply: out << " icmp echo reply"; break;
    case IcmpType::unreachable: out << " icmp unreachable " << unsigned{message.code}; break;
    case IcmpType::source_quench: out << " icmp source quench"; break;
    case IcmpType::redirect: out << " icmp redirect to " << message.gateway; break;
    case IcmpType::echo_request: out << " icmp echo request"; break;
    case IcmpType::time_exceeded: out << " icmp time exceeded"; break;
  }
  if (message.mtu != 0) out << " mtu " << message.mtu;
  if (message.is_error()) {
    out << " of (";
    print_quoted(out, message.quoted);
    out << ')';
  }
}

void print_header(std::ostream& out, const Ipv4Header& header) {
  if (header.ttl != Ipv4Header::kInitialTtl) out << " ttl " << unsigned{header.ttl};
  if (header.tos != 0) out << " tos " << unsigned{header.tos};
  if (header.identification != 0) out << " id " << header.identification;
  if (header.dont_fragment()) out << " DF";
  const unsigned offset = header.fragment & 0x1fffU;
  if (offset != 0 || (header.fragment & Ipv4Header::kMoreFragments) != 0) {
    out << " fragment at " << 8 * offset;
  }
}

void print_ip(std::ostream& out, const Frame& frame) {
  const Ipv4Header& header = frame.innermost();
  if (frame.is_tunnelled()) {
    out << frame.ip.source << " > " << frame.ip.destination << " ipip";
    print_header(out, frame.ip);
    out << ' ';
  }
  if (header.protocol == Protocol::icmp) {
    out << header.source << " > " << header.destination;
    print_icmp(out, frame.icmp);
  } else {
    const bool is_tcp = header.protocol == Protocol::tcp;
    out << Endpoint{header.source, is_tcp ? frame.tcp.source : frame.udp.source} << " > "
        << Endpoint{header.destination, is_tcp ? frame.tcp.destination : frame.udp.destination};
    if (is_tcp) {
      print_tcp(out, frame);
    } else {
      out << " udp len " << frame.payload_length();
    }
  }
  print_header(out, header);
}

void print_arp(std::ostream& out, const ArpPacket& arp) {
  if (arp.operation == ArpOperation::request) {
    out << "arp who-has " << arp.target << " tell " << arp.sender << " (" << arp.sender_mac << ')';
  } else {
    out << "arp " << arp.sender << " is-at " << arp.sender_mac << " to " << arp.target;
  }
}

}  // namespace

std::string text(const Frame& frame) {
  std::ostringstream out;
  if (!frame.source.is_zero() || !frame.destination.is_zero()) {
    out << frame.source << " > " << frame.destination << ' ';
  }
  if (frame.is_arp()) {
    print_arp(out, frame.arp);
  } else {
    print_ip(out, frame);
  }
  if (frame.tag != PayloadTag{}) {
    out << " tag " << frame.tag.slot << '.' << frame.tag.generation;
  }
  return out.str();
}

std::ostream& operator<<(std::ostream& out, const Frame& frame) { return out << text(frame); }

std::ostream& operator<<(std::ostream& out, const Event& event) {
  return out << "event " << unsigned{event.kind()} << " at " << event.time << " stamp "
             << (event.order >> 8) << " for " << event.target << '/' << event.argument;
}

std::ostream& operator<<(std::ostream& out, DropCause cause) { return out << name(cause); }

}  // namespace lvs
