// Each row changes one place of an example and gives the whole message, place first.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

const std::vector<NearMiss> kNearMisses{
    {"dr-arp", "ip neigh flush all", "ip neigh flsh all",
     "41:43: events[0].run: ip neigh: Command \"flsh\" is unknown; did you mean \"flush\"? (known: "
     "add, replace, change, del, show, get, flush)"},
    {"dr-arp", "for n in {1..4}; do ipvsadm", "for n in {1..4} do ipvsadm",
     "28:89: hosts.director.setup: `do` is missing: for n in {1..4}; do …; done"},
    {"dr-arp", "$((128+n))", "$((128+m))",
     "28:75: hosts.director.setup: $((128+m)): unknown name \"m\" (set here: n) (parameters: load, "
     "ignore, announce, hide)"},
    {"dr-arp", "-g; done", "-g", "28:7: hosts.director.setup: `for` without its `done`"},
    {"dr-arp", "net.ipv4.conf.all.arp_announce=$(announce)",
     "net.ipv4.conf.all.arp_anounce=$(announce)",
     "32:56: hosts.rs1..rs4.setup: sysctl: cannot stat /proc/sys/net/ipv4/conf/all/arp_anounce: No "
     "such file or directory; did you mean \"net.ipv4.conf.*.arp_announce\"?"},
    {"dr-arp", "jitter: {uniform: [0us, 20us]}", "jitter: {uniform: [20us, 0us]}",
     "7:59: networks.inside.jitter.uniform: the second end is below the first"},
    {"dr-arp", "at_most: 0%", "at_most: 0%, at_least: 1%",
     "44:80: expect[0].at_least: only one is possible of at_most, at_least, below, above, equals, "
     "between"},
    {"dr-arp", "hide: lo}}", "hide: l0}}",
     "44:106: when: hide is never \"l0\"; did you mean \"lo\"? (values: ip addr add "
     "192.168.184.100/32 dev lo, lo, eth0, ip addr add 192.168.184.100/32 dev eth0)"},
    {"dr-arp", "      $(hide)", "      $(hdie)",
     "34:7: hosts.rs1..rs4.setup: unknown parameter \"hdie\"; did you mean \"hide\"? (known: load, "
     "ignore, announce, hide, i)"},
    {"dr-arp", "ip route add default via 10.9.0.1", "ip route add default vai 10.9.0.1",
     "14:28: hosts.client.setup: ip route: either \"to\" is duplicate, or \"vai\" is a garbage; "
     "did you mean \"via\"?"},
    {"dr-arp", "ip route add local 10.9.0.128/25 dev lo", "ip route add local 10.9.0.129/25 dev lo",
     "13:26: hosts.client.setup: ip route: Invalid prefix for given prefix length. The "
     "network is 10.9.0.128/25"},
    {"tun-failures", "mac: \"02:00:00:00:0d:01\"", "mac: \"03:00:00:00:0d:01\"",
     "10:38: hosts.director.nics.eth0.mac: is no address of one station"},
    {"tun-failures", "setup: \"ip addr add 10.9.0.$((10+i))/24 dev eth0; ip route",
     "setup: \"ip addr add 10.9.0.$((10+i))/24 dev eth0; ip rote",
     "7:98: hosts.client1..client3.setup: ip: Object \"rote\" is unknown; did you mean \"route\"? "
     "(known: addr, link, route, rule, neigh)"},
    {"tun-failures", "mtu: 1500B", "mtu: 1500",
     "5:128: networks.farm.mtu: \"1500\" has no unit; expected a size such as 512KiB (units B KB "
     "MB KiB MiB)"},
    {"tun-failures", "mtu: 1500B", "mtu: 60B",
     "5:128: networks.farm.mtu: \"60B\" is out of range; accepted: 68B to 65535B"},
    {"tun-failures", "-i -w 2\n      EOF", "-i -w 2\n",
     "16:23: hosts.director.setup: the here-document has no end \"EOF\""},
    {"tun-failures", "-r 172.17.0.12:80 -i -w 2", "-r 172.17.0.12:80 -i -m -w 2",
     "19:50: hosts.director.setup: ipvsadm: multiple 'forwarding-method' options specified"},
    {"tun-failures", "server: hang", "server: hung",
     "34:34: events[0].server: \"hung\" is not one of hang, resume, refuse, accept; did you mean "
     "\"hang\"?"},
    {"tun-failures", "at: 90s, host: rs1, power: off", "at: 90s, host: rs3, power: off",
     "37:21: unknown host \"rs3\"; did you mean \"rs1\"? (known: client1, client2, client3, "
     "router, director, rs1, rs2)"},
    {"tun-failures", "at: 90s, host: rs1, power: off", "at: 90s, every: 5s, host: rs1, power: off",
     "37:22: events[3].every: only one is possible of at, every"},
    {"tun-failures", "during: 61s..90s", "during: 90s..61s",
     "40:51: expect[1].during: \"90s..61s\" does not end after its beginning"},
    {"tun-failures", "users: 20", "users: 0",
     "32:63: clients.upload.users: 0 is out of range; accepted: 1 to 10000000"},
    {"tun-failures", "close: client", "close: both",
     "31:170: clients.web.close: \"both\" is not one of client, server"},
    {"tun-failures", "client1..client2", "client1..client4",
     "31:18: unknown host \"client4\"; did you mean \"client1\"? (known: client1, client2, "
     "client3, router, director, rs1, rs2)"},
    {"tun-failures", "cv: 4", "cv: 0.5",
     "29:114: hosts.rs1..rs2.serves[0].service_time.hyperexponential.cv: \"0.5\" is below 1"},
    {"modes-load", "mode: $(mode)", "mode: $(mdoe)",
     "5:17: cluster.mode: unknown parameter \"mdoe\"; did you mean \"mode\"? (known: mode, load)"},
    {"modes-load", "mode: fullnat, load", "mode: nta, load",
     "5:17: cluster.mode: \"nta\" is not one of nat, dr, tun, fullnat; did you mean \"nat\"?"},
    {"modes-load", "vip: 10.1.10.3:80/tcp, real", "vip: 10.1.11.3:80/tcp, real",
     "5:10: cluster: the vip 10.1.11.3 is not one of 10.1.10.3 to 10.1.10.253"},
    {"modes-load", "real_servers: 8", "real_servers: 200",
     "5:78: cluster.real_servers: 200 is out of range; accepted: 1 to 125"},
    {"modes-load", "172.20.0.0/22", "172.20.0.1/22",
     "7:34: clients.web.addresses: \"172.20.0.1/22\" has host bits; the network is 172.20.0.0/22"},
    {"modes-load", "{zipf: 0.9}", "{zipf: 0}",
     "7:68: clients.web.popularity.zipf: \"0\" is zero; it must be above zero"},
    {"modes-load", "relative: 5%", "relative: 0.05",
     "10:150: study.precision.relative: \"0.05\" has no unit; expected a percentage such as 5%"},
    {"modes-load", "at_most: 40", "at_most: 1",
     "10:163: study.precision.at_most: 1 is out of range; accepted: 2 to 1000000"},
    {"modes-load", "time: {warmup: 5s, run: 20s", "time: {warmup: 5s, run: 31d",
     "4:25: time.run: \"31d\" has an unknown unit \"d\"; expected a time such as 50us (units s ms "
     "us ns)"},
    {"modes-load", "time: {warmup: 5s, run: 20s", "time: {warmup: 5s, run: 2600000s",
     "4:7: time: warmup, run and drain are more than 30 days together"},
};

}  // namespace

TEST_CASE(
    "a slip in the DR, TUN and cluster examples is refused at its place with what was expected",
    "[language][near-miss]") {
  for (const NearMiss& miss : kNearMisses) {
    DYNAMIC_SECTION(miss.example << ": " << miss.was << " -> " << miss.is) {
      CHECK(error_of_near_miss(miss) == std::string(miss.example) + ".yaml:" + miss.message);
    }
  }
}

}  // namespace lvs::language::testing
