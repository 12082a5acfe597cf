// sysctl -w, sysctl -p and echo N > /proc/sys/…: names are in dots, the interface as its own part.
#include <charconv>
#include <string>

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

int* ipvs_value(const ShellContext& context, std::string_view name) {
  IpvsSysctls& sysctls = context.world.director_of(context.host).sysctls();
  for (const IpvsSysctlEntry& entry : kIpvsSysctls) {
    if (entry.name == name) return &(sysctls.*entry.value);
  }
  return nullptr;
}

CommandResult not_modelled(const SysctlAssignment& a) {
  throw ScenarioError(a.where, a.name +
                                   ": this kernel parameter is not modelled yet; without the "
                                   "line the run is the same");
}

CommandResult set_port_range(const ShellContext& context, const SysctlAssignment& a) {
  const auto blank = a.value.find(' ');
  const auto first = number(std::string_view(a.value).substr(0, blank));
  const auto last = blank == std::string::npos
                        ? std::nullopt
                        : number(std::string_view(a.value).substr(blank + 1));
  if (!first || !last || *first < 1 || *last > 65'535 || *first > *last) {
    return {255, "", "sysctl: setting key \"" + a.name + "\": Invalid argument"};
  }
  context.host.state().set_port_range(*first, *last);
  return {};
}

CommandResult assign(const ShellContext& context, const SysctlAssignment& a) {
  if (a.name == kPortRange) return set_port_range(context, a);
  const auto value = number(a.value);
  if (!value) return {255, "", "sysctl: setting key \"" + a.name + "\": Invalid argument"};
  if (a.name.starts_with(kIpvs)) {
    int* const target = ipvs_value(context, std::string_view(a.name).substr(kIpvs.size()));
    if (target == nullptr) return not_modelled(a);
    *target = *value;
    return {};
  }
  const std::string_view path =
      std::string_view(a.name).substr(a.name.starts_with(kNet) ? kNet.size() : 0);
  switch (context.host.state().set_sysctl(path, *value)) {
    case ConfigError::none: return {};
    case ConfigError::unknown_key: return not_modelled(a);
    default: return {255, "", "sysctl: setting key \"" + a.name + "\": Invalid argument"};
  }
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

CommandResult read_sysctl(const ShellContext& context, const std::vector<SysctlAssignment>& names) {
  CommandResult all;
  for (const SysctlAssignment& a : names) {
    if (a.name.starts_with(kIpvs)) {
      const int* value = ipvs_value(context, std::string_view(a.name).substr(kIpvs.size()));
      if (value == nullptr) return not_modelled(a);
      all.output += a.name + " = " + std::to_string(*value) + "\n";
      continue;
    }
    const auto value = context.host.state().sysctl(
        std::string_view(a.name).substr(a.name.starts_with(kNet) ? kNet.size() : 0));
    if (!value) return not_modelled(a);
    all.output += a.name + " = " + std::to_string(*value) + "\n";
  }
  return all;
}

}  // namespace lvs::language
