#include "scenarios/language/starter.hpp"

#include <fmt/format.h>

#include <array>

namespace lvs::language {
namespace {

struct Mode {
  std::string_view name;
  std::string_view what;     // what it is called and does to a request
  std::string_view replies;  // and how the answer comes back
};
constexpr std::array kModes{
    Mode{"nat", "NAT: the director rewrites the destination to the real server's address;",
         "replies come back through the director, the servers' gateway."},
    Mode{"dr", "Direct routing: the director changes nothing but the MAC address;",
         "real servers own the VIP too (silent in ARP) and answer clients directly."},
    Mode{"tun", "IPIP tunnel: the director wraps each packet in one to the real server;",
         "real servers own the VIP too, unwrap, and answer clients directly."},
    Mode{"fullnat", "FULLNAT as in DPVS: the director rewrites both addresses;",
         "servers see a local address of the director, so they may be anywhere."},
};

// rr and two equal servers: the shares differ by one connection at most, whatever the mode.
constexpr std::string_view kStarter = R"yaml(# {what}
# {replies}
# Run it:              lvsim run {file}
# Change one thing:    lvsim run {file} --set scheduler=wrr   (or load=600/s, or mode={other})
# See every machine:   lvsim show {file}   (its addresses, routes and ipvsadm commands)
name: first-{name}
about: "Two equal servers behind one director, mode {name}. Does each serve half?"
parameters: {{mode: {name}, scheduler: rr, load: 200/s}}   # below, $(load) stands for 200/s
time: {{run: 60s}}                # what is measured; the warm-up before it is chosen automatically
cluster:                        # makes the hosts client, director, router, rs1 and rs2
  mode: $(mode)                 # nat, dr, tun or fullnat
  scheduler: $(scheduler)       # lvsim list schedulers
  vip: 10.1.10.3:80/tcp         # what clients connect to: address, port, protocol
  real_servers: [{{weight: 1}}, {{weight: 1}}]   # one more {{weight: 1}} is one more server
  server: {{cores: 2, service_time: {{exponential: 5ms}}, response: 12KiB}}
clients:
  web: {{host: client, addresses: 172.20.0.1..172.20.0.250, target: 10.1.10.3:80/tcp,
        arrivals: {{poisson: $(load)}}, request: 300B, timeout: 5s}}
events:
  - {{at: 30s, host: director, show: ipvsadm -Ln}}   # type what you would type on the machine
expect:                         # lvsim list metrics; exit status 1 if one does not hold
  - {{metric: connections.failed, equals: 0}}
  - {{metric: latency.response.p99, at_most: 100ms}}
  - {{metric: server.share, of: rs1, between: [49.9%, 50.1%], when: {{scheduler: rr}}}}
study: {{vary: {{mode: [nat, dr, tun, fullnat], scheduler: [rr, wrr, lc, wlc]}}, replications: 5}}
)yaml";

}  // namespace

const std::vector<std::string>& mode_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Mode& mode : kModes) names.emplace_back(mode.name);
    return names;
  }();
  return kNames;
}

std::optional<std::string> starter_scenario(std::string_view mode, const std::string& file) {
  for (const Mode& known : kModes) {
    if (mode != known.name) continue;
    return fmt::format(kStarter, fmt::arg("name", known.name), fmt::arg("what", known.what),
                       fmt::arg("replies", known.replies), fmt::arg("file", file),
                       fmt::arg("other", mode == "nat" ? "dr" : "nat"));
  }
  return std::nullopt;
}

}  // namespace lvs::language
