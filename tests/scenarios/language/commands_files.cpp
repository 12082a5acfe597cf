// sysctl, echo, cat and what does nothing.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/commands.hpp"

namespace lvs::language::testing {

TEST_CASE("sysctl writes take dots or slashes and one or several assignments",
          "[language][sysctl]") {
  const auto write = command<SysctlWrite>(
      "sysctl -w net.ipv4.conf.all.arp_ignore=1 net/ipv4/conf/eth0/arp_announce=2");
  REQUIRE(write.assignments.size() == 2);
  CHECK(write.assignments[0].name == "net.ipv4.conf.all.arp_ignore");
  CHECK(write.assignments[1].name == "net.ipv4.conf.eth0.arp_announce");
  CHECK(write.assignments[1].value == "2");
  CHECK(command<SysctlWrite>("sysctl -q net.ipv4.ip_forward=1").assignments.size() == 1);
  const auto pair = command<SysctlWrite>("sysctl -w 'net.ipv4.ip_local_port_range=1024   65000'");
  CHECK(pair.assignments[0].value == "1024 65000");
  CHECK(command<SysctlRead>("sysctl net.ipv4.vs.conn_reuse_mode").names.at(0).name ==
        "net.ipv4.vs.conn_reuse_mode");
  CHECK(command<SysctlLoad>("sysctl -p lvs.conf").file.text == "lvs.conf");
  CHECK(command<SysctlLoad>("sysctl -p").file.text == "/etc/sysctl.conf");
}

TEST_CASE("echo to /proc/sys is a write; echo elsewhere is text", "[language][sysctl]") {
  const auto write = command<SysctlWrite>("echo 1 >/proc/sys/net/ipv4/conf/lo/arp_ignore");
  CHECK(write.assignments.at(0).name == "net.ipv4.conf.lo.arp_ignore");
  CHECK(write.assignments.at(0).value == "1");
  CHECK(command<SysctlWrite>("echo \"3 50\" > /proc/sys/net/ipv4/vs/sync_threshold")
            .assignments.at(0)
            .value == "3 50");
  CHECK(command<Echo>("echo a  'b  c' > f").text == "a b  c\n");
  CHECK(command<Echo>("echo -n x").text == "x");
  CHECK(command<Cat>("cat a b").files.size() == 2);
  CHECK(command<Cat>("cat > f <<E\nx\nE\n").files.empty());
}

TEST_CASE("a sysctl that does not exist or a value it cannot take is refused",
          "[language][sysctl]") {
  const std::vector<WrongCommand> cases{
      {"sysctl -w net.ipv4.ip_foward=1",
       "11: sysctl: cannot stat /proc/sys/net/ipv4/ip_foward: No such file or directory; did you "
       "mean \"net.ipv4.ip_forward\"?"},
      {"sysctl -w net.ipv4.conf.lo:0.nothing=1",
       "11: sysctl: cannot stat /proc/sys/net/ipv4/conf/lo:0/nothing: No such file or directory"},
      {"sysctl -w net.ipv4.ip_forward=x",
       "11: sysctl: setting key \"net.ipv4.ip_forward\": Invalid argument (\"x\"; expected a whole "
       "number)"},
      {"sysctl -w net.ipv4.ip_local_port_range=1024",
       "11: sysctl: setting key \"net.ipv4.ip_local_port_range\": Invalid argument (\"1024\"; "
       "expected two whole numbers)"},
      {"sysctl -w net.ipv4.ip_forward",
       "11: sysctl: \"net.ipv4.ip_forward\" must be of the form name=value"},
      {"sysctl -w net.ipv6.conf.all.forwarding=1",
       "11: sysctl: net.ipv6.conf.all.forwarding: IPv6 is not supported"},
      {"sysctl -w net.netfilter.nf_conntrack_max=1",
       "11: sysctl: net.netfilter.nf_conntrack_max: connection tracking is not supported"},
      {"sysctl", "1: sysctl: no variables specified"},
      {"sysctl -x",
       "8: sysctl: unknown argument \"-x\"; did you mean \"-w\"? (known: -w, -p, -q, "
       "-n)"},
      {"echo > /proc/sys/net/ipv4/ip_forward",
       "8: sysctl: setting key \"net.ipv4.ip_forward\": Invalid argument (\"\"; expected a whole "
       "number)"},
      {"echo 1 > /proc/meminfo", "10: echo: only /proc/sys can be written"},
      {"echo -e x", "6: echo: options other than -n are not supported"},
      {"cat", "1: cat: has no input here"},
      {"cat -n f", "5: cat: options are not supported"},
  };
  for (const WrongCommand& c : cases) {
    INFO(c.line);
    CHECK(command_error(c.line) == "f:1:" + c.message);
  }
}

TEST_CASE("a sysctl file has comments, blanks around = and lines that may fail",
          "[language][sysctl]") {
  const Text text("# lvs\n; too\n\n net.ipv4.ip_forward = 1\n-net.ipv4.conf.all.rp_filter=0",
                  {"f", 1, 1});
  const auto assignments = parse_sysctl_file(text);
  REQUIRE(assignments.size() == 2);
  CHECK(assignments[0].name == "net.ipv4.ip_forward");
  CHECK(assignments[0].value == "1");
  CHECK(assignments[1].name == "net.ipv4.conf.all.rp_filter");
  CHECK(error_of([] {
          parse_sysctl_file(Text("net.ipv4.ip_forward", {"f", 1, 1}));
        }).find("must be of the form name=value") != std::string::npos);
}

TEST_CASE("commands without effect say so, and others are refused by what they are", "[language]") {
  CHECK(command<NoOperation>("modprobe ip_vs").said ==
        "modprobe ip_vs: nothing to do in a simulation");
  CHECK(
      command<NoOperation>("/usr/sbin/service ipvsadm start").said.find("service ipvsadm start:") !=
      std::string::npos);
  CHECK(command<NoOperation>("apt-get install -y ipvsadm").said.empty() == false);
  CHECK(command<NoOperation>("true").said.empty());
  const std::vector<WrongCommand> cases{
      {"ip6tables -L", "1: ip6tables: IPv6 is not supported"},
      {"conntrack -L", "1: conntrack: connection tracking is not supported"},
      {"sudo ip a", "1: sudo: commands run as root already; leave sudo out"},
      {"set -e", "1: the shell's `set` is not supported"},
      {"export A=1", "1: the shell's `export` is not supported; write NAME=value"},
      {"sleep 1", "1: sleep: a setup takes no time; use events"},
  };
  for (const WrongCommand& c : cases) {
    INFO(c.line);
    const std::string error = command_error(c.line);
    CHECK(error.find(c.message.substr(c.message.find(": ") + 2)) != std::string::npos);
    CHECK(error.find("f:1:1: ") == 0);
  }
}

}  // namespace lvs::language::testing
