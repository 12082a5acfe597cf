// FULLNAT end to end: TCP of both ends with loss, several clients behind one local address, reused
// ports, determinism (spec/ipvs.md 6.3).
#include <catch2/catch.hpp>
#include <map>

#include "tests/models/host/fullnat_lan.hpp"

namespace lvs {
namespace {

WayConfig lossy(double loss) {
  WayConfig way = usual_way();
  way.loss = loss;
  return way;
}

/// Everything that left a host, with its time.
std::string history(const FullnatLan& lan) {
  std::string all;
  for (const SeenFrame& s : lan.seen.sent) {
    all += std::to_string(s.time.time_since_epoch().count()) + " " + text(s.frame) + "\n";
  }
  return all;
}

/// Four connections, each 60 kB up and 200 kB down.
void transfer(FullnatLan& lan) {
  lan.user.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 60'000); };
  std::map<std::uint32_t, std::uint64_t> got;
  lan.app.on_received = [&](EndpointId e, std::uint32_t count) {
    got[e.value] += count;
    if (got[e.value] == 60'000) lan.world.tcp().send(e, 200'000);
  };
  std::map<std::uint32_t, std::uint64_t> back;
  lan.user.on_received = [&](EndpointId e, std::uint32_t count) {
    back[e.value] += count;
    if (back[e.value] == 200'000) lan.world.tcp().close(e);
  };
  lan.app.on_closed = [&](EndpointId e) { lan.world.tcp().close(e); };
  for (int k = 0; k < 4; ++k) lan.connect();
  lan.run_for(seconds(30));
}

}  // namespace

TEST_CASE("FULLNAT: TCP works end to end, with loss too", "[host][fullnat]") {
  const double loss = GENERATE(0.0, 0.02);
  FullnatLan lan({.servers = 2, .local_addresses = 2, .way = lossy(loss)});
  transfer(lan);
  CHECK(lan.app.bytes == 4 * 60'000);
  CHECK(lan.user.bytes == 4 * 200'000);
  CHECK(lan.app.closes == 4);
  CHECK((lan.world.tcp().retransmissions() > 0) == (loss > 0));
  std::size_t with_sack = 0;
  for (const SeenFrame& s : lan.seen.sent) {
    if (!s.frame.is_arp() && s.frame.ip.protocol == Protocol::tcp && s.frame.tcp.sack_count > 0) {
      ++with_sack;
    }
  }
  CHECK((with_sack > 0) == (loss > 0));
  lan.run_for(seconds(150));
  CHECK(lan.balancer().connections().size() == 0);
  CHECK(lan.balancer().local_sides().in_use() == 0);
  CHECK(lan.balancer().local_sides().pool(LocalAddressId{0}).in_use() == 0);
  CHECK(lan.world.frames().in_flight() == 0);
}

TEST_CASE("FULLNAT: the same seed gives the same frames, another seed others", "[host][fullnat]") {
  const auto run = [](std::uint64_t seed) {
    FullnatLan lan({.servers = 2, .local_addresses = 3, .scheduler = "wrr", .seed = seed});
    transfer(lan);
    return history(lan);
  };
  const std::string first = run(1);
  CHECK(run(1) == first);
  CHECK(run(2) != first);
}

TEST_CASE("FULLNAT: a port that another client uses next is taken by a server in TIME_WAIT",
          "[host][fullnat]") {
  // The server closes first and keeps the pair of ends for 60 s. The next client has a clock far
  // behind and lower numbers: by either alone the server would take its SYN for an old one.
  FullnatLan lan;
  add_address(lan.client, "eth0", "10.1.10.9/32");
  lan.user.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 300); };
  lan.app.on_received = [&](EndpointId e, std::uint32_t) {
    lan.world.tcp().send(e, 1000);
    lan.world.tcp().close(e);
  };
  lan.user.on_closed = [&](EndpointId e) { lan.world.tcp().close(e); };
  lan.connect();
  lan.run_for(seconds(9));  // the director's 7 s are over
  REQUIRE(lan.balancer().connections().size() == 0);
  // Until the pool comes round to that port again, others take all that were never used.
  for (std::uint32_t k = 0; k < 64510; ++k) {
    const Frame other =
        tcp().from({ipv4(172, 20, 0, 0).value + k}, 4000).to(address("10.1.10.3"), 80).syn();
    REQUIRE(lan.balancer().input(other).action == Director::Action::forward);
  }
  const std::uint32_t used = lan.packets(*lan.servers[0]).back().tcp.acknowledgement;
  lan.seen.clear();
  lan.inject(lan.client,
             tcp()
                 .from(address("10.1.10.9"), 7777)
                 .to(address("10.1.10.3"), 80)
                 .syn()
                 .sequence(1)
                 .window(64240)
                 .mss(1460)
                 .timestamps(1, 0),
             mac_of(lan.director));
  lan.run_for(milliseconds(1));
  const std::vector<Frame> sent = lan.packets(lan.director);
  REQUIRE(sent.size() >= 2);
  CHECK(sent[0].tcp.source == Port{1025});
  CHECK(static_cast<std::int32_t>(sent[0].tcp.sequence - used) > 0);
  CHECK(sent[1].tcp.syn());
  CHECK(sent[1].tcp.ack());
  CHECK(sent[1].ip.destination == address("10.1.10.9"));
  CHECK(sent[1].tcp.acknowledgement == 2);
}

TEST_CASE("FULLNAT: two clients behind one local address, whose clocks differ, are both served",
          "[host][fullnat]") {
  FullnatLan lan;
  add_address(lan.client, "eth0", "10.1.10.9/32");
  lan.user.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 500); };
  lan.connect("10.1.10.2");
  lan.connect("10.1.10.9");
  lan.run_for(milliseconds(20));
  CHECK(lan.app.bytes == 1000);
  std::map<std::uint16_t, std::string> who;
  for (const Frame& f : lan.packets(lan.director)) {
    if (!f.tcp.has_toa()) continue;
    CHECK(f.ip.source == lan.local());
    CHECK_FALSE(f.tcp.timestamps);
    who[f.tcp.source.value] = to_string(Endpoint{f.tcp.toa_address, f.tcp.toa_port});
  }
  CHECK(who ==
        std::map<std::uint16_t, std::string>{{1025, "10.1.10.2:32768"}, {1026, "10.1.10.9:32768"}});
  // Nobody who speaks through the director stamps his segments, so no clock can seem to go back.
  for (const Frame& f : lan.packets(*lan.servers[0])) CHECK_FALSE(f.tcp.timestamps);
}

TEST_CASE("FULLNAT: a client that begins anew on the same ports begins anew at the server",
          "[host][fullnat]") {
  FullnatLan lan;
  lan.balancer().sysctls().conn_reuse_mode = 0;  // the entry is used on
  const auto syn = [](std::uint32_t number) {
    return tcp()
        .from(address("10.1.10.2"), 4000)
        .to(address("10.1.10.3"), 80)
        .syn()
        .sequence(number)
        .window(64240)
        .mss(1460);
  };
  // The client's own TCP knows nothing of it and answers each SYN+ACK with a RST.
  lan.inject(lan.client, syn(1000), mac_of(lan.director));
  lan.run_for(milliseconds(5));
  CHECK(lan.only_connection().state == IpvsState::syn_received);
  lan.inject(lan.client, syn(1000), mac_of(lan.director));
  lan.run_for(milliseconds(5));
  lan.inject(lan.client, syn(5000), mac_of(lan.director));
  lan.run_for(milliseconds(5));
  std::vector<Frame> syns;
  for (const Frame& f : lan.packets(lan.director)) {
    if (f.ip.destination == lan.rip().address && f.tcp.syn()) syns.push_back(f);
  }
  REQUIRE(syns.size() == 3);
  CHECK(syns[1].tcp.sequence == syns[0].tcp.sequence);
  // 10 ms later: 156250 ticks of 64 ns, and nothing of the client's own number.
  CHECK(syns[2].tcp.sequence - syns[0].tcp.sequence > 150'000);
  CHECK(syns[2].tcp.sequence - syns[0].tcp.sequence < 160'000);
  CHECK(syns[2].tcp.source == syns[0].tcp.source);
  // What the server answers is again what the client sent, plus one.
  std::uint32_t acknowledged = 0;
  for (const Frame& f : lan.packets(lan.director)) {
    if (f.ip.destination == address("10.1.10.2") && f.tcp.syn())
      acknowledged = f.tcp.acknowledgement;
  }
  CHECK(acknowledged == 5001);
}

}  // namespace lvs
