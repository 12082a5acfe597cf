#include "models/host/reassembly.hpp"

#include <algorithm>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"

namespace lvs {

std::uint32_t Reassembly::find_or_create(const Ipv4Header& ip) {
  std::uint32_t free = static_cast<std::uint32_t>(packets_.size());
  for (std::uint32_t i = 0; i < packets_.size(); ++i) {
    const Packet& p = packets_[i];
    if (!p.used) {
      free = std::min(free, i);
    } else if (p.source == ip.source && p.destination == ip.destination &&
               p.identification == ip.identification && p.protocol == ip.protocol) {
      return i;
    }
  }
  if (free == packets_.size()) packets_.emplace_back();
  LVS_REQUIRE(free < (1U << kTargetShift), "a host puts fewer than 65536 packets together at once");
  Packet& p = packets_[free];
  if (!p.timer.valid()) {
    p.timer = environment_.simulator.create_timer(code(EventKind::reassembly),
                                                  host_.id().value << kTargetShift | free);
  }
  p.used = true;
  p.source = ip.source;
  p.destination = ip.destination;
  p.identification = ip.identification;
  p.protocol = ip.protocol;
  p.length = p.received = 0;
  environment_.simulator.arm(
      p.timer, environment_.simulator.now() + seconds(host_.state().sysctls().ipfrag_time));
  return free;
}

std::optional<FrameId> Reassembly::add(FrameId id) {
  const Ipv4Header& ip = environment_.frames[id].ip;
  const std::uint32_t begin = ip.fragment_offset();
  const std::uint32_t end = begin + ip.total_length - Ipv4Header::kLength;
  Packet& packet = packets_[find_or_create(ip)];
  const bool last = !ip.more_fragments();
  // What ends twice, ends before what is there, or reaches beyond its end, belongs to no packet.
  const bool too_short = !packet.pieces.empty() && packet.pieces.back().end > end;
  const bool wrong_end = last && (too_short || (packet.length != 0 && packet.length != end));
  const bool beyond = !last && packet.length != 0 && end > packet.length;
  if (wrong_end || beyond || !insert(packet, {begin, end, id})) {
    host_.drop(id, DropCause::reassembly_failed);
    return std::nullopt;
  }
  if (last) packet.length = end;
  if (packet.length == 0 || packet.received != packet.length) return std::nullopt;
  return join(packet);
}

/// False if the piece is there already. One that overlaps others in part makes all of them
/// worthless (RFC 5722); it is then the first of a packet anew.
bool Reassembly::insert(Packet& packet, const Piece& piece) {
  const auto same = [&](const Piece& p) { return p.begin <= piece.begin && piece.end <= p.end; };
  const auto overlaps = [&](const Piece& p) { return p.begin < piece.end && piece.begin < p.end; };
  if (std::any_of(packet.pieces.begin(), packet.pieces.end(), same)) return false;
  if (std::any_of(packet.pieces.begin(), packet.pieces.end(), overlaps)) {
    give_up(packet);
    return false;
  }
  const auto at = std::find_if(packet.pieces.begin(), packet.pieces.end(),
                               [&](const Piece& p) { return p.begin > piece.begin; });
  packet.pieces.insert(at, piece);
  packet.received += piece.end - piece.begin;
  return true;
}

FrameId Reassembly::join(Packet& packet) {
  const FrameId whole = packet.pieces.front().frame;
  Frame& frame = environment_.frames[whole];
  frame.ip.total_length = static_cast<std::uint16_t>(Ipv4Header::kLength + packet.length);
  frame.ip.fragment = 0;
  for (std::size_t i = 1; i < packet.pieces.size(); ++i) {
    environment_.frames.deliver(packet.pieces[i].frame);
  }
  release(packet);
  return whole;
}

void Reassembly::release(Packet& packet) {
  packet.pieces.clear();
  packet.used = false;
  environment_.simulator.disarm(packet.timer);
}

void Reassembly::give_up(Packet& packet) {
  for (const Piece& piece : packet.pieces) host_.drop(piece.frame, DropCause::reassembly_failed);
  release(packet);
}

/// RFC 792: the source is told if the first fragment has arrived.
void Reassembly::timer(std::uint32_t place) {
  Packet& packet = packets_[place];
  if (!packet.used) return;
  if (!packet.pieces.empty() && packet.pieces.front().begin == 0) {
    constexpr std::uint8_t kReassembly = 1;
    host_.icmp().send_error(environment_.frames[packet.pieces.front().frame],
                            {IcmpType::time_exceeded, kReassembly, 0});
  }
  give_up(packet);
}

void Reassembly::forget() {
  for (Packet& packet : packets_) {
    for (const Piece& piece : packet.pieces) host_.drop(piece.frame, DropCause::power_off);
    packet.pieces.clear();
    if (packet.used) release(packet);
  }
}

}  // namespace lvs
