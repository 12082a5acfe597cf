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

/// Packets about which no error is ever sent (5.7).
bool is_exempt(const Frame& offender) {
  const Ipv4Header& ip = offender.ip;
  if (offender.destination.is_group() && !offender.destination.is_zero()) return true;
  if (ip.protocol == Protocol::icmp && offender.icmp.is_error()) return true;
  if (ip.destination.is_broadcast() || ip.destination.is_multicast()) return true;
  return ip.source.is_any() || ip.source.is_loopback() || ip.source.is_multicast() ||
         ip.source.is_broadcast();
}

}  // namespace

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
  frame.icmp.quoted = quoted;
  ++errors_sent_;
  host_.ip().send(id);
}

/// 5.7: one token in icmp_ratelimit per destination, six saved up at most; not for "fragmentation
/// needed"; and a limit of 1000 a second, burst 50, for all together.
bool Icmp::may_send(Ipv4Address to, const IcmpError& error) {
  if (error.type == IcmpType::unreachable && error.code == IcmpUnreachable::kFragmentationNeeded) {
    return true;
  }
  const Time now = environment_.simulator.now();
  const auto take = [now](Bucket& bucket, Duration interval, std::int64_t burst) {
    bucket.tokens = std::min(bucket.tokens + (now - bucket.filled), burst * interval);
    bucket.filled = now;
    if (bucket.tokens < interval) return false;
    bucket.tokens -= interval;
    return true;
  };
  constexpr std::int64_t kBurst = 6;
  constexpr std::int64_t kBurstOfAll = 50;
  if (!all_) all_ = Bucket{kBurstOfAll * milliseconds(1), now};
  if (!take(*all_, milliseconds(1), kBurstOfAll)) return false;
  const Duration interval = milliseconds(host_.state().sysctls().icmp_ratelimit);
  if (interval == Duration{}) return true;
  const auto [bucket, created] = buckets_.try_emplace(to.value, Bucket{kBurst * interval, now});
  return take(bucket.value(), interval, kBurst);
}

void Icmp::receive(InterfaceId, FrameId id) {
  Frame& frame = environment_.frames[id];
  if (frame.icmp.type == IcmpType::echo_request) {
    if (host_.state().sysctls().icmp_echo_ignore_all != 0) {
      return host_.drop(id, DropCause::no_socket);
    }
    frame.icmp.type = IcmpType::echo_reply;
    std::swap(frame.ip.source, frame.ip.destination);
    frame.ip.ttl = Ipv4Header::kInitialTtl;
    return host_.send_answer(id);
  }
  if (frame.icmp.is_error()) {
    const QuotedPacket& quoted = frame.icmp.quoted;
    const bool too_long = frame.icmp.type == IcmpType::unreachable &&
                          frame.icmp.code == IcmpUnreachable::kFragmentationNeeded;
    if (too_long) host_.ip().learn_path_mtu(quoted.ip.destination, frame.icmp.mtu);
    if (quoted.ip.protocol == Protocol::tcp) host_.tcp().icmp_error(host_, frame.icmp);
    if (quoted.ip.protocol == Protocol::udp) host_.udp().icmp_error(host_, frame.icmp);
  }
  environment_.frames.deliver(id);
}

void Icmp::forget() {
  buckets_.clear();
  all_.reset();
}

}  // namespace lvs
