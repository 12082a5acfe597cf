// FULLNAT as it is typed: -b, --add-laddr, their errors and listings (design.md 4); a cluster of it
// that runs.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {
namespace {

const std::string kService =
    "ip addr add 10.0.0.1/24 dev eth0\nip addr add 10.0.0.200/32 dev eth0\n"
    "ipvsadm -A -t 10.0.0.1:80 -s rr\n";
const std::string kServer = "ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2 -b\n";
const std::string kLocal = "ipvsadm --add-laddr -z 10.0.0.200 -t 10.0.0.1:80 -F eth0\n";

}  // namespace

TEST_CASE("a FULLNAT service is listed with its method, and saved with its local addresses",
          "[language][ipvsadm][fullnat]") {
  const std::string setup = kService + kServer + kLocal;
  CHECK(printed(setup, "ipvsadm -Ln") ==
        "IP Virtual Server version 1.2.1 (size=4096)\n"
        "Prot LocalAddress:Port Scheduler Flags\n"
        "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
        "TCP  10.0.0.1:80 rr\n"
        "  -> 10.0.0.2:80                  FullNat 1      0          0         \n");
  CHECK(printed(setup, "ipvsadm -S -n") ==
        "-A -t 10.0.0.1:80 -s rr\n"
        "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -b -w 1\n"
        "--add-laddr -z 10.0.0.200 -t 10.0.0.1:80 -F eth0\n");
}

TEST_CASE("what was saved of a FULLNAT service restores it", "[language][ipvsadm][fullnat]") {
  CHECK(printed(kService + "ipvsadm-restore <<EOF\n-A -t 10.0.0.1:80 -s wrr\n"
                           "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -b -w 3\n"
                           "--add-laddr -z 10.0.0.200 -t 10.0.0.1:80 -F eth0\nEOF",
                "ipvsadm -S -n") ==
        "-A -t 10.0.0.1:80 -s wrr\n"
        "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -b -w 3\n"
        "--add-laddr -z 10.0.0.200 -t 10.0.0.1:80 -F eth0\n");
}

TEST_CASE("errors of FULLNAT are the scenario's, at their place", "[language][ipvsadm][fullnat]") {
  struct Case {
    std::string setup;
    std::string says;
  };
  const auto c = GENERATE(values<Case>({
      {kService + kServer + "ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.3 -m",
       "test.yaml:12:7: a: ipvsadm: FULLNAT servers (-b) and servers of other methods do not mix "
       "in one service"},
      {kService + "ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.3 -g\n" + kServer, "do not mix"},
      {kService + "ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.200 -b",
       "a FULLNAT server (-b) cannot be an address of the director itself"},
      {kService + kServer + "ipvsadm --add-laddr -z 10.0.0.201 -t 10.0.0.1:80 -F eth0",
       "test.yaml:12:7: a: ipvsadm: eth0 has no address 10.0.0.201: ip addr add 10.0.0.201/32 dev "
       "eth0 comes first"},
      {kService + "ipvsadm --add-laddr -z 10.0.0.200 -t 10.0.0.1:80 -F eth7",
       "Cannot find device \"eth7\""},
      {kService + "ipvsadm --add-laddr -z 10.0.0.200 -t 10.0.0.1:80 -F lo",
       "lo has no address 10.0.0.200"},
      {kService + "ipvsadm --add-laddr -z 10.0.0.200 -t 10.0.0.1:81 -F eth0",
       "Service not defined"},
      {kService + kLocal + kLocal, "Local address already exists"},
      {"ipvsadm -A -u 10.0.0.1:53 -s rr -o\nipvsadm -a -u 10.0.0.1:53 -r 10.0.0.2 -b",
       "One-Packet Scheduling (-o) and FULLNAT servers (-b) do not mix in one service"},
  }));
  DYNAMIC_SECTION(c.setup) { CHECK_THAT(run_error(two_hosts(c.setup)), Catch::Contains(c.says)); }
}

TEST_CASE("a FULLNAT cluster serves through its router, and all local addresses take part",
          "[language][cluster][fullnat]") {
  Run run(
      "name: c\ntime: {warmup: 0s, run: 2s}\n"
      "cluster: {mode: fullnat, scheduler: rr, vip: 10.1.10.3:80/tcp, real_servers: 3, "
      "server: {cores: 2, service_time: 1ms, response: 1KiB}}\n"
      "clients:\n"
      "  web: {host: client, addresses: 172.20.0.0/24, target: 10.1.10.3:80/tcp, "
      "arrivals: {poisson: 200/s}, request: 300B}\n");
  run.until(seconds(2));
  const Director& director = *run.simulation.host("director").director();
  CHECK(director.total().live.connections > 300);
  CHECK(director.total().live.packets_out > 900);
  for (std::uint32_t n = 0; n < 4; ++n) {
    CHECK(director.local_sides().pool(LocalAddressId{n}).in_use() > 0);
  }
  std::uint64_t dropped = 0;
  for (const char* name : {"director", "router", "client", "rs1", "rs2", "rs3"}) {
    const DropCounters& drops = run.simulation.host(name).drops();
    for (std::size_t cause = 0; cause < kDropCauseCount; ++cause) {
      if (!is_routine(static_cast<DropCause>(cause)))
        dropped += drops[static_cast<DropCause>(cause)];
    }
  }
  CHECK(dropped == 0);
  CHECK(run.simulation.host("rs1").state().is_local(ipv4(10, 1, 10, 3)) == false);
}

}  // namespace lvs::language::testing
