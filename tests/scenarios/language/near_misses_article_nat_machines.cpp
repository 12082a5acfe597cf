// Each row changes one place of an example and gives the whole message, place first.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

const std::vector<NearMiss> kNearMisses{
    {"article-nat", "time: {run: 60s}", "time: {run: 60}",
     "4:13: time.run: \"60\" has no unit; expected a time such as 50us (units s ms us ns)"},
    {"article-nat", "time: {run: 60s}", "time: {run: 60 s}",
     "4:13: time.run: \"60 s\" has a blank between number and unit; expected a time such as 50us "
     "(units s ms us ns)"},
    {"article-nat", "seed: 1", "seed: 1s",
     "5:7: seed: \"1s\" is not a bare whole number; expected a whole number without a unit"},
    {"article-nat", "seed: 1", "seed: -1",
     "5:7: seed: -1 is out of range; accepted: 0 to 9223372036854775807"},
    {"article-nat", "seed: 1", "sed: 1",
     "5:1: unknown key \"sed\"; did you mean \"seed\"? (known: name, about, parameters, time, "
     "seed, cluster, networks, hosts, clients, events, expect, study)"},
    {"article-nat", "rate: 1Gbit/s, delay: 50us, queue: 512KiB",
     "rate: 1Gb/s, delay: 50us, queue: 512KiB",
     "8:19: networks.outside.rate: \"1Gb/s\" has an unknown unit \"Gb/s\"; expected a rate such as "
     "1Gbit/s (units bit/s kbit/s Mbit/s Gbit/s)"},
    {"article-nat", "delay: 50us, queue: 512KiB", "dealy: 50us, queue: 512KiB",
     "8:28: networks.outside: unknown key \"dealy\"; did you mean \"delay\"? (known: kind, rate, "
     "delay, queue, mtu, loss, jitter)"},
    {"article-nat", "delay: 50us, queue: 512KiB", "delay: 50us, queue: 512",
     "8:48: networks.outside.queue: \"512\" has no unit; expected a size such as 512KiB, or \"1000 "
     "frames\""},
    {"article-nat", "delay: 50us, queue: 512KiB", "delay: 50us, delay: 60us",
     "8:41: networks.outside: duplicate key \"delay\"; the first is in line 8"},
    {"article-nat", "delay: 50us, queue: 512KiB", "delay: -50us",
     "8:35: networks.outside.delay: \"-50us\" is negative; expected a time such as 50us (units s "
     "ms us ns)"},
    {"article-nat", "delay: 50us, queue: 512KiB", "delay: ~",
     "8:28: networks.outside.delay: has no value"},
    {"article-nat", "cpu: {cores: 1, per_frame: 1us", "cpu: {cores: 0, per_frame: 1us",
     "19:18: hosts.director.cpu.cores: 0 is out of range; accepted: 1 to 1024"},
    {"article-nat", "queue: 1000 frames", "queue: 1000frames",
     "19:44: hosts.director.cpu.queue: \"1000frames\" has an unknown unit \"frames\"; expected a "
     "size such as 512KiB, or \"1000 frames\""},
    {"article-nat", "nics: {eth0: outside, eth1: inside}", "nics: {eth0: outside, eth1: insdie}",
     "18:33: hosts.director.nics.eth1: unknown network \"insdie\"; did you mean \"inside\"? "
     "(known: outside, inside)"},
    {"article-nat", "  rs1..rs2:", "  rs2..rs1:",
     "27:3: hosts: \"rs2..rs1\" descends; expected the smaller number first"},
    {"article-nat", "  rs1..rs2:", "  rs1..web2:",
     "27:3: hosts: \"rs1..web2\" is no range such as rs1..rs4: one prefix and two numbers"},
    {"article-nat", "  rs1..rs2:", "  rs1:\n    nics: {eth0: inside}\n  rs1..rs2:",
     "29:3: hosts: the host \"rs1\" is defined twice; the first is in line 27"},
    {"article-nat", "$((128+i))", "$((128+j))",
     "30:31: hosts.rs1..rs2.setup: $((128+j)): unknown name \"j\" (parameters: scheduler, load, "
     "i)"},
    {"article-nat", "$((128+i))", "$((128+i)",
     "30:31: hosts.rs1..rs2.setup: \"$((\" without its \"))\""},
    {"article-nat", "$(scheduler)", "$(schedular)",
     "24:37: hosts.director.setup: unknown parameter \"schedular\"; did you mean \"scheduler\"? "
     "(known: scheduler, load)"},
    {"article-nat", "192.168.184.128/24 dev eth1", "192.168.184.$((127+i))/24 dev eth1",
     "22:31: hosts.director.setup: $((127+i)): unknown name \"i\" (parameters: scheduler, load); i "
     "has a value only in a range of hosts such as rs1..rs4"},
    {"article-nat", "192.168.184.128/24 dev eth1", "192.168.184.128/33 dev eth1",
     "22:19: hosts.director.setup: ip addr: any valid prefix is expected rather than "
     "\"192.168.184.128/33\"."},
    {"article-nat", "192.168.184.128/24 dev eth1", "192.168.184.128/24",
     "22:7: hosts.director.setup: ip addr: Not enough information: \"dev\" argument is required."},
    {"article-nat", "192.168.184.128/24 dev eth1", "192.168.184.128/24 deev eth1",
     "22:38: hosts.director.setup: ip addr: either \"local\" is duplicate, or \"deev\" is a "
     "garbage; did you mean \"dev\"?"},
    {"article-nat", "-r 192.168.184.129 -m -w 1", "-r 192.168.184.129 -m -w -1",
     "25:59: hosts.director.setup: ipvsadm: illegal weight specified"},
    {"article-nat", "-r 192.168.184.129 -m -w 1", "-r 192.168.184.129 -m -q 1",
     "25:56: hosts.director.setup: ipvsadm: -q: unknown option"},
    {"article-nat", "-r 192.168.184.129 -m -w 1", "-m -w 1",
     "25:15: hosts.director.setup: ipvsadm: You need to supply the 'real-server' option for the "
     "'add-server' command"},
    {"article-nat", "ipvsadm -A -t 10.1.10.3:80 -s", "ipvsadmin -A -t 10.1.10.3:80 -s",
     "24:7: hosts.director.setup: unknown command \"ipvsadmin\"; did you mean \"ipvsadm\"? (known: "
     "ip, ifconfig, route, arp, arping, sysctl, echo, cat, ipvsadm, ipvsadm-save, ipvsadm-restore, "
     "arptables, iptables, tc, bridge, modprobe, systemctl, service, apt-get, true, :)"},
    {"article-nat", "ipvsadm -A -t 10.1.10.3:80 -s", "ipvsadm -A -t 10.1.10.3 -s",
     "24:21: hosts.director.setup: ipvsadm: Zero port specified for non-persistent service"},
    {"article-nat", "echo 1 > /proc/sys/net/ipv4/ip_forward",
     "echo 1 > /proc/sys/net/ipv4/ip_foward",
     "23:16: hosts.director.setup: sysctl: cannot stat /proc/sys/net/ipv4/ip_foward: No such file "
     "or directory; did you mean \"net.ipv4.ip_forward\"?"},
    {"article-nat", "echo 1 > /proc/sys/net/ipv4/ip_forward",
     "echo yes > /proc/sys/net/ipv4/ip_forward",
     "23:18: hosts.director.setup: sysctl: setting key \"net.ipv4.ip_forward\": Invalid argument "
     "(\"yes\"; expected a whole number)"},
    {"article-nat", "service_time: {exponential: 8ms}", "service_time: {exponential: 8}",
     "33:78: hosts.rs1..rs2.serves[0].service_time.exponential: \"8\" has no unit; expected a time "
     "such as 50us (units s ms us ns)"},
    {"article-nat", "service_time: {exponential: 8ms}", "service_time: {exponental: 8ms}",
     "33:65: hosts.rs1..rs2.serves[0].service_time: unknown key \"exponental\"; did you mean "
     "\"exponential\"? (known: constant, exponential, uniform, lognormal, hyperexponential, gamma, "
     "pareto, empirical)"},
    {"article-nat", "service_time: {exponential: 8ms}",
     "service_time: {exponential: 8ms, constant: 1ms}",
     "33:64: hosts.rs1..rs2.serves[0].service_time: expected one law, as in {exponential: …}"},
    {"article-nat", "cv: 2}", "cv: -2}",
     "33:124: hosts.rs1..rs2.serves[0].response.lognormal.cv: \"-2\" is negative; expected a "
     "number without a unit"},
    {"article-nat", "cv: 2}", "cv: 200%}",
     "33:124: hosts.rs1..rs2.serves[0].response.lognormal.cv: \"200%\" is not a bare number; "
     "expected a number without a unit"},
    {"article-nat", "port: 80/tcp", "port: 80",
     "33:16: hosts.rs1..rs2.serves[0].port: \"80\" is no port with protocol such as 80/tcp (1 to "
     "65535, tcp or udp)"},
    {"article-nat", "port: 80/tcp", "port: 80/tpc",
     "33:16: hosts.rs1..rs2.serves[0].port: \"80/tpc\" is no port with protocol such as 80/tcp (1 "
     "to 65535, tcp or udp)"},
    {"article-nat", "discipline: ps", "discipline: lifo",
     "33:46: hosts.rs1..rs2.serves[0].discipline: \"lifo\" is not one of fcfs, ps"},
    {"article-nat", "name: article-nat\n", "", "1:1: the key \"name\" is missing"},
    {"article-nat", "name: article-nat", "name: article/nat",
     "1:7: name: \"article/nat\" is no name; expected letters, digits, - _ and ."},
    {"article-nat", "parameters: {scheduler: rr,", "parameters: {i: 3, scheduler: rr,",
     "3:14: parameters: a parameter cannot be called i, the number of a host in a range"},
    {"article-nat", "load: 400/s}", "load: $(scheduler)}",
     "3:35: parameters.load: the value of a parameter cannot refer to parameters"},
};

}  // namespace

TEST_CASE("a slip in the NAT example is refused at its place with what was expected (machines)",
          "[language][near-miss]") {
  for (const NearMiss& miss : kNearMisses) {
    DYNAMIC_SECTION(miss.example << ": " << miss.was << " -> " << miss.is) {
      CHECK(error_of_near_miss(miss) == std::string(miss.example) + ".yaml:" + miss.message);
    }
  }
}

}  // namespace lvs::language::testing
