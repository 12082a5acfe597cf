#include <cstdio>

#include "models/ipvs/schedulers/registry.hpp"
#include "results/metrics.hpp"
#include "tools/cli/commands.hpp"

namespace lvs::cli {
namespace {

void list_schedulers() {
  for (const SchedulerEntry& entry : schedulers()) {
    std::printf("%-6.*s %.*s\n", static_cast<int>(entry.name.size()), entry.name.data(),
                static_cast<int>(entry.description.size()), entry.description.data());
  }
}

constexpr const char* kModes =
    "nat      ipvsadm -m  the destination becomes the real server; replies cross the director\n"
    "dr       ipvsadm -g  only the MAC address changes; real servers own the VIP and answer "
    "directly\n"
    "tun      ipvsadm -i  an outer IP header (IPIP); real servers own the VIP on tunl0\n"
    "fullnat  ipvsadm -b  DPVS's: both addresses change\n";

constexpr const char* kCommands =
    "ip addr add|del|flush|show        ip link add|del|set|show    (-o, -br, -4)\n"
    "ip route add|append|replace|change|del|flush|show|get         (table N, tos, onlink, throw)\n"
    "ip rule add|del|flush|show        ip neigh add|replace|change|del|flush|show|get  (proxy)\n"
    "ifconfig DEV[:N] A netmask M [broadcast B] [up]         route add|del   arp -s|-d\n"
    "sysctl [-n] NAME | -w NAME=VALUE | -p FILE              echo N > /proc/sys/NAME\n"
    "arptables -A -I -D -R -C -F -P -Z -L -S INPUT|OUTPUT|FORWARD  (ACCEPT, DROP, mangle, …)\n"
    "iptables  -A -I -D -R -C -F -P -Z -L -S INPUT|FORWARD|OUTPUT  (ACCEPT, DROP, RETURN, MARK)\n"
    "iptables -t mangle … PREROUTING … -j MARK --set-mark N[/M]\n"
    "ipvsadm -A -E -D -C -Z -a -e -d -L -S -R --set          ipvsadm-save, ipvsadm-restore\n"
    "arping -U|-A -I DEV [-c N] ADDRESS\n"
    "bridge fdb show [br NETWORK] [dev PORT]                 (with host: NETWORK)\n"
    "cat, echo, true; > >> < << && || ; for NAME in WORDS; do COMMANDS; done; NAME=VALUE\n"
    "modprobe, systemctl, service, apt-get (do nothing and say so)\n";

}  // namespace

int list(const std::string& what) {
  if (what == "schedulers") list_schedulers();
  if (what == "modes") std::fputs(kModes, stdout);
  if (what == "metrics") std::fputs(metrics_listing().c_str(), stdout);
  if (what == "commands") std::fputs(kCommands, stdout);
  return ExitStatus::kFine;
}

}  // namespace lvs::cli
