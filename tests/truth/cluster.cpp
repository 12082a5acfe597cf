#include "tests/truth/cluster.hpp"

#include <algorithm>

#include "models/ipvs/forward/nat.hpp"

namespace lvs::truth {
namespace {

// IP lengths of Linux's segments with timestamps.
constexpr std::uint16_t kSyn = 60;
constexpr std::uint16_t kAck = 52;
constexpr std::uint16_t kBareRst = 40;  ///< of a port that is closed; a client's own has timestamps
constexpr std::uint16_t kDatagram = 28;

// Typical times of the captures beside the recordings: from the SYN to the SYN+ACK and its ACK, and
// to the server's line and its ACK. A tick of the statistics may fall between.
constexpr Duration kHandshake = milliseconds(1);
constexpr Duration kGreeting = milliseconds(6);
/// From the client's FIN to that of the server.
constexpr Duration kClosing = milliseconds(5);

/// When a lost segment is sent again: spec/ipvs.md 1.6 saw gaps of about 0.2, 0.2, 0.4, 0.8 s.
Duration retransmission_gap(unsigned attempt) {
  return milliseconds(200) * (std::int64_t{1} << (attempt < 2 ? 0 : attempt - 1));
}

/// The general stack's ICMP rate limit: 6 tokens a client, one more each second (spec/ipvs.md 3.6).
constexpr Duration kToken = seconds(1);
constexpr Duration kFullBucket = 6 * kToken;

Frame packet(Endpoint from, Endpoint to, Protocol protocol, std::uint8_t flags,
             std::uint16_t length) {
  Frame frame;
  frame.ip.protocol = protocol;
  frame.ip.source = from.address;
  frame.ip.destination = to.address;
  frame.ip.total_length = length;
  if (protocol == Protocol::tcp) {
    frame.tcp.source = from.port;
    frame.tcp.destination = to.port;
    frame.tcp.flags = flags;
  } else {
    frame.udp = {from.port, to.port};
  }
  return frame;
}

}  // namespace

Cluster::Cluster(const Recording& recording, DirectorPhases phases)
    : recording_(recording), director_(simulator_, observation_, HostId{0}, 0, phases) {
  for (const auto& [name, value] : recording.sysctls) {
    for (const IpvsSysctlEntry& entry : kIpvsSysctls) {
      if (entry.name == name) director_.sysctls().*entry.value = value;
    }
  }
}

void Cluster::run_until(Time time) {
  const auto expire = [this](const Event& event) { director_.expire(event); };
  for (;;) {
    const auto next =
        std::min_element(pending_.begin(), pending_.end(),
                         [](const Pending& a, const Pending& b) { return a.due < b.due; });
    if (next == pending_.end() || next->due > time) break;
    const Pending pending = *next;
    pending_.erase(next);
    simulator_.run_until(pending.due, expire);
    retry(pending);
  }
  simulator_.run_until(time, expire);
}

void Cluster::pass(Duration span) {
  simulator_.run_until(simulator_.now() + span,
                       [this](const Event& event) { director_.expire(event); });
}

void Cluster::retry(const Pending& pending) {
  if (pending.from_server) {
    server_fin(pending.id, pending.attempt);
  } else {
    client_segment(pending.id, pending.flags, pending.payload, pending.attempt);
  }
}

/// A packet of the client meets the director; where it ends.
Cluster::Delivery Cluster::request(Conversation& conversation, Protocol protocol,
                                   std::uint8_t flags, std::uint16_t length) {
  if (!director_.has_services()) return Delivery::answered_with_rst;
  const Frame frame = packet(conversation.client, conversation.target, protocol, flags, length);
  const Director::Decision decision = director_.input(frame);
  switch (decision.action) {
    case Director::Action::accept: return Delivery::answered_with_rst;
    case Director::Action::drop: return Delivery::dropped;
    case Director::Action::refuse: return Delivery::refused;
    case Director::Action::forward: break;
    case Director::Action::tunnel_error: return Delivery::dropped;
  }
  real_server_ = decision.real_server;
  const bool nat = decision.method == ForwardingMethod::nat;
  conversation.server = nat ? decision.real_server : conversation.target;
  return Delivery::server;
}

/// A packet of the server; whether the client recognises it. With NAT it crosses the director.
bool Cluster::reply(Conversation& conversation, Protocol protocol, std::uint8_t flags,
                    std::uint16_t length) {
  Frame frame = packet(conversation.server, conversation.client, protocol, flags, length);
  if (recording_.mode == "nat" && director_.has_services()) director_.output(frame);
  return frame.ip.source == conversation.target.address &&
         frame.tcp.source == conversation.target.port;
}

std::string Cluster::greeting(const Conversation& conversation, Endpoint real_server) const {
  const unsigned first = ipv4(192, 168, 184, 129).value;
  const unsigned number = real_server.address.value - first + 1;
  if (number > recording_.servers) return "";
  const auto& ports = recording_.ports;
  const std::uint16_t port = conversation.server.port.value;
  if (std::find(ports.begin(), ports.end(), port) == ports.end()) return "";
  return "rs" + std::to_string(number) + ":" + std::to_string(port);
}

bool Cluster::may_send_icmp(Ipv4Address client) {
  const Time now = simulator_.now();
  Bucket& bucket = icmp_.try_emplace(client, Bucket{kFullBucket, now}).first->second;
  bucket.tokens = std::min(bucket.tokens + (now - bucket.filled), kFullBucket);
  bucket.filled = now;
  if (bucket.tokens < kToken) return false;
  bucket.tokens -= kToken;
  return true;
}

std::string Cluster::open(const Operation& op) {
  constexpr auto tcp = Protocol::tcp;
  Conversation c;
  c.client = op.source;
  c.target = op.target;
  // The SYN goes at once and a second later; after 2.5 s the client gives up.
  for (const Duration after : {seconds(0), seconds(1)}) {
    run_until(op.time + after);
    const Delivery delivery = request(c, tcp, TcpFlags::kSyn, kSyn);
    if (delivery == Delivery::answered_with_rst) return "ECONNREFUSED";
    if (delivery == Delivery::refused && may_send_icmp(c.client.address)) return "ECONNREFUSED";
    if (delivery != Delivery::server) continue;
    const std::string line = greeting(c, real_server_);
    if (line.empty()) {
      reply(c, tcp, TcpFlags::kRst | TcpFlags::kAck, kBareRst);
      return "ECONNREFUSED";
    }
    run_until(op.time + after + kHandshake);
    if (!reply(c, tcp, TcpFlags::kSyn | TcpFlags::kAck, kSyn)) continue;
    request(c, tcp, TcpFlags::kAck, kAck);
    run_until(op.time + after + kGreeting);
    // "rs2 80" and a line feed is as long as "rs2:80" and one.
    const auto length = static_cast<std::uint16_t>(kAck + line.size() + 1);
    reply(c, tcp, TcpFlags::kPsh | TcpFlags::kAck, length);
    request(c, tcp, TcpFlags::kAck, kAck);
    conversations_[op.id] = c;
    return line;
  }
  return "timeout";
}

std::string Cluster::udp(const Operation& op) {
  Conversation c;
  c.client = op.source;
  c.target = op.target;
  const Delivery delivery = request(c, Protocol::udp, 0, kDatagram + 1);
  if (delivery != Delivery::server)
    return delivery == Delivery::dropped ? "timeout" : "ECONNREFUSED";
  const std::string line = greeting(c, real_server_);
  const auto length = static_cast<std::uint16_t>(kDatagram + line.size() + 1);
  return reply(c, Protocol::udp, 0, length) ? line : "timeout";
}

/// Data or FIN of the client, and all that follows from it.
void Cluster::client_segment(const std::string& id, std::uint8_t flags, std::uint16_t payload,
                             unsigned attempt) {
  Conversation& c = conversations_.at(id);
  if (!c.client_alive) return;
  const auto length = static_cast<std::uint16_t>(kAck + payload);
  const Delivery delivery = request(c, Protocol::tcp, flags, length);
  if (delivery == Delivery::answered_with_rst || !c.server_alive) {
    c.client_alive = false;
    return;
  }
  if (delivery != Delivery::server) {
    const Time due = simulator_.now() + retransmission_gap(attempt);
    pending_.push_back({due, attempt + 1, id, flags, payload, false});
    return;
  }
  const bool fin = (flags & TcpFlags::kFin) != 0;
  const bool server_closes = fin && !c.server_closed;
  if (server_closes) pass(kClosing);
  const std::uint8_t answer = server_closes ? TcpFlags::kFin | TcpFlags::kAck : TcpFlags::kAck;
  if (!reply(c, Protocol::tcp, answer, kAck)) return;
  if (!fin) return;
  c.client_closed = true;
  if (server_closes) request(c, Protocol::tcp, TcpFlags::kAck, kAck);
  c.server_closed = true;
}

void Cluster::close(const std::string& id) {
  if (conversations_.count(id) != 0) {
    client_segment(id, TcpFlags::kFin | TcpFlags::kAck, 0, 0);
  }
}

void Cluster::send(const std::string& id, std::uint16_t bytes) {
  if (conversations_.count(id) != 0) {
    client_segment(id, TcpFlags::kPsh | TcpFlags::kAck, bytes, 0);
  }
}

void Cluster::reset(const std::string& id) {
  const auto at = conversations_.find(id);
  if (at == conversations_.end() || !at->second.client_alive) return;
  request(at->second, Protocol::tcp, TcpFlags::kRst | TcpFlags::kAck, kAck);
  at->second.client_alive = false;
}

void Cluster::server_close(const std::string& id) {
  if (conversations_.count(id) != 0) server_fin(id, 0);
}

/// The server's FIN is repeated until the client's ACK gets through.
void Cluster::server_fin(const std::string& id, unsigned attempt) {
  Conversation& c = conversations_.at(id);
  if (!c.server_alive || (attempt > 0 && c.client_closed)) return;
  c.server_closed = true;
  if (!reply(c, Protocol::tcp, TcpFlags::kFin | TcpFlags::kAck, kAck) || !c.client_alive) {
    c.server_alive = false;  // the client does not know this flow, and resets it
    return;
  }
  const Delivery delivery = request(c, Protocol::tcp, TcpFlags::kAck, kAck);
  if (delivery == Delivery::answered_with_rst) {
    c.client_alive = false;
  } else if (delivery != Delivery::server) {
    const Time due = simulator_.now() + retransmission_gap(attempt);
    pending_.push_back({due, attempt + 1, id, 0, 0, true});
  }
}

}  // namespace lvs::truth
