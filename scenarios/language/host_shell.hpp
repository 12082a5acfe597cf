// Runs commands on a simulated host, as its administrator's shell would: ip, sysctl, ipvsadm and
// the rest act on the models, and answer with the real tool's texts.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/world.hpp"
#include "scenarios/language/commands/command.hpp"

namespace lvs::language {

struct CommandResult {
  int status = 0;
  std::string output;  ///< stdout
  std::string error;   ///< stderr
};

/// Who sends what a command sends after it has returned.
class Announcer {
 public:
  virtual ~Announcer() = default;
  /// `arping -c N`: the next one, a second from now.
  virtual void announce_later(lvs::Host& host, const Arping& next) = 0;
};

class HostShell {
 public:
  /// `folder` is that of the scenario: files beside it are readable.
  HostShell(World& world, lvs::Host& host, Announcer& announcer, std::string folder)
      : world_(world), host_(host), announcer_(announcer), folder_(std::move(folder)) {}

  /// Runs every step in order, honouring `&&` and `||`. Returns what was printed on stdout; what
  /// goes to a file is kept in the host's file store. Throws ScenarioError, at the command, with
  /// the tool's text, for the first one that fails and is not followed by `||`.
  std::string run(const Script& script);

 private:
  CommandResult execute(const Step& step);
  std::string read_file(const Word& file) const;
  void write_output(const OutputFile& to, const std::string& text);

  World& world_;
  lvs::Host& host_;
  Announcer& announcer_;
  std::string folder_;
  std::map<std::string, std::string> files_;
};

// One file each: execute_ip.cpp (and execute_ip_*.cpp), execute_filters.cpp,
// execute_ipvsadm.cpp, execute_sysctl.cpp.
struct ShellContext {
  World& world;
  lvs::Host& host;
  Announcer& announcer;
};
/// Whether execute_ip() carries the command out.
bool is_ip_command(const Command& command);
CommandResult execute_ip(const ShellContext& context, const Command& command);
CommandResult execute_arptables(const ShellContext& context, const ArpTables& command);
CommandResult execute_iptables(const ShellContext& context, const IpTables& command);
CommandResult execute_ipvsadm(const ShellContext& context, const Command& command);
CommandResult execute_sysctl(const ShellContext& context,
                             const std::vector<SysctlAssignment>& assignments);
CommandResult read_sysctl(const ShellContext& context, const SysctlRead& command);

}  // namespace lvs::language
