#include <algorithm>
#include <iterator>
#include <sstream>

#include "scenarios/language/commands/arguments.hpp"
#include "scenarios/language/commands/sysctl.hpp"

namespace lvs::language {
namespace {

// Sources: spec/linux-host.md sections 0 to 6, spec/ipvs.md 1.8. `*` stands for all, default or an
// interface.
constexpr const char* kPlain[] = {"net.ipv4.ip_forward",
                                  "net.ipv4.ip_nonlocal_bind",
                                  "net.ipv4.ip_default_ttl",
                                  "net.ipv4.ip_local_port_range",
                                  "net.ipv4.ip_no_pmtu_disc",
                                  "net.ipv4.ip_forward_use_pmtu",
                                  "net.ipv4.icmp_echo_ignore_all",
                                  "net.ipv4.icmp_echo_ignore_broadcasts",
                                  "net.ipv4.icmp_ratelimit",
                                  "net.ipv4.icmp_ratemask",
                                  "net.ipv4.icmp_msgs_per_sec",
                                  "net.ipv4.icmp_msgs_burst",
                                  "net.ipv4.icmp_errors_use_inbound_ifaddr",
                                  "net.ipv4.ipfrag_time",
                                  "net.ipv4.route.min_pmtu",
                                  "net.ipv4.route.mtu_expires",
                                  "net.core.somaxconn",
                                  "net.core.netdev_max_backlog"};
constexpr const char* kConf[] = {"accept_local",
                                 "accept_redirects",
                                 "accept_source_route",
                                 "arp_accept",
                                 "arp_announce",
                                 "arp_evict_nocarrier",
                                 "arp_filter",
                                 "arp_ignore",
                                 "arp_notify",
                                 "bc_forwarding",
                                 "bootp_relay",
                                 "drop_gratuitous_arp",
                                 "drop_unicast_in_l2_multicast",
                                 "forwarding",
                                 "ignore_routes_with_linkdown",
                                 "log_martians",
                                 "mc_forwarding",
                                 "medium_id",
                                 "promote_secondaries",
                                 "proxy_arp",
                                 "proxy_arp_pvlan",
                                 "route_localnet",
                                 "rp_filter",
                                 "secure_redirects",
                                 "send_redirects",
                                 "shared_media",
                                 "src_valid_mark"};
constexpr const char* kNeigh[] = {"app_solicit",
                                  "base_reachable_time_ms",
                                  "delay_first_probe_time",
                                  "gc_interval",
                                  "gc_stale_time",
                                  "gc_thresh1",
                                  "gc_thresh2",
                                  "gc_thresh3",
                                  "locktime",
                                  "mcast_resolicit",
                                  "mcast_solicit",
                                  "proxy_delay",
                                  "proxy_qlen",
                                  "retrans_time_ms",
                                  "ucast_solicit",
                                  "unres_qlen",
                                  "unres_qlen_bytes"};
constexpr const char* kTcp[] = {"abort_on_overflow",
                                "congestion_control",
                                "fin_timeout",
                                "keepalive_intvl",
                                "keepalive_probes",
                                "keepalive_time",
                                "max_syn_backlog",
                                "max_tw_buckets",
                                "mtu_probing",
                                "no_metrics_save",
                                "orphan_retries",
                                "retries1",
                                "retries2",
                                "rfc1337",
                                "sack",
                                "syn_retries",
                                "syncookies",
                                "synack_retries",
                                "timestamps",
                                "tw_reuse",
                                "window_scaling"};
constexpr const char* kVs[] = {"am_droprate",         "amemthresh",
                               "backup_only",         "cache_bypass",
                               "conn_reuse_mode",     "conntrack",
                               "drop_entry",          "drop_packet",
                               "expire_nodest_conn",  "expire_quiescent_template",
                               "ignore_tunneled",     "lblc_expiration",
                               "lblcr_expiration",    "nat_icmp_send",
                               "pmtu_disc",           "run_estimation",
                               "schedule_icmp",       "secure_tcp",
                               "sloppy_sctp",         "sloppy_tcp",
                               "snat_reroute",        "sync_persist_mode",
                               "sync_ports",          "sync_qlen_max",
                               "sync_refresh_period", "sync_retries",
                               "sync_sock_size",      "sync_threshold",
                               "sync_version"};

const std::vector<std::string>& known_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names(std::begin(kPlain), std::end(kPlain));
    const auto add = [&names](const std::string& folder, const auto& list) {
      for (const char* name : list) names.push_back(folder + name);
    };
    add("net.ipv4.conf.*.", kConf);
    add("net.ipv4.neigh.*.", kNeigh);
    add("net.ipv4.tcp_", kTcp);
    add("net.ipv4.vs.", kVs);
    return names;
  }();
  return kNames;
}

// "net.ipv4.conf.eth0.arp_ignore" to "net.ipv4.conf.*.arp_ignore".
std::string with_star(const std::string& name) {
  for (const std::string prefix : {"net.ipv4.conf.", "net.ipv4.neigh."}) {
    if (name.rfind(prefix, 0) != 0) continue;
    const std::size_t last = name.rfind('.');
    if (last > prefix.size()) return prefix + "*" + name.substr(last);
  }
  return name;
}

}  // namespace

std::string sysctl_name(const std::string& text, const Where& where) {
  std::string name = text;
  if (name.rfind("/proc/sys/", 0) == 0) name.erase(0, 10);
  std::replace(name.begin(), name.end(), '/', '.');
  const std::vector<std::string>& known = known_names();
  const std::string pattern = with_star(name);
  if (std::find(known.begin(), known.end(), pattern) != known.end()) return name;
  if (name.rfind("net.ipv6.", 0) == 0) {
    throw ScenarioError(where, "sysctl: " + name + ": IPv6 is not supported");
  }
  if (name.rfind("net.netfilter.", 0) == 0) {
    throw ScenarioError(where, "sysctl: " + name + ": connection tracking is not supported");
  }
  std::string path = name;
  std::replace(path.begin(), path.end(), '.', '/');
  throw ScenarioError(where, "sysctl: cannot stat /proc/sys/" + path +
                                 ": No such file or directory" + did_you_mean(pattern, known));
}

SysctlAssignment sysctl_assignment(const std::string& name, const std::string& value,
                                   const Where& where) {
  SysctlAssignment assignment{sysctl_name(name, where), "", where};
  const bool pair = assignment.name == "net.ipv4.ip_local_port_range" ||
                    assignment.name == "net.ipv4.vs.sync_threshold";
  if (assignment.name == kTcpCongestionControl) {
    if (value == "reno" || value == "cubic") {
      assignment.value = value;
      return assignment;
    }
    throw ScenarioError(where, "sysctl: setting key \"" + assignment.name +
                                   "\": No such file or directory (\"" + value +
                                   "\"; modelled: reno, cubic)");
  }
  std::istringstream words(value);
  int count = 0;
  for (std::string word; words >> word;) {
    const bool negative = word.size() > 1 && word[0] == '-';
    if (!parse_count(std::string_view(word).substr(negative ? 1 : 0), 0x7fffffff)) {
      count = -1;
      break;
    }
    assignment.value += (count++ == 0 ? "" : " ") + word;
  }
  if (count == (pair ? 2 : 1)) return assignment;
  throw ScenarioError(where, "sysctl: setting key \"" + assignment.name +
                                 "\": Invalid argument (\"" + value + "\"; expected " +
                                 (pair ? "two whole numbers" : "a whole number") + ")");
}

}  // namespace lvs::language
