// Each row changes one place of an example and gives the whole message, place first.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

const std::vector<NearMiss> kNearMisses{
    {"article-nat", "target: 10.1.10.3:80/tcp", "target: 10.1.10.3:80",
     "36:68: clients.web.target: \"10.1.10.3:80\" is no service such as 10.1.10.3:80/tcp (tcp or "
     "udp)"},
    {"article-nat", "{poisson: $(load)}", "{poisson: 400}",
     "36:106: clients.web.arrivals.poisson: \"400\" has no unit; expected a number per second such "
     "as 400/s"},
    {"article-nat", "{poisson: $(load)}", "{poison: $(load)}",
     "36:97: clients.web.arrivals: unknown key \"poison\"; did you mean \"poisson\"? (known: "
     "poisson, deterministic, mmpp, trace)"},
    {"article-nat", "addresses: 10.1.10.129..10.1.10.254", "addresses: 10.1.10.254..10.1.10.129",
     "36:34: clients.web.addresses: \"10.1.10.254..10.1.10.129\" descends"},
    {"article-nat", "addresses: 10.1.10.129..10.1.10.254", "addresses: 10.1.10.129-254",
     "36:34: clients.web.addresses: \"10.1.10.129-254\" is no range of addresses such as "
     "10.9.0.129..10.9.0.254 or 172.20.0.0/22"},
    {"article-nat", "web: {host: client", "web: {on: client",
     "36:9: clients.web: unknown key \"on\"; the machine is named by host: (known: host, "
     "addresses, popularity, target, targets, popularity_targets, arrivals, users, requests, "
     "think, hold, request, timeout, close, idle, retry, streams, pool, flood)"},
    {"article-nat", "web: {host: client", "web: {host: cleint",
     "36:15: unknown host \"cleint\"; did you mean \"client\"? (known: client, director, rs1, "
     "rs2)"},
    {"article-nat", "request: 300B, ", "", "36:8: clients.web: the key \"request\" is missing"},
    {"article-nat", "timeout: 10s}", "timeout: 10s, users: 5}",
     "36:152: clients.web.users: only one is possible of arrivals, users"},
    {"article-nat", "{at: 25s, host: director, show: ipvsadm -Ln --stats}",
     "{at: 25s, host: director, run: ipvsadm -A -t 10.1.10.4:80 -s sh -b sh-port, sh-fallback}",
     "39:81: events[0]: unknown key \"sh-fallback\"; a comma ends the value here: quote the "
     "command (known: at, every, during, host, run, show, server, speed, power, cable, "
     "connect, datagram, send, close, reset)"},
    {"article-nat", "{at: 25s, host: director, show: ipvsadm -Ln --stats}",
     "{at: 25s, show: ipvsadm -Ln --stats}", "39:5: events[0]: the key \"host\" is missing"},
    {"article-nat", "{at: 25s, host: director, show: ipvsadm -Ln --stats}",
     "{at: 25s, host: director, show: ipvsadm -C}",
     "39:37: events[0].show: show: \"ipvsadm …\" changes something; use run: for that"},
    {"article-nat", "{at: 25s, host: director, show: ipvsadm -Ln --stats}",
     "{at: 25s, host: director, show: ipvsadm -Ln, run: ipvsadm -C}",
     "39:37: events[0].show: only one is possible of run, show, server, speed, power, cable, "
     "connect, datagram, send, close, reset"},
    {"article-nat", "between: [66%, 67.4%]", "between: [67.4%, 66%]",
     "43:46: expect[1].between: the second end is below the first"},
    {"article-nat", "between: [66%, 67.4%]", "between: [66%, 0.674]",
     "43:46: expect[1].between: the two ends have different units"},
    {"article-nat", "when: {scheduler: wrr}", "when: {scheduler: wwr}",
     "43:67: when: scheduler is never \"wwr\"; did you mean \"wrr\"? (values: rr, wrr, lc, wlc, "
     "sed, nq, sh, dh, lblc, lblcr)"},
    {"article-nat", "when: {scheduler: wrr}", "when: {schedule: wrr}",
     "43:67: unknown parameter \"schedule\"; did you mean \"scheduler\"? (known: scheduler, load)"},
    {"article-nat", "of: rs2", "of: rs3",
     "43:32: \"rs3\" is no service A:P/tcp, host, HOST:NIC, network or group of clients; did you "
     "mean \"rs1\"?"},
    {"article-nat", "baseline: {scheduler: rr}", "baseline: {scheduler: mh}",
     "45:89: study.baseline.scheduler: is not one of the varied values"},
    {"article-nat", "vary: {scheduler: [", "vary: {sheduler: [",
     "45:16: study.vary: unknown parameter \"sheduler\"; did you mean \"scheduler\"? (known: "
     "scheduler, load)"},
};

}  // namespace

TEST_CASE(
    "a slip in the NAT example is refused at its place with what was expected (clients, events, "
    "study)",
    "[language][near-miss]") {
  for (const NearMiss& miss : kNearMisses) {
    DYNAMIC_SECTION(miss.example << ": " << miss.was << " -> " << miss.is) {
      CHECK(error_of_near_miss(miss) == std::string(miss.example) + ".yaml:" + miss.message);
    }
  }
}

}  // namespace lvs::language::testing
