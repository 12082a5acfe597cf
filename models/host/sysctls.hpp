// The kernel parameters of a host that the models read, and how a per-interface value combines with
// `all` (spec/linux-host.md, table before section 1).
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lvs {

/// net.ipv4.conf.<interface>.<key>
enum class ConfKey : std::uint8_t {
  forwarding,
  arp_ignore,
  arp_announce,
  arp_filter,
  arp_accept,
  arp_notify,
  arp_evict_nocarrier,
  drop_gratuitous_arp,
  proxy_arp,
  proxy_arp_pvlan,
  medium_id,
  rp_filter,
  src_valid_mark,
  accept_local,
  route_localnet,
  accept_redirects,
  secure_redirects,
  send_redirects,
  shared_media,
  log_martians,
  promote_secondaries,
  ignore_routes_with_linkdown,
};
inline constexpr std::size_t kConfKeyCount =
    static_cast<std::size_t>(ConfKey::ignore_routes_with_linkdown) + 1;

/// One directory below net.ipv4.conf.
class InterfaceConf {
 public:
  InterfaceConf();
  int operator[](ConfKey key) const { return values_[static_cast<std::size_t>(key)]; }
  void set(ConfKey key, int value) {
    values_[static_cast<std::size_t>(key)] = value;
    written_.set(static_cast<std::size_t>(key));
  }
  /// A write to `default`: taken over by directories in which the key was never written.
  void inherit(ConfKey key, int value) {
    if (!written_.test(static_cast<std::size_t>(key))) {
      values_[static_cast<std::size_t>(key)] = value;
    }
  }

 private:
  std::array<int, kConfKeyCount> values_{};
  std::bitset<kConfKeyCount> written_;
};

inline int max_of(const InterfaceConf& all, const InterfaceConf& iface, ConfKey key) {
  return std::max(all[key], iface[key]);
}
inline bool either(const InterfaceConf& all, const InterfaceConf& iface, ConfKey key) {
  return all[key] != 0 || iface[key] != 0;
}

/// net.ipv4.neigh.<interface>.<key>, and the table's own limits (kept per host; 4.2). Values are in
/// the unit of the key: seconds, milliseconds, or hundredths of a second (locktime).
struct NeighbourConf {
  int base_reachable_time_ms = 30'000;
  int delay_first_probe_time = 5;
  int retrans_time_ms = 1'000;
  int mcast_solicit = 3;
  int ucast_solicit = 3;
  int mcast_resolicit = 0;
  int app_solicit = 0;  ///< asks of a user's daemon; there is none, so they are lost time
  int locktime = 100;
  int gc_stale_time = 60;
  int unres_qlen_bytes = 212'992;
  int proxy_delay = 80;
  int proxy_qlen = 64;
};

/// Everything else under net.
struct HostSysctls {
  static constexpr int kReno = 0;
  static constexpr int kCubic = 1;

  int tcp_timestamps = 1;
  int tcp_sack = 1;
  int tcp_window_scaling = 1;
  int tcp_congestion_control = kCubic;  ///< written by name: "reno" or "cubic"
  int tcp_syn_retries = 6;
  int tcp_synack_retries = 5;
  int tcp_retries2 = 15;
  int tcp_orphan_retries = 0;  ///< 0 means 8
  int tcp_fin_timeout = 60;
  int tcp_abort_on_overflow = 0;
  int tcp_syncookies = 1;
  int tcp_max_syn_backlog = 4096;
  int somaxconn = 4096;
  int tcp_tw_reuse = 2;  ///< 2: on loopback only
  int ip_default_ttl = 64;
  int ip_no_pmtu_disc = 0;
  int ip_forward_use_pmtu = 0;
  int ipfrag_time = 30;
  int route_min_pmtu = 552;
  int route_mtu_expires = 600;
  int icmp_ratelimit = 1000;
  int icmp_ratemask = 6168;  ///< bits of the types that are limited: 3, 4, 11, 12
  int icmp_msgs_per_sec = 1000;
  int icmp_msgs_burst = 50;
  int icmp_echo_ignore_broadcasts = 1;
  int icmp_echo_ignore_all = 0;
  int neigh_gc_interval = 30;
  int neigh_gc_thresh1 = 128;
  int neigh_gc_thresh2 = 512;
  int neigh_gc_thresh3 = 1024;
  int ip_local_port_first = 32'768;
  int ip_local_port_last = 60'999;
};

std::string_view name(ConfKey key);
std::optional<ConfKey> conf_key(std::string_view name);
/// The member of NeighbourConf or HostSysctls called `name` ("base_reachable_time_ms",
/// "tcp_timestamps", "core.somaxconn", "neigh.default.gc_thresh3"); null if there is none.
int NeighbourConf::*neighbour_member(std::string_view name);
int HostSysctls::*host_member(std::string_view name);

}  // namespace lvs
