// sysctl -w, sysctl -p and echo N > /proc/sys/…: names are in dots, the interface as its own part.
#include <algorithm>
#include <charconv>
#include <string>

#include "scenarios/language/commands/sysctl.hpp"
#include "scenarios/language/host_shell.hpp"

namespace lvs::language {
namespace {

constexpr std::string_view kNet = "net.";
constexpr std::string_view kIpvs = "net.ipv4.vs.";
constexpr std::string_view kPortRange = "net.ipv4.ip_local_port_range";

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

const IpvsSysctlEntry* find_ipvs(std::string_view name) {
  for (const IpvsSysctlEntry& entry : kIpvsSysctls) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

CommandResult not_modelled(const SysctlAssignment& a) {
  throw ScenarioError(a.where, a.name +
                                   ": this kernel parameter is not modelled yet; without the "
                                   "line the run is the same");
}

/// A directory of an interface that the host does not have, or a parameter that no model reads.
CommandResult unknown(const ShellContext& context, const SysctlAssignment& a) {
  for (const std::string_view folder : {"net.ipv4.conf.", "net.ipv4.neigh."}) {
    if (!a.name.starts_with(folder)) continue;
    const std::string device = a.name.substr(folder.size(), a.name.rfind('.') - folder.size());
    if (device == "all" || device == "default") break;
    if (context.host.state().find_interface(device)) break;
    std::string path = a.name;
    std::replace(path.begin(), path.end(), '.', '/');
    return {255, "", "cannot stat /proc/sys/" + path + ": No such file or directory"};
  }
  return not_modelled(a);
}

CommandResult wrong_value(const SysctlAssignment& a) {
  return {255, "", "setting key \"" + a.name + "\": Invalid argument"};
}

/// The path below net, as the models name it.
std::string_view path_of(const SysctlAssignment& a) {
  return std::string_view(a.name).substr(a.name.starts_with(kNet) ? kNet.size() : 0);
}

CommandResult set_port_range(const ShellContext& context, const SysctlAssignment& a) {
  const auto blank = a.value.find(' ');
  const auto first = number(std::string_view(a.value).substr(0, blank));
  const auto last = blank == std::string::npos
                        ? std::nullopt
                        : number(std::string_view(a.value).substr(blank + 1));
  if (!first || !last || *first < 1 || *last > 65'535 || *first > *last) return wrong_value(a);
  context.host.state().set_port_range(*first, *last);
  return {};
}

CommandResult assign(const ShellContext& context, const SysctlAssignment& a) {
  if (a.name == kPortRange) return set_port_range(context, a);
  const auto value =
      a.name == kTcpCongestionControl
          ? std::optional{a.value == "reno" ? HostSysctls::kReno : HostSysctls::kCubic}
          : number(a.value);
  if (!value) return wrong_value(a);
  if (a.name.starts_with(kIpvs)) {
    const IpvsSysctlEntry* entry = find_ipvs(std::string_view(a.name).substr(kIpvs.size()));
    if (entry == nullptr) return not_modelled(a);
    if (!entry->allows(*value)) return wrong_value(a);
    context.world.director_of(context.host).sysctls().*entry->value = *value;
    return {};
  }
  switch (context.host.state().set_sysctl(path_of(a), *value)) {
    case ConfigError::none: return {};
    case ConfigError::unknown_key: return unknown(context, a);
    default: return wrong_value(a);
  }
}

/// The value as the tool prints it; nothing for a parameter that is not modelled.
std::optional<std::string> value_text(const ShellContext& context, const SysctlAssignment& a) {
  const HostState& state = context.host.state();
  if (a.name.starts_with(kIpvs)) {
    const IpvsSysctlEntry* entry = find_ipvs(std::string_view(a.name).substr(kIpvs.size()));
    if (entry == nullptr) return std::nullopt;
    return std::to_string(context.world.director_of(context.host).sysctls().*entry->value);
  }
  if (a.name == kPortRange) {
    return std::to_string(state.sysctls().ip_local_port_first) + "\t" +
           std::to_string(state.sysctls().ip_local_port_last);
  }
  const auto value = state.sysctl(path_of(a));
  if (!value) return std::nullopt;
  if (a.name == kTcpCongestionControl) return *value == HostSysctls::kReno ? "reno" : "cubic";
  return std::to_string(*value);
}

}  // namespace

CommandResult execute_sysctl(const ShellContext& context,
                             const std::vector<SysctlAssignment>& assignments) {
  CommandResult all;
  for (const SysctlAssignment& a : assignments) {
    const CommandResult one = assign(context, a);
    if (one.status != 0) return one;
    all.output += a.name + " = " + a.value + "\n";
  }
  return all;
}

CommandResult read_sysctl(const ShellContext& context, const SysctlRead& command) {
  CommandResult all;
  for (const SysctlAssignment& a : command.names) {
    const auto value = value_text(context, a);
    if (!value) return unknown(context, a);
    all.output += (command.values_only ? "" : a.name + " = ") + *value + "\n";
  }
  return all;
}

}  // namespace lvs::language
