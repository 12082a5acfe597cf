// A director of FULLNAT services alone: what may be configured, who gets a local side, what the
// table holds of it (spec/ipvs.md 6, design.md 4).
#include <catch2/catch.hpp>
#include <set>

#include "tests/models/ipvs/director_fixture.hpp"
#include "tests/support/allocation_counter.hpp"

namespace lvs {
namespace {

constexpr ForwardingMethod kFullnat = ForwardingMethod::fullnat;

Ipv4Address local(unsigned n) { return {ipv4(192, 168, 184, 200).value + n}; }

/// Owns the VIP and 192.168.184.200 to .249.
class OwnAddresses final : public AddressBook {
 public:
  AddressType type(Ipv4Address a) const override {
    const bool own = a == kTestVip.address || (a >= local(0) && a < local(50));
    return own ? AddressType::local : AddressType::unicast;
  }
};
const OwnAddresses kOwn;

struct FullnatFixture : DirectorFixture {
  FullnatFixture(const std::string& scheduler, unsigned servers, unsigned addresses) {
    director.ask(kOwn);
    serve(scheduler, servers, kFullnat);
    for (unsigned n = 0; n < addresses; ++n) {
      CHECK(director.add_local_address(kTestService, local(n), "eth1") == IpvsError::none);
    }
  }
  static Endpoint client(std::uint32_t n) {
    return {{ipv4(172, 20, 0, 0).value + n / 60'000},
            Port{static_cast<std::uint16_t>(1024 + n % 60'000)}};
  }
  Director::Decision syn(std::uint32_t n) {
    return director.input(tcp_packet(client(n), kTestVip, kTestSyn));
  }
  const Translation& translation(const Director::Decision& d) const {
    return director.local_sides()[d.translation];
  }
  /// The answer of the server to a decision's local side: who gets it.
  std::optional<Director::Onward> answer(const Director::Decision& d, std::uint8_t flags) {
    return director.reply_to_local_side(tcp_packet(d.real_server, translation(d).local, flags));
  }
};

}  // namespace

TEST_CASE("FULLNAT mixes with no other method in one service", "[ipvs][fullnat]") {
  DirectorFixture f;
  f.director.ask(kOwn);
  Director& d = f.director;
  f.serve("rr", 1, kFullnat);
  for (const auto method :
       {ForwardingMethod::nat, ForwardingMethod::direct, ForwardingMethod::tunnel}) {
    CHECK(d.add_destination(kTestService, test_server(2), {.method = method}) ==
          IpvsError::mixed_methods);
  }
  CHECK(d.add_destination(kTestService, test_server(2), {.method = kFullnat}) == IpvsError::none);
  CHECK(d.edit_destination(kTestService, test_server(1), {.method = ForwardingMethod::nat}) ==
        IpvsError::mixed_methods);
  CHECK(d.edit_destination(kTestService, test_server(1), {.method = kFullnat, .weight = 5}) ==
        IpvsError::none);
  // The last one may change its method, and then the others must have it too.
  CHECK(d.delete_destination(kTestService, test_server(2)) == IpvsError::none);
  CHECK(d.edit_destination(kTestService, test_server(1), {.method = ForwardingMethod::nat}) ==
        IpvsError::none);
  CHECK(d.add_destination(kTestService, test_server(2), {.method = kFullnat}) ==
        IpvsError::mixed_methods);
  // Other services are their own affair.
  const ServiceKey other{.protocol = Protocol::udp, .address = kTestVip};
  CHECK(d.add_service(other, {.scheduler = "rr"}) == IpvsError::none);
  CHECK(d.add_destination(other, test_server(2), {.method = kFullnat}) == IpvsError::none);
}

TEST_CASE("what FULLNAT cannot serve is refused", "[ipvs][fullnat]") {
  FullnatFixture f("rr", 1, 1);
  Director& d = f.director;
  CHECK(d.add_destination(kTestService, {local(3), Port{80}}, {.method = kFullnat}) ==
        IpvsError::local_fullnat_server);
  CHECK(d.add_local_address(kTestService, local(0), "eth1") == IpvsError::local_address_exists);
  CHECK(d.add_local_address(kTestService, local(50), "eth1") == IpvsError::local_address_foreign);
  const ServiceKey missing{.protocol = Protocol::udp, .address = kTestVip};
  CHECK(d.add_local_address(missing, local(1), "eth1") == IpvsError::service_not_defined);
  CHECK(d.add_service(missing, {.scheduler = "rr", .one_packet = true}) == IpvsError::none);
  CHECK(d.add_destination(missing, test_server(1), {.method = kFullnat}) ==
        IpvsError::one_packet_fullnat);
  CHECK(d.edit_service(missing, {.scheduler = "rr"}) == IpvsError::none);
  CHECK(d.add_destination(missing, test_server(1), {.method = kFullnat}) == IpvsError::none);
  CHECK(d.edit_service(missing, {.scheduler = "rr", .one_packet = true}) ==
        IpvsError::one_packet_fullnat);
  std::set<std::string> texts;
  for (const auto error :
       {IpvsError::mixed_methods, IpvsError::local_fullnat_server, IpvsError::one_packet_fullnat,
        IpvsError::local_address_foreign, IpvsError::local_address_exists}) {
    CHECK_FALSE(message(error).empty());
    texts.emplace(message(error));
  }
  CHECK(texts.size() == 5);
}

TEST_CASE("rr deals servers and local addresses out in turn; a twentieth of addresses is left out",
          "[ipvs][fullnat]") {
  FullnatFixture f("rr", 4, 4);
  std::set<std::pair<Endpoint, Endpoint>> pairs;
  std::set<std::pair<Ipv4Address, Ipv4Address>> addresses;
  for (std::uint32_t n = 0; n < 2000; ++n) {
    const Director::Decision d = f.syn(n);
    REQUIRE(d.action == Director::Action::forward);
    REQUIRE(d.method == kFullnat);
    pairs.emplace(f.translation(d).local, d.real_server);
    addresses.emplace(f.translation(d).local.address, d.real_server.address);
  }
  CHECK(pairs.size() == 2000);
  CHECK(addresses.size() == 16);  // without what is left out only 4
  CHECK(f.director.connections().size() == 2000);
  CHECK(f.director.local_sides().in_use() == 2000);
}

TEST_CASE("other schedulers never leave a local address out", "[ipvs][fullnat]") {
  FullnatFixture f("sh", 4, 4);
  for (std::uint32_t n = 0; n < 400; ++n) {
    CHECK(f.translation(f.syn(n)).local.address == local(n % 4));
  }
}

TEST_CASE("each local side finds its connection, however the table grows", "[ipvs][fullnat]") {
  FullnatFixture f("wlc", 3, 2);
  std::vector<Director::Decision> decisions;
  for (std::uint32_t n = 0; n < 5000; ++n) decisions.push_back(f.syn(n));
  CHECK(f.director.connections().capacity() > 10'000);
  std::size_t wrong = 0;
  for (std::uint32_t n = 0; n < 5000; ++n) {
    const auto onward = f.answer(decisions[n], kTestSyn | kTestAck);
    if (!onward || onward->client != FullnatFixture::client(n) ||
        onward->virtual_side != kTestVip || onward->translation != decisions[n].translation) {
      ++wrong;
    }
  }
  CHECK(wrong == 0);
  // By no other look-up: neither as a client of the real server, nor as a reply of the VIP.
  const Endpoint side = f.translation(decisions[7]).local;
  Frame odd = tcp_packet(side, decisions[7].real_server, kTestAck);
  CHECK(f.director.input(odd).action == Director::Action::accept);
  Frame own = tcp_packet(kTestVip, FullnatFixture::client(7), kTestAck);
  CHECK(f.director.output(own) == Director::Reply::not_ours);
  CHECK(list_connections(f.director).find("192.168.184.20") == std::string::npos);
  // They go with their connections.
  f.run_for(seconds(33));
  CHECK(f.director.connections().size() == 0);
  CHECK(f.director.local_sides().in_use() == 0);
  CHECK_FALSE(f.answer(decisions[0], kTestAck).has_value());
}

TEST_CASE("a port comes back when its connection is freed, not when it closes", "[ipvs][fullnat]") {
  FullnatFixture f("rr", 1, 1);
  const Director::Decision first = f.syn(1);
  CHECK(f.translation(first).local.port == Port{1025});
  f.answer(first, kTestSyn | kTestAck);
  f.director.input(tcp_packet(FullnatFixture::client(1), kTestVip, kTestRst));
  f.answer(first, kTestRst);
  CHECK(f.only_connection().state == IpvsState::close);
  CHECK(f.director.local_sides().in_use() == 1);
  f.run_for(seconds(2));
  CHECK(f.director.local_sides().in_use() == 1);  // 3 s
  f.run_for(seconds(2));
  CHECK(f.director.local_sides().in_use() == 0);
}

TEST_CASE("a SYN that meets a closed connection is scheduled anew, with a side of its own",
          "[ipvs][fullnat]") {
  FullnatFixture f("rr", 1, 1);
  const Director::Decision first = f.syn(1);
  const Endpoint old_side = f.translation(first).local;
  f.answer(first, kTestRst | kTestAck);
  const Director::Decision second = f.syn(1);
  CHECK(f.translation(second).local == Endpoint{local(0), Port{1026}});
  // Until the next tick the old one is there too, and each answer finds its own.
  CHECK(f.director.connections().size() == 2);
  const auto late =
      f.director.reply_to_local_side(tcp_packet(first.real_server, old_side, kTestRst | kTestAck));
  REQUIRE(late.has_value());
  CHECK(late->translation == first.translation);
  CHECK(f.answer(second, kTestSyn | kTestAck)->translation == second.translation);
}

TEST_CASE("when a sub-pool is empty the next connection is dropped and counts nowhere",
          "[ipvs][fullnat]") {
  FullnatFixture f("rr", 1, 1);
  for (std::uint32_t n = 0; n < 64'511; ++n) {
    REQUIRE(f.syn(n).action == Director::Action::forward);
  }
  const Director::Decision last = f.syn(64'511);
  CHECK(last.action == Director::Action::drop);
  CHECK(last.cause == DropCause::ipvs_no_local_port);
  CHECK(f.counts(1) == "0/64511");
  CHECK(f.server(1).statistics.live.connections == 64'511);
  CHECK(f.director.total().live.connections == 64'511);
  CHECK(f.director.connections().size() == 64'511);
  // One more server in another sub-pool, or one more address, and there is room again.
  CHECK(f.director.add_local_address(kTestService, local(1), "eth1") == IpvsError::none);
  CHECK(f.syn(64'511).action == Director::Action::forward);
}

TEST_CASE("a service whose local sides are missing says so only while they are",
          "[ipvs][fullnat]") {
  FullnatFixture f("rr", 1, 0);
  CHECK(f.syn(1).cause == DropCause::ipvs_no_local_address);
  // Without a server to choose it is the scheduler that fails: refused, as everywhere.
  f.director.edit_destination(kTestService, test_server(1), {.method = kFullnat, .weight = 0});
  CHECK(f.syn(1).action == Director::Action::refuse);
  f.director.edit_destination(kTestService, test_server(1), {.method = kFullnat, .weight = 1});
  f.director.add_local_address(kTestService, local(0), "eth1");
  CHECK(f.syn(1).action == Director::Action::forward);
}

TEST_CASE("a persistent FULLNAT service keeps clients at servers, each connection with its side",
          "[ipvs][fullnat][persistence]") {
  FullnatFixture f("rr", 2, 2);
  f.director.edit_service(kTestService, {.scheduler = "rr", .persistence = 300});
  const Director::Decision a = f.syn(1);
  const Director::Decision b = f.syn(2);  // the same address, another port
  CHECK(a.real_server == b.real_server);
  CHECK(f.translation(a).local != f.translation(b).local);
  CHECK(f.director.connections().size() == 3);
  CHECK(f.director.local_sides().in_use() == 2);
  f.run_for(seconds(33));
  CHECK(f.director.connections().size() == 1);  // the template
  CHECK(f.director.local_sides().in_use() == 0);
  // Many of them: the entries of one packet do not move each other.
  std::vector<Director::Decision> all;
  for (std::uint32_t n = 0; n < 3000; ++n) {
    all.push_back(f.director.input(
        tcp_packet({{ipv4(172, 20, 0, 0).value + n}, Port{99}}, kTestVip, kTestSyn)));
  }
  for (std::uint32_t n = 0; n < 3000; ++n) {
    const auto onward = f.answer(all[n], kTestSyn | kTestAck);
    REQUIRE(onward.has_value());
    REQUIRE(onward->client.address.value == ipv4(172, 20, 0, 0).value + n);
  }
}

TEST_CASE("a template whose first connection gets no local side is left alone",
          "[ipvs][fullnat][persistence]") {
  FullnatFixture f("rr", 2, 0);
  f.director.edit_service(kTestService, {.scheduler = "rr", .persistence = 300});
  CHECK(f.syn(1).cause == DropCause::ipvs_no_local_address);
  CHECK(f.only_connection().controlled == 0);
  CHECK(f.only_connection().has(Connection::Flag::kTemplate));
}

TEST_CASE("--set reaches FULLNAT connections too, whose defaults are their own",
          "[ipvs][fullnat]") {
  FullnatFixture f("rr", 1, 1);
  const auto timeout = [&] { return f.only_connection().timeout / kJiffiesPerSecond; };
  const Director::Decision d = f.syn(1);
  CHECK(timeout() == 30);
  f.answer(d, kTestSyn | kTestAck);
  CHECK(timeout() == 30);
  const Frame ack = tcp_packet(FullnatFixture::client(1), kTestVip, kTestAck);
  f.director.input(ack);
  CHECK(timeout() == 90);
  CHECK(f.director.set_timeouts({.tcp = 1000, .tcp_fin = 50}) == IpvsError::none);
  f.director.input(ack);
  CHECK(timeout() == 1000);
  f.answer(d, kTestFin);
  CHECK(f.only_connection().state == IpvsState::fin_wait);
  CHECK(timeout() == 50);
  f.director.input(tcp_packet(FullnatFixture::client(1), kTestVip, kTestFin));
  CHECK(f.only_connection().state == IpvsState::time_wait);
  CHECK(timeout() == 7);
}

TEST_CASE("only ESTABLISHED counts as active, so wlc weighs half-open connections lightly",
          "[ipvs][fullnat]") {
  FullnatFixture f("wlc", 2, 1);
  f.syn(1);
  CHECK(f.counts(1) + " " + f.counts(2) == "0/0 0/1");
  const Director::Decision second = f.syn(2);
  CHECK(f.counts(1) + " " + f.counts(2) == "0/1 0/1");
  f.answer(second, kTestSyn | kTestAck);
  CHECK(f.counts(1) == "0/1");
  f.director.input(tcp_packet(FullnatFixture::client(2), kTestVip, kTestAck));
  CHECK(f.counts(1) == "1/0");
  f.director.input(tcp_packet(FullnatFixture::client(2), kTestVip, kTestFin));
  CHECK(f.counts(1) == "0/1");
}

TEST_CASE("a saved table has the local addresses behind the servers", "[ipvs][fullnat][listing]") {
  FullnatFixture f("wrr", 1, 2);
  CHECK(save_services(f.director) ==
        "-A -t 10.1.10.3:80 -s wrr\n"
        "-a -t 10.1.10.3:80 -r 192.168.184.129:80 -b -w 1\n"
        "--add-laddr -z 192.168.184.200 -t 10.1.10.3:80 -F eth1\n"
        "--add-laddr -z 192.168.184.201 -t 10.1.10.3:80 -F eth1\n");
  CHECK(list_services(f.director, {}).find("  -> 192.168.184.129:80           FullNat 1      0") !=
        std::string::npos);
}

TEST_CASE("an ICMP message starts no FULLNAT connection", "[ipvs][fullnat][icmp]") {
  FullnatFixture f("rr", 1, 1);
  f.director.sysctls().schedule_icmp = 1;
  Frame error;
  error.ip.source = ipv4(10, 9, 9, 9);
  error.ip.destination = kTestVip.address;
  error.ip.protocol = Protocol::icmp;
  error.icmp = {};
  error.icmp.type = IcmpType::unreachable;
  error.icmp.quoted.ip.source = kTestVip.address;
  error.icmp.quoted.source = kTestVip.port;
  error.icmp.quoted.ip.destination = FullnatFixture::client(1).address;
  error.icmp.quoted.destination = FullnatFixture::client(1).port;
  CHECK(f.director.input_icmp(error).action == Director::Action::accept);
  CHECK(f.director.connections().size() == 0);
}

TEST_CASE("a steady FULLNAT population allocates nothing", "[ipvs][fullnat]") {
  FullnatFixture f("rr", 4, 4);
  std::uint32_t next = 0;
  const auto round = [&] {
    for (int k = 0; k < 50; ++k) {
      const Director::Decision d = f.syn(next);
      f.answer(d, kTestSyn | kTestAck);
      f.director.input(tcp_packet(FullnatFixture::client(next), kTestVip, kTestAck));
      f.answer(d, kTestFin);
      f.director.input(tcp_packet(FullnatFixture::client(next), kTestVip, kTestFin));
      ++next;
    }
    f.run_for(milliseconds(100));
  };
  for (int k = 0; k < 300; ++k) round();
  const std::uint64_t before = allocations();
  for (int k = 0; k < 300; ++k) round();
  CHECK(allocations() == before);
  CHECK(f.director.connections().size() > 3000);
}

}  // namespace lvs
