// Which service a packet is for, and what becomes of it when nobody can serve (spec/ipvs.md 3.5,
// 3.6); one-packet services.
#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Action = Director::Action;

const Endpoint kClient{ipv4(172, 20, 0, 1), Port{30001}};

Endpoint vip(std::uint16_t port) { return {kTestVip.address, Port{port}}; }
ServiceKey tcp_service(std::uint16_t port) {
  return {.protocol = Protocol::tcp, .address = vip(port)};
}
ServiceKey udp_service(std::uint16_t port) {
  return {.protocol = Protocol::udp, .address = vip(port)};
}

/// One service a real server, so that the server tells the service.
class Services : public DirectorFixture {
 public:
  void add(const ServiceKey& key, unsigned server, ServiceSettings settings = rr()) {
    REQUIRE(director.add_service(key, settings) == IpvsError::none);
    REQUIRE(director.add_destination(key, test_server(server, 0),
                                     {.method = ForwardingMethod::nat}) == IpvsError::none);
  }
  static ServiceSettings rr() {
    ServiceSettings settings;
    settings.scheduler = "rr";
    return settings;
  }
  static ServiceSettings persistent() {
    ServiceSettings settings = rr();
    settings.persistence = 60;
    return settings;
  }
  static ServiceSettings one_packet() {
    ServiceSettings settings = rr();
    settings.one_packet = true;
    return settings;
  }

  Director::Decision syn(Endpoint to, std::uint32_t mark = 0, Endpoint from = kClient) {
    Frame frame = tcp_packet(from, to, kTestSyn);
    frame.mark = mark;
    return director.input(frame);
  }
  /// 1 for rs1, 0 if the packet was left alone.
  unsigned served_by(const Director::Decision& d) const {
    return d.action == Action::forward
               ? d.real_server.address.value - ipv4(192, 168, 184, 128).value
               : 0;
  }
};

}  // namespace

TEST_CASE("a mark goes before an address, whatever the protocol", "[ipvs][services]") {
  Services f;
  f.add(tcp_service(80), 1);
  f.add(mark_key(7), 2);
  CHECK(f.served_by(f.syn(vip(80))) == 1);
  CHECK(f.served_by(f.syn(vip(80), 7, {kClient.address, Port{30002}})) == 2);
  CHECK(f.served_by(f.syn({ipv4(10, 1, 20, 5), Port{99}}, 7)) == 2);
  CHECK(f.served_by(f.syn(vip(80), 8, {kClient.address, Port{30003}})) == 1);
  Frame datagram = udp_packet(kClient, vip(53));
  datagram.mark = 7;
  CHECK(f.served_by(f.director.input(datagram)) == 2);
  CHECK(f.director.input(udp_packet({kClient.address, Port{1}}, vip(53))).action == Action::accept);
}

TEST_CASE("an exact port goes before FTP, FTP before a service of all ports", "[ipvs][services]") {
  Services f;
  f.add(tcp_service(0), 3, Services::persistent());
  CHECK(f.served_by(f.syn(vip(21))) == 3);
  f.add(tcp_service(21), 2, Services::persistent());
  f.add(tcp_service(8080), 1);
  const auto from = [](std::uint8_t n) { return Endpoint{ipv4(172, 20, 1, n), Port{5000}}; };
  CHECK(f.served_by(f.syn(vip(8080), 0, from(1))) == 1);
  CHECK(f.served_by(f.syn(vip(21), 0, from(2))) == 2);
  CHECK(f.served_by(f.syn(vip(20), 0, from(3))) == 2);
  CHECK(f.served_by(f.syn(vip(1024), 0, from(4))) == 2);
  CHECK(f.served_by(f.syn(vip(1023), 0, from(5))) == 3);
  CHECK(f.served_by(f.syn(vip(22), 0, from(6))) == 3);
  // The templates of both stand for port 0 of the address: a client of one is one of the other.
  CHECK(f.served_by(f.syn(vip(22), 0, {from(4).address, Port{5001}})) == 2);
}

TEST_CASE("of an FTP service that is not persistent, other ports are left alone",
          "[ipvs][services]") {
  Services f;
  f.add(tcp_service(21), 1);
  CHECK(f.syn(vip(5000)).action == Action::accept);
  CHECK(f.served_by(f.syn(vip(21))) == 1);
}

TEST_CASE("a service of all ports that is no longer persistent serves nobody", "[ipvs][services]") {
  Services f;
  f.add(tcp_service(0), 1, Services::persistent());
  f.director.edit_service(tcp_service(0), Services::rr());
  CHECK(f.syn(vip(80)).action == Action::refuse);
}

TEST_CASE("a plain service of a mark maps the port, a packet's port stands where there is none",
          "[ipvs][services]") {
  Services f;
  REQUIRE(f.director.add_service(mark_key(7), Services::rr()) == IpvsError::none);
  f.director.add_destination(mark_key(7), test_server(1, 8080), {.method = ForwardingMethod::nat});
  CHECK(f.syn(vip(80), 7).real_server == test_server(1, 8080));
  f.director.delete_destination(mark_key(7), test_server(1, 8080));
  f.director.add_destination(mark_key(7), test_server(1, 0), {.method = ForwardingMethod::nat});
  CHECK(f.syn(vip(80), 7, {kClient.address, Port{2}}).real_server == test_server(1, 80));
}

TEST_CASE("a client's port 20 is never balanced", "[ipvs][services]") {
  Services f;
  f.add(tcp_service(80), 1, Services::persistent());
  CHECK(f.syn(vip(80), 0, {kClient.address, Port{20}}).action == Action::accept);
  CHECK(f.served_by(f.syn(vip(80), 0, {kClient.address, Port{21}})) == 1);
}

TEST_CASE("a one-packet service schedules each datagram and keeps nothing", "[ipvs][services]") {
  Services f;
  f.add(udp_service(53), 1, Services::one_packet());
  f.director.add_destination(udp_service(53), test_server(2, 0), {.method = ForwardingMethod::nat});
  const Frame datagram = udp_packet(kClient, vip(53));
  CHECK(f.served_by(f.director.input(datagram)) == 2);
  CHECK(f.served_by(f.director.input(datagram)) == 1);
  CHECK(f.served_by(f.director.input(datagram)) == 2);
  CHECK(f.director.connections().size() == 0);
  CHECK(f.counts(1, udp_service(53)) == "0/0");
  CHECK(f.server(2, udp_service(53)).statistics.live.connections == 2);
  CHECK(f.server(2, udp_service(53)).statistics.live.packets_in == 2);
  Frame answer = udp_packet(test_server(1, 53), kClient);
  CHECK(f.director.output(answer) == Director::Reply::not_ours);
  CHECK(answer.ip.source == test_server(1).address);
}

TEST_CASE("a one-packet service of a mark keeps the connections of TCP", "[ipvs][services]") {
  Services f;
  f.add(mark_key(7), 1, Services::one_packet());
  f.syn(vip(80), 7);
  CHECK(f.director.connections().size() == 1);
}

TEST_CASE("a persistent one-packet service keeps the template alone", "[ipvs][services]") {
  Services f;
  ServiceSettings settings = Services::persistent();
  settings.one_packet = true;
  f.add(udp_service(53), 1, settings);
  const Frame datagram = udp_packet(kClient, vip(53));
  f.director.input(datagram);
  f.director.input(datagram);
  const Connection& keeper = f.only_connection();
  CHECK(keeper.has(Connection::Flag::kTemplate));
  CHECK(keeper.controlled == 0);
  CHECK(keeper.packets_in == 2);
  CHECK(f.counts(1, udp_service(53)) == "0/0");
}

TEST_CASE("cache_bypass sends a marked packet on to where it was going", "[ipvs][services]") {
  Services f;
  f.director.sysctls().cache_bypass = 1;
  REQUIRE(f.director.add_service(mark_key(7), Services::rr()) == IpvsError::none);
  REQUIRE(f.director.add_service(tcp_service(80), Services::rr()) == IpvsError::none);
  const Endpoint elsewhere{ipv4(192, 0, 2, 80), Port{80}};
  const Director::Decision d = f.syn(elsewhere, 7);
  CHECK(d.action == Action::forward);
  CHECK(d.method == ForwardingMethod::bypass);
  CHECK(d.real_server == elsewhere);
  CHECK(f.only_connection().state == IpvsState::syn_received);
  CHECK(f.director.total().live.packets_in == 0);
  // a connection of its own, with the rows of INPUT: a FIN closes it half
  Frame fin = tcp_packet(kClient, elsewhere, kTestAck);
  f.director.input(fin);
  fin.tcp.flags = kTestFin;
  CHECK(f.director.input(fin).method == ForwardingMethod::bypass);
  CHECK(f.only_connection().state == IpvsState::close_wait);
  SECTION("an address service is refused as ever") {
    CHECK(f.syn(vip(80)).action == Action::refuse);
  }
  SECTION("without the sysctl the mark is refused too") {
    f.director.sysctls().cache_bypass = 0;
    CHECK(f.syn(elsewhere, 7, {kClient.address, Port{2}}).action == Action::refuse);
  }
  SECTION("it ends like others") {
    f.run_for(seconds(63));
    CHECK(f.director.connections().size() == 0);
  }
}

TEST_CASE("sloppy_tcp schedules any segment but a reset", "[ipvs][services]") {
  Services f;
  f.add(tcp_service(80), 1);
  CHECK(f.director.input(tcp_packet(kClient, vip(80), kTestAck)).action == Action::accept);
  f.director.sysctls().sloppy_tcp = 1;
  CHECK(f.director.input(tcp_packet(kClient, vip(80), kTestRst)).action == Action::accept);
  CHECK(f.served_by(f.director.input(tcp_packet(kClient, vip(80), kTestAck))) == 1);
  CHECK(f.only_connection().state == IpvsState::established);
}

}  // namespace lvs
