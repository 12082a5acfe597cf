// The calls of ipvsadm: services and destinations (spec/ipvs.md 1.1 to 1.6).
#include <algorithm>
#include <limits>

#include "models/ipvs/director.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

constexpr std::uint32_t kMostThreshold = 0x7fffffff;  ///< 2^31 - 1 (9.1)
constexpr std::int64_t kMostTimeout = 0x7fffffff / kJiffiesPerSecond;

constexpr Port kFtp{21};

constexpr std::string_view kNoScheduler = "none";

bool is_known(std::string_view scheduler) {
  return scheduler == kNoScheduler || find_scheduler(scheduler) != nullptr;
}

IpvsError check(const DestinationSettings& settings) {
  if (settings.weight < 0 || settings.weight > std::numeric_limits<std::int32_t>::max()) {
    return IpvsError::range;
  }
  if (settings.lower_threshold > settings.upper_threshold) return IpvsError::range;
  if (settings.upper_threshold > kMostThreshold) return IpvsError::invalid;
  return IpvsError::none;
}

/// Gives an added or edited destination its settings. OVERLOAD follows only if a threshold changed
/// (9.1).
void apply(Destination& destination, const DestinationSettings& settings, bool is_new) {
  destination.method = settings.method;
  destination.weight = static_cast<std::int32_t>(settings.weight);
  if (is_new || destination.weight != 0) destination.last_weight = destination.weight;
  const bool thresholds_changed = destination.upper_threshold != settings.upper_threshold ||
                                  destination.lower_threshold != settings.lower_threshold;
  destination.upper_threshold = settings.upper_threshold;
  destination.lower_threshold = settings.lower_threshold;
  if (thresholds_changed) destination.update_overload();
}

}  // namespace

IpvsError Director::add_service(const ServiceKey& key, const ServiceSettings& settings) {
  if (find(key).valid()) return IpvsError::service_exists;
  if (!is_known(settings.scheduler)) return IpvsError::scheduler_not_found;
  const ServiceId id{static_cast<std::uint32_t>(services_.size())};
  services_.emplace_back().key = key;
  bind_scheduler(id, settings);
  const std::pair entry{key, id};
  index_of_services_.insert(
      std::upper_bound(index_of_services_.begin(), index_of_services_.end(), entry), entry);
  services_changed();
  start_ticks();
  return IpvsError::none;
}

IpvsError Director::edit_service(const ServiceKey& key, const ServiceSettings& settings) {
  const ServiceId id = find(key);
  if (!id.valid()) return IpvsError::no_such_service;
  if (!is_known(settings.scheduler)) return IpvsError::scheduler_not_found;
  Service& service = services_[id.index()];
  if (settings.one_packet && is_fullnat(service)) return IpvsError::one_packet_fullnat;
  if (service.settings.scheduler != settings.scheduler) {
    bind_scheduler(id, settings);
  } else {
    service.settings = settings;  // the scheduler keeps its state
    if (service.scheduler) service.scheduler->set_flags(settings.scheduler_flags);
  }
  return IpvsError::none;
}

void Director::bind_scheduler(ServiceId id, const ServiceSettings& settings) {
  Service& service = services_[id.index()];
  unbind_scheduler(service);
  service.settings = settings;
  if (settings.scheduler == kNoScheduler) return;
  service.scheduler = find_scheduler(settings.scheduler)->make();
  service.scheduler->attach(*this);
  service.scheduler->set_flags(settings.scheduler_flags);
  service.watches_counts = service.scheduler->watches_counts();
  service.scheduler->bound(destinations(service));
  if (!service.scheduler->collects()) return;
  service.collection =
      simulator_.create_timer(code(EventKind::ipvs_collection), target({id.value}));
  arm_after(service.collection, Scheduler::kCollectionPeriod);
}

void Director::unbind_scheduler(Service& service) {
  service.scheduler.reset();
  service.watches_counts = false;
  if (!service.collection.valid()) return;
  simulator_.destroy_timer(service.collection);
  service.collection = {};
}

IpvsError Director::delete_service(const ServiceKey& key) {
  const ServiceId id = find(key);
  if (!id.valid()) return IpvsError::no_such_service;
  remove_service(id);
  return IpvsError::none;
}

void Director::flush() {
  while (!index_of_services_.empty()) remove_service(index_of_services_.front().second);
}

void Director::remove_service(ServiceId id) {
  Service& service = services_[id.index()];
  for (const DestinationId destination : service.destinations) discard(destination);
  service.destinations.clear();
  unbind_scheduler(service);
  service.exists = false;
  std::erase_if(index_of_services_, [id](const auto& entry) { return entry.second == id; });
  services_changed();
}

/// What the look-up of a service may leave out (3.5).
void Director::services_changed() {
  const auto any = [this](auto&& is) {
    return std::any_of(index_of_services_.begin(), index_of_services_.end(),
                       [&](const auto& entry) { return entry.first.mark == 0 && is(entry.first); });
  };
  has_ftp_service_ = any([](const ServiceKey& key) {
    return key.protocol == Protocol::tcp && key.address.port == kFtp;
  });
  has_all_ports_service_ = any([](const ServiceKey& key) { return key.address.port.value == 0; });
}

IpvsError Director::add_destination(const ServiceKey& key, Endpoint address,
                                    const DestinationSettings& settings) {
  const ServiceId id = find(key);
  if (!id.valid()) return IpvsError::service_not_defined;
  if (const IpvsError error = check(settings); error != IpvsError::none) return error;
  Service& service = services_[id.index()];
  if (find(service, address).valid()) return IpvsError::destination_exists;
  if (addresses_->type(address.address) == AddressType::other) return IpvsError::invalid;
  const IpvsError mixed = check_method(service, address, settings.method);
  if (mixed != IpvsError::none) return mixed;
  DestinationId destination = revive(id, address);
  if (!destination.valid()) destination = new_destination(id, address);
  apply(destinations_[destination.index()], settings, true);
  service.destinations.insert(service.destinations.begin(), destination);
  if (service.scheduler) service.scheduler->added(destinations(service));
  return IpvsError::none;
}

IpvsError Director::edit_destination(const ServiceKey& key, Endpoint address,
                                     const DestinationSettings& settings) {
  const ServiceId id = find(key);
  if (!id.valid()) return IpvsError::service_not_defined;
  if (const IpvsError error = check(settings); error != IpvsError::none) return error;
  Service& service = services_[id.index()];
  const DestinationId destination = find(service, address);
  if (!destination.valid()) return IpvsError::no_such_destination;
  const IpvsError mixed = check_method(service, address, settings.method);
  if (mixed != IpvsError::none) return mixed;
  apply(destinations_[destination.index()], settings, false);
  if (service.scheduler) service.scheduler->edited(destinations(service));
  return IpvsError::none;
}

IpvsError Director::delete_destination(const ServiceKey& key, Endpoint address) {
  const ServiceId id = find(key);
  if (!id.valid()) return IpvsError::service_not_defined;
  Service& service = services_[id.index()];
  const DestinationId destination = find(service, address);
  if (!destination.valid()) return IpvsError::no_such_destination;
  const auto at = std::find(service.destinations.begin(), service.destinations.end(), destination);
  const auto position = static_cast<std::size_t>(at - service.destinations.begin());
  service.destinations.erase(at);
  if (service.scheduler) service.scheduler->removed(destinations(service), position);
  discard(destination);
  return IpvsError::none;
}

DestinationId Director::find(const Service& service, Endpoint address) const {
  for (const DestinationId id : service.destinations) {
    if (destinations_[id.index()].address == address) return id;
  }
  return {};
}

/// Puts a destination that has left its service into the trash.
void Director::discard(DestinationId id) {
  Destination& destination = destinations_[id.index()];
  destination.available = false;
  destination.idle_since = 0;
  if (trash_.empty()) arm_after(trash_timer_, kTrashPeriod);
  trash_.insert(trash_.begin(), id);
  if (sysctls_.expire_nodest_conn != 0) arm_after(sweep_timer_, 1);
}

/// The destination of that service and address in the trash, with its counts and its OVERLOAD flag;
/// none if there is none. In a service that was deleted and made again its statistics start at
/// zero.
DestinationId Director::revive(ServiceId id, Endpoint address) {
  const auto at = std::find_if(trash_.begin(), trash_.end(), [&](DestinationId candidate) {
    const Destination& d = destinations_[candidate.index()];
    return d.address == address && services_[d.service.index()].key == services_[id.index()].key;
  });
  if (at == trash_.end()) return {};
  const DestinationId found = *at;
  trash_.erase(at);
  Destination& destination = destinations_[found.index()];
  if (destination.service != id) destination.statistics.zero();
  destination.service = id;
  destination.available = true;
  return found;
}

DestinationId Director::new_destination(ServiceId id, Endpoint address) {
  DestinationId fresh{static_cast<std::uint32_t>(destinations_.size())};
  if (free_destinations_.empty()) {
    destinations_.emplace_back();
  } else {
    fresh = free_destinations_.back();
    free_destinations_.pop_back();
    destinations_[fresh.index()] = Destination{};
  }
  Destination& destination = destinations_[fresh.index()];
  destination.address = address;
  destination.service = id;
  return fresh;
}

IpvsError Director::zero(const ServiceKey& key) {
  const ServiceId id = find(key);
  if (!id.valid()) return IpvsError::no_such_service;
  Service& service = services_[id.index()];
  service.statistics.zero();
  for (const DestinationId server : service.destinations) {
    destinations_[server.index()].statistics.zero();
  }
  return IpvsError::none;
}

void Director::zero() {
  for (const auto& [key, id] : index_of_services_) zero(key);
  total_.zero();
}

IpvsError Director::set_timeouts(const Timeouts& timeouts) {
  for (const std::int64_t value : {timeouts.tcp, timeouts.tcp_fin, timeouts.udp}) {
    if (value < 0 || value > kMostTimeout) return IpvsError::invalid;
  }
  const auto set = [](Jiffies& timeout, std::int64_t value) {
    if (value != 0) timeout = jiffies_of_seconds(static_cast<std::uint32_t>(value));
  };
  // FULLNAT connections follow what is set as well; their defaults are others (6.5).
  for (auto* table : {&tcp_timeouts_, &dpvs_tcp_timeouts_}) {
    set((*table)[static_cast<std::size_t>(IpvsState::established)], timeouts.tcp);
    set((*table)[static_cast<std::size_t>(IpvsState::fin_wait)], timeouts.tcp_fin);
  }
  set(udp_timeout_, timeouts.udp);
  return IpvsError::none;
}

Director::Timeouts Director::timeouts() const {
  const auto value = [](Jiffies timeout) { return std::int64_t{timeout / kJiffiesPerSecond}; };
  return {.tcp = value(tcp_timeouts_[static_cast<std::size_t>(IpvsState::established)]),
          .tcp_fin = value(tcp_timeouts_[static_cast<std::size_t>(IpvsState::fin_wait)]),
          .udp = value(udp_timeout_)};
}

}  // namespace lvs
