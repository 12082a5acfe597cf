// ifconfig DEVICE[:LABEL] [ADDRESS[/LENGTH]] [netmask M] [broadcast B] [up|down], as in old recipes
// for the VIP on lo:0. It is the same to the kernel as `ip addr add … label`.
#include "scenarios/language/commands/ip_words.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

// The network class, which SIOCSIFADDR gives an address without a mask.
std::uint8_t class_length(Ipv4Address address) {
  if (address.value < 0x80000000U) return 8;
  if (address.value < 0xc0000000U) return 16;
  return 24;
}

std::uint8_t need_mask(const Arguments& arguments, const Word& word) {
  const auto mask = parse_ipv4_address(word.text);
  for (unsigned length = 0; mask && length <= 32; ++length) {
    if (prefix_mask(length) == mask->value) return static_cast<std::uint8_t>(length);
  }
  throw arguments.error(word, "SIOCSIFNETMASK: Invalid argument (\"" + word.text + "\")");
}

// The kernel fills in a broadcast address on devices that can broadcast; lo and tunl0 cannot.
bool broadcasts(const std::string& device) { return device != "lo" && device != "tunl0"; }

struct IfconfigWords {
  std::optional<Ipv4Prefix> address;
  std::optional<std::uint8_t> mask;
  std::optional<Ipv4Address> broadcast;
  std::optional<bool> up;
};

void read_first_address(Arguments& arguments, IfconfigWords& read) {
  if (arguments.done() || arguments.peek().text.find('.') == std::string::npos) return;
  const Word& word = arguments.next();
  read.address = need_prefix(arguments, word);
  if (word.text.find('/') != std::string::npos) read.mask = read.address->length;
}

IfconfigWords read_words(Arguments& arguments) {
  IfconfigWords read;
  read_first_address(arguments, read);
  while (!arguments.done()) {
    const Word& key = arguments.next();
    if (key.text == "netmask") {
      set_once(arguments, key, read.mask, need_mask(arguments, arguments.value()));
    } else if (key.text == "broadcast") {
      set_once(arguments, key, read.broadcast, need_address(arguments, arguments.value()));
    } else if (key.text == "up" || key.text == "down") {
      read.up = key.text == "up";
    } else {
      throw arguments.unknown(key, {"netmask", "broadcast", "up", "down"});
    }
  }
  return read;
}

}  // namespace

Command parse_ifconfig(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  if (arguments.done()) return NotBuilt{"ifconfig without arguments"};
  const Word& name = arguments.next();
  if (name.text.rfind('-', 0) == 0) return NotBuilt{"ifconfig " + name.text};
  const std::size_t colon = name.text.find(':');
  const Word device{name.text.substr(0, colon), name.where};
  if (arguments.done()) return NotBuilt{"ifconfig DEVICE"};
  const IfconfigWords read = read_words(arguments);
  if (!read.address) {
    if (read.mask || read.broadcast) return NotBuilt{"ifconfig DEVICE netmask or broadcast alone"};
    if (colon != std::string::npos) return NotBuilt{"ifconfig ALIAS up or down alone"};
    return IpLinkSet{device, read.up, {}, {}, {}};
  }
  if (read.up == false) throw arguments.error("an address and down contradict each other");
  IpAddrAdd command;
  command.address = {read.address->address,
                     read.mask.value_or(class_length(read.address->address))};
  command.device = device;
  command.broadcast = read.broadcast;
  if (!command.broadcast && broadcasts(device.text) && command.address.length < 31) {
    command.broadcast = command.address.last();
  }
  command.label = name.text;
  command.bring_up = true;
  command.ifconfig = true;
  return command;
}

}  // namespace lvs::language
