// What a handshake negotiates, and cookies that remember nothing: spec/linux-host.md 6.5 to 6.7,
// RFC 4987, RFC 7323 section 2, RFC 2018 section 2.
#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

/// SYN options beyond the builder's, with the bytes they take.
Frame with(Frame frame, int scale, bool sack) {
  if (scale >= 0) {
    frame.tcp.window_scale = static_cast<std::uint8_t>(scale);
    frame.tcp.header_length += 4;
    frame.ip.total_length += 4;
  }
  frame.tcp.sack_permitted = sack;  // beside timestamps it takes the place of their NOPs
  return frame;
}

struct Cookies : TcpLab {
  /// The half-open queue of backlog 1 is full.
  explicit Cookies(bool accept_at_once = true) {
    listener = listen(1, accept_at_once);
    raw(peer(4000).syn().sequence(1));
    run_for(milliseconds(1));
  }
  Frame answer(const Frame& segment) {
    seen.clear();
    raw(segment);
    run_for(milliseconds(1));
    for (const SeenFrame& s : seen.sent) {
      if (s.host == server.id()) return s.frame;
    }
    return {};
  }
  ListenerId listener;
};

}  // namespace

TEST_CASE("options count only if both sides have them", "[tcp][options]") {
  struct Case {
    const char* key;
    int client_length, server_length;
  };
  const auto c = GENERATE(values<Case>({{"ipv4.tcp_sack", 40, 40},
                                        {"ipv4.tcp_window_scaling", 36, 36},
                                        {"ipv4.tcp_timestamps", 32, 32}}));
  const bool at_client = GENERATE(true, false);
  CAPTURE(c.key, at_client);
  TcpLab lab;
  sysctl(at_client ? lab.client : lab.server, c.key, 0);
  lab.listen();
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 1000); };
  const EndpointId e = *lab.connect();
  lab.run_for(milliseconds(1));
  const TcpSegment& syn = lab.seen.sent[0].frame.tcp;
  const TcpSegment& answer = lab.seen.sent[1].frame.tcp;
  CHECK(int{syn.header_length} == (at_client ? c.client_length : 40));
  CHECK(int{answer.header_length} == c.server_length);
  const std::string key = c.key;
  const bool sack = key != "ipv4.tcp_sack", scale = key != "ipv4.tcp_window_scaling";
  CHECK(answer.sack_permitted == sack);
  CHECK((answer.window_scale != TcpSegment::kNoWindowScale) == scale);
  CHECK(answer.timestamps == (key != "ipv4.tcp_timestamps"));
  // Windows are in bytes, or in units of 128.
  const Frame& data = lab.seen.sent[3].frame;
  REQUIRE(data.payload_length() == 1000);
  CHECK(int{data.tcp.window} == (scale ? 502 : 64'240));
  CHECK(lab.tcp().endpoint(lab.server_app.connections.at(0)).sack == sack);
  CHECK(lab.tcp().endpoint(e).sack == sack);
}

TEST_CASE("without scaling no window exceeds 65535", "[tcp][options]") {
  TcpLab lab;
  sysctl(lab.client, "ipv4.tcp_window_scaling", 0);
  lab.listen();
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 400'000); };
  lab.connect();
  lab.run_for(milliseconds(100));
  CHECK(lab.server_app.bytes == 400'000);
  CHECK(int{lab.seen.sent.back().frame.tcp.window} == 65'535);
}

TEST_CASE("6.6: with tcp_syncookies a full half-open queue answers and remembers nothing",
          "[tcp][backlog]") {
  Cookies lab;
  CHECK(lab.tcp().counters(lab.listener).half_open == 1);
  const Frame syn = with(lab.peer().syn().sequence(999).mss(1452).timestamps(77, 0), 5, true);
  const Frame answer = lab.answer(syn);
  CHECK((answer.tcp.syn() && answer.tcp.ack()));
  CHECK(answer.tcp.acknowledgement == 1000);
  CHECK(lab.tcp().sockets(lab.server.id()) == 1);
  CHECK(lab.tcp().cookies_sent() == 1);
  CHECK(answer.tcp.sack_permitted);
  CHECK(int{answer.tcp.window_scale} == 7);
  lab.run_for(seconds(2));
  CHECK(lab.seen.times_sent(lab.server, [](const Frame& f) { return f.tcp.syn(); }).size() ==
        2);  // not repeated; the other one is that of the remembered request
  const std::uint32_t next = answer.tcp.sequence + 1;
  const auto ack = [&](std::uint32_t sequence, std::uint32_t number) {
    return lab.peer()
        .sequence(sequence)
        .ack(number)
        .window(1000)
        .timestamps(78, answer.tcp.timestamp_value)
        .payload(bytes(10));
  };
  SECTION("the ACK that proves it opens the connection, with what its timestamp kept") {
    lab.answer(ack(1000, next));
    REQUIRE(lab.server_app.connections.size() == 1);
    CHECK(lab.server_app.bytes == 10);
    const TcpEndpoint& e = lab.tcp().endpoint(lab.server_app.connections[0]);
    CHECK(e.sack);
    CHECK(int{e.send_scale} == 5);
    CHECK(e.send_window == 1000 * 32);
    CHECK(e.mss == 1452 - 12);
  }
  SECTION("a wrong number is reset") {
    CHECK(lab.answer(ack(1000, next + 1)).tcp.rst());
    CHECK(lab.answer(ack(1001, next)).tcp.rst());
    CHECK(lab.server_app.connections.empty());
  }
  SECTION("after two minutes it is worth nothing, though others were given since") {
    lab.run_for(seconds(110));
    lab.raw(lab.peer(4001).syn().sequence(1));  // fills the queue again
    lab.raw(lab.peer(4002).syn().sequence(1));
    lab.run_for(seconds(20));
    CHECK(lab.tcp().cookies_sent() == 2);
    CHECK(lab.answer(ack(1000, next)).tcp.rst());
    CHECK(lab.server_app.connections.empty());
  }
}

TEST_CASE(
    "6.6: a cookie without timestamps loses scaling and SACK, and rounds the segment size down",
    "[tcp][backlog]") {
  Cookies lab;
  const Frame answer = lab.answer(with(lab.peer().syn().sequence(999).mss(1459), 5, true));
  CHECK_FALSE(answer.tcp.sack_permitted);
  CHECK(answer.tcp.window_scale == TcpSegment::kNoWindowScale);
  lab.answer(lab.peer().sequence(1000).ack(answer.tcp.sequence + 1).window(1000));
  const TcpEndpoint& e = lab.tcp().endpoint(lab.server_app.connections.at(0));
  CHECK_FALSE(e.sack);
  CHECK(e.send_window == 1000);
  CHECK(e.mss == 1452);
}

TEST_CASE("6.6: four SYNs at a backlog of 1, then their ACKs: nobody is told of the overflow",
          "[tcp][backlog]") {
  // truth/arp/matrix.json, facts_ip_tcp, "abort_on_overflow=… backlog1": with cookies (the
  // default) the replies to all four ACKs are empty, with tcp_abort_on_overflow as without.
  const int abort = GENERATE(0, 1);
  TcpLab lab;
  sysctl(lab.server, "ipv4.tcp_abort_on_overflow", abort);
  const ListenerId listener = lab.listen(1, false);
  std::vector<std::uint32_t> next;
  for (std::uint16_t port = 5000; port < 5004; ++port) {
    const std::string answer = lab.answer_to(lab.peer(port).syn().sequence(999));
    REQUIRE(answer.substr(0, 2) == "S.");
    next.push_back(static_cast<std::uint32_t>(std::stoul(answer.substr(answer.find("seq ") + 4))));
  }
  for (std::uint16_t i = 0; i < 4; ++i) {
    const auto port = static_cast<std::uint16_t>(5000 + i);
    CHECK(lab.answer_to(lab.peer(port).sequence(1000).ack(next[i] + 1)).empty());
  }
  CHECK(lab.tcp().counters(listener).queued == 2);
}

TEST_CASE("tcp_syncookies=2 answers every SYN by a cookie", "[tcp][backlog]") {
  TcpLab lab;
  sysctl(lab.server, "ipv4.tcp_syncookies", 2);
  const ListenerId listener = lab.listen();
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 100'000); };
  lab.connect();
  lab.run_for(milliseconds(100));
  CHECK(lab.tcp().cookies_sent() == 1);
  CHECK(lab.tcp().counters(listener).accepted == 1);
  CHECK(lab.server_app.bytes == 100'000);
}

TEST_CASE("a listener that closes resets what nobody accepted and forgets what is half open",
          "[tcp][backlog]") {
  TcpLab lab;
  const ListenerId listener = lab.listen(5, false);
  lab.connect();
  lab.raw(lab.peer().syn().sequence(999));
  lab.run_for(milliseconds(1));
  CHECK(lab.tcp().counters(listener).half_open == 1);
  lab.tcp().set_listening(listener, false);
  lab.run_for(milliseconds(1));
  CHECK(lab.client_app.error == TcpError::reset);
  CHECK(lab.tcp().sockets(lab.server.id()) == 0);
  CHECK(lab.tcp().counters(listener).half_open == 0);
  CHECK(lab.tcp().counters(listener).queued == 0);
}

TEST_CASE("6.7: after a repeated handshake the timeout is 3 s, unless timestamps measured it",
          "[tcp][rto]") {
  const bool stamps = GENERATE(true, false);
  TcpLab lab;
  if (!stamps) sysctl(lab.client, "ipv4.tcp_timestamps", 0);
  lab.listen();
  lab.world.cables().set_loss(lab.cable, 1.0);
  const EndpointId e = *lab.connect();
  lab.run_for(milliseconds(500));
  lab.world.cables().set_loss(lab.cable, 0);
  lab.run_for(seconds(1));
  REQUIRE(lab.client_app.connections.size() == 1);
  lab.world.cables().set_loss(lab.cable, 1.0);
  lab.seen.clear();
  const Time begun = lab.now();
  lab.tcp().send(e, 100);
  lab.run_for(seconds(3));
  const auto sent =
      lab.seen.times_sent(lab.client, [](const Frame& f) { return f.payload_length() > 0; });
  REQUIRE(sent.size() >= 2);
  // One millisecond is the finest that timestamps tell.
  CHECK(sent[1] - begun == (stamps ? milliseconds(201) : seconds(3)));
}

}  // namespace lvs
