#include "models/host/icmp.hpp"

#include <algorithm>
#include <utility>

#include "models/host/host.hpp"
#include "models/packet/compose.hpp"
#include "models/tcp/tcp.hpp"
#include "models/udp/udp.hpp"

namespace lvs {
namespace {

QuotedPacket quote(const Frame& frame) {
  QuotedPacket quoted;
  quoted.ip = frame.ip;
  quoted.inner = frame.inner;
  const Protocol protocol = frame.innermost().protocol;
  if (protocol == Protocol::tcp) {
    quoted.source = frame.tcp.source;
    quoted.destination = frame.tcp.destination;
    quoted.sequence = frame.tcp.sequence;
  } else if (protocol == Protocol::udp) {
    quoted.source = frame.udp.source;
    quoted.destination = frame.udp.destination;
  }
  return quoted;
}

}  // namespace

/// Packets about which no error is ever sent (5.7).
bool Icmp::is_exempt(const Frame& offender) const {
  const Ipv4Header& ip = offender.ip;
  if (offender.destination.is_group() && !offender.destination.is_zero()) return true;
  if (ip.fragment_offset() != 0) return true;
  if (ip.protocol == Protocol::icmp && offender.icmp.is_error()) return true;
  if (host_.state().address_type(ip.destination) == RouteType::broadcast) return true;
  return ip.source.is_any() || ip.source.is_loopback() || ip.source.is_multicast() ||
         host_.state().address_type(ip.source) == RouteType::broadcast;
}

void Icmp::send_error(const Frame& offender, const IcmpError& error) {
  if (is_exempt(offender)) return;
  const Ipv4Address to = offender.ip.source;
  if (!may_send(to, error)) {
    ++errors_suppressed_;
    return;
  }
  // The source is the offender's destination if that was ours, else the routes decide.
  std::optional<Ipv4Address> source;
  if (host_.state().is_local(offender.ip.destination)) source = offender.ip.destination;
  const OutputRoute route = route_output(host_.state(), to, source);
  if (route.kind == OutputRoute::Kind::none) return;
  const QuotedPacket quoted = quote(offender);
  const FrameId id = environment_.frames.create();
  Frame& frame = environment_.frames[id];
  start_packet(
      frame,
      {.source = route.source, .destination = to, .protocol = Protocol::icmp, .fragment = 0});
  frame.ip.total_length = static_cast<std::uint16_t>(
      std::min<int>(IcmpMessage::kMostTotal,
                    Ipv4Header::kLength + IcmpMessage::kHeaderLength + quoted.ip.total_length));
  frame.icmp = {};
  frame.icmp.type = error.type;
  frame.icmp.code = error.code;
  frame.icmp.mtu = error.mtu;
  frame.icmp.gateway = error.gateway;
  frame.icmp.quoted = quoted;
  host_.ip().send(id);
}

/// 5.6: the first at once; after the n-th not before 0.02 * 2^n s; nine at most, until 20.48 s have
/// passed without a packet that deserved one.
void Icmp::send_redirect(const Frame& packet, Ipv4Address gateway) {
  constexpr Duration kLoad = milliseconds(20);
  constexpr Duration kSilence = kLoad * 1024;
  constexpr int kMost = 9;
  const Time now = environment_.simulator.now();
  Redirects& to = redirects_[packet.ip.source.value];
  if (now > to.last + kSilence) to.sent = 0;
  if (to.sent >= kMost) {
    to.last = now;
    return;
  }
  if (to.sent > 0 && now <= to.last + kLoad * (1 << to.sent)) return;
  ++to.sent;
  to.last = now;
  constexpr std::uint8_t kForHost = 1;
  send_error(packet, {IcmpType::redirect, kForHost, 0, gateway});
}

/// 5.7: for types in icmp_ratemask one token in icmp_ratelimit per destination, six saved up at
/// most, but never for "fragmentation needed"; and a limit for all together.
bool Icmp::may_send(Ipv4Address to, const IcmpError& error) {
  const HostSysctls& sysctls = host_.state().sysctls();
  if (error.type == IcmpType::unreachable && error.code == IcmpUnreachable::kFragmentationNeeded) {
    return true;
  }
  if ((sysctls.icmp_ratemask >> static_cast<int>(error.type) & 1) == 0) return true;
  const Time now = environment_.simulator.now();
  const auto take = [now](Bucket& bucket, Duration interval, std::int64_t burst) {
    bucket.tokens = std::min(bucket.tokens + (now - bucket.filled), burst * interval);
    bucket.filled = now;
    if (bucket.tokens < interval) return false;
    bucket.tokens -= interval;
    return true;
  };
  constexpr std::int64_t kBurst = 6;
  const std::int64_t burst_of_all = std::max(1, sysctls.icmp_msgs_burst);
  const Duration interval_of_all = seconds(1) / std::max(1, sysctls.icmp_msgs_per_sec);
  if (!all_) all_ = Bucket{burst_of_all * interval_of_all, now};
  if (!take(*all_, interval_of_all, burst_of_all)) return false;
  const Duration interval = milliseconds(sysctls.icmp_ratelimit);
  if (interval == Duration{}) return true;
  const auto [bucket, created] = buckets_.try_emplace(to.value, Bucket{kBurst * interval, now});
  return take(bucket.value(), interval, kBurst);
}

void Icmp::receive(InterfaceId arrival, FrameId id) {
  const Frame& frame = environment_.frames[id];
  if (frame.icmp.type == IcmpType::echo_request) return answer_echo(id);
  if (frame.icmp.is_error()) hear_error(arrival, frame);
  environment_.frames.deliver(id);
}

/// Answered from the address that was asked, whichever interface has it (5.7); by broadcast only if
/// icmp_echo_ignore_broadcasts is 0.
void Icmp::answer_echo(FrameId id) {
  Frame& frame = environment_.frames[id];
  const HostSysctls& sysctls = host_.state().sysctls();
  const bool broadcast = !host_.state().is_local(frame.ip.destination);
  if (sysctls.icmp_echo_ignore_all != 0 ||
      (broadcast && sysctls.icmp_echo_ignore_broadcasts != 0)) {
    return host_.drop(id, DropCause::no_socket);
  }
  const Ipv4Address asked = frame.ip.destination;
  frame.ip.destination = frame.ip.source;
  frame.ip.source =
      broadcast ? route_output(host_.state(), frame.ip.destination, std::nullopt).source : asked;
  frame.icmp.type = IcmpType::echo_reply;
  frame.ip.ttl = static_cast<std::uint8_t>(sysctls.ip_default_ttl);
  frame.ip.identification = 0;
  host_.send_answer(id);
}

void Icmp::hear_error(InterfaceId arrival, const Frame& frame) {
  const IcmpMessage& message = frame.icmp;
  const QuotedPacket& quoted = message.quoted;
  if (message.type == IcmpType::redirect) {
    return host_.ip().obey_redirect(arrival, frame.ip.source, quoted.ip.destination,
                                    message.gateway);
  }
  const bool too_long = message.type == IcmpType::unreachable &&
                        message.code == IcmpUnreachable::kFragmentationNeeded;
  if (too_long) {
    if (host_.state().sysctls().ip_no_pmtu_disc != 0) return;
    host_.ip().learn_path_mtu(quoted.ip.destination, message.mtu);
  }
  if (quoted.ip.protocol == Protocol::tcp) host_.tcp().icmp_error(host_, message);
  if (quoted.ip.protocol == Protocol::udp) host_.udp().icmp_error(host_, message);
}

void Icmp::forget() {
  buckets_.clear();
  redirects_.clear();
  all_.reset();
}

}  // namespace lvs
