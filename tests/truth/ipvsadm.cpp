#include "tests/truth/ipvsadm.hpp"

#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "models/ipvs/listing.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs::truth {
namespace {

/// The options of one command; an option without a value has an empty one.
using Options = std::map<std::string, std::string>;

Options read(const std::string& arguments) {
  Options options;
  std::istringstream in(arguments);
  std::string name;
  for (std::string word; in >> word;) {
    if (word.front() == '-') {
      options[name = word];
    } else {
      std::string& value = options[name];
      value += (value.empty() ? "" : " ") + word;
    }
  }
  return options;
}

Endpoint endpoint(const std::string& text, Port port_if_none) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {parse_ipv4_address(text).value(), port_if_none};
  return {parse_ipv4_address(text.substr(0, colon)).value(),
          Port{static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)))}};
}

ServiceKey key(const Options& options) {
  const bool tcp = options.count("-t") != 0;
  return {.protocol = tcp ? Protocol::tcp : Protocol::udp,
          .address = endpoint(options.at(tcp ? "-t" : "-u"), Port{})};
}

ServiceSettings service_settings(const Options& options) {
  ServiceSettings settings;
  if (options.count("-s") != 0) settings.scheduler = options.at("-s");
  if (options.count("-b") != 0) {
    const std::string& flags = options.at("-b");
    if (flags.find("fallback") != std::string::npos) {
      settings.scheduler_flags |= SchedulerFlags::kFlag1;
    }
    if (flags.find("port") != std::string::npos) settings.scheduler_flags |= SchedulerFlags::kFlag2;
  }
  return settings;
}

DestinationSettings destination_settings(const Options& options) {
  DestinationSettings settings;
  if (options.count("-m") != 0) settings.method = ForwardingMethod::nat;
  if (options.count("-i") != 0) settings.method = ForwardingMethod::tunnel;
  if (options.count("-w") != 0) settings.weight = std::stoll(options.at("-w"));
  const auto threshold = [&](const char* name) {
    return options.count(name) != 0 ? static_cast<std::uint32_t>(std::stoul(options.at(name))) : 0;
  };
  settings.upper_threshold = threshold("-x");
  settings.lower_threshold = threshold("-y");
  return settings;
}

/// For -g and -i ipvsadm replaces the port by that of the service.
Endpoint server(const Options& options) {
  const Port port = key(options).address.port;
  Endpoint address = endpoint(options.at("-r"), port);
  if (options.count("-a") + options.count("-e") != 0 && options.count("-m") == 0) {
    address.port = port;
  }
  return address;
}

}  // namespace

bool is_supported(const std::string& arguments) {
  static const std::set<std::string> known{"-A", "-E", "-D", "-C", "-Z", "-a",   "-e",
                                           "-d", "-t", "-u", "-r", "-s", "-b",   "-m",
                                           "-g", "-i", "-w", "-x", "-y", "--set"};
  const Options options = read(arguments);
  for (const auto& [name, value] : options) {
    if (known.count(name) == 0) return false;
  }
  return options.count("-s") == 0 || find_scheduler(options.at("-s")) != nullptr;
}

IpvsError configure(Director& director, const std::string& arguments) {
  const Options options = read(arguments);
  const auto has = [&](const char* name) { return options.count(name) != 0; };
  if (has("-A")) return director.add_service(key(options), service_settings(options));
  if (has("-E")) return director.edit_service(key(options), service_settings(options));
  if (has("-D")) return director.delete_service(key(options));
  if (has("-C")) return director.flush(), IpvsError::none;
  if (has("-Z")) return director.zero(), IpvsError::none;
  if (has("-a")) {
    return director.add_destination(key(options), server(options), destination_settings(options));
  }
  if (has("-e")) {
    return director.edit_destination(key(options), server(options), destination_settings(options));
  }
  if (has("-d")) return director.delete_destination(key(options), server(options));
  if (has("--set")) {
    Director::Timeouts timeouts;
    std::istringstream(options.at("--set")) >> timeouts.tcp >> timeouts.tcp_fin >> timeouts.udp;
    return director.set_timeouts(timeouts);
  }
  throw std::runtime_error("ipvsadm " + arguments + ": no recording uses this");
}

std::string show(const Director& director, const std::string& arguments) {
  if (arguments == "-Ln") return list_services(director, {});
  if (arguments == "-Ln --stats") return list_services(director, {.what = ServiceListing::stats});
  if (arguments == "-Lnc") return list_connections(director);
  if (arguments == "-Sn") return save_services(director);
  throw std::runtime_error("ipvsadm " + arguments + ": no recording uses this");
}

}  // namespace lvs::truth
