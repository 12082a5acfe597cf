// Names of sysctls and the check of what is written to them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/language/commands/files.hpp"

namespace lvs::language {

/// The one that is written and read by name: "reno", "cubic".
inline constexpr std::string_view kTcpCongestionControl = "net.ipv4.tcp_congestion_control";

/// "net/ipv4/ip_forward", "/proc/sys/net/ipv4/ip_forward", "net.ipv4.ip_forward" to dots. Throws
/// ScenarioError for a name that Linux does not have or that is outside what is modelled.
std::string sysctl_name(const std::string& text, const Where& where);

/// An assignment with its value checked: one whole number, or two where the sysctl has two.
SysctlAssignment sysctl_assignment(const std::string& name, const std::string& value,
                                   const Where& where);

}  // namespace lvs::language
