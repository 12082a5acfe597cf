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
    "fullnat  ipvsadm -b  DPVS's: both addresses change (not built yet)\n";

constexpr const char* kCommands =
    "ip addr add|del|flush|show        ip link set|show      ip route add|replace|del|show\n"
    "ip neigh add|replace|del|flush|show\n"
    "ifconfig DEV[:N] A netmask M [broadcast B] [up]         route add|del   arp -s|-d\n"
    "sysctl -w NAME=VALUE | -p FILE    echo N > /proc/sys/NAME\n"
    "ipvsadm -A -E -D -C -Z -a -e -d -L -S -R --set          ipvsadm-save, ipvsadm-restore\n"
    "arping -U|-A -I DEV ADDRESS\n"
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
