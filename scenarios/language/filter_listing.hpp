// What `arptables -L|-S` and `iptables -L|-S` print. Both forms were compared with the binaries of
// Debian 12 (arptables-nft and iptables-nft 1.8.9).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scenarios/language/commands/xtables.hpp"

namespace lvs::language {

std::string list_arp_rules(const ArpFilter& filter, const ArpTables& what);
std::string save_arp_rules(const ArpFilter& filter, const ArpTables& what);
std::string list_ip_rules(const IpFilter& filter, const IpTables& what);
std::string save_ip_rules(const IpFilter& filter, const IpTables& what);

// What both share.
struct ListingStyle {
  bool numeric = false;  ///< -n
  bool verbose = false;  ///< -v
  bool exact = false;    ///< -x
};
/// "ACCEPT", "DROP".
std::string_view policy_name(FilterVerdict policy);
/// Six digits and more in thousands, millions, …: "12345", "123K" (-x: all digits).
std::string short_count(std::uint64_t number, bool exact);
/// "Chain INPUT (policy ACCEPT)\n", with -v the counters of the policy.
std::string chain_heading(std::string_view chain, FilterVerdict policy, std::uint64_t packets,
                          std::uint64_t bytes, const ListingStyle& style);

}  // namespace lvs::language
