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
  bool is_mode = false;  ///< 0 to 3; the others take any number

  constexpr bool allows(int x) const { return !is_mode || (x >= 0 && x <= 3); }
};

inline constexpr std::array kIpvsSysctls{
    IpvsSysctlEntry{"am_droprate", &IpvsSysctls::am_droprate},
    IpvsSysctlEntry{"amemthresh", &IpvsSysctls::amemthresh},
    IpvsSysctlEntry{"backup_only", &IpvsSysctls::backup_only},
    IpvsSysctlEntry{"cache_bypass", &IpvsSysctls::cache_bypass},
    IpvsSysctlEntry{"conn_reuse_mode", &IpvsSysctls::conn_reuse_mode},
    IpvsSysctlEntry{"drop_entry", &IpvsSysctls::drop_entry, true},
    IpvsSysctlEntry{"drop_packet", &IpvsSysctls::drop_packet, true},
    IpvsSysctlEntry{"expire_nodest_conn", &IpvsSysctls::expire_nodest_conn},
    IpvsSysctlEntry{"expire_quiescent_template", &IpvsSysctls::expire_quiescent_template},
    IpvsSysctlEntry{"ignore_tunneled", &IpvsSysctls::ignore_tunneled},
    IpvsSysctlEntry{"lblc_expiration", &IpvsSysctls::lblc_expiration},
    IpvsSysctlEntry{"lblcr_expiration", &IpvsSysctls::lblcr_expiration},
    IpvsSysctlEntry{"nat_icmp_send", &IpvsSysctls::nat_icmp_send},
    IpvsSysctlEntry{"pmtu_disc", &IpvsSysctls::pmtu_disc},
    IpvsSysctlEntry{"run_estimation", &IpvsSysctls::run_estimation},
    IpvsSysctlEntry{"schedule_icmp", &IpvsSysctls::schedule_icmp},
    IpvsSysctlEntry{"secure_tcp", &IpvsSysctls::secure_tcp, true},
    IpvsSysctlEntry{"sloppy_tcp", &IpvsSysctls::sloppy_tcp},
    IpvsSysctlEntry{"snat_reroute", &IpvsSysctls::snat_reroute},
};

}  // namespace lvs
