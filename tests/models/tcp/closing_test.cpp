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

}  // namespace lvs
