// Fragments of IPv4 packets: made where a packet is longer than the link takes, put together again
// where it is wanted whole. Source: spec/linux-host.md 5.5; RFC 791; RFC 5722 for overlaps, which
// Linux applies to IPv4 too.
//
// A fragment's Frame carries a copy of the whole packet's transport header out of band. Only the
// first fragment may be asked for it; the whole packet has it again.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/packet/frame_pool.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Host;
struct Environment;

class Reassembly {
 public:
  /// A timer's target: host << kTargetShift | place.
  static constexpr int kTargetShift = 16;

  Reassembly(const Environment& environment, Host& host) : environment_(environment), host_(host) {}

  /// Takes a fragment. Returns the whole packet if nothing is missing any more; it is in the frame
  /// of the first fragment, as a whole. Others wait, ipfrag_time at most.
  std::optional<FrameId> add(FrameId fragment);

  /// A packet was not whole in time.
  void timer(std::uint32_t place);

  /// The host lost power.
  void forget();

 private:
  struct Piece {
    std::uint32_t begin;  ///< bytes of the packet's payload
    std::uint32_t end;
    FrameId frame;
  };
  struct Packet {
    bool used = false;
    Ipv4Address source;
    Ipv4Address destination;
    std::uint16_t identification = 0;
    Protocol protocol = Protocol::udp;
    std::uint32_t length = 0;  ///< bytes of payload, once the last fragment is there
    std::uint32_t received = 0;
    std::vector<Piece> pieces;  ///< by place
    TimerId timer;
  };

  std::uint32_t find_or_create(const Ipv4Header& ip);
  bool insert(Packet& packet, const Piece& piece);
  FrameId join(Packet& packet);
  void give_up(Packet& packet);
  void release(Packet& packet);

  const Environment& environment_;
  Host& host_;
  std::vector<Packet> packets_;
};

/// Cuts a packet that is longer than `mtu` into fragments and hands each to emit(FrameId), in
/// order. The frame becomes the first one. Each but the last carries the most multiples of 8 bytes
/// that fit (5.5). Requires: the packet may be fragmented, mtu >= 68.
template <class Emit>
void fragment(FramePool& frames, FrameId whole, std::uint32_t mtu, Emit&& emit) {
  const Ipv4Header header = frames[whole].ip;
  const std::uint32_t step = (mtu - Ipv4Header::kLength) / 8 * 8;
  const std::uint32_t left = header.total_length - Ipv4Header::kLength;
  const Frame pattern = frames[whole];
  for (std::uint32_t offset = 0; offset < left; offset += step) {
    const FrameId id = offset == 0 ? whole : frames.create();
    Frame& frame = frames[id];
    if (offset != 0) frame = pattern;
    const bool last = offset + step >= left;
    const std::uint32_t length = last ? left - offset : step;
    frame.ip.total_length = static_cast<std::uint16_t>(Ipv4Header::kLength + length);
    const std::uint32_t at = header.fragment_offset() + offset;
    const bool more = !last || header.more_fragments();
    frame.ip.fragment =
        static_cast<std::uint16_t>(at / 8 | (more ? Ipv4Header::kMoreFragments : 0U));
    emit(id);
  }
}

}  // namespace lvs
