#include "scenarios/language/commands/command.hpp"

#include <array>

#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

Command silent(const ShellCommand&) { return NoOperation{}; }

Command says_so(const ShellCommand& shell) {
  std::string said;
  for (const Word& word : shell.words) said += word.text + " ";
  said.back() = ':';
  return NoOperation{said + " nothing to do in a simulation"};
}

// Tools that the language has and this version does not carry out: check_supported refuses them.
Command later(const ShellCommand& shell) { return NotBuilt{shell.words.front().text}; }

struct Tool {
  std::string_view name;
  Command (*parse)(const ShellCommand&);
};
constexpr std::array kTools{
    Tool{"ip", parse_ip},
    Tool{"ifconfig", parse_ifconfig},
    Tool{"route", parse_route},
    Tool{"arp", parse_arp},
    Tool{"arping", parse_arping},
    Tool{"sysctl", parse_sysctl},
    Tool{"echo", parse_echo},
    Tool{"cat", parse_cat},
    Tool{"ipvsadm", parse_ipvsadm},
    Tool{"ipvsadm-save", parse_ipvsadm_save},
    Tool{"ipvsadm-restore", parse_ipvsadm_restore},
    Tool{"arptables", parse_arptables},
    Tool{"iptables", parse_iptables},
    Tool{"tc", later},
    Tool{"bridge", parse_bridge},
    Tool{"modprobe", says_so},
    Tool{"systemctl", says_so},
    Tool{"service", says_so},
    Tool{"apt-get", says_so},
    Tool{"true", silent},
    Tool{":", silent},
};

struct OutOfScope {
  std::string_view name;
  std::string_view why;
};
// README "Not modelled", and the shell's own commands.
constexpr std::array kOutOfScope{
    OutOfScope{"ip6tables", "IPv6 is not supported"},
    OutOfScope{"conntrack", "connection tracking is not supported"},
    OutOfScope{"vconfig", "VLANs are not supported"},
    OutOfScope{"ifenslave", "bonding is not supported"},
    OutOfScope{"nft", "nftables is not supported; arptables and iptables are read"},
    OutOfScope{"ethtool", "offloads and driver settings are not modelled"},
    OutOfScope{"sudo", "commands run as root already; leave sudo out"},
    OutOfScope{"export", "the shell's `export` is not supported; write NAME=value"},
    OutOfScope{"set", "the shell's `set` is not supported"},
    OutOfScope{"cd", "the shell's `cd` is not supported"},
    OutOfScope{"test", "the shell's `test` is not supported"},
    OutOfScope{"exit", "the shell's `exit` is not supported"},
    OutOfScope{"source", "the shell's `source` is not supported"},
    OutOfScope{".", "the shell's `.` is not supported"},
    OutOfScope{"eval", "the shell's `eval` is not supported"},
    OutOfScope{"exec", "the shell's `exec` is not supported"},
    OutOfScope{"printf", "the shell's `printf` is not supported; use echo"},
    OutOfScope{"sleep", "a setup takes no time; use events"},
};

// Tools are also called by their path.
std::string_view without_folder(std::string_view name) {
  for (const std::string_view folder :
       {"/usr/local/sbin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
    if (name.substr(0, folder.size()) == folder) return name.substr(folder.size());
  }
  return name;
}

// The two makes of the packet filters' tools are the same here.
std::string_view without_make(std::string_view name) {
  for (const std::string_view tool : {"arptables", "iptables"}) {
    if (name.substr(0, tool.size()) != tool) continue;
    const std::string_view make = name.substr(tool.size());
    if (make == "-nft" || make == "-legacy") return tool;
  }
  return name;
}

// Input and output that a command does not use would be ignored in silence; refuse it instead.
void check_redirections(const ShellCommand& shell, std::string_view tool) {
  const bool has_input = shell.input_text.has_value() || shell.input_file.has_value();
  const bool reads = tool == "cat" || tool == "ipvsadm-restore" || tool == "ipvsadm";
  if (has_input && !reads) {
    throw ScenarioError(shell.where(), std::string(tool) + ": reads no input here");
  }
}

}  // namespace

Command parse_command(const ShellCommand& shell) {
  const std::string_view name = without_make(without_folder(shell.words.front().text));
  std::vector<std::string> known;
  for (const Tool& tool : kTools) {
    if (name == tool.name) {
      check_redirections(shell, name);
      return tool.parse(shell);
    }
    known.emplace_back(tool.name);
  }
  for (const OutOfScope& tool : kOutOfScope) {
    if (name == tool.name) {
      throw ScenarioError(shell.where(), std::string(name) + ": " + std::string(tool.why));
    }
  }
  const std::string text(name);
  throw ScenarioError(shell.where(), "unknown command \"" + text + "\"" +
                                         did_you_mean(text, known) + " (known: " + join(known) +
                                         ")");
}

namespace {
struct Prints {
  template <class T>
  bool operator()(const T&) const {
    return false;
  }
  bool operator()(const IpAddrShow&) const { return true; }
  bool operator()(const IpLinkShow&) const { return true; }
  bool operator()(const IpRouteShow&) const { return true; }
  bool operator()(const IpRouteGet&) const { return true; }
  bool operator()(const IpRuleShow&) const { return true; }
  bool operator()(const IpNeighShow&) const { return true; }
  bool operator()(const IpNeighGet&) const { return true; }
  bool operator()(const BridgeFdbShow&) const { return true; }
  template <class Chain, class Rule>
  bool operator()(const TableCommand<Chain, Rule>& command) const {
    return command.action == TableAction::list || command.action == TableAction::rules;
  }
  bool operator()(const IpvsList&) const { return true; }
  bool operator()(const IpvsSave&) const { return true; }
  bool operator()(const SysctlRead&) const { return true; }
  bool operator()(const Cat&) const { return true; }
  bool operator()(const NotBuilt&) const { return true; }
};
}  // namespace

Script read_script(const Text& text, const std::vector<std::string>& parameters) {
  Script script;
  script.text = text.value();
  script.where = {text.position()};
  for (ShellCommand& shell : parse_script(text, parameters)) {
    Command command = parse_command(shell);
    script.steps.push_back({std::move(command), std::move(shell)});
  }
  return script;
}

Script read_show(const Text& text, const std::vector<std::string>& parameters) {
  Script script = read_script(text, parameters);
  if (script.steps.size() != 1) {
    throw ScenarioError(script.where, "show: expected one command");
  }
  const Step& step = script.steps.front();
  if (!std::visit(Prints{}, step.command) || step.shell.output) {
    throw ScenarioError(step.where(), "show: \"" + step.shell.words.front().text +
                                          " …\" changes something; use run: for that");
  }
  return script;
}

}  // namespace lvs::language
