// One function per tool: from words to the typed request.
#pragma once

#include "scenarios/language/commands/command.hpp"

namespace lvs::language {

Command parse_ip(const ShellCommand& shell);  // ip.cpp
Command parse_ip_addr(
    const std::vector<Word>& words);  // ip_addr.cpp; words[0] = "ip addr" and so on
Command parse_ip_link(const std::vector<Word>& words);     // ip_link.cpp
Command parse_ip_route(const std::vector<Word>& words);    // ip_route.cpp
Command parse_ip_neigh(const std::vector<Word>& words);    // ip_neigh.cpp
Command parse_ip_rule(const std::vector<Word>& words);     // ip_rule.cpp
Command parse_bridge(const ShellCommand& shell);           // bridge.cpp
Command parse_arptables(const ShellCommand& shell);        // arptables.cpp
Command parse_iptables(const ShellCommand& shell);         // iptables.cpp
Command parse_ifconfig(const ShellCommand& shell);         // ifconfig.cpp
Command parse_route(const ShellCommand& shell);            // route.cpp
Command parse_arp(const ShellCommand& shell);              // arp.cpp
Command parse_arping(const ShellCommand& shell);           // arping.cpp
Command parse_sysctl(const ShellCommand& shell);           // sysctl.cpp
Command parse_echo(const ShellCommand& shell);             // echo.cpp
Command parse_cat(const ShellCommand& shell);              // echo.cpp
Command parse_ipvsadm(const ShellCommand& shell);          // ipvsadm.cpp
Command parse_ipvsadm_save(const ShellCommand& shell);     // ipvs_table.cpp
Command parse_ipvsadm_restore(const ShellCommand& shell);  // ipvs_table.cpp

/// `ipvsadm -R` and ipvsadm-restore; ipvs_table.cpp.
IpvsRestore parse_ipvs_restore_command(const ShellCommand& shell, bool clear_first);

}  // namespace lvs::language
