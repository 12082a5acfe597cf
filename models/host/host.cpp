#include "models/host/host.hpp"

#include <utility>

#include "models/event_kinds.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

Host::Host(const Environment& environment, HostId id, std::string name, Tcp& tcp, Udp& udp)
    : environment_(environment),
      state_(id, std::move(name)),
      addresses_(state_),
      tcp_(tcp),
      udp_(udp),
      ip_(environment, *this),
      neighbours_(environment.simulator, environment.frames, *this),
      arp_(environment, *this),
      icmp_(environment, *this),
      reply_stream_(environment.key, state_.name(), "reply_jitter") {}

AddressType Host::Addresses::type(Ipv4Address address) const {
  if (state_.is_local(address)) return AddressType::local;
  return state_.address_type(address) == RouteType::unicast ? AddressType::unicast
                                                            : AddressType::other;
}

void Host::make_director(std::uint32_t index) {
  director_index_ = index;
  director_ = std::make_unique<Director>(environment_.simulator, environment_.observation, id(),
                                         index, director_phases_, environment_.key);
  director_->ask(addresses_);
}

void Host::set_director_phases(const DirectorPhases& phases) {
  LVS_REQUIRE(director_ == nullptr, "the phases of a director are set before it is made");
  director_phases_ = phases;
}

void Host::make_processor(const ProcessorConfig& config) {
  processor_ =
      std::make_unique<Processor>(environment_.simulator, environment_.frames, id(), config);
}

void Host::processor_done(std::uint32_t core) {
  const Processor::Work work = processor_->finish(core);
  if (!powered_) return drop(work.frame, DropCause::power_off);
  process(work.arrival, work.frame, work.cost);
}

void Host::transmit_answer(InterfaceId card, FrameId frame) {
  if (reply_jitter_.longest == Duration{}) return transmit(card, frame);
  // The card is remembered by the source address that the frame will show.
  environment_.frames[frame].source = state_.interface(card).mac;
  answer_later(frame);
}

void Host::send_answer(FrameId frame) {
  if (reply_jitter_.longest == Duration{}) {
    ip_.send(frame);
  } else {
    answer_later(frame);
  }
}

void Host::answer_later(FrameId frame) {
  const auto [shortest, longest] = reply_jitter_;
  const auto width = static_cast<std::uint64_t>((longest - shortest).count());
  const Duration delay =
      shortest + Duration{static_cast<std::int64_t>(reply_stream_.below(width + 1))};
  environment_.simulator.at(environment_.simulator.now() + delay, code(EventKind::delayed_answer),
                            id().value, frame.value);
}

void Host::loop_back(FrameId frame, bool handled_by_ipvs) {
  if (!powered_) return drop(frame, DropCause::power_off);
  ip_.receive_loopback(frame, handled_by_ipvs);
}

void Host::answer_due(FrameId frame) {
  if (!powered_) return drop(frame, DropCause::power_off);
  const Frame& contents = environment_.frames[frame];
  if (!contents.is_arp()) {
    ip_.send(frame);
    return;
  }
  for (std::uint32_t i = 0; i < state_.interfaces().size(); ++i) {
    const Interface& device = state_.interfaces()[i];
    if (device.kind == DeviceKind::ethernet && device.mac == contents.source) {
      return transmit(InterfaceId{i}, frame);
    }
  }
  drop(frame, DropCause::nic_down);
}

/// A dummy device swallows what is sent to it; a tunnel without a remote end knows no way.
void Host::drop_at(const Interface& device, FrameId frame) {
  const bool dummy = device.kind == DeviceKind::dummy && device.up;
  const bool tunnel = device.kind == DeviceKind::tunnel && device.up;
  drop(frame, dummy ? DropCause::dummy_device : tunnel ? DropCause::no_route : DropCause::nic_down);
}

ConfigError Host::set_interface_up(InterfaceId card, bool up) {
  const Interface& device = state_.interface(card);
  const bool changes = device.up != up;
  if (!up && device.up) {
    neighbours_.forget_device(card);
    if (device.out.valid()) environment_.cables.flush_waiting(device.out);
  }
  const ConfigError error = state_.set_up(card, up);
  if (up && changes) arp_.notify(card);
  return error;
}

/// What neighbours were known by the old address is asked again.
ConfigError Host::set_interface_mac(InterfaceId card, MacAddress mac) {
  const bool changes = state_.interface(card).mac != mac;
  const ConfigError error = state_.set_mac(card, mac);
  if (error != ConfigError::none || !changes) return error;
  neighbours_.forget_device(card);
  arp_.notify(card);
  return ConfigError::none;
}

void Host::set_carrier(InterfaceId card, bool carrier) {
  state_.set_carrier(card, carrier);
  if (!carrier) neighbours_.carrier_lost(card);
}

void Host::power_off() {
  if (!powered_) return;
  powered_ = false;
  for (const Interface& device : state_.interfaces()) {
    if (device.out.valid()) environment_.cables.flush_waiting(device.out);
  }
  for (std::uint32_t i = 0; i < state_.interfaces().size(); ++i) {
    neighbours_.forget_device(InterfaceId{i});
  }
  if (processor_ != nullptr) {
    for (const FrameId frame : processor_->abandon()) drop(frame, DropCause::power_off);
  }
  tcp_.forget_host(id());
  ip_.forget();
  icmp_.forget();
  arp_filter_ = {};
  ip_filter_ = {};
  neighbours_.forget_proxies();
}

void Host::power_on() {
  if (powered_) return;
  powered_ = true;
  HostState fresh(id(), name());
  for (const Interface& device : state_.interfaces()) {
    if (device.kind != DeviceKind::ethernet) continue;
    Interface card;
    card.name = device.name;
    card.mac = device.mac;
    card.mtu = device.mtu;
    card.out = device.out;
    card.carrier = device.carrier;
    card.up = true;
    fresh.add_interface(std::move(card));
  }
  fresh.continue_generation(state_);
  state_ = std::move(fresh);
  if (director_ != nullptr) make_director(director_index_);
}

void Host::observe_frame(RecordKind kind, InterfaceId card, FrameId frame) {
  Record record{environment_.simulator.now(), kind, 0, id(), frame, {}};
  record.values[0] = card.value;
  environment_.observation.observer->observe(record);
}

void Host::observe_drop(FrameId frame, DropCause cause) {
  Record record{environment_.simulator.now(),
                RecordKind::frame_dropped,
                static_cast<std::uint8_t>(cause),
                id(),
                frame,
                {}};
  record.values[0] = -1;
  environment_.observation.observer->observe(record);
}

void Host::observe_neighbour(const Neighbour& n, NeighbourState next) {
  if (!environment_.observation.wants(Watch::kDecisions)) return;
  std::int64_t mac = 0;
  for (const std::uint8_t octet : n.mac.octets) mac = mac << 8 | octet;
  Record record{environment_.simulator.now(), RecordKind::neighbour_changed, 0, id(), {}, {}};
  record.values = {n.address.value,
                   static_cast<std::int64_t>(n.state),
                   static_cast<std::int64_t>(next),
                   mac,
                   n.device.value,
                   0};
  environment_.observation.observer->observe(record);
}

}  // namespace lvs
