// Persistent services and their templates (spec/ipvs.md 3.7).
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Action = Director::Action;

const Endpoint kOther{kTestVip.address, Port{443}};
const ServiceKey kAllPorts{.protocol = Protocol::tcp, .address = {kTestVip.address, Port{0}}};
const ServiceKey kMark = mark_key(7);

class Persistent : public DirectorFixture {
 public:
  explicit Persistent(const ServiceKey& key = kTestService, ServiceSettings settings = plain())
      : key_(key) {
    director.add_service(key, settings);
  }
  static ServiceSettings plain() {
    ServiceSettings settings;
    settings.scheduler = "rr";
    settings.persistence = 100;
    return settings;
  }

  void add(unsigned n, std::uint16_t port = 80, DestinationSettings settings = nat()) {
    REQUIRE(director.add_destination(key_, test_server(n, port), settings) == IpvsError::none);
  }
  static DestinationSettings nat() { return {.method = ForwardingMethod::nat}; }

  /// A SYN from the n-th port of `address`; the real server that gets it, or an empty endpoint.
  Endpoint syn(Ipv4Address address, unsigned n, Endpoint to = kTestVip, std::uint32_t mark = 0) {
    Frame frame = tcp_packet({address, Port{static_cast<std::uint16_t>(30000 + n)}}, to, kTestSyn);
    frame.mark = mark;
    return director.input(frame).real_server;
  }
  /// Rows of -Lnc with client port 0: "protocol state source virtual destination left".
  std::vector<std::string> templates() const {
    std::vector<std::string> rows;
    director.connections().each([&](const Connection& c) {
      if (!c.has(Connection::Flag::kTemplate)) return;
      const bool marked = c.protocol == kAnyProtocol;
      rows.push_back(std::string(marked                        ? "IP "
                                 : c.protocol == Protocol::tcp ? "TCP "
                                                               : "UDP ") +
                     (c.has(Connection::Flag::kAssured) ? "ASSURED " : "NONE ") +
                     to_string(c.client()) + " " + to_string(c.virtual_side()) + " " +
                     to_string(c.real_server()));
    });
    std::sort(rows.begin(), rows.end());
    return rows;
  }

 private:
  ServiceKey key_;
};

const Ipv4Address kAlice = ipv4(172, 20, 0, 1);
const Ipv4Address kNeighbour = ipv4(172, 20, 0, 77);
const Ipv4Address kBob = ipv4(172, 21, 0, 1);

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("a known client gets the server of its template and the scheduler is not asked",
          "[ipvs][persistence]") {
  Persistent f;
  f.add(1);
  f.add(2);
  f.add(3);
  CHECK(f.syn(kAlice, 1) == test_server(3));
  CHECK(f.syn(kAlice, 2) == test_server(3));
  CHECK(f.syn(kAlice, 3) == test_server(3));
  CHECK(f.syn(kBob, 1) == test_server(2));
  CHECK(f.templates() == Rows{"TCP NONE 172.20.0.1:0 10.1.10.3:80 192.168.184.131:80",
                              "TCP NONE 172.21.0.1:0 10.1.10.3:80 192.168.184.130:80"});
  CHECK(f.server(3).persistent == 1);
  CHECK(f.counts(3) == "3/0");
  CHECK(f.server(3).statistics.live.connections == 3);
}

TEST_CASE("the netmask of the service makes one client of a network", "[ipvs][persistence]") {
  ServiceSettings settings = Persistent::plain();
  settings.netmask = ipv4(255, 255, 255, 0);
  Persistent f(kTestService, settings);
  f.add(1);
  f.add(2);
  CHECK(f.syn(kAlice, 1) == test_server(2));
  CHECK(f.syn(kNeighbour, 1) == test_server(2));
  CHECK(f.syn(kBob, 1) == test_server(1));
  CHECK(f.templates().front() == "TCP NONE 172.20.0.0:0 10.1.10.3:80 192.168.184.130:80");
}

TEST_CASE("ports of persistent services", "[ipvs][persistence]") {
  SECTION("of an exact service the real server's port counts") {
    Persistent f;
    f.add(1, 8080);
    CHECK(f.syn(kAlice, 1) == test_server(1, 8080));
    CHECK(f.templates() == Rows{"TCP NONE 172.20.0.1:0 10.1.10.3:80 192.168.184.129:8080"});
  }
  SECTION("of a service of all ports the packet's, and one template serves them all") {
    Persistent f(kAllPorts);
    f.add(1, 8080);
    f.add(2, 8080);
    CHECK(f.syn(kAlice, 1) == test_server(2, 80));
    CHECK(f.syn(kAlice, 2, kOther) == test_server(2, 443));
    CHECK(f.templates() == Rows{"TCP NONE 172.20.0.1:0 10.1.10.3:0 192.168.184.130:0"});
    CHECK(f.director.input(udp_packet({kAlice, Port{5000}}, kTestVip)).action == Action::accept);
  }
  SECTION("of a mark the packet's, and one template serves all protocols and addresses") {
    Persistent f(kMark);
    f.add(1, 8080);
    f.add(2, 8080);
    CHECK(f.syn(kAlice, 1, kTestVip, 7) == test_server(2, 80));
    CHECK(f.syn(kAlice, 2, {ipv4(10, 1, 20, 9), Port{443}}, 7) == test_server(2, 443));
    Frame datagram = udp_packet({kAlice, Port{5000}}, kTestVip);
    datagram.mark = 7;
    CHECK(f.director.input(datagram).real_server == test_server(2, 80));
    CHECK(f.templates() == Rows{"IP NONE 172.20.0.1:0 0.0.0.7:0 192.168.184.130:0"});
  }
}

TEST_CASE("an unusable template is destroyed, and the client is scheduled anew",
          "[ipvs][persistence]") {
  Persistent f;
  f.add(1);
  f.add(2);
  CHECK(f.syn(kAlice, 1) == test_server(2));
  SECTION("weight 0 alone does not end it") {
    f.director.edit_destination(kTestService, test_server(2),
                                {.method = ForwardingMethod::nat, .weight = 0});
    CHECK(f.syn(kAlice, 2) == test_server(2));
  }
  SECTION("weight 0 with expire_quiescent_template does") {
    f.director.sysctls().expire_quiescent_template = 1;
    f.director.edit_destination(kTestService, test_server(2),
                                {.method = ForwardingMethod::nat, .weight = 0});
    CHECK(f.syn(kAlice, 2) == test_server(1));
    CHECK(f.templates() == Rows{"TCP NONE 172.20.0.1:0 10.1.10.3:65535 192.168.184.130:65535",
                                "TCP NONE 172.20.0.1:0 10.1.10.3:80 192.168.184.129:80"});
    CHECK(f.server(2).persistent == 1);
  }
  SECTION("deletion does") {
    f.director.delete_destination(kTestService, test_server(2));
    CHECK(f.syn(kAlice, 2) == test_server(1));
  }
  SECTION("overload does not") {
    f.director.edit_destination(
        kTestService, test_server(2),
        {.method = ForwardingMethod::nat, .weight = 1, .upper_threshold = 1});
    REQUIRE(f.server(2).overloaded);
    CHECK(f.syn(kAlice, 2) == test_server(2));
  }
}

TEST_CASE("a template that still controls when its time is over lives by minutes from then on",
          "[ipvs][persistence]") {
  Persistent f;
  f.add(1);
  f.syn(kAlice, 1);
  const auto timeout = [&] {
    Jiffies result = 0;
    f.director.connections().each([&](const Connection& c) {
      if (c.has(Connection::Flag::kTemplate)) result = c.timeout;
    });
    return result;
  };
  f.director.input(tcp_packet({kAlice, Port{30001}}, kTestVip, kTestAck));  // established: 900 s
  f.run_for(seconds(99));
  CHECK(timeout() == jiffies_of_seconds(100));
  f.run_for(seconds(4));
  CHECK(timeout() == jiffies_of_seconds(60));
  f.syn(kAlice, 2);
  CHECK(timeout() == jiffies_of_seconds(60));
  CHECK(f.templates().size() == 1);
}

TEST_CASE("a template's timer starts again with each connection, not with each packet",
          "[ipvs][persistence]") {
  Persistent f;
  f.add(1);
  f.syn(kAlice, 1);
  Jiffies expires = 0;
  const auto template_expires = [&] {
    f.director.connections().each([&](const Connection& c) {
      if (c.has(Connection::Flag::kTemplate)) expires = c.expires;
    });
    return expires;
  };
  const Jiffies first = template_expires();
  f.run_for(seconds(10));
  f.director.input(tcp_packet({kAlice, Port{30001}}, kTestVip, kTestAck));
  CHECK(template_expires() == first);
  f.syn(kAlice, 2);
  CHECK(template_expires() == first + jiffies_of_seconds(10));
}

TEST_CASE("a connection that is established assures its template, a refused one does not",
          "[ipvs][persistence]") {
  Persistent f;
  f.add(1);
  f.syn(kAlice, 1);
  Frame answer = tcp_packet(test_server(1), {kAlice, Port{30001}}, kTestSyn | kTestAck);
  f.director.output(answer);
  CHECK(f.templates().front().rfind("TCP NONE", 0) == 0);
  SECTION("established") {
    f.director.input(tcp_packet({kAlice, Port{30001}}, kTestVip, kTestAck));
    CHECK(f.templates().front().rfind("TCP ASSURED", 0) == 0);
  }
  SECTION("refused") {
    Frame refusal = tcp_packet(test_server(1), {kAlice, Port{30001}}, kTestRst);
    f.director.output(refusal);
    CHECK(f.templates().front().rfind("TCP NONE", 0) == 0);
  }
}

TEST_CASE("binding a template looks at the thresholds without adding to the count",
          "[ipvs][persistence]") {
  Persistent f;
  f.add(1, 80, {.method = ForwardingMethod::nat, .weight = 1, .upper_threshold = 2});
  f.syn(kAlice, 1);
  CHECK_FALSE(f.server(1).overloaded);
  CHECK(f.server(1).connections() == 1);
  f.syn(kBob, 1);
  CHECK(f.server(1).overloaded);
}

TEST_CASE("when nobody can serve there is no template", "[ipvs][persistence]") {
  Persistent f;
  f.add(1, 80, {.method = ForwardingMethod::nat, .weight = 0});
  CHECK(f.director.input(tcp_packet({kAlice, Port{30001}}, kTestVip, kTestSyn)).action ==
        Action::refuse);
  CHECK(f.templates().empty());
}

TEST_CASE("a connection that a template controls is not rescheduled when it has closed",
          "[ipvs][persistence]") {
  Persistent f;
  f.add(1);
  f.add(2);
  CHECK(f.syn(kAlice, 1) == test_server(2));
  f.director.input(tcp_packet({kAlice, Port{30001}}, kTestVip, kTestAck));
  f.director.input(tcp_packet({kAlice, Port{30001}}, kTestVip, kTestRst));
  CHECK(f.syn(kAlice, 1) == test_server(2));
  CHECK(f.director.connections().size() == 2);
}

}  // namespace lvs
