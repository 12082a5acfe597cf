// The commands of iproute2 on a host, one overload each; what they share.
#pragma once

#include "models/host/host_state.hpp"
#include "scenarios/language/host_shell.hpp"

namespace lvs::language {

// execute_ip_links.cpp: addresses and devices
CommandResult execute(const ShellContext& context, const IpAddrAdd& command);
CommandResult execute(const ShellContext& context, const IpAddrDel& command);
CommandResult execute(const ShellContext& context, const IpAddrFlush& command);
CommandResult execute(const ShellContext& context, const IpAddrShow& command);
CommandResult execute(const ShellContext& context, const IpLinkAdd& command);
CommandResult execute(const ShellContext& context, const IpLinkDel& command);
CommandResult execute(const ShellContext& context, const IpLinkSet& command);
CommandResult execute(const ShellContext& context, const IpLinkShow& command);
// execute_ip_routes.cpp
CommandResult execute(const ShellContext& context, const IpRouteChange& command);
CommandResult execute(const ShellContext& context, const IpRouteShow& command);
CommandResult execute(const ShellContext& context, const IpRouteFlush& command);
CommandResult execute(const ShellContext& context, const IpRouteFlushCache& command);
CommandResult execute(const ShellContext& context, const IpRouteGet& command);
// execute_ip_rules.cpp
CommandResult execute(const ShellContext& context, const IpRuleAdd& command);
CommandResult execute(const ShellContext& context, const IpRuleDel& command);
CommandResult execute(const ShellContext& context, const IpRuleShow& command);
CommandResult execute(const ShellContext& context, const IpRuleFlush& command);
// execute_ip_neighbours.cpp
CommandResult execute(const ShellContext& context, const IpNeighChange& command);
CommandResult execute(const ShellContext& context, const IpNeighShow& command);
CommandResult execute(const ShellContext& context, const IpNeighGet& command);
CommandResult execute(const ShellContext& context, const IpNeighFlush& command);
CommandResult execute(const ShellContext& context, const Arping& command);

/// "RTNETLINK answers: File exists" and the like, with iproute2's status.
CommandResult answer(ConfigError error);
/// "Cannot find device "eth9"".
CommandResult no_device(const Word& device);
/// A refusal in the kernel's own words: "Error: …".
CommandResult refusal(const std::string& text);

/// The device of a filter: absent if none was named; `missing` if there is none of that name.
struct FoundDevice {
  std::optional<InterfaceId> device;
  bool missing = false;
};
FoundDevice find_device(const ShellContext& context, const std::optional<Word>& device);

}  // namespace lvs::language
