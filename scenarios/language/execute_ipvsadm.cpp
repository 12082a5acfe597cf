// ipvsadm on a host's director, with the texts of ipvsadm 1.31 (spec/ipvs.md 7.6).
#include <algorithm>
#include <string>

#include "models/ipvs/listing.hpp"
#include "scenarios/language/host_shell.hpp"

namespace lvs::language {
namespace {

ServiceKey key_of(const IpvsServiceKey& key) {
  if (const auto* mark = std::get_if<FirewallMark>(&key)) {
    return mark_key(mark->value);
  }
  return service_key(std::get<ServiceAddress>(key));
}

CommandResult answer(IpvsError error) {
  if (error == IpvsError::none) return {};
  return {1, "", std::string(message(error))};
}

ForwardingMethod method_of(IpvsMethod method) {
  switch (method) {
    case IpvsMethod::nat: return ForwardingMethod::nat;
    case IpvsMethod::tunnel: return ForwardingMethod::tunnel;
    case IpvsMethod::direct: return ForwardingMethod::direct;
    case IpvsMethod::fullnat: return ForwardingMethod::fullnat;
  }
  LVS_REQUIRE(false, "a method of ipvsadm is one of four");
}

/// The scheduler flags of -b (spec/ipvs.md 2.7): flag1 0x8, flag2 0x10, flag3 0x20.
std::uint8_t flag_bits(const std::vector<std::string>& flags) {
  unsigned bits = 0;
  for (const std::string& flag : flags) {
    if (flag == "sh-fallback" || flag == "mh-fallback" || flag == "flag-1") bits |= 0x08;
    if (flag == "sh-port" || flag == "mh-port" || flag == "flag-2") bits |= 0x10;
    if (flag == "flag-3") bits |= 0x20;
  }
  return static_cast<std::uint8_t>(bits);
}

/// --add-laddr -F: the device that has the local address.
std::string device_error(const HostState& host, const IpvsLocalAddressAdd& c) {
  const std::string& name = c.device.text;
  const auto device = host.find_interface(name);
  if (!device) return "Cannot find device \"" + name + "\"";
  const auto& addresses = host.interface(*device).addresses;
  const bool has = std::any_of(addresses.begin(), addresses.end(),
                               [&](const auto& own) { return own.prefix.address == c.address; });
  const std::string address = to_string(c.address);
  return has ? ""
             : name + " has no address " + address + ": ip addr add " + address + "/32 dev " +
                   name + " comes first";
}

struct Executor {
  Director& director;
  const HostState& host;

  CommandResult operator()(const IpvsServiceSet& c) {
    const ServiceSettings settings{.scheduler = c.scheduler.text,
                                   .scheduler_flags = flag_bits(c.flags),
                                   .persistence = c.persistence.value_or(0),
                                   .netmask = c.netmask,
                                   .one_packet = c.one_packet};
    return answer(c.edit ? director.edit_service(key_of(c.service), settings)
                         : director.add_service(key_of(c.service), settings));
  }
  CommandResult operator()(const IpvsServiceDelete& c) {
    return answer(director.delete_service(key_of(c.service)));
  }
  CommandResult operator()(const IpvsClear&) {
    director.flush();
    return {};
  }
  CommandResult operator()(const IpvsZero& c) {
    if (c.service) return answer(director.zero(key_of(*c.service)));
    director.zero();
    return {};
  }
  CommandResult operator()(const IpvsServerSet& c) {
    DestinationSettings settings;
    settings.method = method_of(c.method);
    settings.weight = c.weight;
    settings.upper_threshold = c.upper_threshold;
    settings.lower_threshold = c.lower_threshold;
    return answer(c.edit ? director.edit_destination(key_of(c.service), c.server, settings)
                         : director.add_destination(key_of(c.service), c.server, settings));
  }
  CommandResult operator()(const IpvsServerDelete& c) {
    return answer(director.delete_destination(key_of(c.service), c.server));
  }
  CommandResult operator()(const IpvsLocalAddressAdd& c) {
    const ServiceKey key = key_of(c.service);
    if (director.find_service(key) == nullptr) return answer(IpvsError::service_not_defined);
    if (const std::string error = device_error(host, c); !error.empty()) return {1, "", error};
    return answer(director.add_local_address(key, c.address, c.device.text));
  }
  CommandResult operator()(const IpvsSetTimeouts& c) {
    return answer(director.set_timeouts({c.tcp, c.tcp_fin, c.udp}));
  }
  CommandResult operator()(const IpvsList& c) {
    if (c.what == IpvsListing::connections) {
      return {0, list_connections(director, c.persistence_data), ""};
    }
    if (c.what == IpvsListing::daemon) return {};  // connections are not synchronised
    if (c.what == IpvsListing::timeouts) return {0, list_timeouts(director), ""};
    ListingOptions options;
    options.what = listing_of(c.what);
    options.exact = c.exact;
    options.sorted = c.sorted;
    if (c.service) {
      options.service = key_of(*c.service);
      if (director.find_service(*options.service) == nullptr) {
        return answer(IpvsError::no_such_service);
      }
    }
    return {0, list_services(director, options), ""};
  }
  CommandResult operator()(const IpvsSave&) { return {0, save_services(director), ""}; }
  CommandResult operator()(const IpvsRestore& c) {
    if (c.clear_first) director.flush();
    CommandResult all;
    for (const IpvsRestoreLine& line : c.lines) {
      const CommandResult one = std::visit(*this, line.rule);
      all.output += one.output;
      if (one.status != 0) {
        throw ScenarioError(line.where, "ipvsadm-restore: " + one.error);
      }
    }
    return all;
  }
  template <class Other>
  CommandResult operator()(const Other&) {
    return {4, "", "not a command of ipvsadm"};
  }

  static ServiceListing listing_of(IpvsListing what) {
    switch (what) {
      case IpvsListing::stats: return ServiceListing::stats;
      case IpvsListing::rate: return ServiceListing::rate;
      case IpvsListing::thresholds: return ServiceListing::thresholds;
      case IpvsListing::persistent: return ServiceListing::persistent;
      case IpvsListing::tunnels: return ServiceListing::tunnels;
      case IpvsListing::services:
      case IpvsListing::connections:
      case IpvsListing::timeouts:
      case IpvsListing::daemon: break;
    }
    return ServiceListing::connections;
  }
};

}  // namespace

CommandResult execute_ipvsadm(const ShellContext& context, const Command& command) {
  return std::visit(Executor{context.world.director_of(context.host), context.host.state()},
                    command);
}

}  // namespace lvs::language
