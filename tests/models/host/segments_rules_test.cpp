// spec/linux-host.md 6.1, 6.3, 6.6: single cells that need a directed input (tests/mutation).
#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

struct SegmentLab : TcpLab {
  /// The server puts a raw segment from its port 80 on the wire; what the client says to that.
  Lines client_says(const Frame& segment) {
    seen.clear();
    const FrameId id = world.frames().create();
    world.frames()[id] = segment;
    world.frames()[id].destination = mac_of(client);
    server.transmit(device(server, "eth0"), id);
    run_for(milliseconds(1));
    return seen.sent_by(client);
  }
};

}  // namespace

TEST_CASE("6.3: a RST to a listener is dropped, whatever else is set", "[tcp][rst]") {
  TcpLab lab;
  const ListenerId listener = lab.listen();
  CHECK(lab.answer_to(lab.peer().rst().sequence(7)).empty());
  CHECK(lab.answer_to(lab.peer().rst().syn().sequence(7)).empty());
  CHECK(lab.answer_to(lab.peer().rst().ack(9).sequence(7)).empty());
  CHECK(lab.answer_to(lab.peer().rst().fin().sequence(7)).empty());
  CHECK(lab.tcp().counters(listener).half_open == 0);
  CHECK(lab.server.drops()[DropCause::no_socket] == 4);
  CHECK(lab.answer_to(lab.peer(5001, 81).rst().syn().sequence(7)).empty());
  CHECK(lab.server.drops()[DropCause::no_socket] == 5);
}

TEST_CASE("6.3: what a listener and a closed port drop is counted apart", "[tcp][rst]") {
  TcpLab lab;
  lab.listen();
  CHECK_FALSE(lab.answer_to(lab.peer().sequence(7).ack(9)).empty());
  CHECK(lab.server.drops()[DropCause::no_socket] == 1);
  CHECK_FALSE(lab.answer_to(lab.peer(5000, 81).sequence(7).ack(9)).empty());
  CHECK(lab.server.drops()[DropCause::closed_port] == 1);
}

TEST_CASE("6.3: a RST shows the address that was asked, TTL 64 and window 0, no option",
          "[tcp][rst]") {
  TcpLab lab;
  add_address(lab.server, "lo", "10.0.0.100/32");
  const bool with_ack = GENERATE(true, false);
  TcpBuilder segment =
      lvs::tcp().from(address("10.0.0.9"), 5000).to(address("10.0.0.100"), 81).sequence(7);
  segment.ttl(9).payload(bytes(5));
  lab.answer_to(with_ack ? segment.ack(9).fin() : segment.syn().fin());
  REQUIRE(lab.seen.sent.size() == 2);
  const Frame& reset = lab.seen.sent.back().frame;
  CHECK(reset.ip.source == address("10.0.0.100"));
  CHECK(reset.ip.destination == address("10.0.0.9"));
  CHECK(int{reset.ip.ttl} == 64);
  CHECK(reset.ip.total_length == 40);
  CHECK(reset.tcp.window == 0);
  CHECK_FALSE(reset.tcp.timestamps);
  CHECK(reset.tcp.sequence == (with_ack ? 9U : 0U));
  // SYN, FIN and five bytes take seven numbers.
  CHECK(reset.tcp.acknowledgement == (with_ack ? 0U : 14U));
  CHECK(int{reset.tcp.flags} == (with_ack ? TcpFlags::kRst : TcpFlags::kRst | TcpFlags::kAck));
}

TEST_CASE("6.3: in SYN_SENT only a SYN-ACK or RST with the number of our SYN counts", "[tcp]") {
  SegmentLab lab;
  lab.client_app.on_connected = nullptr;
  lab.server.state().set_up(device(lab.server, "eth0"), true);
  sysctl(lab.server, "ipv4.tcp_syncookies", 0);
  // No listener would answer; the server's own RST must not come either: it has lost its address.
  lab.server.state().delete_address(device(lab.server, "eth0"), *parse_ipv4_prefix("10.0.0.2/24"));
  const EndpointId e = *lab.connect();
  lab.run_for(milliseconds(1));
  const TcpEndpoint& end = lab.tcp().endpoint(e);
  const std::uint32_t good = end.send_next;
  const auto segment = [&] {
    return lvs::tcp()
        .from(address("10.0.0.2"), 80)
        .to(address("10.0.0.1"), end.local_port.value)
        .sequence(700);
  };
  const auto opens = [&] { return !lab.client_app.connections.empty(); };
  // Without ACK a RST means nothing, nor does a FIN or data.
  CHECK(lab.client_says(segment().rst()).empty());
  CHECK(lab.client_says(segment().fin()).empty());
  CHECK(lab.client_says(segment().payload(bytes(3))).empty());
  CHECK(lab.client_says(segment().ack(good)).empty());
  // A wrong number: a reset for all but a RST.
  for (const std::uint32_t wrong : {good - 1, good + 1, 0U}) {
    CHECK(lab.client_says(segment().rst().ack(wrong)).empty());
    CHECK(lab.client_says(segment().syn().ack(wrong)).size() == 1);
    CHECK(lab.client_says(segment().ack(wrong)).size() == 1);
    const Frame& reset = lab.seen.sent.back().frame;
    CHECK(reset.tcp.sequence == wrong);
    CHECK(int{reset.tcp.flags} == TcpFlags::kRst);
  }
  CHECK_FALSE(lab.client_app.error);
  CHECK_FALSE(opens());
  SECTION("the right number with RST refuses") {
    CHECK(lab.client_says(segment().rst().ack(good)).empty());
    CHECK(lab.client_app.error == TcpError::refused);
  }
  SECTION("the right number with SYN opens") {
    CHECK(lab.client_says(segment().syn().ack(good).mss(1460).window(500)).size() == 1);
    CHECK(opens());
    CHECK(lab.seen.sent.back().frame.tcp.acknowledgement == 701);
  }
}

TEST_CASE("4.5: a handshake that completes confirms the neighbour of the side that opened",
          "[tcp][neighbour]") {
  TcpLab lab;
  lab.listen();
  lab.client.neighbours().set(address("10.0.0.2"), device(lab.client, "eth0"), mac_of(lab.server),
                              NeighbourState::stale);
  lab.run_for(seconds(1));
  lab.connect();
  CHECK(neighbour_state(lab.client, "10.0.0.2") == "DELAY");
  lab.run_for(seconds(6));
  CHECK(neighbour_state(lab.client, "10.0.0.2") == "REACHABLE");
  const auto asked = lab.seen.times_sent(lab.client, [](const Frame& f) { return f.is_arp(); });
  CHECK(asked.empty());
}

TEST_CASE("6.1: a port is listened on once for each address, and on all of them or on one",
          "[tcp][listen]") {
  TcpLab lab;
  add_address(lab.server, "lo", "10.0.0.100/32");
  const auto listens = [&](const char* bind, std::uint16_t port) {
    Tcp::ListenerConfig config;
    config.host = lab.server.id();
    config.bind = address(bind);
    config.port = Port{port};
    config.backlog = 10;
    config.user = lab.server_app.user;
    return lab.tcp().listen(config).has_value();
  };
  CHECK(listens("10.0.0.2", 80));
  CHECK_FALSE(listens("10.0.0.2", 80));
  CHECK_FALSE(listens("0.0.0.0", 80));
  CHECK(listens("10.0.0.100", 80));
  CHECK(listens("0.0.0.0", 81));
  CHECK_FALSE(listens("10.0.0.2", 81));
  CHECK_FALSE(listens("0.0.0.0", 81));
  const auto answer = [&](const char* to, std::uint16_t port) {
    return lab.answer_to(lvs::tcp()
                             .from(address("10.0.0.9"), 5000)
                             .to(address(to), port)
                             .syn()
                             .sequence(7)
                             .mss(1460));
  };
  CHECK(answer("10.0.0.2", 80).substr(0, 2) == "S.");
  CHECK(answer("10.0.0.100", 80).substr(0, 2) == "S.");
  CHECK(answer("10.0.0.100", 81).substr(0, 2) == "S.");
  CHECK(answer("10.0.0.100", 82).substr(0, 2) == "R.");
}

TEST_CASE("6.1: a listener that is closed is a closed port; another of its port still answers",
          "[tcp][listen]") {
  TcpLab lab;
  const ListenerId listener = lab.listen();
  lab.tcp().set_listening(listener, false);
  CHECK(lab.answer_to(lab.peer().syn().sequence(7)).substr(0, 2) == "R.");
  CHECK(lab.server.drops()[DropCause::closed_port] == 1);
  lab.tcp().set_listening(listener, true);
  CHECK(lab.answer_to(lab.peer().syn().sequence(7).mss(1460)).substr(0, 2) == "S.");
}

TEST_CASE("6.6: the half-open limit is the smaller of backlog and tcp_max_syn_backlog",
          "[tcp][backlog]") {
  TcpLab lab;
  const bool by_backlog = GENERATE(true, false);
  sysctl(lab.server, "ipv4.tcp_syncookies", 0);
  sysctl(lab.server, "ipv4.tcp_max_syn_backlog", by_backlog ? 100 : 3);
  const ListenerId listener = lab.listen(by_backlog ? 3 : 100);
  for (std::uint16_t port = 5000; port < 5006; ++port) {
    const std::string answer = lab.answer_to(lab.peer(port).syn().sequence(7).mss(1460));
    CHECK(answer.empty() == (port >= 5003));
  }
  CHECK(lab.tcp().counters(listener).half_open == 3);
  CHECK(lab.server.drops()[DropCause::half_open_full] == 3);
}

TEST_CASE("6.5: a request that is half open takes a SYN of its own number as a repetition",
          "[tcp]") {
  TcpLab lab;
  const ListenerId listener = lab.listen();
  const auto syn = [&](std::uint32_t number) {
    return lab.answer_to(lab.peer().syn().sequence(number).mss(1460));
  };
  const std::string first = syn(999);
  CHECK(first.substr(0, 2) == "S.");
  CHECK(syn(999) == first);
  CHECK(syn(1500).substr(0, 2) != "S.");  // in the window: out of place
  CHECK(lab.tcp().counters(listener).half_open == 1);
  // Neither a RST with SYN nor one beside the number ends it; the exact one does.
  CHECK(lab.answer_to(lab.peer().syn().rst().sequence(999)).empty());
  CHECK(lab.tcp().counters(listener).half_open == 1);
  lab.answer_to(lab.peer().rst().sequence(1001));
  CHECK(lab.tcp().counters(listener).half_open == 1);
  CHECK(lab.answer_to(lab.peer().rst().sequence(1000)).empty());
  CHECK(lab.tcp().counters(listener).half_open == 0);
}

}  // namespace lvs
