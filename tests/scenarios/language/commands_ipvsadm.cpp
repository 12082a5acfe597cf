// ipvsadm. Results and error texts are those of ipvsadm 1.31 of Debian 12, run over a library that
// answered for the kernel and printed what the tool asked it to do.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/commands.hpp"

namespace lvs::language::testing {
namespace {

std::string name(const IpvsServiceKey& key) {
  if (const auto* mark = std::get_if<FirewallMark>(&key))
    return "mark " + std::to_string(mark->value);
  return to_string(std::get<ServiceAddress>(key));
}

// What the tool would tell the kernel.
std::string asked(const IpvsServiceSet& set) {
  std::string text = (set.edit ? "edit " : "add ") + name(set.service) + " " + set.scheduler.text;
  if (set.persistence) text += " p" + std::to_string(*set.persistence);
  text += " " + to_string(set.netmask) + (set.one_packet ? " ops" : "");
  for (const std::string& flag : set.flags) text += " " + flag;
  return text;
}

std::string asked(const IpvsServerSet& set) {
  constexpr const char* kMethods[] = {"nat", "tunnel", "direct", "fullnat"};
  return (set.edit ? "edit " : "add ") + name(set.service) + " " + to_string(set.server) + " " +
         kMethods[static_cast<int>(set.method)] + " w" + std::to_string(set.weight) + " x" +
         std::to_string(set.upper_threshold) + " y" + std::to_string(set.lower_threshold);
}

struct Case {
  std::string line;
  std::string asked;
};

const std::vector<WrongCommand> kWrongOptions{
    {"-A",
     "9: ipvsadm: You need to supply the 'service-address' option for the 'add-service' "
     "command"},
    {"-A -t 10.1.10.3", "15: ipvsadm: Zero port specified for non-persistent service"},
    {"-A -t 10.1.10.300:80",
     "15: ipvsadm: illegal virtual server address[:port] specified (\"10.1.10.300:80\")"},
    {"-A -t 10.1.10.3:99999",
     "15: ipvsadm: illegal virtual server address[:port] specified (\"10.1.10.3:99999\")"},
    {"-A -t 10.1.10.3:80 -q", "28: ipvsadm: -q: unknown option"},
    {"-A -t 10.1.10.3:80 --schedular rr",
     "28: ipvsadm: --schedular: unknown option; did you mean \"--scheduler\"?"},
    {"-A -t", "12: ipvsadm: -t: missing argument"},
    {"-A -t 10.1.10.3:80 -o",
     "28: ipvsadm: One-Packet Scheduling is only for UDP virtual services"},
    {"-A -t 10.1.10.3:80 -r 1.2.3.4",
     "28: ipvsadm: Illegal 'real-server' option with the 'add-service' command"},
    {"-A -t 10.1.10.3:80 -w 3",
     "28: ipvsadm: Illegal 'weight' option with the 'add-service' command"},
    {"-A -t 10.1.10.3:80 -t 10.1.10.4:80",
     "28: ipvsadm: multiple 'service-address' options specified"},
    {"-A -t 10.1.10.3:80 -s wlc -s rr", "35: ipvsadm: multiple 'scheduler' options specified"},
    {"-A -t 10.1.10.3:80 extra", "28: ipvsadm: unexpected argument extra"},
    {"-A -t 10.1.10.3:80 -p 0", "31: ipvsadm: invalid timeout value `0' specified"},
    {"-A -t 10.1.10.3:80 -p 2678401", "31: ipvsadm: invalid timeout value `2678401' specified"},
    {"-A -t 10.1.10.3:80 -M abc", "31: ipvsadm: illegal virtual server persistent mask specified"},
    {"-A -t 10.1.10.3:80 -s rr -b sh-fallback",
     "37: ipvsadm: incompatible scheduler flag `sh-fallback'"},
    {"-A -t 10.1.10.3:80 -s sh -b sh-port,foo", "37: ipvsadm: invalid scheduler flag `foo'"},
    {"-A -f 0", "15: ipvsadm: invalid fwmark value `0' specified"},
    {"-A -C", "12: ipvsadm: invalid option `-C'"},
    {"-t 10.1.10.3:80 -A",
     "9: ipvsadm: the first option must be a command: -A -E -D -C -a -e -d "
     "-L -Z -S -R --set (ipvsadm -h)"},
    {"-A -t [::1]:80", "15: ipvsadm: \"[::1]:80\": IPv6 is not supported"},
    {"-A -f 5 -6", "17: ipvsadm: -6: IPv6 is not supported"},
    {"-a -t 10.1.10.3:80",
     "9: ipvsadm: You need to supply the 'real-server' option for the "
     "'add-server' command"},
    {"-a -t 10.1.10.3:80 -r 10.0.0.1 -w -1", "43: ipvsadm: illegal weight specified"},
    {"-a -t 10.1.10.3:80 -r 10.0.0.1 -w 2147483648", "43: ipvsadm: illegal weight specified"},
    {"-a -t 10.1.10.3:80 -r 10.0.0.1 -x a", "43: ipvsadm: illegal u_threshold specified"},
    {"-a -t 10.1.10.3:80 -r 10.0.0.1 -y a", "43: ipvsadm: illegal l_threshold specified"},
    {"-a -t 10.1.10.3:80 -r 10.0.0.1 -m -g",
     "43: ipvsadm: multiple 'forwarding-method' options specified"},
    {"-a -t 10.1.10.3:80 -r 10.0.0.1 -s rr",
     "40: ipvsadm: Illegal 'scheduler' option with the 'add-server' command"},
    {"-a -t 10.1.10.3:80 -r 10.0.0.1:x",
     "31: ipvsadm: illegal real server address[:port] specified (\"10.0.0.1:x\")"},
    {"-d -t 10.1.10.3:80 -r 1.2.3.4 -w 1",
     "39: ipvsadm: Illegal 'weight' option with the 'delete-server' command"},
    {"-C -t 10.1.10.3:80",
     "12: ipvsadm: Illegal 'service-address' option with the 'flush' command"},
    {"-Z -n", "12: ipvsadm: Illegal 'numeric' option with the 'zero' command"},
    {"-Lnc -t 10.1.10.3:80",
     "9: ipvsadm: The option 'service-address' conflicts with the 'connection' option in the "
     "'list' command"},
    {"-L --daemon --timeout",
     "21: ipvsadm: The option 'daemon' conflicts with the 'timeout' option in the 'list' "
     "command"},
    {"-Lnc --stats", "9: ipvsadm: options conflicts in the list command"},
    {"-L --timeout --stats", "9: ipvsadm: options conflicts in the list command"},
    {"--set 1 2", "9: ipvsadm: --set option requires 3 timeout values"},
    {"--set 1 2 3 4", "21: ipvsadm: unexpected argument 4"},
    {"--set a 1 2", "15: ipvsadm: invalid timeout value `a' specified"},
    {"--start-daemon master",
     "9: ipvsadm: --start-daemon: connection synchronisation is not built yet"},
};

}  // namespace

TEST_CASE("ipvsadm -A and -E in every spelling, with the tool's defaults", "[language][ipvsadm]") {
  const std::vector<Case> cases{
      {"-A -t 10.1.10.3:80 -s rr", "add 10.1.10.3:80/tcp rr 255.255.255.255"},
      {"-At 10.1.10.3:80 -s rr", "add 10.1.10.3:80/tcp rr 255.255.255.255"},
      {"-A -t10.1.10.3:80 -srr", "add 10.1.10.3:80/tcp rr 255.255.255.255"},
      {"-A -t=10.1.10.3:80", "add 10.1.10.3:80/tcp wlc 255.255.255.255"},
      {"--add-service --tcp-service=10.1.10.3:80 --scheduler rr",
       "add 10.1.10.3:80/tcp rr 255.255.255.255"},
      {"-A -t 10.1.10.3:0 -p", "add 10.1.10.3:0/tcp wlc p360 255.255.255.255"},
      {"-A -t 10.1.10.3 -p 1", "add 10.1.10.3:0/tcp wlc p1 255.255.255.255"},
      {"-A -t 10.1.10.3:80 -p -s rr", "add 10.1.10.3:80/tcp rr p360 255.255.255.255"},
      {"-A -t 10.1.10.3:80 -p300 -M 255.255.255.0", "add 10.1.10.3:80/tcp wlc p300 255.255.255.0"},
      {"-A -t 10.1.10.3:80 -p 2678400", "add 10.1.10.3:80/tcp wlc p2678400 255.255.255.255"},
      {"-A -u 10.1.10.3:53 -o", "add 10.1.10.3:53/udp wlc 255.255.255.255 ops"},
      {"-A -f 5 -s rr", "add mark 5 rr 255.255.255.255"},
      {"-A -f 5 --ops", "add mark 5 wlc 255.255.255.255 ops"},
      {"-A -t 10.1.10.3:80 -s sh -b sh-fallback,sh-port",
       "add 10.1.10.3:80/tcp sh 255.255.255.255 sh-fallback sh-port"},
      {"-A -t 10.1.10.3:80 -b flag-1", "add 10.1.10.3:80/tcp wlc 255.255.255.255 flag-1"},
      {"-E -t 10.1.10.3:80", "edit 10.1.10.3:80/tcp wlc 255.255.255.255"},
      {"--edit-service -t 10.1.10.3:80 -s sed -p 60",
       "edit 10.1.10.3:80/tcp sed p60 255.255.255.255"},
  };
  for (const Case& c : cases) {
    CHECK(asked(command<IpvsServiceSet>("ipvsadm " + c.line)) == c.asked);
  }
}

TEST_CASE("ipvsadm -a and -e: methods, defaults and which port a server gets",
          "[language][ipvsadm]") {
  const std::vector<Case> cases{
      {"-a -t 10.1.10.3:80 -r 10.0.0.1", "add 10.1.10.3:80/tcp 10.0.0.1:80 direct w1 x0 y0"},
      {"-a -t 10.1.10.3:80 -r 10.0.0.1:8080 -g -w 2",
       "add 10.1.10.3:80/tcp 10.0.0.1:80 direct w2 x0 y0"},
      {"-a -t 10.1.10.3:80 -r 10.0.0.1:8080 -i",
       "add 10.1.10.3:80/tcp 10.0.0.1:80 tunnel w1 x0 y0"},
      {"-a -t 10.1.10.3:80 -r 10.0.0.1:8080 -m -x 5 -y 10",
       "add 10.1.10.3:80/tcp 10.0.0.1:8080 nat w1 x5 y10"},
      {"-a -t 10.1.10.3:80 -r 10.0.0.1 -m", "add 10.1.10.3:80/tcp 10.0.0.1:80 nat w1 x0 y0"},
      {"-a -t 10.1.10.3:80 -r 10.0.0.1:0 -m", "add 10.1.10.3:80/tcp 10.0.0.1:0 nat w1 x0 y0"},
      {"-a -t 10.1.10.3:80 -r 10.0.0.1 -mw 08", "add 10.1.10.3:80/tcp 10.0.0.1:80 nat w8 x0 y0"},
      {"-a -t 10.1.10.3:80 -r 10.0.0.1 -w 70000 -x 70000",
       "add 10.1.10.3:80/tcp 10.0.0.1:80 direct w70000 x70000 y0"},
      {"-a -f 5 -r 10.0.0.1 -m", "add mark 5 10.0.0.1:0 nat w1 x0 y0"},
      {"-a -f 5 -r 10.0.0.1:99 -g", "add mark 5 10.0.0.1:99 direct w1 x0 y0"},
      {"-e -t 10.1.10.3:80 -r 10.0.0.1:8080", "edit 10.1.10.3:80/tcp 10.0.0.1:80 direct w1 x0 y0"},
      {"--add-server --udp-service 10.1.10.3:53 --real-server 10.0.0.1 --masquerading --weight=0",
       "add 10.1.10.3:53/udp 10.0.0.1:53 nat w0 x0 y0"},
      {"-a -t 10.1.10.3:80 -r 10.0.0.1:8080 -b",
       "add 10.1.10.3:80/tcp 10.0.0.1:8080 fullnat w1 x0 y0"},
  };
  for (const Case& c : cases) {
    CHECK(asked(command<IpvsServerSet>("ipvsadm " + c.line)) == c.asked);
  }
}

TEST_CASE("the other commands of ipvsadm", "[language][ipvsadm]") {
  CHECK(name(command<IpvsServiceDelete>("ipvsadm -D -t 10.1.10.3:80").service) ==
        "10.1.10.3:80/tcp");
  // A server is deleted under the port that was typed, whatever its method was.
  CHECK(
      to_string(command<IpvsServerDelete>("ipvsadm -d -t 10.1.10.3:80 -r 10.0.0.1:8080").server) ==
      "10.0.0.1:8080");
  CHECK(to_string(command<IpvsServerDelete>("ipvsadm -d -t 10.1.10.3:80 -r 10.0.0.1").server) ==
        "10.0.0.1:80");
  command<IpvsClear>("ipvsadm -C");
  command<IpvsClear>("ipvsadm --clear");
  CHECK_FALSE(command<IpvsZero>("ipvsadm -Z").service.has_value());
  CHECK(name(*command<IpvsZero>("ipvsadm -Z -f 3").service) == "mark 3");
  const auto timeouts = command<IpvsSetTimeouts>("ipvsadm --set 900 120 0");
  CHECK(timeouts.tcp == 900);
  CHECK(timeouts.tcp_fin == 120);
  CHECK(timeouts.udp == 0);
  CHECK(command<IpvsSave>("ipvsadm -Sn").numeric);
  CHECK_FALSE(command<IpvsSave>("ipvsadm-save").numeric);
  const auto local = command<IpvsLocalAddressAdd>(
      "ipvsadm --add-laddr -z 192.168.184.200 -t 10.1.10.3:80 -F eth1");
  CHECK(to_string(local.address) == "192.168.184.200");
  CHECK(local.device.text == "eth1");
}

TEST_CASE("listings: letters in any order, one format wins when several are asked for",
          "[language][ipvsadm]") {
  const auto what = [](const std::string& options) {
    return command<IpvsList>("ipvsadm " + options).what;
  };
  for (const char* same : {"-L -n", "-Ln", "-ln", "--list --numeric", "-Ln --sort"}) {
    CHECK(what(same) == IpvsListing::services);
    CHECK(command<IpvsList>(std::string("ipvsadm ") + same).numeric);
  }
  CHECK_FALSE(command<IpvsList>("ipvsadm").numeric);
  for (const char* same : {"-Lnc", "-Lcn", "-lcn", "-L -n -c", "-L --connection"}) {
    CHECK(what(same) == IpvsListing::connections);
  }
  CHECK(what("-Ln --stats") == IpvsListing::stats);
  CHECK(what("-Ln --rate --stats") == IpvsListing::stats);
  CHECK(what("-L --persistent-conn --rate") == IpvsListing::rate);
  CHECK(what("-L --persistent-conn --thresholds") == IpvsListing::thresholds);
  CHECK(what("-L --timeout") == IpvsListing::timeouts);
  CHECK(command<IpvsList>("ipvsadm -Ln --stats --exact").exact);
  CHECK_FALSE(command<IpvsList>("ipvsadm -Ln --nosort").sorted);
  CHECK(name(*command<IpvsList>("ipvsadm -Ln -t 10.1.10.3:80").service) == "10.1.10.3:80/tcp");
}

TEST_CASE("wrong options get ipvsadm's own words at the option", "[language][ipvsadm]") {
  for (const WrongCommand& c : kWrongOptions) {
    INFO(c.line);
    CHECK(command_error("ipvsadm " + c.line) == "f:1:" + c.message);
  }
}

TEST_CASE("a saved table is read line by line, each with its place", "[language][ipvsadm]") {
  const Text text(
      "-A -t 10.1.10.3:80 -s rr\n\n# a comment\nipvsadm -a -t 10.1.10.3:80 -r 10.0.0.1\n",
      {"f", 1, 1});
  const std::vector<IpvsRestoreLine> lines = parse_ipvs_restore(text);
  REQUIRE(lines.size() == 2);
  CHECK(std::get<IpvsServiceSet>(lines[0].rule).scheduler.text == "rr");
  CHECK(to_string(std::get<IpvsServerSet>(lines[1].rule).server) == "10.0.0.1:80");
  CHECK(command<IpvsRestore>("ipvsadm-restore < rules").from_file);
  CHECK(command<IpvsRestore>("ipvsadm-restore < rules").clear_first);
  CHECK_FALSE(command<IpvsRestore>("ipvsadm -R < rules").clear_first);
  CHECK(command_error("ipvsadm-restore") ==
        "f:1:1: ipvsadm-restore: has no input here; give it one with < FILE or <<EOF");
  CHECK(command_error("ipvsadm -R <<E\n-A -t 10.1.10.3:80\n-S\nE\n").find("cannot stand in") !=
        std::string::npos);
  CHECK(command_error("ipvsadm -C < f") == "f:1:1: ipvsadm: reads no input here");
}

TEST_CASE("what the director cannot do yet is refused by name when it is to run",
          "[language][ipvsadm]") {
  const auto runs = [](const std::string& line) {
    return loading_error("n.yaml",
                         small("events: [{at: 0s, host: a, run: \"ipvsadm " + line + "\"}]\n"));
  };
  const std::string service = "-A -t 10.1.10.3:80 ";
  CHECK(runs(service + "-s sh -b sh-port") == "no error");
  CHECK(runs("-a -t 10.1.10.3:80 -r 10.0.0.1 -x 5 -y 2") == "no error");
  CHECK(runs("-A -f 5 -p 300 -M 255.255.255.0") == "no error");
  CHECK(runs("-A -u 10.1.10.3:80 -o") == "no error");
  CHECK(runs(service + "-s mh -b mh-port") == "no error");
  CHECK(runs("-a -t 10.1.10.3:80 -r 10.0.0.1 -b") == "no error");
  CHECK(runs("--add-laddr -z 10.0.0.9 -t 10.1.10.3:80 -F eth0") == "no error");
  CHECK(runs("-A -u 10.1.10.3:5060 -p 300 --pe sip") ==
        "n.yaml:6:34: ipvsadm --pe (persistence engines) is not built yet");
  CHECK(runs("-a -t 10.1.10.3:80 -r 10.0.0.1 -b") == "no error");
  CHECK(runs("--add-laddr -z 10.0.0.9 -t 10.1.10.3:80 -F eth0") == "no error");
  CHECK(runs("-A -u 10.1.10.3:5060 -p 300 --pe sip") ==
        "n.yaml:6:34: ipvsadm --pe (persistence engines) is not built yet");
}

}  // namespace lvs::language::testing
