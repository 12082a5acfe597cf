// What becomes of a client's packet (spec/ipvs.md 3.1 to 3.6, 3.9). A name begins with its section.
#include <catch2/catch.hpp>
#include <string>

#include "tests/models/host/director_cluster.hpp"
#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Action = Director::Action;
using Reply = Director::Reply;

Endpoint vip(std::uint16_t port) { return {kTestVip.address, Port{port}}; }
const ServiceKey kDns{.protocol = Protocol::udp, .address = vip(53)};

ServiceSettings rr(std::uint32_t persistence = 0) {
  ServiceSettings settings;
  settings.scheduler = "rr";
  settings.persistence = persistence;
  return settings;
}
const DestinationSettings kNat{.method = ForwardingMethod::nat};

/// A NAT connection of client 1 with rs2, in the state after these packets; rs1 would be next.
/// Letters: S A F R of the client, s a f r of the server.
class Reached : public DirectorFixture {
 public:
  explicit Reached(const std::string& packets, ForwardingMethod method = ForwardingMethod::nat) {
    serve("rr", 2, method);
    const Endpoint server = method == ForwardingMethod::nat ? test_server(2) : kTestVip;
    for (const char letter : packets) {
      const std::string all = "SAFR";
      const bool of_client = all.find(letter) != std::string::npos;
      const std::uint8_t flags = flags_of(letter);
      if (of_client) {
        from_client(1, flags);
      } else {
        from_server(server, 1, letter == 's' ? kTestSyn | kTestAck : flags);
      }
    }
  }
  void quiesce(unsigned n, ForwardingMethod method = ForwardingMethod::nat) {
    director.edit_destination(kTestService, test_server(n), {.method = method, .weight = 0});
  }

 private:
  static std::uint8_t flags_of(char letter) {
    switch (letter) {
      case 'S':
      case 's': return kTestSyn;
      case 'F':
      case 'f': return kTestFin;
      case 'R':
      case 'r': return kTestRst;
      default: return kTestAck;
    }
  }
};

}  // namespace

TEST_CASE("3.1: without services packets of connections pass IPVS by, and it has them again after",
          "[ipvs][statements][host]") {
  DirectorCluster lan(ForwardingMethod::direct, 80, 1);
  App user(lan.world);
  lan.connect(user);
  lan.run_for(milliseconds(10));
  REQUIRE(user.connections.size() == 1);
  Director& director = lan.world.director_of(lan.director);
  director.delete_service(lan.key);
  lan.seen.clear();
  lan.world.tcp().send(user.connections[0], 100);
  lan.run_for(milliseconds(5));
  REQUIRE(lan.sent(lan.director).size() == 1);
  CHECK(lan.sent(lan.director)[0].substr(0, 40) == "10.0.0.100:80 > 10.0.0.2:32768 tcp R seq");
  const Connection* entry = nullptr;
  director.connections().each([&](const Connection& c) { entry = &c; });
  REQUIRE(entry != nullptr);
  CHECK(entry->state == IpvsState::established);
}

TEST_CASE("3.3 step 7a: with expire_nodest_conn a SYN leaves a quiesced server in every state",
          "[ipvs][statements]") {
  // SYN_RECV, ESTABLISHED, FIN_WAIT, CLOSE_WAIT, TIME_WAIT, CLOSE
  const std::string packets = GENERATE("S", "SsA", "SsAf", "SsAF", "SsAfF", "SsAR");
  const int mode = GENERATE(0, 1);
  DYNAMIC_SECTION(packets << " conn_reuse_mode " << mode) {
    Reached f(packets);
    f.director.sysctls().conn_reuse_mode = mode;
    f.quiesce(2);
    f.director.sysctls().expire_nodest_conn = 1;
    CHECK(f.from_client(1, kTestAck).real_server == test_server(2));  // no SYN
    CHECK(f.from_client(1, kTestSyn).real_server == test_server(1));
    f.run_for(2 * kJiffy);
    CHECK(f.director.connections().size() == 1);
    CHECK(f.counts(2) == "0/0");
  }
}

TEST_CASE("3.3 step 7a: a SYN+ACK is a SYN; without the sysctl the quiesced server keeps it",
          "[ipvs][statements]") {
  Reached f("SsA");
  f.quiesce(2);
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(2));
  f.director.sysctls().expire_nodest_conn = 1;
  CHECK(f.from_client(1, kTestSyn | kTestAck).real_server == test_server(1));
}

TEST_CASE("3.3 step 7a: a persistent client is scheduled by its template, to a new entry",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.director.add_service(kTestService, rr(600));
  f.director.add_destination(kTestService, test_server(1), kNat);
  f.connect(1);
  f.director.edit_destination(kTestService, test_server(1),
                              {.method = ForwardingMethod::nat, .weight = 0});
  f.director.sysctls().expire_nodest_conn = 1;
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(1));
  CHECK(f.director.connections().size() == 3);
  CHECK(f.server(1).statistics.live.connections == 2);
  f.run_for(2 * kJiffy);
  CHECK(f.director.connections().size() == 2);
}

TEST_CASE("3.3 step 7b: which closed connections a SYN leaves, by conn_reuse_mode",
          "[ipvs][statements]") {
  struct Case {
    std::string packets;
    ForwardingMethod method;
    std::string state;
    std::string leaves;  // for modes 0 to 3
  };
  const auto nat = ForwardingMethod::nat;
  const auto direct = ForwardingMethod::direct;
  const auto tunnel = ForwardingMethod::tunnel;
  const auto c = GENERATE_COPY(values<Case>({
      {"SsAfF", nat, "TIME_WAIT", "-+++"},
      {"SsAFf", nat, "TIME_WAIT", "-+++"},
      {"SF", direct, "TIME_WAIT", "-+++"},
      {"SsAR", nat, "CLOSE", "-+++"},
      {"SAR", direct, "CLOSE", "-+++"},
      {"SAF", direct, "FIN_WAIT", "--++"},
      {"SAF", tunnel, "FIN_WAIT", "--++"},
      {"SsAf", direct, "FIN_WAIT", "----"},  // its replies were seen
      {"SsAf", nat, "FIN_WAIT", "----"},
      {"SsAF", nat, "CLOSE_WAIT", "----"},
      {"SsA", nat, "ESTABLISHED", "----"},
      {"S", direct, "SYN_RECV", "----"},
  }));
  for (int mode = 0; mode < 4; ++mode) {
    DYNAMIC_SECTION(c.packets << " mode " << mode) {
      Reached f(c.packets, c.method);
      REQUIRE(f.state(1) == c.state);
      f.director.sysctls().conn_reuse_mode = mode;
      const bool leaves = c.leaves[static_cast<std::size_t>(mode)] == '+';
      CHECK(f.from_client(1, kTestSyn).real_server == test_server(leaves ? 1 : 2));
      CHECK(f.director.connections().size() == (leaves ? 2U : 1U));
      CHECK(f.director.total().live.connections == (leaves ? 2U : 1U));
    }
  }
}

TEST_CASE("3.3 step 7b: an entry that is reopened goes to SYN_RECV and counts as active again",
          "[ipvs][statements]") {
  const std::string packets = GENERATE("SsAfF", "SsAR", "SsAf", "SsAF");
  Reached f(packets);
  f.director.sysctls().conn_reuse_mode = 0;
  REQUIRE(f.counts(2) == "0/1");
  f.from_client(1, kTestSyn);
  CHECK(f.state(1) == "SYN_RECV");
  CHECK(f.counts(2) == "1/0");
  CHECK(f.only_connection().timeout == jiffies_of_seconds(60));
}

TEST_CASE("3.3 step 8: datagrams of a deleted server are dropped, or start anew at once",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.director.add_service(kDns, rr());
  for (const unsigned n : {1U, 2U}) f.director.add_destination(kDns, test_server(n, 53), kNat);
  const Frame datagram = udp_packet(test_client(1), kDns.address);
  CHECK(f.director.input(datagram).real_server == test_server(2, 53));
  const Jiffies expires = f.only_connection().expires;
  f.director.delete_destination(kDns, test_server(2, 53));
  f.run_for(seconds(1));
  const TrafficCounters before = f.director.total().live;
  CHECK(f.director.input(datagram).action == Action::drop);
  CHECK(f.only_connection().expires == expires);
  CHECK(f.director.total().live == before);
  f.director.sysctls().expire_nodest_conn = 1;
  CHECK(f.director.input(datagram).real_server == test_server(1, 53));
  f.run_for(2 * kJiffy);
  CHECK(f.only_connection().real_server() == test_server(1, 53));
}

TEST_CASE("3.3 step 10: what is forwarded is counted by its IP length, what is refused is not",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.input(tcp_packet(test_client(1), kTestVip, kTestSyn, 60));
  f.director.input(tcp_packet(test_client(1), kTestVip, kTestAck, 1500));
  f.director.input(tcp_packet(test_client(2), kTestVip, kTestAck, 700));  // starts nothing
  f.director.edit_destination(kTestService, test_server(1),
                              {.method = ForwardingMethod::nat, .weight = 0});
  f.director.input(tcp_packet(test_client(3), kTestVip, kTestSyn, 60));  // refused
  const TrafficCounters counted{
      .connections = 1, .packets_in = 2, .packets_out = 0, .bytes_in = 1560, .bytes_out = 0};
  CHECK(f.server(1).statistics.live == counted);
  CHECK(f.director.find_service(kTestService)->statistics.live == counted);
  CHECK(f.director.total().live == counted);
}

TEST_CASE("3.4: sloppy_tcp lets any segment but RST start an entry, with the state it leads to",
          "[ipvs][statements]") {
  struct Case {
    std::uint8_t flags;
    std::string state;
    std::string counts;
  };
  const auto c = GENERATE(values<Case>({{kTestAck, "ESTABLISHED", "1/0"},
                                        {kTestFin, "CLOSE", "0/1"},
                                        {TcpFlags::kPsh, "CLOSE", "0/1"},
                                        {kTestSyn | kTestAck, "SYN_RECV", "1/0"},
                                        {kTestRst | kTestAck, "-", "0/0"}}));
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.sysctls().sloppy_tcp = 1;
  f.from_client(1, c.flags);
  CHECK(f.state(1) == c.state);
  CHECK(f.counts(1) == c.counts);
}

TEST_CASE("3.4: without sloppy_tcp a SYN+ACK starts an entry, FIN and nothing do not",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  CHECK(f.from_client(1, kTestSyn | kTestAck).action == Action::forward);
  CHECK(f.from_client(2, kTestFin).action == Action::accept);
  CHECK(f.from_client(3, 0).action == Action::accept);
}

TEST_CASE("3.5: every mark but 0 may have a service", "[ipvs][statements]") {
  const std::uint32_t mark = GENERATE(1U, 2U, 0xffffffffU);
  DirectorFixture f;
  f.director.add_service(mark_key(mark), rr());
  f.director.add_destination(mark_key(mark), test_server(1), kNat);
  Frame syn = tcp_packet(test_client(1), kTestVip, kTestSyn);
  CHECK(f.director.input(syn).action == Action::accept);
  syn.mark = mark;
  CHECK(f.director.input(syn).real_server == test_server(1));
}

TEST_CASE("3.6 step 1: a datagram from port 20 is left alone too", "[ipvs][statements]") {
  DirectorFixture f;
  f.director.add_service(kDns, rr());
  f.director.add_destination(kDns, test_server(1, 53), kNat);
  const Endpoint from{test_client(1).address, Port{20}};
  CHECK(f.director.input(udp_packet(from, kDns.address)).action == Action::accept);
}

TEST_CASE("3.6: a client of UDP is refused when nobody serves", "[ipvs][statements]") {
  DirectorFixture f;
  f.director.add_service(kDns, rr());
  CHECK(f.director.input(udp_packet(test_client(1), kDns.address)).action == Action::refuse);
}

TEST_CASE("3.6 a: cache_bypass lets only packets for unicast addresses elsewhere go on",
          "[ipvs][statements]") {
  class Addresses final : public AddressBook {
   public:
    AddressType type(Ipv4Address a) const override {
      if (a == ipv4(10, 0, 0, 255)) return AddressType::other;
      return a == kTestVip.address ? AddressType::local : AddressType::unicast;
    }
  };
  const Addresses addresses;
  DirectorFixture f;
  f.director.ask(addresses);
  f.director.add_service(mark_key(7), rr());
  f.director.sysctls().cache_bypass = 1;
  const auto send = [&](Ipv4Address to) {
    Frame packet = udp_packet(test_client(1), {to, Port{80}});
    packet.mark = 7;
    return f.director.input(packet);
  };
  CHECK(send(kTestVip.address).action == Action::refuse);
  CHECK(send(ipv4(10, 0, 0, 255)).action == Action::refuse);
  CHECK(send(ipv4(192, 0, 2, 1)).method == ForwardingMethod::bypass);
  CHECK(f.only_connection().timeout == jiffies_of_seconds(300));
  CHECK(f.director.total().live == TrafficCounters{});
  // its replies are not rewritten
  Frame reply = udp_packet({ipv4(192, 0, 2, 1), Port{80}}, test_client(1));
  CHECK(f.director.output(reply) == Reply::counted);
  CHECK(f.director.total().live == TrafficCounters{});
}

TEST_CASE("3.9 step 6: nat_icmp_send answers for servers of NAT that are there",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.add_service(kDns, rr());
  f.director.add_destination(kDns, test_server(1, 53), kNat);
  f.director.add_destination(kDns, test_server(2, 53), {.method = ForwardingMethod::direct});
  f.director.sysctls().nat_icmp_send = 1;
  const auto answer = [&](const Frame& packet) {
    Frame frame = packet;
    return f.director.output(frame);
  };
  const Endpoint nobody = test_client(9);
  CHECK(answer(udp_packet(test_server(1, 53), nobody)) == Reply::refuse);
  CHECK(answer(udp_packet(test_server(2, 53), nobody)) == Reply::not_ours);
  CHECK(answer(tcp_packet(test_server(1, 53), nobody, kTestAck)) == Reply::not_ours);
  CHECK(answer(tcp_packet(test_server(1), nobody, kTestFin)) == Reply::refuse);
  CHECK(answer(tcp_packet(test_server(1), nobody, kTestRst | kTestAck)) == Reply::not_ours);
  f.director.delete_destination(kTestService, test_server(1));
  CHECK(answer(tcp_packet(test_server(1), nobody, kTestAck)) == Reply::not_ours);
}

}  // namespace lvs
