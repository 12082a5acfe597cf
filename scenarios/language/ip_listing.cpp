#include "scenarios/language/ip_listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace lvs::language {
namespace {

bool has_carrier(const Interface& device) {
  return device.kind != DeviceKind::ethernet || device.carrier;
}

std::string flags(const Interface& device) {
  std::string text;
  const auto add = [&](std::string_view flag) {
    text += (text.empty() ? "" : ",") + std::string(flag);
  };
  if (device.up && !has_carrier(device)) add("NO-CARRIER");
  switch (device.kind) {
    case DeviceKind::loopback: add("LOOPBACK"); break;
    case DeviceKind::ethernet: add("BROADCAST"), add("MULTICAST"); break;
    case DeviceKind::dummy: add("BROADCAST"); break;
    case DeviceKind::tunnel: break;
  }
  const bool silent = device.kind == DeviceKind::dummy || device.kind == DeviceKind::tunnel;
  if (silent || !device.arp) add("NOARP");
  if (device.up) add("UP");
  if (device.up && has_carrier(device)) add("LOWER_UP");
  return text;
}

std::string_view state_name(const Interface& device) {
  if (!device.up || !has_carrier(device)) return "DOWN";
  return device.kind == DeviceKind::ethernet ? "UP" : "UNKNOWN";
}

/// Cards have the kernel's default discipline (a distribution may set another); the others have
/// none, and before they are first up not even that.
std::string_view discipline(const Interface& device) {
  if (device.kind == DeviceKind::ethernet) return "pfifo_fast";
  return device.up || device.kind == DeviceKind::loopback ? "noqueue" : "noop";
}

std::string shown_name(const Interface& device) {
  return device.kind == DeviceKind::tunnel ? device.name + "@NONE" : device.name;
}

/// "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 … qlen 1000". `link`: as `ip link` says it.
std::string heading(const HostState& state, InterfaceId id, bool link) {
  const Interface& device = state.interface(id);
  return fmt::format("{}: {}: <{}> mtu {} qdisc {} state {}{} group default qlen 1000",
                     interface_number(state, id), shown_name(device), flags(device), device.mtu,
                     discipline(device), state_name(device), link ? " mode DEFAULT" : "");
}

std::string link_address(const Interface& device) {
  switch (device.kind) {
    case DeviceKind::loopback: return "00:00:00:00:00:00";
    case DeviceKind::tunnel: return "0.0.0.0";
    case DeviceKind::ethernet:
    case DeviceKind::dummy: return to_string(device.mac);
  }
  return "";
}

std::string link_line(const Interface& device) {
  const std::string address = link_address(device);
  switch (device.kind) {
    case DeviceKind::loopback: return fmt::format("    link/loopback {0} brd {0}", address);
    case DeviceKind::tunnel: return fmt::format("    link/ipip {0} brd {0}", address);
    case DeviceKind::ethernet:
    case DeviceKind::dummy: return fmt::format("    link/ether {} brd ff:ff:ff:ff:ff:ff", address);
  }
  return "";
}

/// In the order of their numbers; deleted ones have no name.
std::vector<InterfaceId> listed(const HostState& state, std::optional<InterfaceId> only,
                                bool only_up) {
  std::vector<InterfaceId> ids;
  for (std::uint32_t i = 0; i < state.interfaces().size(); ++i) {
    const Interface& device = state.interfaces()[i];
    if (device.name.empty() || (only && only->value != i) || (only_up && !device.up)) continue;
    ids.push_back(InterfaceId{i});
  }
  std::sort(ids.begin(), ids.end(), [&](InterfaceId a, InterfaceId b) {
    return interface_number(state, a) < interface_number(state, b);
  });
  return ids;
}

/// A label as `label eth0*` means it: the star stands for any rest.
bool fits_label(const std::string& label, const std::string& pattern) {
  const std::size_t star = pattern.find('*');
  return star == std::string::npos ? label == pattern
                                   : label.compare(0, star, pattern, 0, star) == 0;
}

bool is_wanted(const InterfaceAddress& a, const IpAddrShow& what) {
  if (what.secondary && a.secondary != *what.secondary) return false;
  if (what.scope && a.scope != static_cast<Scope>(*what.scope)) return false;
  if (what.to && !what.to->contains(a.prefix.address)) return false;
  return what.label.empty() || fits_label(a.label, what.label);
}

std::string inet(const InterfaceAddress& a) {
  std::string text = fmt::format("    inet {}", to_string(a.prefix));
  if (a.broadcast) text += " brd " + to_string(*a.broadcast);
  text += fmt::format(" scope {}", scope_name(a.scope));
  if (a.secondary) text += " secondary";
  return text + " " + a.label;
}

constexpr std::string_view kLifetime = "       valid_lft forever preferred_lft forever\n";

std::string addresses_of(const HostState& state, InterfaceId id,
                         const std::vector<InterfaceAddress>& shown, const IpAddrShow& what) {
  const Interface& device = state.interface(id);
  std::string text;
  if (what.style.brief) {
    if (what.label.empty()) {
      text = fmt::format("{:<16} {:<14} ", shown_name(device), state_name(device));
    }
    for (const InterfaceAddress& a : shown) text += to_string(a.prefix) + " ";
    return text + "\n";
  }
  if (what.style.oneline) {
    for (const InterfaceAddress& a : shown) {
      text +=
          fmt::format("{}: {}{}\\{}", interface_number(state, id), device.name, inet(a), kLifetime);
    }
    return text;
  }
  const bool of_inet = what.style.only_ipv4 || what.to;  // then layer 2 is of no interest
  if (what.label.empty()) text += heading(state, id, false) + "\n";
  if (what.label.empty() && !of_inet) text += link_line(device) + "\n";
  for (const InterfaceAddress& a : shown) text += inet(a) + "\n" + std::string(kLifetime);
  return text;
}

}  // namespace

std::string_view scope_name(Scope scope) {
  switch (scope) {
    case Scope::global: return "global";
    case Scope::site: return "site";
    case Scope::link: return "link";
    case Scope::host: return "host";
    case Scope::nowhere: return "nowhere";
  }
  return "global";
}

std::size_t interface_number(const HostState& state, InterfaceId device) {
  if (device == kLoopback) return 1;
  if (device != kTunnel) {
    const bool card = state.interface(device).kind == DeviceKind::ethernet;
    return device.index() + (card ? 0 : 1);
  }
  const auto& all = state.interfaces();
  const auto cards = std::count_if(
      all.begin(), all.end(), [](const Interface& i) { return i.kind == DeviceKind::ethernet; });
  return static_cast<std::size_t>(cards) + 2;
}

std::string list_links(const HostState& state, const IpLinkShow& what,
                       std::optional<InterfaceId> device) {
  std::string text;
  for (const InterfaceId id : listed(state, device, what.only_up)) {
    const Interface& one = state.interface(id);
    if (what.style.brief) {
      text += fmt::format("{:<16} {:<14} {} <{}> \n", shown_name(one), state_name(one),
                          link_address(one), flags(one));
    } else {
      text += heading(state, id, true) + (what.style.oneline ? "\\" : "\n") + link_line(one) + "\n";
    }
  }
  return text;
}

std::string list_addresses(const HostState& state, const IpAddrShow& what,
                           std::optional<InterfaceId> device) {
  const bool filtered =
      what.style.only_ipv4 || what.to || what.secondary || what.scope || !what.label.empty();
  std::string text;
  for (const InterfaceId id : listed(state, device, what.only_up)) {
    std::vector<InterfaceAddress> shown;
    for (const InterfaceAddress& a : state.interface(id).addresses) {
      if (is_wanted(a, what)) shown.push_back(a);
    }
    if (filtered && shown.empty()) continue;
    text += addresses_of(state, id, shown, what);
  }
  return text;
}

}  // namespace lvs::language
