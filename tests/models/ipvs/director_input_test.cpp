#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"
#include "tests/support/allocation_counter.hpp"

namespace lvs {
namespace {

using Action = Director::Action;

TEST_CASE("there are hooks only while there is a service", "[ipvs][director]") {
  DirectorFixture f;
  CHECK_FALSE(f.director.has_services());
  f.serve("rr", 1);
  CHECK(f.director.has_services());
  f.director.delete_service(kTestService);
  CHECK_FALSE(f.director.has_services());
}

TEST_CASE("a SYN for a service is forwarded by the method of its server", "[ipvs][director]") {
  const auto method =
      GENERATE(ForwardingMethod::nat, ForwardingMethod::direct, ForwardingMethod::tunnel);
  DirectorFixture f;
  f.serve("rr", 2, method);
  const Director::Decision d = f.from_client(1, kTestSyn);
  CHECK(d.action == Action::forward);
  CHECK(d.method == method);
  CHECK(d.real_server == test_server(2));
  CHECK(f.only_connection().client() == test_client(1));
}

TEST_CASE("what starts no connection is left to the local stack", "[ipvs][director]") {
  struct Case {
    std::string name;
    Frame packet;
  };
  const auto c = GENERATE(values<Case>({
      {"an ACK without a connection", tcp_packet(test_client(1), kTestVip, kTestAck)},
      {"a RST", tcp_packet(test_client(1), kTestVip, kTestRst)},
      {"a SYN with RST", tcp_packet(test_client(1), kTestVip, kTestSyn | kTestRst)},
      {"another port", tcp_packet(test_client(1), {kTestVip.address, Port{81}}, kTestSyn)},
      {"another address", tcp_packet(test_client(1), test_server(1), kTestSyn)},
      {"another protocol", udp_packet(test_client(1), kTestVip)},
      {"the FTP data port", tcp_packet({test_client(1).address, Port{20}}, kTestVip, kTestSyn)},
  }));
  DYNAMIC_SECTION(c.name) {
    DirectorFixture f;
    f.serve("rr", 1);
    CHECK(f.director.input(c.packet).action == Action::accept);
    CHECK(f.director.connections().size() == 0);
  }
}

TEST_CASE("with sloppy_tcp any segment but RST starts a connection", "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.sysctls().sloppy_tcp = 1;
  CHECK(f.from_client(1, kTestAck).action == Action::forward);
  CHECK(f.state(1) == "ESTABLISHED");
  CHECK(f.from_client(2, kTestRst).action == Action::accept);
}

TEST_CASE("without a server to choose the client is refused", "[ipvs][director]") {
  struct Case {
    std::string name;
    std::string scheduler;
    unsigned servers;
    std::int64_t weight;
  };
  const auto c = GENERATE(values<Case>({{"an empty list", "rr", 0, 1},
                                        {"every weight 0", "wlc", 2, 0},
                                        {"no scheduler", "none", 2, 1}}));
  DYNAMIC_SECTION(c.name) {
    DirectorFixture f;
    f.serve(c.scheduler, c.servers);
    for (unsigned n = 1; n <= c.servers; ++n) {
      f.director.edit_destination(kTestService, test_server(n),
                                  {.method = ForwardingMethod::nat, .weight = c.weight});
    }
    const Director::Decision d = f.from_client(1, kTestSyn);
    CHECK(d.action == Action::refuse);
    CHECK(d.cause == DropCause::ipvs_no_destination);
    CHECK(f.director.connections().size() == 0);
    CHECK(f.director.total().live == TrafficCounters{});
  }
}

TEST_CASE("a quiesced server keeps its connections and gets no new ones", "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 2);
  REQUIRE(f.connect(1) == test_server(2));
  f.director.edit_destination(kTestService, test_server(2),
                              {.method = ForwardingMethod::nat, .weight = 0});
  CHECK(f.from_client(1, kTestAck).real_server == test_server(2));
  CHECK(f.connect(2) == test_server(1));
  CHECK(f.connect(3) == test_server(1));
}

TEST_CASE("a real port of 0 keeps the port of the packet", "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 0);
  f.director.add_destination(kTestService, test_server(1, 0), {.method = ForwardingMethod::nat});
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(1, 80));
  f.director.add_destination(kTestService, test_server(2, 8080), {.method = ForwardingMethod::nat});
  CHECK(f.from_client(2, kTestSyn).real_server == test_server(2, 8080));
}

TEST_CASE("a connection keeps the method it began with", "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.director.edit_destination(kTestService, test_server(1), {.method = ForwardingMethod::direct});
  CHECK(f.from_client(1, kTestAck).method == ForwardingMethod::nat);
  CHECK(f.from_client(2, kTestSyn).method == ForwardingMethod::direct);
}

TEST_CASE("a SYN that meets a closed connection is scheduled again", "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 3);
  REQUIRE(f.connect(1) == test_server(3));
  f.from_client(1, kTestRst);
  REQUIRE(f.state(1) == "CLOSE");
  SECTION("with conn_reuse_mode 1; the old entry goes at the next tick") {
    CHECK(f.from_client(1, kTestSyn).real_server == test_server(2));
    CHECK(f.director.connections().size() == 2);
    f.from_client(1, kTestAck);
    CHECK(f.state(1) == "ESTABLISHED");
    f.run_for(milliseconds(4));
    CHECK(f.director.connections().size() == 1);
    CHECK(f.counts(3) == "0/0");
    CHECK(f.counts(2) == "1/0");
  }
  SECTION("with conn_reuse_mode 0 it reopens the same entry") {
    f.director.sysctls().conn_reuse_mode = 0;
    CHECK(f.from_client(1, kTestSyn).real_server == test_server(3));
    CHECK(f.state(1) == "SYN_RECV");
  }
  SECTION("if nobody can serve it, a packet within the tick keeps the old entry alive") {
    for (unsigned n = 1; n <= 3; ++n) f.director.delete_destination(kTestService, test_server(n));
    f.director.add_destination(kTestService, test_server(3),
                               {.method = ForwardingMethod::nat, .weight = 0});
    CHECK(f.from_client(1, kTestSyn).action == Action::refuse);
    CHECK(f.from_client(1, kTestAck).real_server == test_server(3));
    f.run_for(seconds(5));
    CHECK(f.state(1) == "CLOSE");
  }
}

TEST_CASE("a SYN reopens FIN_WAIT of DR only if conn_reuse_mode has bit 2", "[ipvs][director]") {
  const int mode = GENERATE(1, 2, 3);
  DirectorFixture f;
  f.serve("rr", 2, ForwardingMethod::direct);
  f.director.sysctls().conn_reuse_mode = mode;
  f.from_client(1, kTestSyn);
  f.from_client(1, kTestAck);
  f.from_client(1, kTestFin);
  REQUIRE(f.state(1) == "FIN_WAIT");
  const Endpoint again = f.from_client(1, kTestSyn).real_server;
  CHECK(again == (mode == 1 ? test_server(2) : test_server(1)));
}

TEST_CASE("a SYN on an established connection stays with it", "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.connect(1);
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(2));
  CHECK(f.state(1) == "ESTABLISHED");
  f.director.sysctls().expire_nodest_conn = 1;
  f.director.edit_destination(kTestService, test_server(2),
                              {.method = ForwardingMethod::nat, .weight = 0});
  CHECK(f.from_client(1, kTestAck).real_server == test_server(2));
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(1));
}

TEST_CASE("packets of a deleted server's connections are dropped, its replies still translated",
          "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.connect(1);
  f.director.delete_destination(kTestService, test_server(2));
  const TrafficCounters before = f.director.total().live;
  const Director::Decision d = f.from_client(1, kTestFin);
  CHECK(d.action == Action::drop);
  CHECK(d.cause == DropCause::ipvs_destination_unavailable);
  CHECK(f.state(1) == "ESTABLISHED");
  CHECK(f.from_server(test_server(2), 1, kTestFin) == Director::Reply::translated);
  CHECK(f.state(1) == "FIN_WAIT");
  CHECK(f.director.total().live == before);
}

TEST_CASE("with expire_nodest_conn packets of a deleted server's connections start anew",
          "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.connect(1);
  f.connect(2);
  f.director.sysctls().expire_nodest_conn = 1;
  f.director.delete_destination(kTestService, test_server(2));
  CHECK(f.from_client(1, kTestAck).action == Action::accept);
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(1));
  f.run_for(milliseconds(8));
  CHECK(f.director.connections().size() == 2);
}

TEST_CASE("a client on the director is not balanced when it answers a connection",
          "[ipvs][director]") {
  DirectorFixture f;
  f.serve("rr", 1, ForwardingMethod::direct);
  const Endpoint service_itself = kTestVip;
  // The director's own process at VIP:80 has a connection with a service at client 1's place.
  f.from_client(1, kTestSyn);
  f.director.add_service({.protocol = Protocol::tcp, .address = test_client(1)},
                         {.scheduler = "rr"});
  f.director.add_destination({.protocol = Protocol::tcp, .address = test_client(1)}, test_server(1),
                             {});
  const Frame reply = tcp_packet(service_itself, test_client(1), kTestSyn | kTestAck);
  CHECK(f.director.input(reply, Director::Origin::this_host).action == Action::accept);
  CHECK(f.director.input(reply).action == Action::forward);
}

TEST_CASE("packets of standing connections allocate nothing, nor do new ones when old ones go",
          "[ipvs][director]") {
  DirectorFixture f;
  f.serve("wlc", 8);
  const auto round = [&] {
    for (unsigned client = 0; client < 500; ++client) {
      const Endpoint server = f.connect(client);
      f.from_client(client, kTestFin);
      f.from_server(server, client, kTestFin);
      f.from_client(client, kTestRst);
    }
    f.run_for(seconds(20));
  };
  round();
  round();
  REQUIRE(f.director.connections().size() == 0);
  const std::uint64_t before = allocations();
  round();
  CHECK(allocations() == before);
  CHECK(f.director.total().live.connections == 1500);
}

}  // namespace
}  // namespace lvs
