// Moving data: acknowledgements, loss, path MTU (6.7). Slow start: tests/validation.
#include <algorithm>

#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

bool carries(const Frame& f) { return f.payload_length() > 0; }

}  // namespace

TEST_CASE("sixteen segments are acknowledged one by one, then every second", "[tcp][ack]") {
  TcpLab lab;
  lab.listen();
  const std::uint32_t next = lab.handshake();
  std::vector<std::uint32_t> acks;
  lab.seen.clear();
  for (std::uint32_t i = 0; i < 24; ++i) {
    lab.raw(lab.peer().sequence(1000 + 1460 * i).ack(next).window(64'240).payload(bytes(1460)));
    lab.run_for(milliseconds(1));
  }
  for (const SeenFrame& s : lab.seen.sent) {
    if (s.host == lab.server.id()) acks.push_back((s.frame.tcp.acknowledgement - 1000) / 1460);
  }
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 1; i <= 16; ++i) expected.push_back(i);
  for (std::uint32_t i = 18; i <= 24; i += 2) expected.push_back(i);
  CHECK(acks == expected);
  SECTION("a single one after that within 40 ms") {
    lab.seen.clear();
    const Time before = lab.now();
    lab.raw(lab.peer().sequence(1000 + 1460 * 24).ack(next).window(64'240).payload(bytes(1460)));
    lab.run_for(milliseconds(100));
    const auto sent = lab.seen.times_sent(lab.server, [](const Frame&) { return true; });
    REQUIRE(sent.size() == 1);
    const Duration way = microseconds(50) + nanoseconds(12'304) - nanoseconds(0);
    CHECK(sent[0] - before == way + milliseconds(40));
  }
}

TEST_CASE("an answer carries the acknowledgement once the connection is interactive",
          "[tcp][ack]") {
  TcpLab lab;
  lab.listen();
  int asked = 0;
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 100); };
  lab.server_app.on_received = [&](EndpointId e, std::uint32_t) { lab.tcp().send(e, 200); };
  lab.client_app.on_received = [&](EndpointId e, std::uint32_t) {
    if (++asked < 3) lab.tcp().send(e, 100);
  };
  lab.connect();
  lab.run_for(milliseconds(200));
  CHECK(lab.talk() ==
        Lines{"client S seq 0 len 0 win 64240 mss 1460 wscale 7 sackOK",
              "server S. seq 0 ack 1 len 0 win 65160 mss 1460 wscale 7 sackOK",
              "client . seq 1 ack 1 len 0 win 502", "client P. seq 1 ack 1 len 100 win 502",
              "server . seq 1 ack 101 len 0 win 511", "server P. seq 1 ack 101 len 200 win 511",
              "client . seq 101 ack 201 len 0 win 505", "client P. seq 101 ack 201 len 100 win 505",
              "server P. seq 201 ack 201 len 200 win 513",
              "client P. seq 201 ack 401 len 100 win 509",
              "server P. seq 401 ack 301 len 200 win 514",
              "client . seq 301 ack 601 len 0 win 512"});
}

TEST_CASE("data out of order is acknowledged at once and delivered when the gap is filled",
          "[tcp][reassembly]") {
  TcpLab lab;
  lab.listen();
  const std::uint32_t next = lab.handshake();
  const auto data = [&](std::uint32_t from, int length) {
    const std::string answer = lab.answer_to(
        lab.peer().sequence(1000 + from).ack(next).window(64'240).payload(bytes(length)));
    const auto at = answer.find("ack ");
    return std::stoul(answer.substr(at + 4)) - 1000;
  };
  CHECK(data(1000, 500) == 0);
  CHECK(data(2000, 500) == 0);
  CHECK(data(1400, 200) == 0);  // overlaps
  CHECK(data(500, 100) == 0);
  CHECK(lab.server_app.bytes == 0);
  CHECK(data(0, 500) == 600);
  CHECK(lab.server_app.bytes == 600);
  CHECK(data(0, 400) == 600);  // old: acknowledged again
  CHECK(data(550, 450) == 1600);
  CHECK(data(1500, 600) == 2500);
  CHECK(lab.server_app.bytes == 2500);
}

TEST_CASE("what is lost in a burst is sent again after three duplicates, before the timeout",
          "[tcp][loss]") {
  WayConfig narrow = usual_way();
  narrow.queue = QueueLimit::frames(20);
  narrow.rate = megabits_per_second(100);
  TcpLab lab(usual_way(), narrow);
  const bool sack = GENERATE(false, true);
  sysctl(lab.server, "ipv4.tcp_sack", sack ? 1 : 0);
  lab.listen();
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 100); };
  lab.server_app.on_received = [&](EndpointId e, std::uint32_t) { lab.tcp().send(e, 200'000); };
  lab.connect();
  lab.run_for(milliseconds(190));
  CHECK(lab.client_app.bytes == 200'000);
  CHECK(lab.tcp().retransmissions() >= 1);
  std::uint64_t lost = 0;
  for (const DirectionId way : {Cables::from_a(lab.cable), Cables::from_b(lab.cable)}) {
    lost += lab.world.cables().drops(way)[DropCause::queue_full];
  }
  // Nothing is sent twice in vain, but for the end of a flight in each of two recoveries (NextSeg's
  // rule 4).
  CHECK(lab.tcp().retransmissions() == lost + (sack ? 2 : 0));
}

TEST_CASE("6.7: retransmissions double from srtt + 200 ms and give up after 15", "[tcp][rto]") {
  TcpLab lab;
  lab.listen();
  const auto e = lab.connect();
  lab.run_for(milliseconds(1));
  lab.world.power(lab.server, false);
  lab.seen.clear();
  lab.tcp().send(*e, 100);
  const Time begun = lab.now();
  lab.run_until(seconds(2000));
  // One sample: SYN and SYN-ACK of 98 bytes of wire.
  const Duration round_trip = 2 * (microseconds(50) + nanoseconds(784));
  Duration timeout = round_trip + milliseconds(200);
  std::vector<Time> expected{begun};
  for (int i = 0; i < 15; ++i) {
    expected.push_back(expected.back() + std::min(timeout, Duration(seconds(120))));
    timeout *= 2;
  }
  CHECK(lab.seen.times_sent(lab.client, carries) == expected);
  CHECK(lab.client_app.error == TcpError::timed_out);
  CHECK(lab.client_app.failed_at == expected.back() + seconds(120));
  CHECK(lab.client_app.failed_at - begun > seconds(924));
  CHECK(lab.client_app.failed_at - begun < seconds(926));
}

TEST_CASE("with loss both ways every transfer completes and no byte is delivered twice",
          "[tcp][loss]") {
  const int percent = GENERATE(1, 3, 5);
  const std::uint64_t seed = GENERATE(1, 2, 3, 4);
  CAPTURE(percent, seed);
  WayConfig lossy = usual_way();
  lossy.loss = percent / 100.0;
  lossy.rate = megabits_per_second(100);
  lossy.jitter = RandomLaw::exponential(microseconds(20 * static_cast<int>(seed)));
  TcpLab lab(lossy, lossy);
  lab.world.observation().wanted = 0;
  lab.listen();
  // Both sides write, so acknowledgements and data cross; then both close.
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 150'000); };
  lab.server_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 200'000); };
  std::uint64_t at_client = 0, at_server = 0;
  lab.client_app.on_received = [&](EndpointId e, std::uint32_t n) {
    if ((at_client += n) == 200'000 && at_server == 150'000) lab.tcp().close(e);
  };
  lab.server_app.on_received = [&](EndpointId, std::uint32_t n) { at_server += n; };
  lab.connect();
  lab.run_for(seconds(120));
  CHECK(at_client == 200'000);
  CHECK(at_server == 150'000);
  CHECK_FALSE(lab.client_app.error);
  CHECK_FALSE(lab.server_app.error);
  CHECK(lab.tcp().retransmissions() < 60);
  CHECK(lab.world.frames().in_flight() == 0);
}

TEST_CASE("a router's smaller MTU is told, remembered, and the transfer completes", "[tcp][mtu]") {
  Lan lan;
  Host& client = lan.host("client", "10.0.0.2/24");
  Host& router = lan.host("router", "10.0.0.1/24");
  Host& server = lan.host("server", "10.1.0.2/24", 1);
  lan.card(router, "eth1", "10.1.0.1/24", 1);
  router.state().set_mtu(device(router, "eth1"), 1000);
  sysctl(router, "ipv4.ip_forward", 1);
  add_route(client, "default", "10.0.0.1");
  add_route(server, "default", "10.1.0.1");
  App client_app(lan.world), server_app(lan.world);
  Tcp::ListenerConfig config;
  config.host = server.id();
  config.port = Port{80};
  config.user = server_app.user;
  lan.world.tcp().listen(config);
  client_app.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 65'536); };
  Tcp::Connect request;
  request.host = client.id();
  request.source = address("10.0.0.2");
  request.destination = {address("10.1.0.2"), Port{80}};
  request.user = client_app.user;
  lan.world.tcp().connect(request);
  lan.run_for(milliseconds(150));  // no timeout is needed
  CHECK(server_app.bytes == 65'536);
  CHECK(router.drops()[DropCause::fragmentation_needed] == 10);  // the first window
  std::vector<int> longest;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == router.id() && s.frame.ip.protocol == Protocol::icmp) {
      CHECK(s.frame.icmp.mtu == 1000);
      CHECK(s.frame.ip.total_length == 576);
    }
    if (s.host == server.id() || s.frame.ip.protocol != Protocol::tcp) continue;
    if (s.frame.ip.total_length > 1000) longest.push_back(s.frame.ip.total_length);
  }
  CHECK(longest.size() == 10);
  lan.seen.clear();
  lan.world.tcp().connect(request);  // a second connection knows
  lan.run_for(milliseconds(150));
  CHECK(server_app.bytes == 131'072);
  CHECK(router.drops()[DropCause::fragmentation_needed] == 10);
}

}  // namespace lvs
