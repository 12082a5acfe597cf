#include "models/ipvs/listing.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <vector>

#include "models/ipvs/listing_order.hpp"
#include "sim/check.hpp"

namespace lvs {
namespace {

constexpr const char* kVersionLine = "IP Virtual Server version 1.2.1 (size=4096)\n";
constexpr std::uint32_t kKernelBuckets = 4096;
constexpr Ipv4Address kFullMask{0xffffffffU};

#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
std::string
text(const char* format, ...) {
  char buffer[256];
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  LVS_REQUIRE(length >= 0 && length < static_cast<int>(sizeof buffer), "a line fits its buffer");
  return buffer;
}

/// A number in nine columns, abbreviated by thousands unless `exact`.
std::string number(std::uint64_t x, bool exact) {
  if (exact) return text(" %8" PRIu64, x);
  if (x < 100'000'000) return text("%9" PRIu64, x);
  if (x < 1'000'000'000) return text("%8" PRIu64 "K", x / 1000);
  if (x < 100'000'000'000) return text("%8" PRIu64 "M", x / 1'000'000);
  if (x < 100'000'000'000'000) return text("%8" PRIu64 "G", x / 1'000'000'000);
  return text("%8" PRIu64 "T", x / 1'000'000'000'000);
}

std::string numbers(const TrafficCounters& c, bool exact) {
  return number(c.connections, exact) + number(c.packets_in, exact) + number(c.packets_out, exact) +
         number(c.bytes_in, exact) + number(c.bytes_out, exact);
}

const char* protocol_name(Protocol protocol) {
  if (protocol == kAnyProtocol) return "IP";
  return protocol == Protocol::udp ? "UDP" : "TCP";
}

std::string service_name(const ServiceKey& key) {
  if (key.mark != 0) return text("%-4s %u", "FWM", key.mark);
  return text("%-4s %s", protocol_name(key.protocol), to_string(key.address).c_str());
}

const char* method_name(ForwardingMethod method) {
  switch (method) {
    case ForwardingMethod::nat: return "Masq";
    case ForwardingMethod::tunnel: return "Tunnel";
    case ForwardingMethod::direct: return "Route";
    case ForwardingMethod::fullnat: return "FullNat";  // as the ipvsadm of DPVS
    case ForwardingMethod::bypass: break;              // of connections, never of a server
  }
  return "";
}

/// "sh-fallback,sh-port": as the options of -b are called for this scheduler.
std::string flag_names(const ServiceSettings& settings) {
  const bool named = settings.scheduler == "sh" || settings.scheduler == "mh";
  const std::string prefix = settings.scheduler + "-";
  std::string names;
  const auto add = [&](std::uint8_t flag, const std::string& name) {
    if ((settings.scheduler_flags & flag) == 0) return;
    if (!names.empty()) names += ',';
    names += name;
  };
  add(SchedulerFlags::kFlag1, named ? prefix + "fallback" : "flag-1");
  add(SchedulerFlags::kFlag2, named ? prefix + "port" : "flag-2");
  add(SchedulerFlags::kFlag3, "flag-3");
  return names;
}

std::string title(ServiceListing what) {
  constexpr const char* kLocal = "Prot LocalAddress:Port";
  constexpr const char* kRemote = "  -> RemoteAddress:Port\n";
  switch (what) {
    case ServiceListing::connections:
      return "Prot LocalAddress:Port Scheduler Flags\n"
             "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
    case ServiceListing::tunnels:
      return "Prot LocalAddress:Port Scheduler Flags\n"
             "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn "
             "InActConn\n";
    case ServiceListing::stats:
      return text("%-33s %8s %8s %8s %8s %8s\n", kLocal, "Conns", "InPkts", "OutPkts", "InBytes",
                  "OutBytes") +
             kRemote;
    case ServiceListing::rate:
      return text("%-33s %8s %8s %8s %8s %8s\n", kLocal, "CPS", "InPPS", "OutPPS", "InBPS",
                  "OutBPS") +
             kRemote;
    case ServiceListing::thresholds:
      return text("%-33s %-10s %-10s %-10s %-10s\n", kLocal, "Uthreshold", "Lthreshold",
                  "ActiveConn", "InActConn") +
             kRemote;
    case ServiceListing::persistent:
      return text("%-33s %-9s %-11s %-10s %-10s\n", kLocal, "Weight", "PersistConn", "ActiveConn",
                  "InActConn") +
             kRemote;
  }
  return "";
}

std::string service_line(const Service& service, const ListingOptions& options) {
  const std::string name = service_name(service.key);
  switch (options.what) {
    case ServiceListing::stats:
      return text("%-33s", name.c_str()) + numbers(service.statistics.shown(), options.exact) +
             "\n";
    case ServiceListing::rate:
      return text("%-33s", name.c_str()) + numbers(service.statistics.rates(), options.exact) +
             "\n";
    case ServiceListing::connections:
    case ServiceListing::thresholds:
    case ServiceListing::persistent:
    case ServiceListing::tunnels: break;
  }
  const ServiceSettings& settings = service.settings;
  const std::string flags = flag_names(settings);
  std::string line = name + " " + settings.scheduler;
  if (!flags.empty()) line += " (" + flags + ")";
  if (service.persistent()) line += text(" persistent %u", settings.persistence);
  if (service.persistent() && settings.netmask != kFullMask) {
    line += " mask " + to_string(settings.netmask);
  }
  return line + (settings.one_packet ? " ops\n" : "\n");
}

std::string destination_line(const Destination& d, const ListingOptions& options) {
  const std::string head = text("  -> %-28s", to_string(d.address).c_str());
  const char* method = method_name(d.method);
  switch (options.what) {
    case ServiceListing::connections:
      return head + text(" %-7s %-6d %-10u %-10u\n", method, d.weight, d.active, d.inactive);
    case ServiceListing::tunnels:
      return head + text(" %-7s %-13s %-6d %-10u %-10u\n", method,
                         d.method == ForwardingMethod::tunnel ? "ipip" : "n/a", d.weight, d.active,
                         d.inactive);
    case ServiceListing::stats: return head + numbers(d.statistics.shown(), options.exact) + "\n";
    case ServiceListing::rate: {
      const TrafficRates r = d.statistics.rates();
      return head +
             text(" %8" PRIu64 " %8" PRIu64 " %8" PRIu64, r.connections, r.packets_in,
                  r.packets_out) +
             number(r.bytes_in, options.exact) + number(r.bytes_out, options.exact) + "\n";
    }
    case ServiceListing::thresholds:
      return head + text(" %-10u %-10u %-10u %-10u\n", d.upper_threshold, d.lower_threshold,
                         d.active, d.inactive);
    case ServiceListing::persistent:
      return head + text(" %-9d %-11u %-10u %-10u\n", d.weight, d.persistent, d.active, d.inactive);
  }
  return "";
}

std::vector<const Service*> listed_services(const Director& director, bool sorted) {
  return sorted ? services_sorted(director) : services_in_kernel_order(director);
}

std::string state_name(const Connection& c) {
  if (c.has(Connection::Flag::kTemplate)) {
    return c.has(Connection::Flag::kAssured) ? "ASSURED" : "NONE";
  }
  return c.protocol == Protocol::udp ? "UDP" : std::string(name(c.state));
}

std::string connection_line(const Connection& c, Jiffies now) {
  const auto left = std::max(static_cast<std::int32_t>(c.expires - now), 0);
  const std::uint32_t seconds = static_cast<std::uint32_t>(left) / kJiffiesPerSecond;
  const std::string expire = text("%02u:%02u", seconds / 60, seconds % 60);
  return text("%-3s %-6s %-11s %-18s %-18s %s\n", protocol_name(c.protocol), expire.c_str(),
              state_name(c).c_str(), to_string(c.client()).c_str(),
              to_string(c.virtual_side()).c_str(), to_string(c.real_server()).c_str());
}

std::string save_key(const ServiceKey& key) {
  if (key.mark != 0) return text("-f %u", key.mark);
  return text("%s %s", key.protocol == Protocol::udp ? "-u" : "-t", to_string(key.address).c_str());
}

const char* save_method(ForwardingMethod method) {
  switch (method) {
    case ForwardingMethod::nat: return "-m";
    case ForwardingMethod::tunnel: return "-i";
    case ForwardingMethod::direct: return "-g";
    case ForwardingMethod::fullnat: return "-b";
    case ForwardingMethod::bypass: break;  // of connections, never of a server
  }
  return "";
}

std::string save_options(const Service& service) {
  const ServiceSettings& settings = service.settings;
  std::string options = " -s " + settings.scheduler;
  if (service.persistent()) {
    options += text(" -p %u", settings.persistence);
    if (settings.netmask != kFullMask) options += " -M " + to_string(settings.netmask);
  }
  if (settings.one_packet) options += " -o";
  const std::string flags = flag_names(settings);
  return flags.empty() ? options : options + " -b " + flags;
}

}  // namespace

std::string list_services(const Director& director, const ListingOptions& options) {
  std::vector<const Service*> services;
  std::string out;
  if (options.service) {
    services.push_back(director.find_service(*options.service));
    LVS_REQUIRE(services.front() != nullptr, "a service that is listed exists");
  } else {
    services = listed_services(director, options.sorted);
    out = kVersionLine;
  }
  out += title(options.what);
  for (const Service* service : services) {
    out += service_line(*service, options);
    for (const Destination* d : destinations_in_order(director, *service, options.sorted)) {
      out += destination_line(*d, options);
    }
  }
  return out;
}

std::string list_connections(const Director& director, bool persistence_data) {
  std::vector<const Connection*> connections;
  director.connections().each([&](const Connection& c) { connections.push_back(&c); });
  std::sort(connections.begin(), connections.end(), [](const Connection* a, const Connection* b) {
    const std::uint32_t bucket_a = a->hash % kKernelBuckets;
    const std::uint32_t bucket_b = b->hash % kKernelBuckets;
    return bucket_a != bucket_b ? bucket_a < bucket_b : a->serial > b->serial;
  });
  std::string out = "IPVS connection entries\n";
  out += persistence_data ? text("pro expire %-11s %-18s %-18s %-18s %-16s %s\n", "state", "source",
                                 "virtual", "destination", "pe name", "pe_data")
                          : text("pro expire %-11s %-18s %-18s %s\n", "state", "source", "virtual",
                                 "destination");
  const Jiffies now = director.jiffies();
  for (const Connection* c : connections) out += connection_line(*c, now);
  return out;
}

std::string list_timeouts(const Director& director) {
  const Director::Timeouts t = director.timeouts();
  return text("Timeout (tcp tcpfin udp): %" PRId64 " %" PRId64 " %" PRId64 "\n", t.tcp, t.tcp_fin,
              t.udp);
}

std::string save_services(const Director& director, bool sorted) {
  std::string out;
  for (const Service* service : listed_services(director, sorted)) {
    const std::string key = save_key(service->key);
    out += "-A " + key + save_options(*service) + "\n";
    for (const Destination* d : destinations_in_order(director, *service, sorted)) {
      out += "-a " + key + " -r " + to_string(d->address) + " " + save_method(d->method) +
             text(" -w %d", d->weight) +
             (d->method == ForwardingMethod::tunnel ? " --tun-type ipip" : "") + "\n";
    }
    for (const LocalAddressList::Item& local : service->local_addresses.items) {
      out +=
          "--add-laddr -z " + to_string(local.address) + " " + key + " -F " + local.device + "\n";
    }
  }
  return out;
}

}  // namespace lvs
