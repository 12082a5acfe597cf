// sysctl, echo, cat and the commands that do nothing here.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "scenarios/language/script.hpp"

namespace lvs::language {

/// One `name=value`. The name is in dots with the interface as its own part: "net.ipv4.ip_forward",
/// "net.ipv4.conf.eth0.arp_ignore" (also for /proc/sys/net/ipv4/conf/eth0/arp_ignore).
struct SysctlAssignment {
  std::string name;
  std::string value;  ///< blanks between numbers are single
  Where where;
  friend bool operator==(const SysctlAssignment&, const SysctlAssignment&) = default;
};
/// `sysctl -w a=1 b=2`, `echo 1 > /proc/sys/…`.
struct SysctlWrite {
  std::vector<SysctlAssignment> assignments;
  friend bool operator==(const SysctlWrite&, const SysctlWrite&) = default;
};
struct SysctlRead {
  std::vector<SysctlAssignment> names;  ///< values empty
  bool values_only = false;             ///< -n
  friend bool operator==(const SysctlRead&, const SysctlRead&) = default;
};
/// `sysctl -p FILE`: known only when it runs (parse_sysctl_file).
struct SysctlLoad {
  Word file;
  friend bool operator==(const SysctlLoad&, const SysctlLoad&) = default;
};
struct Echo {
  std::string text;  ///< with its final newline unless -n
  friend bool operator==(const Echo&, const Echo&) = default;
};
/// Prints its input (no files) or files of the host's store, one after the other.
struct Cat {
  std::vector<Word> files;
  friend bool operator==(const Cat&, const Cat&) = default;
};
/// modprobe, systemctl, service, apt-get (say so), `true` and `:` (silent).
struct NoOperation {
  std::string
      said;  ///< what to print on stderr: "modprobe ip_vs: nothing to do here"; empty = silent
  friend bool operator==(const NoOperation&, const NoOperation&) = default;
};
/// A command of the language that this version cannot run; check_supported refuses it by this name.
struct NotBuilt {
  std::string feature;
  friend bool operator==(const NotBuilt&, const NotBuilt&) = default;
};

using FileCommand =
    std::variant<SysctlWrite, SysctlRead, SysctlLoad, Echo, Cat, NoOperation, NotBuilt>;

/// Reads the text of a sysctl.conf: comments (# ;), blank lines, `name = value`, a leading `-`.
std::vector<SysctlAssignment> parse_sysctl_file(const Text& text);

}  // namespace lvs::language
