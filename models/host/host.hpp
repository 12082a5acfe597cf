// A Linux host: its configuration, its cards, and the parts of its network stack. Everything that
// reaches or leaves a host passes here.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "models/environment.hpp"
#include "models/host/arp.hpp"
#include "models/host/arp_filter.hpp"
#include "models/host/capture_watch.hpp"
#include "models/host/host_state.hpp"
#include "models/host/icmp.hpp"
#include "models/host/ip_filter.hpp"
#include "models/host/ip_stack.hpp"
#include "models/host/neighbours.hpp"
#include "models/host/processor.hpp"
#include "models/ipvs/director.hpp"
#include "models/net/cable.hpp"
#include "models/observe.hpp"
#include "sim/random.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Tcp;
class Udp;

/// Which way a packet crosses a director: what clients send, what servers answer, the rest.
enum class TrafficClass : std::uint8_t { request, reply, other };
inline constexpr std::size_t kTrafficClassCount = 3;

class Host {
 public:
  /// Frames that the host has taken in, with the processor time they cost.
  struct Traffic {
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    Duration processor{};
  };

  Host(const Environment& environment, HostId id, std::string name, Tcp& tcp, Udp& udp);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  HostId id() const { return state_.id(); }
  const std::string& name() const { return state_.name(); }
  HostState& state() { return state_; }
  const HostState& state() const { return state_; }
  Neighbours& neighbours() { return neighbours_; }
  const Neighbours& neighbours() const { return neighbours_; }
  Arp& arp() { return arp_; }
  IpStack& ip() { return ip_; }
  Icmp& icmp() { return icmp_; }
  ArpFilter& arp_filter() { return arp_filter_; }
  const ArpFilter& arp_filter() const { return arp_filter_; }
  IpFilter& ip_filter() { return ip_filter_; }
  const IpFilter& ip_filter() const { return ip_filter_; }
  Tcp& tcp() { return tcp_; }
  Udp& udp() { return udp_; }

  /// Null until the host was given a director.
  Director* director() { return director_.get(); }
  const Director* director() const { return director_.get(); }
  /// `index` is unique among directors.
  void make_director(std::uint32_t index);
  /// Of the director, also one made anew after the host lost power. Requires: none was made yet.
  void set_director_phases(const DirectorPhases& phases);
  void make_processor(const ProcessorConfig& config);
  const Processor* processor() const { return processor_.get(); }
  /// Answers to ARP requests and pings leave after a uniform delay in this range (design.md 1.1).
  struct ReplyJitter {
    Duration shortest{};
    Duration longest = microseconds(50);
  };
  void set_reply_jitter(ReplyJitter jitter) { reply_jitter_ = jitter; }
  void plug_in(InterfaceId card, DirectionId out) { state_.interface(card).out = out; }

  /// Null unless packets for a virtual service are counted here.
  CaptureWatch* capture_watch() { return capture_watch_; }
  void set_capture_watch(CaptureWatch* watch) { capture_watch_ = watch; }

  /// A frame off the cable. Consumes it.
  void receive(InterfaceId card, FrameId frame) {
    if (!powered_) return drop(frame, DropCause::power_off);
    Interface& device = state_.interface(card);
    if (!device.up) return drop(frame, DropCause::nic_down);
    const Frame& contents = environment_.frames[frame];
    // What the card accepts: frames for its own MAC, and broadcasts (spec/linux-host.md 1.7).
    if (contents.destination != device.mac && !contents.destination.is_broadcast()) {
      return drop(frame, DropCause::not_for_this_mac);
    }
    device.bytes_received += static_cast<std::uint64_t>(contents.length().value);
    if (environment_.observation.wants(Watch::kFrames)) [[unlikely]] {
      observe_frame(RecordKind::frame_received, card, frame);
    }
    if (processor_ == nullptr) return process(card, frame, Duration{});
    if (!processor_->submit(card, frame)) drop(frame, DropCause::cpu_queue_full);
  }
  /// A processor core has finished a frame.
  void processor_done(std::uint32_t core);
  /// A packet to one of this host's own addresses arrives by lo.
  void loop_back(FrameId frame, bool handled_by_ipvs);
  /// A frame that was delayed as an answer leaves now.
  void answer_due(FrameId frame);

  /// Puts a frame whose addresses are set on the card's cable.
  void transmit(InterfaceId card, FrameId frame) {
    const Interface& device = state_.interface(card);
    if (!device.up || !device.out.valid()) [[unlikely]]
      return drop_at(device, frame);
    Frame& contents = environment_.frames[frame];
    contents.source = device.mac;
    if (ip_filter_.has_marked()) [[unlikely]]
      contents.mark = 0;
    if (environment_.observation.wants(Watch::kFrames)) [[unlikely]] {
      observe_frame(RecordKind::frame_sent, card, frame);
    }
    environment_.cables.transmit(device.out, frame);
  }
  /// The same after reply_jitter.
  void transmit_answer(InterfaceId card, FrameId frame);
  /// Sends an IP packet whose source and destination are set, after reply_jitter.
  void send_answer(FrameId frame);
  void drop(FrameId frame, DropCause cause) {
    drops_.count(cause);
    if (environment_.observation.wants(Watch::kFrames)) [[unlikely]] {
      observe_drop(frame, cause);
    }
    environment_.frames.drop(frame, cause);
  }
  void observe_neighbour(const Neighbour& neighbour, NeighbourState next);

  /// `ip link set X up|down`: addresses, routes, neighbours and waiting frames follow; with
  /// arp_notify it is announced.
  ConfigError set_interface_up(InterfaceId card, bool up);
  /// `ip link set X address MAC`.
  ConfigError set_interface_mac(InterfaceId card, MacAddress mac);
  /// The cable of the card was joined or cut.
  void set_carrier(InterfaceId card, bool carrier);

  /// Loses power: nothing is sent or received any more, all tables and connections are lost. On
  /// again: the host is as new; its setup must be run again.
  void power_off();
  void power_on();
  bool is_powered() const { return powered_; }

  /// The frame now being worked on crosses the director this way.
  void classify(TrafficClass traffic) { current_class_ = traffic; }
  const std::array<Traffic, kTrafficClassCount>& traffic() const { return traffic_; }
  const DropCounters& drops() const { return drops_; }
  /// Identification of the next packet whose DF is not set.
  std::uint16_t next_identification() { return ++identification_; }

 private:
  void process(InterfaceId card, FrameId frame, Duration cost) {
    const Frame& contents = environment_.frames[frame];
    const auto length = static_cast<std::uint64_t>(contents.length().value);
    current_class_ = TrafficClass::other;
    if (contents.is_arp()) {
      arp_.receive(card, frame);
    } else {
      ip_.receive(card, frame);
    }
    Traffic& traffic = traffic_[static_cast<std::size_t>(current_class_)];
    ++traffic.frames;
    traffic.bytes += length;
    traffic.processor += cost;
  }
  void answer_later(FrameId frame);
  void drop_at(const Interface& device, FrameId frame);
  void observe_frame(RecordKind kind, InterfaceId card, FrameId frame);
  void observe_drop(FrameId frame, DropCause cause);

  /// What the director may know of this host.
  class Addresses final : public AddressBook {
   public:
    explicit Addresses(const HostState& state) : state_(state) {}
    AddressType type(Ipv4Address address) const override;

   private:
    const HostState& state_;
  };

  // what every frame needs, first; then the parts it passes
  const Environment& environment_;
  std::unique_ptr<Processor> processor_;
  std::unique_ptr<Director> director_;
  bool powered_ = true;
  TrafficClass current_class_ = TrafficClass::other;
  std::uint16_t identification_ = 0;
  std::uint32_t director_index_ = 0;
  HostState state_;
  Addresses addresses_;
  std::array<Traffic, kTrafficClassCount> traffic_;
  Tcp& tcp_;
  Udp& udp_;
  IpStack ip_;
  Neighbours neighbours_;
  Arp arp_;
  Icmp icmp_;
  ArpFilter arp_filter_;
  IpFilter ip_filter_;
  ReplyJitter reply_jitter_;
  RandomStream reply_stream_;
  DirectorPhases director_phases_;
  CaptureWatch* capture_watch_ = nullptr;
  DropCounters drops_;
};

// Small steps of its parts that need the whole host, for every frame.

inline std::uint32_t IpStack::host_generation() const { return host_.state().generation(); }

inline bool IpStack::filtered(IpFilter::Chain chain, FrameId frame, InterfaceId in,
                              InterfaceId out) {
  return host_.ip_filter().touched() && filtered_by_rules(chain, frame, in, out);
}

inline void IpStack::confirm_neighbour(const PeerPath& path) {
  host_.neighbours().confirm(path.neighbour);
}

inline void Neighbours::send(const Neighbour& n, FrameId frame) {
  frames_[frame].destination = n.mac;
  host_.transmit(n.device, frame);
}

}  // namespace lvs
