#include "scenarios/language/execute_ip.hpp"

#include <string>

namespace lvs::language {
namespace {

template <class Kind>
constexpr bool kIsIpCommand = requires(const ShellContext& context, const Kind& command) {
  execute(context, command);
};

}  // namespace

CommandResult answer(ConfigError error) {
  const auto netlink = [](const char* text) {
    return CommandResult{2, "", std::string("RTNETLINK answers: ") + text};
  };
  switch (error) {
    case ConfigError::none: return {};
    case ConfigError::exists: return netlink("File exists");
    case ConfigError::no_such_device: return netlink("No such device");
    case ConfigError::no_such_address: return netlink("Cannot assign requested address");
    case ConfigError::no_such_process: return netlink("No such process");
    case ConfigError::no_such_entry: return netlink("No such file or directory");
    case ConfigError::network_unreachable: return refusal("Nexthop has invalid gateway.");
    case ConfigError::network_down: return netlink("Network is down");
    case ConfigError::not_supported: return netlink("Operation not supported");
    case ConfigError::invalid:
    case ConfigError::unknown_key:
    case ConfigError::out_of_range: return netlink("Invalid argument");
  }
  return netlink("Invalid argument");
}

CommandResult no_device(const Word& device) {
  return {1, "", "Cannot find device \"" + device.text + "\""};
}

CommandResult refusal(const std::string& text) { return {2, "", "Error: " + text}; }

FoundDevice find_device(const ShellContext& context, const std::optional<Word>& device) {
  if (!device) return {};
  const auto found = context.host.state().find_interface(device->text);
  return {found, !found};
}

bool is_ip_command(const Command& command) {
  return std::visit([]<class Kind>(const Kind&) { return kIsIpCommand<Kind>; }, command);
}

CommandResult execute_ip(const ShellContext& context, const Command& command) {
  return std::visit(
      [&]<class Kind>(const Kind& one) -> CommandResult {
        if constexpr (kIsIpCommand<Kind>) {
          return execute(context, one);
        } else {
          return {4, "", "not a command of iproute2"};
        }
      },
      command);
}

}  // namespace lvs::language
