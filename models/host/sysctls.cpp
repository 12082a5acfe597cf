#include "models/host/sysctls.hpp"

namespace lvs {
namespace {

constexpr std::array<std::string_view, kConfKeyCount> kConfNames{
    "forwarding",          "arp_ignore",
    "arp_announce",        "arp_filter",
    "arp_accept",          "arp_notify",
    "arp_evict_nocarrier", "drop_gratuitous_arp",
    "proxy_arp",           "proxy_arp_pvlan",
    "medium_id",           "rp_filter",
    "src_valid_mark",      "accept_local",
    "route_localnet",      "accept_redirects",
    "secure_redirects",    "send_redirects",
    "shared_media",        "log_martians",
    "promote_secondaries", "ignore_routes_with_linkdown"};

template <class Struct>
struct Member {
  std::string_view name;
  int Struct::*member;
};

constexpr std::array kNeighbourMembers{
    Member<NeighbourConf>{"base_reachable_time_ms", &NeighbourConf::base_reachable_time_ms},
    Member<NeighbourConf>{"delay_first_probe_time", &NeighbourConf::delay_first_probe_time},
    Member<NeighbourConf>{"retrans_time_ms", &NeighbourConf::retrans_time_ms},
    Member<NeighbourConf>{"mcast_solicit", &NeighbourConf::mcast_solicit},
    Member<NeighbourConf>{"ucast_solicit", &NeighbourConf::ucast_solicit},
    Member<NeighbourConf>{"mcast_resolicit", &NeighbourConf::mcast_resolicit},
    Member<NeighbourConf>{"app_solicit", &NeighbourConf::app_solicit},
    Member<NeighbourConf>{"proxy_delay", &NeighbourConf::proxy_delay},
    Member<NeighbourConf>{"proxy_qlen", &NeighbourConf::proxy_qlen},
    Member<NeighbourConf>{"locktime", &NeighbourConf::locktime},
    Member<NeighbourConf>{"gc_stale_time", &NeighbourConf::gc_stale_time},
    Member<NeighbourConf>{"unres_qlen_bytes", &NeighbourConf::unres_qlen_bytes},
};

constexpr std::array kHostMembers{
    Member<HostSysctls>{"ipv4.tcp_timestamps", &HostSysctls::tcp_timestamps},
    Member<HostSysctls>{"ipv4.tcp_syn_retries", &HostSysctls::tcp_syn_retries},
    Member<HostSysctls>{"ipv4.tcp_synack_retries", &HostSysctls::tcp_synack_retries},
    Member<HostSysctls>{"ipv4.tcp_retries2", &HostSysctls::tcp_retries2},
    Member<HostSysctls>{"ipv4.tcp_orphan_retries", &HostSysctls::tcp_orphan_retries},
    Member<HostSysctls>{"ipv4.tcp_fin_timeout", &HostSysctls::tcp_fin_timeout},
    Member<HostSysctls>{"ipv4.tcp_abort_on_overflow", &HostSysctls::tcp_abort_on_overflow},
    Member<HostSysctls>{"ipv4.tcp_syncookies", &HostSysctls::tcp_syncookies},
    Member<HostSysctls>{"ipv4.tcp_max_syn_backlog", &HostSysctls::tcp_max_syn_backlog},
    Member<HostSysctls>{"core.somaxconn", &HostSysctls::somaxconn},
    Member<HostSysctls>{"ipv4.tcp_sack", &HostSysctls::tcp_sack},
    Member<HostSysctls>{"ipv4.tcp_window_scaling", &HostSysctls::tcp_window_scaling},
    Member<HostSysctls>{"ipv4.tcp_congestion_control", &HostSysctls::tcp_congestion_control},
    Member<HostSysctls>{"ipv4.tcp_tw_reuse", &HostSysctls::tcp_tw_reuse},
    Member<HostSysctls>{"ipv4.ip_default_ttl", &HostSysctls::ip_default_ttl},
    Member<HostSysctls>{"ipv4.ip_no_pmtu_disc", &HostSysctls::ip_no_pmtu_disc},
    Member<HostSysctls>{"ipv4.ip_forward_use_pmtu", &HostSysctls::ip_forward_use_pmtu},
    Member<HostSysctls>{"ipv4.ipfrag_time", &HostSysctls::ipfrag_time},
    Member<HostSysctls>{"ipv4.route.min_pmtu", &HostSysctls::route_min_pmtu},
    Member<HostSysctls>{"ipv4.route.mtu_expires", &HostSysctls::route_mtu_expires},
    Member<HostSysctls>{"ipv4.icmp_ratelimit", &HostSysctls::icmp_ratelimit},
    Member<HostSysctls>{"ipv4.icmp_ratemask", &HostSysctls::icmp_ratemask},
    Member<HostSysctls>{"ipv4.icmp_msgs_per_sec", &HostSysctls::icmp_msgs_per_sec},
    Member<HostSysctls>{"ipv4.icmp_msgs_burst", &HostSysctls::icmp_msgs_burst},
    Member<HostSysctls>{"ipv4.icmp_echo_ignore_broadcasts",
                        &HostSysctls::icmp_echo_ignore_broadcasts},
    Member<HostSysctls>{"ipv4.icmp_echo_ignore_all", &HostSysctls::icmp_echo_ignore_all},
    Member<HostSysctls>{"ipv4.neigh.default.gc_interval", &HostSysctls::neigh_gc_interval},
    Member<HostSysctls>{"ipv4.neigh.default.gc_thresh1", &HostSysctls::neigh_gc_thresh1},
    Member<HostSysctls>{"ipv4.neigh.default.gc_thresh2", &HostSysctls::neigh_gc_thresh2},
    Member<HostSysctls>{"ipv4.neigh.default.gc_thresh3", &HostSysctls::neigh_gc_thresh3},
};

template <class Rows>
auto find_member(const Rows& rows, std::string_view name) -> decltype(rows[0].member) {
  for (const auto& row : rows) {
    if (row.name == name) return row.member;
  }
  return nullptr;
}

}  // namespace

// Defaults of a plain kernel (spec/linux-host.md, before section 1).
InterfaceConf::InterfaceConf() {
  for (const ConfKey key :
       {ConfKey::accept_redirects, ConfKey::secure_redirects, ConfKey::send_redirects,
        ConfKey::shared_media, ConfKey::arp_evict_nocarrier}) {
    values_[static_cast<std::size_t>(key)] = 1;
  }
}

std::string_view name(ConfKey key) { return kConfNames[static_cast<std::size_t>(key)]; }

std::optional<ConfKey> conf_key(std::string_view name) {
  for (std::size_t i = 0; i < kConfNames.size(); ++i) {
    if (kConfNames[i] == name) return static_cast<ConfKey>(i);
  }
  return std::nullopt;
}

int NeighbourConf::*neighbour_member(std::string_view name) {
  return find_member(kNeighbourMembers, name);
}
int HostSysctls::*host_member(std::string_view name) { return find_member(kHostMembers, name); }

}  // namespace lvs
