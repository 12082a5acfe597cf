// Opening and refusing: spec/linux-host.md 6.3 to 6.6, 6.8.
#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {

TEST_CASE("the frames of one connection are those of Linux", "[tcp]") {
  TcpLab lab;
  lab.listen();
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 300); };
  lab.server_app.on_received = [&](EndpointId e, std::uint32_t) { lab.tcp().send(e, 1000); };
  lab.client_app.on_received = [&](EndpointId e, std::uint32_t) { lab.tcp().close(e); };
  lab.server_app.on_closed = [&](EndpointId e) { lab.tcp().close(e); };
  lab.connect();
  lab.run_for(seconds(1));
  CHECK(lab.talk() ==
        Lines{"client S seq 0 len 0 win 64240 mss 1460 wscale 7 sackOK",
              "server S. seq 0 ack 1 len 0 win 65160 mss 1460 wscale 7 sackOK",
              "client . seq 1 ack 1 len 0 win 502", "client P. seq 1 ack 1 len 300 win 502",
              "server . seq 1 ack 301 len 0 win 514", "server P. seq 1 ack 301 len 1000 win 514",
              "client . seq 301 ack 1001 len 0 win 518", "client F. seq 301 ack 1001 len 0 win 518",
              "server F. seq 1001 ack 302 len 0 win 514",
              "client . seq 302 ack 1002 len 0 win 518"});
  for (const SeenFrame& s : lab.seen.sent) {
    CHECK(int{s.frame.tcp.header_length} == (s.frame.tcp.syn() ? 40 : 32));
    CHECK(s.frame.ip.dont_fragment());
    CHECK(s.frame.tcp.timestamps);
  }
  CHECK(lab.world.frames().in_flight() == 0);
}

TEST_CASE("without timestamps headers are 32 bytes in a SYN and 20 else", "[tcp]") {
  const bool at_client = GENERATE(true, false);
  TcpLab lab;
  sysctl(at_client ? lab.client : lab.server, "ipv4.tcp_timestamps", 0);
  lab.listen();
  lab.connect();
  lab.run_for(seconds(1));
  std::vector<int> lengths;
  for (const SeenFrame& s : lab.seen.sent) lengths.push_back(s.frame.tcp.header_length);
  CHECK(lengths == (at_client ? std::vector<int>{32, 32, 20} : std::vector<int>{40, 32, 20}));
}

TEST_CASE("6.4: a SYN is sent at 0, 1, 3, 7, 15, 31 and 63 s and given up at 127 s", "[tcp]") {
  TcpLab lab;
  lab.world.power(lab.server, false);
  lab.connect();
  lab.run_until(seconds(127) - picoseconds(1));
  CHECK_FALSE(lab.client_app.error);
  lab.run_until(seconds(200));
  CHECK(lab.seen.times_sent(lab.client, [](const Frame& f) { return f.tcp.syn(); }) ==
        std::vector<Time>{Time{}, Time{seconds(1)}, Time{seconds(3)}, Time{seconds(7)},
                          Time{seconds(15)}, Time{seconds(31)}, Time{seconds(63)}});
  CHECK(lab.client_app.error == TcpError::timed_out);
  CHECK(lab.client_app.failed_at == Time{seconds(127)});
}

TEST_CASE("6.5: a SYN-ACK is repeated at 1, 3, 7, 15 and 31 s, the request discarded at 63 s",
          "[tcp]") {
  TcpLab lab;
  const ListenerId listener = lab.listen();
  lab.raw(lab.peer().syn().sequence(999).mss(1460));
  lab.run_until(milliseconds(1));
  CHECK(lab.tcp().counters(listener).half_open == 1);
  const auto sent = [&] {
    return lab.seen.times_sent(lab.server, [](const Frame& f) { return f.tcp.syn(); });
  };
  const Time first = sent().at(0);
  lab.run_until(seconds(200));
  std::vector<Duration> after;
  for (const Time t : sent()) after.push_back(t - first);
  CHECK(after == std::vector<Duration>{Duration{}, seconds(1), seconds(3), seconds(7), seconds(15),
                                       seconds(31)});
  CHECK(lab.tcp().counters(listener).half_open == 0);
  lab.seen.clear();
  CHECK(lab.answer_to(lab.peer().sequence(1000).ack(5)) == "R seq 5 len 0");
}

TEST_CASE("6.5: half-open requests are there until 63 s, and a repeated SYN is answered again",
          "[tcp]") {
  TcpLab lab;
  const ListenerId listener = lab.listen();
  const std::string first = lab.answer_to(lab.peer().syn().sequence(999).mss(1460));
  CHECK(lab.answer_to(lab.peer().syn().sequence(999).mss(1460)) == first);
  CHECK(lab.tcp().counters(listener).half_open == 1);
  lab.run_until(seconds(62));
  CHECK(lab.tcp().counters(listener).half_open == 1);
  lab.run_until(seconds(64));
  CHECK(lab.tcp().counters(listener).half_open == 0);
}

TEST_CASE("6.3: segments without a socket are answered row by row", "[tcp]") {
  struct Case {
    const char* name;
    TcpBuilder segment;
    const char* closed;
    const char* listening;  ///< null: as by a closed port
  };
  const auto to = [](std::uint16_t port) { return TcpLab::peer(5000, port).sequence(100); };
  const bool listening = GENERATE(false, true);
  const std::uint16_t port = listening ? 80 : 81;
  const auto c = GENERATE_COPY(values<Case>({
      {"RST", to(port).rst(), "", ""},
      {"RST+ACK", to(port).rst().ack(7), "", ""},
      {"SYN+ACK", to(port).syn().ack(7), "R seq 7 len 0", "R seq 7 len 0"},
      {"ACK", to(port).ack(7), "R seq 7 len 0", "R seq 7 len 0"},
      {"data+ACK", to(port).ack(7).payload(bytes(10)), "R seq 7 len 0", "R seq 7 len 0"},
      {"FIN+ACK", to(port).fin().ack(7), "R seq 7 len 0", "R seq 7 len 0"},
      {"FIN", to(port).fin(), "R. seq 0 ack 101 len 0", ""},
      {"nothing, 10 bytes", to(port).payload(bytes(10)), "R. seq 0 ack 110 len 0", ""},
  }));
  DYNAMIC_SECTION(c.name << (listening ? " at a listener" : " at a closed port")) {
    TcpLab lab;
    lab.listen();
    CHECK(lab.answer_to(c.segment) == (listening ? c.listening : c.closed));
  }
}

TEST_CASE("6.3: a SYN to a closed port is reset and the client refused at once", "[tcp]") {
  TcpLab lab;
  CHECK(lab.answer_to(lab.peer().syn().sequence(100)) == "R. seq 0 ack 101 len 0");
  CHECK(lab.answer_to(lab.peer().syn().sequence(100).payload(bytes(4))) ==
        "R. seq 0 ack 105 len 0");
  lab.connect();
  lab.run_for(milliseconds(1));
  CHECK(lab.client_app.error == TcpError::refused);
}

TEST_CASE("1.7: TCP takes no notice of segments in broadcast frames", "[tcp]") {
  TcpLab lab;
  lab.listen();
  const FrameId id = lab.world.frames().create();
  lab.world.frames()[id] = lab.peer().syn();
  lab.world.frames()[id].destination = MacAddress::broadcast();
  lab.client.transmit(device(lab.client, "eth0"), id);
  lab.run_for(milliseconds(1));
  CHECK(lab.seen.sent_by(lab.server).empty());
}

TEST_CASE("6.1: a listener bound to one address does not take connections to another", "[tcp]") {
  TcpLab lab;
  add_address(lab.server, "lo", "10.0.0.100/32");
  Tcp::ListenerConfig config;
  config.host = lab.server.id();
  config.bind = address("10.0.0.2");
  config.port = Port{80};
  config.user = lab.server_app.user;
  CHECK(lab.tcp().listen(config).has_value());
  CHECK(lab.tcp().listen(config) == std::nullopt);
  config.bind = {};
  CHECK(lab.tcp().listen(config) == std::nullopt);  // EADDRINUSE
  const auto to = [](const char* a) {
    return lvs::tcp().from(address("10.0.0.9"), 5).to(address(a), 80).syn();
  };
  CHECK(lab.answer_to(to("10.0.0.100")).substr(0, 2) == "R.");
  CHECK(lab.answer_to(to("10.0.0.2")).substr(0, 2) == "S.");
}

TEST_CASE("in SYN_SENT a SYN-ACK with a wrong number is reset, the connection still opens",
          "[tcp]") {
  TcpLab lab;
  lab.listen();
  lab.tcp().set_listening(ListenerId{0}, true);
  lab.connect();
  const FrameId id = lab.world.frames().create();
  lab.world.frames()[id] = lvs::tcp()
                               .from(address("10.0.0.2"), 80)
                               .to(address("10.0.0.1"), 32768)
                               .syn()
                               .ack(12345)
                               .sequence(1);
  lab.world.frames()[id].destination = mac_of(lab.client);
  lab.server.transmit(device(lab.server, "eth0"), id);
  lab.run_for(milliseconds(1));
  CHECK(lab.client_app.connections.size() == 1);
  const auto resets = lab.seen.times_sent(lab.client, [](const Frame& f) { return f.tcp.rst(); });
  CHECK(resets.size() == 1);
}

TEST_CASE("6.6: a backlog of 2 holds 3 connections; the next SYN is dropped", "[tcp][backlog]") {
  TcpLab lab;
  const ListenerId listener = lab.listen(2, false);
  for (int i = 0; i < 4; ++i) {
    lab.connect();
    lab.run_for(milliseconds(10));
  }
  CHECK(lab.tcp().counters(listener).queued == 3);
  CHECK(lab.client_app.connections.size() == 3);
  CHECK(lab.server.drops()[DropCause::accept_queue_full] == 1);
  CHECK(lab.server_app.waiting == 3);
  SECTION("until one is accepted; the client's next SYN then gets in") {
    CHECK(lab.tcp().accept(listener));
    lab.run_for(seconds(1));
    CHECK(lab.tcp().counters(listener).queued == 3);
    CHECK(lab.client_app.connections.size() == 4);
  }
}

TEST_CASE("somaxconn limits a backlog", "[tcp][backlog]") {
  TcpLab lab;
  sysctl(lab.server, "core.somaxconn", 1);
  const ListenerId listener = lab.listen(100, false);
  for (int i = 0; i < 4; ++i) {
    lab.connect();
    lab.run_for(milliseconds(10));
  }
  CHECK(lab.tcp().counters(listener).queued == 2);
}

TEST_CASE("6.6: an ACK that finds the accept queue full is ignored, or reset", "[tcp][backlog]") {
  // truth/arp/matrix.json, facts_misc, "overflow backlog3": two accepted connections wait, then
  // SYNs together, then their ACKs; the queue holds B + 1 = 4.
  const bool abort = GENERATE(false, true);
  TcpLab lab;
  sysctl(lab.server, "ipv4.tcp_abort_on_overflow", abort ? 1 : 0);
  sysctl(lab.server, "ipv4.tcp_syncookies", 0);
  const ListenerId listener = lab.listen(3, false);
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 100); };
  for (int i = 0; i < 2; ++i) {
    lab.connect();
    lab.run_for(milliseconds(10));
  }
  for (int i = 0; i < 3; ++i) lab.connect();  // all SYNs find room
  lab.run_for(milliseconds(70));
  CHECK(lab.client_app.connections.size() == 5);  // the fifth believes so
  CHECK(lab.tcp().counters(listener).queued == 4);
  if (abort) {
    CHECK(lab.client_app.error == TcpError::reset);
    CHECK(lab.tcp().counters(listener).half_open == 0);
    return;
  }
  CHECK_FALSE(lab.client_app.error);
  CHECK(lab.tcp().counters(listener).half_open == 1);
  lab.seen.clear();
  lab.run_until(milliseconds(1500));
  CHECK(lab.seen.times_sent(lab.server, [](const Frame& f) { return f.tcp.syn(); }).size() == 1);
  CHECK(lab.seen.times_sent(lab.client, [](const Frame& f) { return f.payload_length() > 0; })
            .size() >= 2);
  while (lab.tcp().accept(listener)) {
  }
  lab.run_until(seconds(10));
  CHECK(lab.tcp().counters(listener).queued == 1);  // its data was repeated and let in
  while (lab.tcp().accept(listener)) {
  }
  CHECK(lab.server_app.bytes == 500);
}

TEST_CASE("6.6: half-open requests beyond the backlog are dropped without syncookies",
          "[tcp][backlog]") {
  TcpLab lab;
  sysctl(lab.server, "ipv4.tcp_syncookies", 0);
  const ListenerId listener = lab.listen(2, false);
  for (std::uint16_t port = 5000; port < 5004; ++port) lab.raw(lab.peer(port).syn());
  lab.run_for(milliseconds(1));
  CHECK(lab.tcp().counters(listener).half_open == 2);
  CHECK(lab.server.drops()[DropCause::half_open_full] == 2);
}

TEST_CASE("6.8: source ports go up in steps of two, towards each destination from the start",
          "[tcp][ports]") {
  TcpLab lab;
  lab.world.power(lab.server, false);
  const auto port = [&](std::uint16_t to) {
    const auto e = lab.connect(to);
    REQUIRE(e);
    return int{lab.tcp().endpoint(*e).local_port.value};
  };
  CHECK(port(80) == 32'768);
  CHECK(port(80) == 32'770);
  CHECK(port(81) == 32'768);
  for (int i = 2; i < 14'115; ++i) port(80);
  CHECK(port(80) == 60'998);  // the last even one
  const int odd = port(80);
  CHECK(odd % 2 == 1);
  CHECK(port(80) != odd);
}

}  // namespace lvs
