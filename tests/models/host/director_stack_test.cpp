// A director in its host's stack: what it does to frames (spec/ipvs.md 3.6 d, 5), and the processor
// in front of it.
#include <catch2/catch.hpp>

#include "models/server/servers.hpp"
#include "tests/models/host/director_cluster.hpp"

namespace lvs {
namespace {

using Cluster = DirectorCluster;

const std::string kSyn = " tcp S seq 0 len 0 win 64240 mss 1460 wscale 7 sackOK";
const std::string kSynAck = " tcp S. seq 0 ack 1 len 0 win 65160 mss 1460 wscale 7 sackOK";

}  // namespace

TEST_CASE("NAT rewrites the destination of requests and the source of replies, ports too",
          "[host][director]") {
  Cluster lan(ForwardingMethod::nat, 8080);
  App user(lan.world);
  lan.connect(user);
  lan.run_for(milliseconds(10));
  CHECK(user.connections.size() == 1);
  // The head of the list is the server that was added last.
  CHECK(lan.sent(lan.director) ==
        Lines{"10.0.0.2:32768 > 10.1.0.12:8080" + kSyn + " ttl 63",
              "10.0.0.100:80 > 10.0.0.2:32768" + kSynAck + " ttl 63",
              "10.0.0.2:32768 > 10.1.0.12:8080 tcp . seq 1 ack 1 len 0 win 502 ttl 63"});
  CHECK(lan.sent(*lan.real_servers[1]) == Lines{"10.1.0.12:8080 > 10.0.0.2:32768" + kSynAck});
  CHECK(lan.sent(*lan.real_servers[0]).empty());
}

TEST_CASE("DR changes the MAC and the TTL only; replies pass the director by", "[host][director]") {
  Cluster lan(ForwardingMethod::direct);
  App user(lan.world);
  lan.connect(user);
  lan.run_for(milliseconds(10));
  CHECK(user.connections.size() == 1);
  CHECK(lan.sent(lan.director) ==
        Lines{"10.0.0.2:32768 > 10.0.0.100:80" + kSyn + " ttl 63",
              "10.0.0.2:32768 > 10.0.0.100:80 tcp . seq 1 ack 1 len 0 win 502 ttl 63"});
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.director.id() || s.frame.is_arp()) continue;
    CHECK(s.frame.source == mac_of(lan.director));
    CHECK(s.frame.destination == mac_of(*lan.real_servers[1]));
  }
  CHECK(lan.sent(*lan.real_servers[1]) == Lines{"10.0.0.100:80 > 10.0.0.2:32768" + kSynAck});
}

TEST_CASE("TUN puts an outer header with the TTL and DF of the inner one in front",
          "[host][director][tunnel]") {
  Cluster lan(ForwardingMethod::tunnel);
  App user(lan.world);
  lan.connect(user);
  lan.run_for(milliseconds(10));
  CHECK(user.connections.size() == 1);
  std::size_t packets = 0;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.director.id() || s.frame.is_arp()) continue;
    ++packets;
    const Frame& f = s.frame;
    CHECK(f.ip.protocol == Protocol::ipip);
    CHECK(f.ip.source == address("10.0.0.3"));
    CHECK(f.ip.destination == address("10.0.0.12"));
    CHECK(int{f.ip.ttl} == 63);
    CHECK(int{f.inner.ttl} == 63);
    CHECK(f.ip.dont_fragment());
    CHECK(f.ip.identification == 0);
    CHECK(f.ip.total_length == f.inner.total_length + 20);
    CHECK(f.inner.destination == address(kVip));
  }
  CHECK(packets == 2);
  CHECK(lan.sent(*lan.real_servers[1]) == Lines{"10.0.0.100:80 > 10.0.0.2:32768" + kSynAck});
}

TEST_CASE("an upload through a tunnel meets 1480 bytes once and completes",
          "[host][director][tunnel][mtu]") {
  Cluster lan(ForwardingMethod::tunnel);
  App user(lan.world);
  user.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 65'536); };
  lan.connect(user);
  lan.run_for(milliseconds(150));
  CHECK(lan.app.bytes == 65'536);
  CHECK(lan.director.drops()[DropCause::fragmentation_needed] == 10);
  std::size_t told = 0;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == lan.director.id() && s.frame.ip.protocol == Protocol::icmp) {
      ++told;
      CHECK(s.frame.icmp.mtu == 1480);
      CHECK(s.frame.ip.source == address(kVip));
    }
  }
  CHECK(told == 10);
}

TEST_CASE("a cluster moves data by every method", "[host][director]") {
  const auto method =
      GENERATE(ForwardingMethod::nat, ForwardingMethod::direct, ForwardingMethod::tunnel);
  Cluster lan(method);
  App user(lan.world);
  lan.app.on_received = [&](EndpointId e, std::uint32_t) { lan.world.tcp().send(e, 100'000); };
  lan.app.on_closed = [&](EndpointId e) { lan.world.tcp().close(e); };
  user.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 200); };
  user.on_received = [&](EndpointId e, std::uint32_t) {
    if (user.bytes == 400'000) {
      for (const EndpointId c : user.connections) lan.world.tcp().close(c);
    }
    static_cast<void>(e);
  };
  for (int i = 0; i < 4; ++i) lan.connect(user);
  lan.run_for(seconds(2));
  CHECK(user.bytes == 400'000);
  CHECK(lan.world.tcp().retransmissions() == 0);
  CHECK(lan.world.frames().in_flight() == 0);
}

TEST_CASE("without a server a client is refused at once; the seventh in a second is not answered",
          "[host][director][icmp]") {
  Cluster lan(ForwardingMethod::direct, 80, 0);
  App user(lan.world);
  lan.client.neighbours().set(address(kVip), device(lan.client, "eth0"), mac_of(lan.director),
                              NeighbourState::permanent);  // all SYNs take equally long
  for (int i = 0; i < 7; ++i) lan.connect(user);
  lan.run_until(milliseconds(900));
  CHECK(user.error == TcpError::port_unreachable);
  const std::string error = "10.0.0.100 > 10.0.0.2 icmp unreachable 3 of (10.0.0.2:";
  const auto errors = lan.sent(lan.director);
  CHECK(errors.size() == 6);
  for (const std::string& line : errors) CHECK(line.substr(0, error.size()) == error);
  CHECK(lan.director.drops()[DropCause::ipvs_no_destination] == 7);
  lan.run_until(milliseconds(1100));  // its SYN is repeated after 1 s
  CHECK(lan.sent(lan.director).size() == 7);
}

TEST_CASE("a real server on the director itself serves", "[host][director]") {
  const auto method =
      GENERATE(ForwardingMethod::nat, ForwardingMethod::direct, ForwardingMethod::tunnel);
  const std::uint16_t port = method == ForwardingMethod::nat ? 8080 : 80;
  Cluster lan(method, port, 0);
  lan.listen(lan.director);
  lan.add_destination("10.0.0.3");
  App user(lan.world);
  user.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 300); };
  lan.connect(user);
  lan.run_for(milliseconds(10));
  CHECK(lan.app.bytes == 300);
  const auto sent = lan.sent(lan.director);
  REQUIRE(sent.size() == 2);
  CHECK(sent[0] == "10.0.0.100:80 > 10.0.0.2:32768" + kSynAck);
}

TEST_CASE("an ICMP error about a reply of a NAT server on the director reaches that server",
          "[host][director][icmp]") {
  Cluster lan(ForwardingMethod::nat, 8080, 0);
  lan.listen(lan.director);
  lan.add_destination("10.0.0.3");
  App user(lan.world);
  lan.connect(user);
  lan.run_for(milliseconds(10));
  lan.world.tcp().send(lan.app.connections.at(0), 3000);
  Frame reply;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == lan.director.id() && s.frame.payload_length() > 1000) reply = s.frame;
  }
  lan.inject(
      lan.client,
      icmp().from(address("10.0.0.2")).to(address(kVip)).fragmentation_needed(1000).about(reply),
      mac_of(lan.director));
  lan.run_for(milliseconds(1));
  CHECK(lan.world.tcp().endpoint(lan.app.connections[0]).mss == 1000 - 52);
}

TEST_CASE("a client hears of a NAT server that does not answer ARP, in terms of the VIP",
          "[host][director][icmp]") {
  Cluster lan(ForwardingMethod::nat, 8080, 0);
  lan.add_destination("10.1.0.77");
  App user(lan.world);
  lan.connect(user);
  lan.run_for(seconds(3) + milliseconds(1));
  CHECK(user.error == TcpError::host_unreachable);
  // One for each SYN that waited: of 0, 1 and 3 s.
  const std::string error =
      "10.0.0.100 > 10.0.0.2 icmp unreachable 1 of (10.0.0.2:32768 > 10.0.0.100:80 tcp)";
  CHECK(lan.sent(lan.director) == Lines(3, error));
}

TEST_CASE("a processor serves frames in order, each for its time, and drops what does not fit",
          "[host][processor]") {
  Lan lan;
  Host& sender = lan.host("sender", "");
  Host& server = lan.host("server", "10.0.0.1/24");
  server.neighbours().set(address("10.0.0.9"), device(server, "eth0"), mac_of(sender),
                          NeighbourState::permanent);
  lan.inject(server, udp(), mac_of(sender));  // the switch learns
  lan.run_for(milliseconds(1));
  ProcessorConfig config;
  config.per_frame = microseconds(10);
  config.per_byte = nanoseconds(1);
  config.queue = QueueLimit::frames(3);
  server.make_processor(config);
  lan.seen.clear();
  for (int i = 0; i < 10; ++i) {
    lan.inject(sender, icmp().from(address("10.0.0.9")).to(address("10.0.0.1")), mac_of(server));
  }
  lan.run_for(milliseconds(1));
  CHECK(server.drops()[DropCause::cpu_queue_full] == 6);
  const auto answers = lan.seen.times_sent(server, [](const Frame&) { return true; });
  REQUIRE(answers.size() == 4);
  const Time arrival = lan.seen.received.at(0).time;
  const Duration cost = microseconds(10) + nanoseconds(42);
  for (int i = 0; i < 4; ++i) {
    CHECK(answers[static_cast<std::size_t>(i)] == arrival + (i + 1) * cost);
  }
  CHECK(server.processor()->busy(lan.now()) == 4 * cost);
  CHECK(server.traffic()[static_cast<std::size_t>(TrafficClass::other)].processor == 4 * cost);
}

TEST_CASE("a SYN costs per_connection more; flows are spread over cores and keep their order",
          "[host][processor]") {
  Lan lan;
  Host& sender = lan.host("sender", "");
  Host& server = lan.host("server", "10.0.0.1/24");
  ProcessorConfig config;
  config.cores = 4;
  config.per_frame = microseconds(10);
  config.per_connection = microseconds(5);
  server.make_processor(config);
  const auto segment = [](int flow) {
    return tcp()
        .from(address("10.0.0.9"), static_cast<std::uint16_t>(1000 + flow))
        .to(address("10.0.0.1"), 80);
  };
  SECTION("the cost") {
    lan.inject(sender, segment(1).syn(), mac_of(server));
    lan.inject(sender, segment(1).syn().ack(1), mac_of(server));
    lan.inject(sender, segment(1).rst(), mac_of(server));
    lan.run_for(milliseconds(1));
    CHECK(server.processor()->busy(lan.now()) == 3 * microseconds(10) + microseconds(5));
  }
  SECTION("the spread") {
    for (std::uint32_t round = 0; round < 4; ++round) {
      for (int flow = 0; flow < 64; ++flow) {
        lan.inject(sender, segment(flow).rst().sequence(round), mac_of(server));
      }
    }
    lan.run_for(microseconds(60) + 256 * nanoseconds(672));
    const Duration by_one = lan.now() - kStart;
    lan.run_for(milliseconds(10));
    std::vector<std::uint32_t> next(64, 0);
    CHECK(server.processor()->busy(lan.now()) == 256 * microseconds(10));
    CHECK(lan.seen.dropped.size() == 256);  // resets that concern nobody, when they are served
    for (const SeenFrame& s : lan.seen.dropped) {
      CHECK(s.frame.tcp.sequence == next[s.frame.tcp.source.value - 1000U]++);
    }
    const Duration took = lan.seen.dropped.back().time - lan.seen.received.front().time;
    CHECK(took < 256 * microseconds(10) / 2);  // of 4 cores more than 2 worked
    CHECK(by_one > Duration{});
  }
}

TEST_CASE("a director without power drops what its processor holds", "[host][processor]") {
  Lan lan;
  Host& sender = lan.host("sender", "");
  Host& server = lan.host("server", "10.0.0.1/24");
  ProcessorConfig config;
  config.per_frame = milliseconds(1);
  server.make_processor(config);
  for (int i = 0; i < 5; ++i) {
    lan.inject(sender, icmp().from(address("10.0.0.9")).to(address("10.0.0.1")), mac_of(server));
  }
  lan.run_for(microseconds(1500));
  lan.world.power(server, false);
  lan.run_for(milliseconds(10));
  CHECK(server.drops()[DropCause::power_off] == 4);
}

}  // namespace lvs
