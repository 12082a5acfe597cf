// What ipvsadm prints (spec/ipvs.md 7.3 to 7.6). A name begins with its section.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

const DestinationSettings kNat{.method = ForwardingMethod::nat};
const std::string kVersion = "IP Virtual Server version 1.2.1 (size=4096)\n";
const std::string kTitle =
    "Prot LocalAddress:Port Scheduler Flags\n"
    "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";

constexpr std::uint8_t kFlag1 = SchedulerFlags::kFlag1;
constexpr std::uint8_t kFlag2 = SchedulerFlags::kFlag2;
constexpr std::uint8_t kFlag3 = SchedulerFlags::kFlag3;

ServiceKey service(Protocol protocol, std::uint16_t port, Ipv4Address address = kTestVip.address) {
  return {.protocol = protocol, .address = {address, Port{port}}};
}

/// The text behind the last line that begins like this, without the end of its line.
std::string line_of(const std::string& text, const std::string& begin) {
  const std::size_t at = text.rfind(begin);
  return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

/// A server whose counters are put where years of traffic would bring them.
class Counted : public DirectorFixture {
 public:
  explicit Counted(TrafficCounters live) {
    serve("rr", 1);
    const_cast<Destination&>(server(1)).statistics.live = live;
    const_cast<Service*>(director.find_service(kTestService))->statistics.live = live;
    run_for(seconds(3));
  }
  std::string line(const std::string& begin, ListingOptions options) const {
    return line_of(list_services(director, options), begin);
  }
};

}  // namespace

TEST_CASE("7.4: service lines name flags, persistence, mask and one-packet, in this order",
          "[ipvs][statements][listing]") {
  struct Case {
    ServiceKey key;
    ServiceSettings settings;
    std::string listed;
    std::string saved;
  };
  const auto udp = service(Protocol::udp, 53);
  const auto tcp = service(Protocol::tcp, 80);
  const Ipv4Address mask = ipv4(255, 255, 255, 0);
  const auto c = GENERATE_COPY(values<Case>({
      {udp,
       {.scheduler = "sh",
        .scheduler_flags = kFlag1 | kFlag2,
        .persistence = 300,
        .netmask = mask,
        .one_packet = true},
       "UDP  10.1.10.3:53 sh (sh-fallback,sh-port) persistent 300 mask 255.255.255.0 ops",
       "-A -u 10.1.10.3:53 -s sh -p 300 -M 255.255.255.0 -o -b sh-fallback,sh-port"},
      {mark_key(7),
       {.scheduler = "rr", .persistence = 360},
       "FWM  7 rr persistent 360",
       "-A -f 7 -s rr -p 360"},
      {tcp,
       {.scheduler = "mh", .scheduler_flags = kFlag2},
       "TCP  10.1.10.3:80 mh (mh-port)",
       "-A -t 10.1.10.3:80 -s mh -b mh-port"},
      {tcp,
       {.scheduler = "mh", .scheduler_flags = kFlag1 | kFlag3},
       "TCP  10.1.10.3:80 mh (mh-fallback,flag-3)",
       "-A -t 10.1.10.3:80 -s mh -b mh-fallback,flag-3"},
      {tcp,
       {.scheduler = "wlc", .scheduler_flags = kFlag2},
       "TCP  10.1.10.3:80 wlc (flag-2)",
       "-A -t 10.1.10.3:80 -s wlc -b flag-2"},
      // a mask without persistence is not shown
      {tcp,
       {.scheduler = "dh", .netmask = mask},
       "TCP  10.1.10.3:80 dh",
       "-A -t 10.1.10.3:80 -s dh"},
      {mark_key(4294967295U),
       {.scheduler = "none", .one_packet = true},
       "FWM  4294967295 none ops",
       "-A -f 4294967295 -s none -o"},
  }));
  DYNAMIC_SECTION(c.listed) {
    DirectorFixture f;
    f.director.add_service(c.key, c.settings);
    CHECK(list_services(f.director, {}) == kVersion + kTitle + c.listed + "\n");
    CHECK(save_services(f.director) == c.saved + "\n");
  }
}

TEST_CASE("7.4: servers of a mark are saved with the mark, thresholds never",
          "[ipvs][statements][listing]") {
  DirectorFixture f;
  f.director.add_service(mark_key(7), {.scheduler = "rr"});
  f.director.add_destination(mark_key(7), {ipv4(10, 0, 2, 30), Port{0}},
                             {.upper_threshold = 9, .lower_threshold = 3});
  CHECK(save_services(f.director) == "-A -f 7 -s rr\n-a -f 7 -r 10.0.2.30:0 -g -w 1\n");
}

TEST_CASE("7.4: N(x) changes its unit at 10^8, 10^9, 10^11 and 10^14, and rounds down",
          "[ipvs][statements][listing]") {
  struct Case {
    std::uint64_t x;
    std::string shown;
    std::string exact;
  };
  const auto c = GENERATE(values<Case>({
      {0, "        0", "        0"},
      {99'999'999, " 99999999", " 99999999"},
      {100'000'000, "  100000K", " 100000000"},
      {999'999'999, "  999999K", " 999999999"},
      {1'000'000'000, "    1000M", " 1000000000"},
      {99'999'999'999, "   99999M", " 99999999999"},
      {100'000'000'000, "     100G", " 100000000000"},
      {99'999'999'999'999, "   99999G", " 99999999999999"},
      {100'000'000'000'000, "     100T", " 100000000000000"},
      {18'000'000'000'000'000'000U, "18000000T", " 18000000000000000000"},
  }));
  DYNAMIC_SECTION(c.x) {
    const Counted f({.connections = c.x, .packets_in = 1});
    const std::string service = "TCP  10.1.10.3:80                ";
    const std::string server = "  -> 192.168.184.129:80          ";
    const std::string others = "        1        0        0        0";
    const auto stats = ServiceListing::stats;
    CHECK(f.line("TCP", {.what = stats}) == service + c.shown + others);
    CHECK(f.line("  -> 192", {.what = stats}) == server + c.shown + others);
    CHECK(f.line("TCP", {.what = stats, .exact = true}) == service + c.exact + others);
    CHECK(f.line("  -> 192", {.what = stats, .exact = true}) == server + c.exact + others);
  }
}

TEST_CASE("7.4: --rate of a server abbreviates its bytes only", "[ipvs][statements][listing]") {
  // one tick: an eighth of what came
  const std::uint64_t many = 8 * 1'234'567'890ULL;
  const Counted f({.connections = many,
                   .packets_in = many,
                   .packets_out = many,
                   .bytes_in = many,
                   .bytes_out = many});
  const auto rate = ServiceListing::rate;
  CHECK(f.line("TCP", {.what = rate}) ==
        "TCP  10.1.10.3:80                    1234M    1234M    1234M    1234M    1234M");
  CHECK(f.line("  -> 192", {.what = rate}) ==
        "  -> 192.168.184.129:80           1234567890 1234567890 1234567890    1234M    1234M");
  CHECK(f.line("  -> 192", {.what = rate, .exact = true}) ==
        "  -> 192.168.184.129:80           1234567890 1234567890 1234567890 1234567890 1234567890");
}

TEST_CASE("7.4: --thresholds and --persistent-conn of a persistent service",
          "[ipvs][statements][listing]") {
  DirectorFixture f;
  ServiceSettings settings;
  settings.persistence = 60;
  f.director.add_service(kTestService, settings);
  f.director.add_destination(kTestService, test_server(1),
                             {.method = ForwardingMethod::nat,
                              .weight = 3,
                              .upper_threshold = 2147483647,
                              .lower_threshold = 200});
  f.from_client(1, kTestSyn);
  f.from_client(2, kTestSyn);
  f.from_client(2, kTestFin);
  const auto line = [&](ServiceListing what) {
    return line_of(list_services(f.director, {.what = what}), "  -> 192");
  };
  CHECK(line(ServiceListing::thresholds) ==
        "  -> 192.168.184.129:80           2147483647 200        1          1         ");
  CHECK(line(ServiceListing::persistent) ==
        "  -> 192.168.184.129:80           3         1           1          1         ");
  CHECK(line_of(list_services(f.director, {.what = ServiceListing::thresholds}), "TCP") ==
        "TCP  10.1.10.3:80 wlc persistent 60");
}

TEST_CASE("7.4: -c lists templates with their state, a mark's as protocol IP",
          "[ipvs][statements][listing]") {
  DirectorFixture f;
  ServiceSettings settings;
  settings.scheduler = "rr";
  settings.persistence = 400;
  settings.netmask = ipv4(255, 255, 255, 0);
  f.director.add_service(mark_key(7), settings);
  f.director.add_destination(mark_key(7), {ipv4(10, 0, 2, 30), Port{0}}, kNat);
  Frame syn = tcp_packet({ipv4(198, 51, 100, 25), Port{50000}}, kTestVip, kTestSyn);
  syn.mark = 7;
  f.director.input(syn);
  f.run_for(seconds(1));
  const auto row = [&](const std::string& begin) {
    return line_of(list_connections(f.director), begin);
  };
  CHECK(row("IP  ") == "IP  06:39  NONE        198.51.100.0:0     0.0.0.7:0          10.0.2.30:0");
  CHECK(row("TCP ") ==
        "TCP 00:59  SYN_RECV    198.51.100.25:50000 10.1.10.3:80       10.0.2.30:80");
  f.director.input(tcp_packet({ipv4(198, 51, 100, 25), Port{50000}}, kTestVip, kTestAck));
  CHECK(row("IP  ").substr(11, 12) == "ASSURED     ");
}

TEST_CASE("7.4: -c --persistent-conn has titles for the persistence data",
          "[ipvs][statements][listing]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);
  CHECK(list_connections(f.director, true) ==
        "IPVS connection entries\n"
        "pro expire state       source             virtual            destination        pe name  "
        "        pe_data\n"
        "TCP 01:00  SYN_RECV    172.20.0.1:30001   10.1.10.3:80       192.168.184.129:80\n");
}

TEST_CASE("7.4: -c lists the entries of one bucket with the newest first",
          "[ipvs][statements][listing]") {
  DirectorFixture f;
  std::vector<std::uint16_t> ports{80, 443, 81, 8080};
  for (const std::uint16_t port : ports) {
    const ServiceKey key = service(Protocol::tcp, port);
    f.director.add_service(key, {.scheduler = "rr"});
    f.director.add_destination(key, test_server(1, port), kNat);
    f.director.input(tcp_packet(test_client(1), key.address, kTestSyn));  // one bucket: its client
  }
  const std::string text = list_connections(f.director);
  std::vector<std::size_t> places;
  for (const std::uint16_t port : ports) {
    places.push_back(text.find("10.1.10.3:" + std::to_string(port) + " "));
  }
  CHECK(std::is_sorted(places.rbegin(), places.rend()));
}

TEST_CASE("7.4: minutes that remain may have three digits", "[ipvs][statements][listing]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.set_timeouts({.tcp = 6001, .tcp_fin = 0, .udp = 0});
  f.connect(1);
  CHECK(line_of(list_connections(f.director), "TCP") ==
        "TCP 100:01 ESTABLISHED 172.20.0.1:30001   10.1.10.3:80       192.168.184.129:80");
}

TEST_CASE("7.3: services sort by mark, protocol, signed difference of addresses, port",
          "[ipvs][statements][listing]") {
  DirectorFixture f;
  const Ipv4Address high = ipv4(192, 0, 2, 1);
  const Ipv4Address low = ipv4(10, 0, 0, 1);
  for (const ServiceKey& key :
       {mark_key(9), service(Protocol::udp, 53, high), service(Protocol::tcp, 443, low),
        mark_key(3), service(Protocol::tcp, 80, high), service(Protocol::tcp, 80, low),
        service(Protocol::tcp, 80, ipv4(127, 0, 0, 1))}) {
    f.director.add_service(key, {.scheduler = "rr"});
  }
  CHECK(save_services(f.director) ==
        "-A -t 192.0.2.1:80 -s rr\n"
        "-A -t 10.0.0.1:80 -s rr\n"
        "-A -t 10.0.0.1:443 -s rr\n"
        "-A -t 127.0.0.1:80 -s rr\n"
        "-A -u 192.0.2.1:53 -s rr\n"
        "-A -f 3 -s rr\n"
        "-A -f 9 -s rr\n");
}

TEST_CASE("7.3: --nosort lists by bucket, the newest of a bucket first",
          "[ipvs][statements][listing]") {
  DirectorFixture f;
  // protocol 6 ^ the last octet ^ the port: 6 ^ 1 ^ 80 = 87 twice, and 6 ^ 2 ^ 80 = 84
  const ServiceKey one = service(Protocol::tcp, 80, ipv4(10, 0, 0, 1));
  const ServiceKey two = service(Protocol::tcp, 80, ipv4(10, 0, 1, 1));
  const ServiceKey three = service(Protocol::tcp, 80, ipv4(10, 0, 0, 2));
  // 6 ^ 1 ^ 3 ^ 0x50 = 84 as well: the upper byte of the port counts too
  const ServiceKey four = service(Protocol::tcp, 0x350, ipv4(10, 0, 0, 1));
  for (const ServiceKey& key : {two, one, three, four}) {
    f.director.add_service(key, {.scheduler = "rr"});
    f.director.add_destination(key, test_server(1), {});
    f.director.add_destination(key, test_server(2), {});
  }
  const std::string text = list_services(f.director, {.sorted = false});
  std::string order;
  std::size_t at = 0;
  while ((at = text.find("TCP  ", at)) != std::string::npos) {
    order += text.substr(at + 5, text.find(' ', at + 5) - at - 4);
    at += 5;
  }
  CHECK(order == "10.0.0.1:848 10.0.0.2:80 10.0.0.1:80 10.0.1.1:80 ");
  CHECK(text.find("  -> 192.168.184.130") < text.find("  -> 192.168.184.129"));
  CHECK(save_services(f.director, false).substr(0, 29) == "-A -t 10.0.0.1:848 -s rr\n-a -");
}

TEST_CASE("7.6: every error has its text", "[ipvs][statements][listing]") {
  CHECK(message(IpvsError::service_exists) == "Service already exists");
  CHECK(message(IpvsError::destination_exists) == "Destination already exists");
  CHECK(message(IpvsError::no_such_service) == "No such service");
  CHECK(message(IpvsError::service_not_defined) == "Service not defined");
  CHECK(message(IpvsError::no_such_destination) == "No such destination");
  CHECK(message(IpvsError::scheduler_not_found) == "Scheduler or persistence engine not found");
  CHECK(message(IpvsError::invalid) ==
        "Invalid operation.  Possibly wrong module version, address not unicast, ...");
  CHECK(message(IpvsError::range) == "Numerical result out of range");
}

TEST_CASE("1.8: the sysctls have the kernel's names, defaults and ranges", "[ipvs][statements]") {
  struct Row {
    std::string_view name;
    int value;
    bool is_mode;
  };
  const IpvsSysctls defaults;
  std::size_t found = 0;
  for (const Row& row : {Row{"amemthresh", 1024, false},
                         {"am_droprate", 10, false},
                         {"drop_entry", 0, true},
                         {"drop_packet", 0, true},
                         {"secure_tcp", 0, true},
                         {"snat_reroute", 1, false},
                         {"cache_bypass", 0, false},
                         {"expire_nodest_conn", 0, false},
                         {"sloppy_tcp", 0, false},
                         {"expire_quiescent_template", 0, false},
                         {"nat_icmp_send", 0, false},
                         {"pmtu_disc", 1, false},
                         {"backup_only", 0, false},
                         {"conn_reuse_mode", 1, false},
                         {"schedule_icmp", 0, false},
                         {"ignore_tunneled", 0, false},
                         {"run_estimation", 1, false},
                         {"lblc_expiration", 86400, false},
                         {"lblcr_expiration", 86400, false}}) {
    for (const IpvsSysctlEntry& entry : kIpvsSysctls) {
      if (entry.name != row.name) continue;
      ++found;
      INFO(row.name);
      CHECK(defaults.*entry.value == row.value);
      CHECK(entry.allows(3));
      CHECK(entry.allows(4) != row.is_mode);
      CHECK(entry.allows(-1) != row.is_mode);
    }
  }
  CHECK(found == kIpvsSysctls.size());
  CHECK(found == 19);
}

}  // namespace lvs
