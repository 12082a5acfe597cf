// SYN cookies: a listener whose half-open queue is full answers a SYN without remembering it, and
// takes the ACK that proves that answer. Sources: RFC 4987 3.6; spec/linux-host.md 6.6.
//
// The number of the SYN-ACK is, as RFC 4987 describes D. J. Bernstein's: 5 bits of a counter that
// ticks every 64 s, 3 bits that choose a segment size, 24 bits of a hash over the connection, the
// client's number and the counter. Window scale and SACK are lost, unless both sides use
// timestamps: then, as Linux documents for its cookies, the low bits of the SYN-ACK's timestamp
// carry them, and come back as its echo.
#include <algorithm>
#include <array>

#include "models/host/host.hpp"
#include "models/packet/compose.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {
namespace {

constexpr Duration kTick = seconds(64);
constexpr std::uint32_t kTicksValid = 2;  ///< the present one and the one before
/// The segment sizes that 3 bits name; a peer's is rounded down. Ours: the usual links and tunnels.
constexpr std::array<std::uint16_t, 8> kSizes{536, 966, 1300, 1400, 1440, 1452, 1460, 8960};

constexpr std::uint32_t kScaleBits = 0xf;  ///< of the timestamp; all set: no scaling
constexpr std::uint32_t kSackBit = 0x10;
constexpr std::uint32_t kOptionBits = 0x3f;

std::uint32_t tick(Time now) { return static_cast<std::uint32_t>(now.time_since_epoch() / kTick); }

std::uint32_t cookie_hash(const TcpTuple& tuple, std::uint32_t client, std::uint32_t at) {
  std::uint64_t h = static_cast<std::uint64_t>(tuple_hash(tuple)) << 32 | client;
  h = (h ^ at) * 0x9e3779b97f4a7c15ULL;
  h ^= h >> 29;
  h *= 0xd6e8feb86659fd93ULL;
  return static_cast<std::uint32_t>(h >> 40);
}

/// `scale` and `sack` of a SYN, in a timestamp that is not later than `now`.
std::uint32_t stamp_with_options(std::uint32_t now, const TcpSegment& syn, bool scale, bool sack) {
  std::uint32_t options = scale ? std::min<std::uint32_t>(syn.window_scale, 14) : kScaleBits;
  if (sack) options |= kSackBit;
  const std::uint32_t stamp = (now & ~kOptionBits) | options;
  return stamp > now ? stamp - (kOptionBits + 1) : stamp;
}

}  // namespace

void Tcp::answer_cookie(Host& to, std::uint32_t index, const Segment& segment) {
  const TcpSegment& header = segment.header;
  const HostSysctls& sysctls = to.state().sysctls();
  const bool stamps = header.timestamps && sysctls.tcp_timestamps != 0;
  const bool sack = stamps && header.sack_permitted && sysctls.tcp_sack != 0;
  const bool scale = stamps && header.window_scale != TcpSegment::kNoWindowScale &&
                     sysctls.tcp_window_scaling != 0;
  TcpEndpoint e;  // for the length of this call
  e.host = to.id();
  e.local = segment.ip.destination;
  e.local_port = header.destination;
  e.remote = segment.ip.source;
  e.remote_port = header.source;
  e.tag = segment.tag;
  e.state = TcpState::syn_received;
  e.receive_next = header.sequence + 1;
  e.timestamps = stamps;
  e.timestamp_recent = header.timestamp_value;
  e.sack = sack;
  e.receive_scale = scale ? kWindowScale : 0;
  const std::uint32_t size = header.mss != 0 ? header.mss : kSizes[0];
  std::uint32_t which = 0;
  while (which + 1 < kSizes.size() && kSizes[which + 1] <= size) ++which;
  const std::uint32_t at = tick(now());
  e.send_una = (at & 31) << 27 | which << 24 | cookie_hash(tuple(e), header.sequence, at);
  cookie_stamp_ = stamps ? stamp_with_options(timestamp(), header, scale, sack) : 0;
  send_syn(e);
  cookie_stamp_ = 0;
  listeners_[index].cookie_sent = now();
  ++cookies_sent_;
}

/// The segment size that the cookie in an ACK carries; nothing if it is none of ours. Looked at
/// only while one can be valid.
std::optional<std::uint32_t> Tcp::cookie_segment_size(const Listener& listener,
                                                      const Segment& segment) const {
  const TcpSegment& header = segment.header;
  if (!header.ack() || header.syn() || header.rst()) return std::nullopt;
  if (listener.cookie_sent == kNever || now() - listener.cookie_sent > kTicksValid * kTick) {
    return std::nullopt;
  }
  const TcpTuple connection{listener.config.host,
                            {segment.ip.destination, header.destination},
                            {segment.ip.source, header.source}};
  const std::uint32_t cookie = header.acknowledgement - 1;
  const std::uint32_t present = tick(now());
  for (std::uint32_t age = 0; age < kTicksValid && age <= present; ++age) {
    const std::uint32_t at = present - age;
    if ((at & 31) != cookie >> 27) continue;
    if (cookie_hash(connection, header.sequence - 1, at) == (cookie & 0xff'ffff)) {
      return kSizes[cookie >> 24 & 7];
    }
  }
  return std::nullopt;
}

/// The connection that the cookie stands for. A full accept queue ignores the ACK, whatever
/// tcp_abort_on_overflow says: there is no request to reset (truth/arp/matrix.json, "abort_on_
/// overflow=1 backlog1").
Tcp::Loss Tcp::input_cookie(Host& to, std::uint32_t index, const Segment& segment,
                            std::uint32_t segment_size) {
  if (accept_queue_is_full(listeners_[index])) return DropCause::accept_queue_full;
  const TcpSegment& header = segment.header;
  TcpSegment syn;  // what the SYN said, as far as it is known
  syn.mss = static_cast<std::uint16_t>(segment_size);
  syn.window = header.window;
  syn.timestamps = header.timestamps;
  syn.timestamp_value = header.timestamp_value;
  if (header.timestamps) {
    const std::uint32_t options = header.timestamp_echo & kOptionBits;
    syn.sack_permitted = (options & kSackBit) != 0;
    const std::uint32_t scale = options & kScaleBits;
    if (scale != kScaleBits) syn.window_scale = static_cast<std::uint8_t>(scale);
  }
  TcpEndpoint& e = create_passive(to, index, segment);
  start_at(e, header.acknowledgement);
  e.receive_next = header.sequence;
  take_options(e, {syn, segment.ip, segment.tag, 0});
  return announce_established(e, segment);
}

}  // namespace lvs
