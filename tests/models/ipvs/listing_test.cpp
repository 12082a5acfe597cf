#include "models/ipvs/listing.hpp"

#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

/// The services of spec/ipvs.md 7.4 that need neither marks nor persistence.
void configure(DirectorFixture& f) {
  const ServiceKey web{.protocol = Protocol::tcp, .address = {ipv4(192, 0, 2, 10), Port{80}}};
  const ServiceKey dns{.protocol = Protocol::udp, .address = {ipv4(192, 0, 2, 10), Port{53}}};
  f.director.add_service(
      dns, {.scheduler = "sh", .scheduler_flags = SchedulerFlags::kFlag1 | SchedulerFlags::kFlag2});
  f.director.add_service(web, {.scheduler = "wlc"});
  f.director.add_destination(web, {ipv4(10, 0, 0, 30), Port{80}},
                             {.method = ForwardingMethod::direct});
  f.director.add_destination(web, {ipv4(10, 0, 0, 10), Port{8080}},
                             {.method = ForwardingMethod::nat,
                              .weight = 3,
                              .upper_threshold = 2000,
                              .lower_threshold = 200});
  f.director.add_destination(web, {ipv4(10, 0, 0, 20), Port{80}},
                             {.method = ForwardingMethod::tunnel, .weight = 2});
  const auto client = [](std::uint16_t port) {
    return Endpoint{ipv4(198, 51, 100, 25), Port{port}};
  };
  f.director.input(tcp_packet(client(50000), web.address, kTestSyn, 60));
  f.director.input(tcp_packet(client(50001), web.address, kTestSyn, 60));
  f.director.input(tcp_packet(client(50001), web.address, kTestFin, 52));
}

TEST_CASE("-Ln prints services and servers sorted, byte for byte", "[ipvs][listing]") {
  DirectorFixture f;
  configure(f);
  CHECK(list_services(f.director, {}) ==
        "IP Virtual Server version 1.2.1 (size=4096)\n"
        "Prot LocalAddress:Port Scheduler Flags\n"
        "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
        "TCP  192.0.2.10:80 wlc\n"
        "  -> 10.0.0.10:8080               Masq    3      0          1         \n"
        "  -> 10.0.0.20:80                 Tunnel  2      1          0         \n"
        "  -> 10.0.0.30:80                 Route   1      0          0         \n"
        "UDP  192.0.2.10:53 sh (sh-fallback,sh-port)\n");
}

TEST_CASE("a listing of one service has no version line", "[ipvs][listing]") {
  DirectorFixture f;
  configure(f);
  const ServiceKey dns{.protocol = Protocol::udp, .address = {ipv4(192, 0, 2, 10), Port{53}}};
  CHECK(list_services(f.director, {.service = dns}) ==
        "Prot LocalAddress:Port Scheduler Flags\n"
        "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
        "UDP  192.0.2.10:53 sh (sh-fallback,sh-port)\n");
}

TEST_CASE("--stats, --rate, --thresholds, --persistent-conn and --tun-info have their own columns",
          "[ipvs][listing]") {
  DirectorFixture f;
  configure(f);
  f.run_for(seconds(3));
  const std::string version = "IP Virtual Server version 1.2.1 (size=4096)\n";
  const std::string remote = "  -> RemoteAddress:Port\n";
  CHECK(list_services(f.director, {.what = ServiceListing::stats}) ==
        version +
            "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n" +
            remote +
            "TCP  192.0.2.10:80                       2        3        0      172        0\n"
            "  -> 10.0.0.10:8080                      1        2        0      112        0\n"
            "  -> 10.0.0.20:80                        1        1        0       60        0\n"
            "  -> 10.0.0.30:80                        0        0        0        0        0\n"
            "UDP  192.0.2.10:53                       0        0        0        0        0\n");
  CHECK(list_services(f.director, {.what = ServiceListing::rate}) ==
        version +
            "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n" +
            remote +
            "TCP  192.0.2.10:80                       0        0        0       21        0\n"
            "  -> 10.0.0.10:8080                      0        0        0       14        0\n"
            "  -> 10.0.0.20:80                        0        0        0        7        0\n"
            "  -> 10.0.0.30:80                        0        0        0        0        0\n"
            "UDP  192.0.2.10:53                       0        0        0        0        0\n");
  CHECK(list_services(f.director, {.what = ServiceListing::thresholds}) ==
        version +
            "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n" +
            remote +
            "TCP  192.0.2.10:80 wlc\n"
            "  -> 10.0.0.10:8080               2000       200        0          1         \n"
            "  -> 10.0.0.20:80                 0          0          1          0         \n"
            "  -> 10.0.0.30:80                 0          0          0          0         \n"
            "UDP  192.0.2.10:53 sh (sh-fallback,sh-port)\n");
  CHECK(list_services(f.director, {.what = ServiceListing::persistent}) ==
        version +
            "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n" +
            remote +
            "TCP  192.0.2.10:80 wlc\n"
            "  -> 10.0.0.10:8080               3         0           0          1         \n"
            "  -> 10.0.0.20:80                 2         0           1          0         \n"
            "  -> 10.0.0.30:80                 1         0           0          0         \n"
            "UDP  192.0.2.10:53 sh (sh-fallback,sh-port)\n");
  CHECK(list_services(f.director, {.what = ServiceListing::tunnels}) ==
        version +
            "Prot LocalAddress:Port Scheduler Flags\n"
            "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn\n"
            "TCP  192.0.2.10:80 wlc\n"
            "  -> 10.0.0.10:8080               Masq    n/a           3      0          1         \n"
            "  -> 10.0.0.20:80                 Tunnel  ipip          2      1          0         \n"
            "  -> 10.0.0.30:80                 Route   n/a           1      0          0         \n"
            "UDP  192.0.2.10:53 sh (sh-fallback,sh-port)\n");
}

TEST_CASE("numbers are abbreviated by thousands, or exact", "[ipvs][listing]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);
  // Counters that only years would reach are put where they are kept.
  auto& live = const_cast<Destination&>(f.server(1)).statistics.live;
  live = {.connections = 99'999'999,
          .packets_in = 100'000'000,
          .packets_out = 99'999'999'999,
          .bytes_in = 98'765'432'101'234,
          .bytes_out = 987'654'321'012'345};
  f.run_for(seconds(3));
  const auto last_line = [](const std::string& text) { return text.substr(text.rfind("  ->")); };
  CHECK(last_line(list_services(f.director, {.what = ServiceListing::stats})) ==
        "  -> 192.168.184.129:80           99999999  100000K   99999M   98765G     987T\n");
  CHECK(last_line(list_services(f.director, {.what = ServiceListing::stats, .exact = true})) ==
        "  -> 192.168.184.129:80           99999999 100000000 99999999999 98765432101234"
        " 987654321012345\n");
}

TEST_CASE("-Lnc prints the remaining time in whole seconds, rounded down, and 00:00 when late",
          "[ipvs][listing]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  const ServiceKey dns{.protocol = Protocol::udp, .address = {kTestVip.address, Port{53}}};
  f.director.add_service(dns, {.scheduler = "rr"});
  f.director.add_destination(dns, test_server(2, 53), {.method = ForwardingMethod::nat});
  f.director.input(udp_packet(test_client(2), dns.address));
  f.run_for(seconds(28));
  const std::string title =
      "IPVS connection entries\n"
      "pro expire state       source             virtual            destination\n";
  const std::string tcp =
      "TCP 14:32  ESTABLISHED 172.20.0.1:30001   10.1.10.3:80       192.168.184.129:80\n";
  const std::string udp =
      "UDP 04:32  UDP         172.20.0.1:30002   10.1.10.3:53       192.168.184.130:53\n";
  const std::string listing = list_connections(f.director);
  CHECK((listing == title + tcp + udp || listing == title + udp + tcp));
  f.run_for(kJiffy);
  CHECK(list_connections(f.director).find("TCP 14:31 ") != std::string::npos);
  f.run_until(kStart + seconds(300) + milliseconds(500));
  CHECK(list_connections(f.director).find("UDP 00:00 ") != std::string::npos);
}

TEST_CASE("--timeout prints the three that can be set", "[ipvs][listing]") {
  DirectorFixture f;
  CHECK(list_timeouts(f.director) == "Timeout (tcp tcpfin udp): 900 120 300\n");
  f.director.set_timeouts({.tcp = 0, .tcp_fin = 7, .udp = 60});
  CHECK(list_timeouts(f.director) == "Timeout (tcp tcpfin udp): 900 7 60\n");
}

TEST_CASE("-S -n saves services and servers without thresholds", "[ipvs][listing]") {
  DirectorFixture f;
  configure(f);
  CHECK(save_services(f.director) ==
        "-A -t 192.0.2.10:80 -s wlc\n"
        "-a -t 192.0.2.10:80 -r 10.0.0.10:8080 -m -w 3\n"
        "-a -t 192.0.2.10:80 -r 10.0.0.20:80 -i -w 2 --tun-type ipip\n"
        "-a -t 192.0.2.10:80 -r 10.0.0.30:80 -g -w 1\n"
        "-A -u 192.0.2.10:53 -s sh -b sh-fallback,sh-port\n");
}

TEST_CASE("scheduler flags have the names of sh, or their numbers", "[ipvs][listing]") {
  DirectorFixture f;
  constexpr std::uint8_t kAll =
      SchedulerFlags::kFlag1 | SchedulerFlags::kFlag2 | SchedulerFlags::kFlag3;
  f.director.add_service(kTestService, {.scheduler = "rr", .scheduler_flags = kAll});
  CHECK(list_services(f.director, {}).find("TCP  10.1.10.3:80 rr (flag-1,flag-2,flag-3)\n") !=
        std::string::npos);
  f.director.edit_service(kTestService, {.scheduler = "sh", .scheduler_flags = kAll});
  CHECK(save_services(f.director) == "-A -t 10.1.10.3:80 -s sh -b sh-fallback,sh-port,flag-3\n");
}

TEST_CASE("addresses sort by the sign of their 32-bit difference, ports after them",
          "[ipvs][listing]") {
  DirectorFixture f;
  f.serve("rr", 0);
  for (const Endpoint server :
       {Endpoint{ipv4(127, 0, 0, 1), Port{80}}, Endpoint{ipv4(10, 0, 0, 1), Port{8080}},
        Endpoint{ipv4(192, 0, 2, 1), Port{80}}, Endpoint{ipv4(10, 0, 0, 1), Port{80}}}) {
    f.director.add_destination(kTestService, server, {});
  }
  const auto order = [&](bool sorted) {
    const std::string text = save_services(f.director, sorted);
    std::string servers;
    for (std::size_t at = 0; (at = text.find("-r ", at)) != std::string::npos; ++at) {
      servers += text.substr(at + 3, text.find(' ', at + 3) - at - 2);
    }
    return servers;
  };
  CHECK(order(true) == "192.0.2.1:80 10.0.0.1:80 10.0.0.1:8080 127.0.0.1:80 ");
  CHECK(order(false) == "10.0.0.1:80 192.0.2.1:80 10.0.0.1:8080 127.0.0.1:80 ");
}

TEST_CASE("services sort by protocol, address and port", "[ipvs][listing]") {
  DirectorFixture f;
  for (const ServiceKey& key :
       {ServiceKey{.protocol = Protocol::udp, .address = {ipv4(10, 0, 0, 1), Port{53}}},
        ServiceKey{.protocol = Protocol::tcp, .address = {ipv4(10, 0, 0, 2), Port{80}}},
        ServiceKey{.protocol = Protocol::tcp, .address = {ipv4(10, 0, 0, 1), Port{443}}},
        ServiceKey{.protocol = Protocol::tcp, .address = {ipv4(10, 0, 0, 1), Port{80}}}}) {
    f.director.add_service(key, {});
  }
  CHECK(save_services(f.director) ==
        "-A -t 10.0.0.1:80 -s wlc\n"
        "-A -t 10.0.0.1:443 -s wlc\n"
        "-A -t 10.0.0.2:80 -s wlc\n"
        "-A -u 10.0.0.1:53 -s wlc\n");
}

}  // namespace
}  // namespace lvs
