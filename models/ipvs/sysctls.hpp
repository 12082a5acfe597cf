// The sysctls of a director, /proc/sys/net/ipv4/vs/NAME (spec/ipvs.md 1.8).
#pragma once

#include <array>
#include <string_view>

namespace lvs {

struct IpvsSysctls {
  int am_droprate = 10;     ///< drop_packet 3: one new connection in so many is dropped
  int amemthresh = 1024;    ///< pages; less free memory than that starts the automatic defences
  int backup_only = 0;      ///< no effect without a backup daemon
  int cache_bypass = 0;     ///< 1: without a real server, on to the packet's own destination
  int conn_reuse_mode = 1;  ///< bits: 1 reschedule a SYN that meets a closed connection, 2 DR/TUN
  int drop_entry = 0;       ///< 0 off, 1 2 automatic, 3 on: connections are dropped at random
  int drop_packet = 0;      ///< likewise: packets that would start a connection
  int expire_nodest_conn = 0;         ///< 1: connections of a deleted server end at once
  int expire_quiescent_template = 0;  ///< 1: a template of a server of weight 0 is not used
  int ignore_tunneled = 0;       ///< no effect here: other protocols are looked at by one hook only
  int lblc_expiration = 86400;   ///< s
  int lblcr_expiration = 86400;  ///< s
  int nat_icmp_send = 0;         ///< 1: orphan packets of NAT servers are answered with ICMP
  int pmtu_disc = 1;             ///< tunnels honour DF
  int run_estimation = 1;        ///< 0: shown counters and rates stand still
  int schedule_icmp = 0;         ///< 1: an ICMP error about an unknown connection may start it
  int secure_tcp = 0;            ///< 0 off, 1 2 automatic, 3 on: the stricter TCP tables
  int sloppy_tcp = 0;            ///< 1: any segment but RST may start a connection
  int snat_reroute = 1;          ///< replies of NAT are routed by their new source
};

struct IpvsSysctlEntry {
  std::string_view name;
  int IpvsSysctls::*value;
  int most;  ///< the least is 0
};

inline constexpr int kAnySysctlValue = 0x7fffffff;
inline constexpr std::array kIpvsSysctls{
    IpvsSysctlEntry{"am_droprate", &IpvsSysctls::am_droprate, kAnySysctlValue},
    IpvsSysctlEntry{"amemthresh", &IpvsSysctls::amemthresh, kAnySysctlValue},
    IpvsSysctlEntry{"backup_only", &IpvsSysctls::backup_only, kAnySysctlValue},
    IpvsSysctlEntry{"cache_bypass", &IpvsSysctls::cache_bypass, kAnySysctlValue},
    IpvsSysctlEntry{"conn_reuse_mode", &IpvsSysctls::conn_reuse_mode, kAnySysctlValue},
    IpvsSysctlEntry{"drop_entry", &IpvsSysctls::drop_entry, 3},
    IpvsSysctlEntry{"drop_packet", &IpvsSysctls::drop_packet, 3},
    IpvsSysctlEntry{"expire_nodest_conn", &IpvsSysctls::expire_nodest_conn, kAnySysctlValue},
    IpvsSysctlEntry{"expire_quiescent_template", &IpvsSysctls::expire_quiescent_template,
                    kAnySysctlValue},
    IpvsSysctlEntry{"ignore_tunneled", &IpvsSysctls::ignore_tunneled, kAnySysctlValue},
    IpvsSysctlEntry{"lblc_expiration", &IpvsSysctls::lblc_expiration, kAnySysctlValue},
    IpvsSysctlEntry{"lblcr_expiration", &IpvsSysctls::lblcr_expiration, kAnySysctlValue},
    IpvsSysctlEntry{"nat_icmp_send", &IpvsSysctls::nat_icmp_send, kAnySysctlValue},
    IpvsSysctlEntry{"pmtu_disc", &IpvsSysctls::pmtu_disc, kAnySysctlValue},
    IpvsSysctlEntry{"run_estimation", &IpvsSysctls::run_estimation, kAnySysctlValue},
    IpvsSysctlEntry{"schedule_icmp", &IpvsSysctls::schedule_icmp, kAnySysctlValue},
    IpvsSysctlEntry{"secure_tcp", &IpvsSysctls::secure_tcp, 3},
    IpvsSysctlEntry{"sloppy_tcp", &IpvsSysctls::sloppy_tcp, kAnySysctlValue},
    IpvsSysctlEntry{"snat_reroute", &IpvsSysctls::snat_reroute, kAnySysctlValue},
};

}  // namespace lvs
