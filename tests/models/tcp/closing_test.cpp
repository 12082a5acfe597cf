// Closing, resetting and TIME_WAIT: spec/linux-host.md 6.7.
#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

/// Both ends established, nothing said yet.
struct Open : TcpLab {
  Open() {
    listen();
    client_end = *connect();
    run_for(milliseconds(1));
    server_end = server_app.connections.at(0);
    seen.clear();
  }
  /// Frames since the handshake, without numbers.
  Lines flags() const {
    Lines lines;
    for (const std::string& line : talk()) lines.push_back(line.substr(0, line.find(" seq")));
    return lines;
  }
  EndpointId client_end, server_end;
};

}  // namespace

TEST_CASE("both sides that close at once pass through CLOSING into TIME_WAIT", "[tcp][close]") {
  Open lab;
  lab.tcp().close(lab.client_end);
  lab.tcp().close(lab.server_end);
  lab.run_for(milliseconds(1));
  CHECK(lab.flags() == Lines{"client F.", "server F.", "server .", "client ."});
  CHECK(lab.tcp().established(lab.client.id()) == 0);
  CHECK(lab.tcp().established(lab.server.id()) == 0);
  lab.run_for(seconds(300));
  CHECK(lab.seen.sent.size() == 4);
  CHECK(lab.tcp().retransmissions() == 0);
}

TEST_CASE("6.7: data for an application that has closed is answered by RST", "[tcp][close]") {
  Open lab;
  lab.tcp().close(lab.client_end);
  lab.run_for(milliseconds(50));  // half closed; the FIN is acknowledged after 40 ms
  CHECK(lab.server_app.closes == 1);
  lab.tcp().send(lab.server_end, 500);
  lab.run_for(milliseconds(1));
  CHECK(lab.flags().back().substr(0, 8) == "client R");
  CHECK(lab.server_app.error == TcpError::reset);
}

TEST_CASE("what was written before close() is sent before the FIN", "[tcp][close]") {
  Open lab;
  lab.tcp().send(lab.client_end, 50'000);
  lab.tcp().close(lab.client_end);
  lab.server_app.on_closed = [&](EndpointId e) {
    CHECK(lab.server_app.bytes == 50'000);
    lab.tcp().close(e);
  };
  lab.run_for(milliseconds(10));
  CHECK(lab.server_app.closes == 1);
  CHECK(lab.flags()[lab.flags().size() - 2] == "server F.");
  CHECK(lab.flags().back() == "client .");
}

TEST_CASE("abort resets the peer", "[tcp][close]") {
  Open lab;
  lab.tcp().abort(lab.client_end);
  lab.run_for(milliseconds(1));
  CHECK(lab.flags() == Lines{"client R."});
  CHECK(lab.server_app.error == TcpError::reset);
}

TEST_CASE("6.7: a side that closed waits 60 s for the other's FIN, then forgets", "[tcp][close]") {
  Open lab;
  lab.tcp().close(lab.client_end);
  lab.run_for(milliseconds(50));
  const Duration before = seconds(60) - milliseconds(20);
  lab.run_for(before);
  lab.seen.clear();
  SECTION("in time the close is completed") {
    lab.run_for(Duration{});
    lab.tcp().close(lab.server_end);
    lab.run_for(milliseconds(1));
    CHECK(lab.flags() == Lines{"server F.", "client ."});
  }
  SECTION("later the FIN is answered by RST") {
    lab.run_for(seconds(1));
    lab.tcp().close(lab.server_end);
    lab.run_for(milliseconds(1));
    CHECK(lab.flags() == Lines{"server F.", "client R"});
  }
}

TEST_CASE("6.7: a FIN without answer is repeated and given up after 8 times", "[tcp][close]") {
  Open lab;
  lab.world.power(lab.server, false);
  lab.tcp().close(lab.client_end);
  lab.run_for(seconds(1000));
  CHECK(lab.flags() == Lines(9, "client F."));
  CHECK_FALSE(lab.client_app.error);  // nobody is there to be told
}

TEST_CASE("6.7: the side that closes first keeps its port for 60 s", "[tcp][timewait]") {
  Open lab;
  lab.server_app.on_closed = [&](EndpointId e) { lab.tcp().close(e); };
  lab.tcp().close(lab.client_end);
  lab.run_for(milliseconds(1));
  const Time waiting = lab.seen.sent.back().time;  // the last ACK
  lab.world.power(lab.server, false);              // it would reset what it has forgotten
  const auto fin = [&] {
    // The server's FIN once more, as if our ACK had been lost.
    Frame again;
    for (const SeenFrame& s : lab.seen.sent) {
      if (s.host == lab.server.id() && s.frame.tcp.fin()) again = s.frame;
    }
    const FrameId id = lab.world.frames().create();
    lab.world.frames()[id] = again;
    const std::size_t before = lab.seen.sent.size();
    lab.server.transmit(device(lab.server, "eth0"), id);
    lab.run_for(milliseconds(1));
    return lab.talk().size() > before + 1 ? lab.talk().back().substr(0, 8) : std::string();
  };
  SECTION("a repeated FIN is acknowledged again") {
    lab.world.run_until(waiting + seconds(59));
    CHECK(fin() == "client .");
    SECTION("and starts the 60 s anew") {
      lab.world.run_until(waiting + seconds(118));
      CHECK(fin() == "client .");
    }
  }
  SECTION("after that it is unknown") {
    lab.world.run_until(waiting + seconds(60));
    CHECK(fin() == "client R");
  }
}

TEST_CASE("6.7: a new SYN in TIME_WAIT opens if it is later, else it is answered by ACK",
          "[tcp][timewait]") {
  TcpLab lab;
  lab.listen();
  const std::uint32_t next = lab.handshake();
  lab.tcp().close(lab.server_app.connections.at(0));  // the server closes first
  lab.run_for(milliseconds(1));
  CHECK(lab.answer_to(lab.peer().fin().sequence(1000).ack(next + 1).window(100)) ==
        ". seq " + std::to_string(next + 1) + " ack 1001 len 0");
  SECTION("an older number") {
    CHECK(lab.answer_to(lab.peer().syn().sequence(900)) ==
          ". seq " + std::to_string(next + 1) + " ack 1001 len 0");
    CHECK(lab.server_app.connections.size() == 1);
  }
  SECTION("the next number") {
    CHECK(lab.answer_to(lab.peer().syn().sequence(1001 + 1)).substr(0, 2) == "S.");
  }
  SECTION("RST ends it") {
    lab.answer_to(lab.peer().rst().sequence(1001));
    CHECK(lab.answer_to(lab.peer().syn().sequence(900)).substr(0, 2) == "S.");
  }
  SECTION("60 s later it is over") {
    lab.run_for(seconds(60));
    CHECK(lab.answer_to(lab.peer().syn().sequence(900)).substr(0, 2) == "S.");
  }
}

TEST_CASE("thousands of TIME_WAITs leave in order and free their ports", "[tcp][timewait]") {
  TcpLab lab;
  lab.world.observation().wanted = 0;
  lab.listen();
  lab.server_app.on_closed = [&](EndpointId e) { lab.tcp().close(e); };
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().close(e); };
  for (int i = 0; i < 3000; ++i) {
    REQUIRE(lab.connect());
    lab.run_for(milliseconds(10));
  }
  CHECK(lab.client_app.connections.size() == 3000);
  lab.run_for(seconds(61));
  CHECK(lab.world.frames().in_flight() == 0);
  CHECK(lab.tcp().retransmissions() == 0);
}

TEST_CASE("a host that loses power forgets its connections; its peers hear RST when it is back",
          "[tcp][power]") {
  Open lab;
  lab.world.power(lab.server, false);
  CHECK(lab.server_app.error == TcpError::reset);
  CHECK(lab.tcp().established(lab.server.id()) == 0);
  lab.world.power(lab.server, true);
  add_address(lab.server, "eth0", "10.0.0.2/24");
  lab.tcp().send(lab.client_end, 10);
  lab.run_for(milliseconds(1));
  CHECK(lab.client_app.error == TcpError::reset);
}

TEST_CASE("6.4: an ICMP error gives up a SYN at once and leaves an open connection alone",
          "[tcp][icmp]") {
  const int code = GENERATE(0, 1, 2, 3);
  CAPTURE(code);
  TcpLab lab;
  const bool open = GENERATE(false, true);
  if (open) lab.listen();
  if (!open) lab.world.power(lab.server, false);
  const auto e = lab.connect();
  if (open) lab.run_for(milliseconds(1));
  if (open) lab.tcp().send(*e, 100);
  const Frame offender = lab.seen.sent.back().frame;
  if (!open) lab.world.power(lab.server, true);
  const FrameId id = lab.world.frames().create();
  lab.world.frames()[id] = icmp()
                               .from(address("10.0.0.254"))
                               .to(address("10.0.0.1"))
                               .unreachable(static_cast<std::uint8_t>(code))
                               .about(offender);
  lab.world.frames()[id].destination = mac_of(lab.client);
  lab.server.transmit(device(lab.server, "eth0"), id);
  lab.run_for(milliseconds(1));
  CHECK(lab.client_app.error.has_value() != open);
  const TcpError errors[] = {TcpError::net_unreachable, TcpError::host_unreachable,
                             TcpError::protocol_unreachable, TcpError::port_unreachable};
  if (!open) CHECK(lab.client_app.error == errors[code]);
}

TEST_CASE("6.7: FIN_WAIT2 lasts as long as the application holds the half-closed socket",
          "[tcp][close]") {
  // truth/arp/matrix.json, facts_tcp_long: FIN_WAIT2 of a closed socket is last seen at 60 s,
  // CLOSE_WAIT for as long as was looked (135 s).
  Open lab;
  lab.tcp().shutdown(lab.client_end);
  lab.run_for(seconds(300));
  CHECK(lab.server_app.closes == 1);
  CHECK(lab.tcp().sockets(lab.client.id()) == 1);
  CHECK(lab.tcp().sockets(lab.server.id()) == 1);
  lab.tcp().send(lab.server_end, 5000);
  lab.run_for(milliseconds(1));
  CHECK(lab.client_app.bytes == 5000);
  SECTION("the peer's close ends it, and the user hears of it") {
    lab.client_app.on_closed = [&](EndpointId e) { CHECK(e == lab.client_end); };
    lab.tcp().close(lab.server_end);
    lab.run_for(milliseconds(1));
    CHECK(lab.client_app.closes == 1);
    CHECK(lab.flags().back() == "client .");
    CHECK(lab.tcp().sockets(lab.client.id()) == 1);  // TIME_WAIT
    lab.run_for(seconds(60));
    CHECK(lab.tcp().sockets(lab.client.id()) == 0);
  }
  SECTION("once it closes, 60 s are left") {
    lab.tcp().close(lab.client_end);
    lab.run_for(seconds(60) - picoseconds(1));
    CHECK(lab.tcp().sockets(lab.client.id()) == 1);
    lab.run_for(picoseconds(1));
    CHECK(lab.tcp().sockets(lab.client.id()) == 0);
  }
  SECTION("data after the close is answered by RST") {
    lab.tcp().close(lab.client_end);
    lab.tcp().send(lab.server_end, 1);
    lab.run_for(milliseconds(1));
    CHECK(lab.server_app.error == TcpError::reset);
  }
}

TEST_CASE("a last segment with data and FIN is heard in order after shutdown()", "[tcp][close]") {
  Open lab;
  lab.tcp().shutdown(lab.client_end);
  lab.run_for(milliseconds(50));
  std::vector<std::string> heard;
  lab.client_app.on_received = [&](EndpointId, std::uint32_t n) {
    heard.push_back("data " + std::to_string(n));
  };
  lab.client_app.on_closed = [&](EndpointId) { heard.push_back("end"); };
  // One segment of 100 bytes with FIN: both are written before anything can leave.
  lab.world.cables().set_loss(lab.cable, 1.0);
  lab.tcp().send(lab.server_end, 100);
  lab.tcp().close(lab.server_end);
  lab.world.cables().set_loss(lab.cable, 0);
  lab.run_for(seconds(1));
  CHECK(heard == std::vector<std::string>{"data 100", "end"});
}

TEST_CASE("6.7: closing with unread data resets", "[tcp][close]") {
  TcpLab lab;
  const ListenerId listener = lab.listen(5, false);
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 100); };
  lab.connect();
  lab.run_for(milliseconds(1));  // the data waits with the connection
  const bool reads = GENERATE(false, true);
  lab.server_app.on_connected = [&](EndpointId e) {
    if (!reads) lab.tcp().close(e);
  };
  lab.server_app.on_received = [&](EndpointId e, std::uint32_t) { lab.tcp().close(e); };
  lab.tcp().accept(listener);
  lab.run_for(milliseconds(1));
  CHECK(lab.client_app.error.has_value() != reads);
  CHECK(lab.client_app.closes == (reads ? 1 : 0));
}

TEST_CASE("6.7: retransmissions end by the time that tcp_retries2 names, not by their number",
          "[tcp][rto]") {
  // A round trip of 2 s: the timeouts are 20 times those from 200 ms, so fewer fit into the time:
  // the first that comes after 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 6.4 = 12.6 s gives up.
  WayConfig far = usual_way();
  far.delay = seconds(1);
  TcpLab lab(far, far);
  sysctl(lab.client, "ipv4.tcp_retries2", 5);
  lab.listen();
  const EndpointId e = *lab.connect();
  lab.run_for(seconds(10));
  lab.world.power(lab.server, false);
  lab.seen.clear();
  const Time begun = lab.now();
  lab.tcp().send(e, 100);
  lab.run_for(seconds(200));
  // 2 + max(4 * variance, 0.2) s; the variance of the first samples is about a second.
  const std::size_t sent =
      lab.seen.times_sent(lab.client, [](const Frame& f) { return f.payload_length() > 0; }).size();
  CHECK(sent == 2);
  CHECK(lab.client_app.error == TcpError::timed_out);
  CHECK(lab.client_app.failed_at - begun > milliseconds(12'600));
  CHECK(lab.client_app.failed_at - begun < seconds(20));
}

TEST_CASE("tcp_tw_reuse opens over a TIME_WAIT of more than a second", "[tcp][timewait]") {
  const int reuse = GENERATE(0, 1, 2);
  const bool stamps = GENERATE(true, false);
  CAPTURE(reuse, stamps);
  TcpLab lab;
  sysctl(lab.client, "ipv4.tcp_tw_reuse", reuse);
  if (!stamps) sysctl(lab.client, "ipv4.tcp_timestamps", 0);
  lab.client.state().set_port_range(40'000, 40'000);
  lab.listen();
  lab.server_app.on_closed = [&](EndpointId e) { lab.tcp().close(e); };
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().close(e); };
  REQUIRE(lab.connect());
  lab.run_for(milliseconds(900));
  CHECK(lab.tcp().sockets(lab.client.id()) == 1);
  CHECK_FALSE(lab.connect());  // not within a second
  lab.run_for(milliseconds(200));
  const std::uint32_t old = lab.seen.sent.back().frame.tcp.sequence;
  const bool opened = lab.connect().has_value();
  CHECK(opened == (reuse == 1 && stamps));
  if (!opened) return;
  CHECK(lab.seen.sent.back().frame.tcp.sequence == old + 0x1'0001);
  lab.run_for(milliseconds(900));
  CHECK(lab.client_app.connections.size() == 2);
}

TEST_CASE("6.7: in TIME_WAIT a timestamp decides before the number does (RFC 6191)",
          "[tcp][timewait]") {
  TcpLab lab;
  lab.listen();
  lab.raw(lab.peer().syn().sequence(999).window(64'240).mss(1460).timestamps(5000, 0));
  lab.run_for(milliseconds(1));
  const std::uint32_t next = lab.seen.sent.back().frame.tcp.sequence + 1;
  lab.raw(lab.peer().sequence(1000).ack(next).timestamps(5001, 1));
  lab.run_for(milliseconds(1));
  lab.tcp().close(lab.server_app.connections.at(0));
  lab.run_for(milliseconds(1));
  lab.raw(lab.peer().fin().sequence(1000).ack(next + 1).timestamps(5002, 1));
  lab.run_for(milliseconds(1));
  const auto syn = [&](std::uint32_t sequence, std::uint32_t stamp) {
    return lab.answer_to(lab.peer().syn().sequence(sequence).timestamps(stamp, 0));
  };
  const std::string ack = ". seq " + std::to_string(next + 1) + " ack 1001 len 0";
  SECTION("an older timestamp with a later number") { CHECK(syn(5000, 5001) == ack); }
  SECTION("the same timestamp with an older number") { CHECK(syn(900, 5002) == ack); }
  SECTION("the same timestamp with a later number") { CHECK(syn(5000, 5002).substr(0, 2) == "S."); }
  SECTION("a later timestamp with an older number; the answer begins behind the old connection") {
    CHECK(syn(900, 5003) ==
          "S. seq " + std::to_string(next + 1 + 0x1'0001) + " ack 901 len 0 mss " + "1460");
  }
  SECTION("a RST with another number changes nothing") {
    CHECK(lab.answer_to(lab.peer().rst().sequence(1002)).empty());
    CHECK(syn(900, 5002) == ack);
  }
}

}  // namespace lvs
