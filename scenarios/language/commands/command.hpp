// From the words of a command to a typed request that the models can carry out.
#pragma once

#include <variant>

#include "scenarios/language/commands/files.hpp"
#include "scenarios/language/commands/ip.hpp"
#include "scenarios/language/commands/ip_policy.hpp"
#include "scenarios/language/commands/ipvsadm.hpp"
#include "scenarios/language/commands/xtables.hpp"
#include "scenarios/language/script.hpp"

namespace lvs::language {

using Command = std::variant<
    // commands/ip.hpp
    IpAddrAdd, IpAddrDel, IpAddrFlush, IpAddrShow, IpLinkAdd, IpLinkDel, IpLinkSet, IpLinkShow,
    IpRouteChange, IpRouteFlushCache, IpNeighChange, IpNeighShow, IpNeighGet, IpNeighFlush, Arping,
    // commands/ip_policy.hpp
    IpRouteShow, IpRouteFlush, IpRouteGet, IpRuleAdd, IpRuleDel, IpRuleShow, IpRuleFlush,
    BridgeFdbShow,
    // commands/xtables.hpp
    ArpTables, IpTables,
    // commands/ipvsadm.hpp
    IpvsServiceSet, IpvsServiceDelete, IpvsClear, IpvsZero, IpvsServerSet, IpvsServerDelete,
    IpvsLocalAddressAdd, IpvsList, IpvsSetTimeouts, IpvsSave, IpvsRestore,
    // commands/files.hpp
    SysctlWrite, SysctlRead, SysctlLoad, Echo, Cat, NoOperation, NotBuilt>;

/// Reads one command. Throws ScenarioError, at the word that is wrong, with the real tool's text
/// where it has one.
Command parse_command(const ShellCommand& shell);

/// A command of a script with what the shell says about it. Where its output goes and its input
/// comes from is in `shell`.
struct Step {
  Command command;
  ShellCommand shell;

  const Where& where() const { return shell.where(); }
  friend bool operator==(const Step&, const Step&) = default;
};

/// A `setup`, or the value of `run:` or `show:`.
struct Script {
  std::string text;  ///< after substitution: valid sh
  std::vector<Step> steps;
  Where where;

  friend bool operator==(const Script&, const Script&) = default;
};

Script read_script(const Text& text, const std::vector<std::string>& parameters = {});
/// The value of `show:`: one command that prints and changes nothing.
Script read_show(const Text& text, const std::vector<std::string>& parameters = {});

}  // namespace lvs::language
