// ip addr and ip link on a host.
#include "scenarios/language/execute_ip.hpp"
#include "scenarios/language/ip_listing.hpp"

namespace lvs::language {
namespace {

/// ifconfig gives an alias another address instead of adding one.
void remove_labelled(HostState& state, InterfaceId device, const std::string& label) {
  for (const InterfaceAddress& a : state.interface(device).addresses) {
    if (a.label != label) continue;
    state.delete_address(device, a.prefix);
    return;
  }
}

CommandResult no_such_device_to_show(const Word& device) {
  return {1, "", "Device \"" + device.text + "\" does not exist."};
}

/// Dummies have random addresses on a real host; here they follow the host's cards.
MacAddress dummy_address(const lvs::Host& host, InterfaceId device) {
  const std::uint32_t number = host.id().value + 1;
  return {{0x02, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number),
           static_cast<std::uint8_t>(0x80 + device.value)}};
}

}  // namespace

CommandResult execute(const ShellContext& context, const IpAddrAdd& c) {
  HostState& state = context.host.state();
  const auto device = state.find_interface(c.device.text);
  if (!device) return no_device(c.device);
  InterfaceAddress address;
  address.prefix = c.address;
  address.broadcast = c.broadcast;
  address.label = c.label.empty() ? c.device.text : c.label;
  const bool loopback = c.address.address.is_loopback();
  address.scope = c.scope ? static_cast<Scope>(*c.scope) : loopback ? Scope::host : Scope::global;
  if (c.ifconfig) remove_labelled(state, *device, address.label);
  if (c.bring_up) context.host.set_interface_up(*device, true);
  return answer(state.add_address(*device, address));
}

CommandResult execute(const ShellContext& context, const IpAddrDel& c) {
  const auto device = context.host.state().find_interface(c.device.text);
  if (!device) return no_device(c.device);
  return answer(context.host.state().delete_address(*device, c.address));
}

CommandResult execute(const ShellContext& context, const IpAddrFlush& c) {
  HostState& state = context.host.state();
  const auto device = state.find_interface(c.device.text);
  if (!device) return no_such_device_to_show(c.device);
  while (!state.interface(*device).addresses.empty()) {
    state.delete_address(*device, state.interface(*device).addresses.front().prefix);
  }
  return {};
}

CommandResult execute(const ShellContext& context, const IpAddrShow& c) {
  const FoundDevice found = find_device(context, c.device);
  if (found.missing) return no_such_device_to_show(*c.device);
  return {0, list_addresses(context.host.state(), c, found.device), ""};
}

CommandResult execute(const ShellContext& context, const IpLinkAdd& c) {
  HostState& state = context.host.state();
  std::string name = c.name.text;
  for (int n = 0; name.empty(); ++n) {
    const std::string next = "dummy" + std::to_string(n);
    if (!state.find_interface(next)) name = next;
  }
  const ConfigError error = state.add_device(name, DeviceKind::dummy);
  if (error != ConfigError::none) return answer(error);
  const InterfaceId device = *state.find_interface(name);
  const ConfigError wrong =
      state.set_mac(device, c.address.value_or(dummy_address(context.host, device)));
  if (wrong != ConfigError::none) return answer(wrong);
  return c.mtu ? answer(state.set_mtu(device, static_cast<std::uint32_t>(*c.mtu)))
               : CommandResult{};
}

CommandResult execute(const ShellContext& context, const IpLinkDel& c) {
  const auto device = context.host.state().find_interface(c.device.text);
  if (!device) return no_device(c.device);
  return answer(context.host.state().delete_device(*device));
}

CommandResult execute(const ShellContext& context, const IpLinkSet& c) {
  HostState& state = context.host.state();
  const auto device = state.find_interface(c.device.text);
  if (!device) return no_device(c.device);
  ConfigError error = ConfigError::none;
  if (c.address) error = context.host.set_interface_mac(*device, *c.address);
  if (c.mtu && error == ConfigError::none) {
    error = state.set_mtu(*device, static_cast<std::uint32_t>(*c.mtu));
    if (error == ConfigError::invalid) return refusal("mtu less than device minimum.");
  }
  if (c.arp && error == ConfigError::none && state.interface(*device).arp != *c.arp) {
    state.interface(*device).arp = *c.arp;
    context.host.neighbours().forget_device(*device);  // permanent ones too, as the kernel does
    state.routes_changed();
  }
  if (c.up && error == ConfigError::none) error = context.host.set_interface_up(*device, *c.up);
  return answer(error);
}

CommandResult execute(const ShellContext& context, const IpLinkShow& c) {
  const FoundDevice found = find_device(context, c.device);
  if (found.missing) return no_such_device_to_show(*c.device);
  return {0, list_links(context.host.state(), c, found.device), ""};
}

}  // namespace lvs::language
