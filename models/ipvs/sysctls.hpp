// The sysctls of a director, /proc/sys/net/ipv4/vs/NAME (spec/ipvs.md 1.8).
#pragma once

#include <array>
#include <string_view>

namespace lvs {

struct IpvsSysctls {
  int conn_reuse_mode =
      1;  ///< bits: 1 reschedule a SYN that meets a closing connection, 2 DR/TUN too
  int expire_nodest_conn = 0;  ///< 1: connections of a deleted server end at once
  int nat_icmp_send = 0;       ///< 1: orphan packets of NAT servers are answered with ICMP
  int pmtu_disc = 1;           ///< tunnels honour DF
  int run_estimation = 1;      ///< 0: shown counters and rates stand still
  int sloppy_tcp = 0;          ///< 1: any segment but RST may start a connection
};

struct IpvsSysctlEntry {
  std::string_view name;
  int IpvsSysctls::*value;
};

inline constexpr std::array kIpvsSysctls{
    IpvsSysctlEntry{"conn_reuse_mode", &IpvsSysctls::conn_reuse_mode},
    IpvsSysctlEntry{"expire_nodest_conn", &IpvsSysctls::expire_nodest_conn},
    IpvsSysctlEntry{"nat_icmp_send", &IpvsSysctls::nat_icmp_send},
    IpvsSysctlEntry{"pmtu_disc", &IpvsSysctls::pmtu_disc},
    IpvsSysctlEntry{"run_estimation", &IpvsSysctls::run_estimation},
    IpvsSysctlEntry{"sloppy_tcp", &IpvsSysctls::sloppy_tcp},
};

}  // namespace lvs
