// What a connection hears of the network: spec/linux-host.md 4.5, 5.1, 6.4.
#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

/// The lab with an answer to a frame of the client: an ICMP error from a router.
struct Erring : TcpLab {
  void tell_client(const Frame& error) {
    const FrameId id = world.frames().create();
    world.frames()[id] = error;
    world.frames()[id].destination = mac_of(client);
    server.transmit(device(server, "eth0"), id);
    run_for(milliseconds(1));
  }
  static IcmpBuilder from_router() {
    return icmp().from(address("10.0.0.254")).to(address("10.0.0.1"));
  }
};

}  // namespace

TEST_CASE("4.5: forward progress confirms the neighbour when the next segment leaves, not before",
          "[tcp][neighbour]") {
  TcpLab lab;
  lab.server.neighbours().set(address("10.0.0.1"), device(lab.server, "eth0"), mac_of(lab.client),
                              NeighbourState::reachable);
  const auto confirmed = [&] {
    return lab.server.neighbours().find(address("10.0.0.1"), device(lab.server, "eth0"))->confirmed;
  };
  lab.listen();
  lab.connect();
  lab.run_for(seconds(1));
  CHECK(confirmed() == Time{});  // the handshake is done, but the server has sent nothing since
  const Time first = lab.now();
  lab.tcp().send(lab.server_app.connections.at(0), 100);
  CHECK(confirmed() == first);
  lab.run_for(seconds(1));
  CHECK(confirmed() == first);  // the ACK of those 100 bytes has arrived
  const Time second = lab.now();
  lab.tcp().send(lab.server_app.connections.at(0), 100);
  CHECK(confirmed() == second);
  lab.tcp().send(lab.server_app.connections.at(0), 100);  // no progress in between
  lab.run_for(milliseconds(1));
  const Time third = lab.now();
  lab.world.power(lab.client, false);
  lab.tcp().send(lab.server_app.connections.at(0), 100);
  CHECK(confirmed() == third);
  lab.run_for(seconds(100));  // repeated in vain: nothing confirms any more
  CHECK(confirmed() == third);
}

TEST_CASE("4.5: an end host with traffic both ways never probes its neighbour",
          "[tcp][neighbour]") {
  // truth/arp/matrix.json, facts_confirmation: 16 s, base_reachable 2 s, delay_probe 1 s.
  TcpLab lab;
  for (Host* host : {&lab.client, &lab.server}) {
    sysctl(*host, "ipv4.neigh.eth0.base_reachable_time_ms", 2000);
    sysctl(*host, "ipv4.neigh.eth0.delay_first_probe_time", 1);
  }
  lab.server.neighbours().set(address("10.0.0.1"), device(lab.server, "eth0"), mac_of(lab.client),
                              NeighbourState::reachable);
  lab.listen();
  lab.server_app.on_received = [&](EndpointId e, std::uint32_t) { lab.tcp().send(e, 100); };
  const EndpointId e = *lab.connect();
  for (int i = 0; i < 80; ++i) {
    lab.run_for(milliseconds(200));
    lab.tcp().send(e, 100);
  }
  const auto asked =
      lab.seen.times_sent(lab.server, [](const Frame& f) { return f.type == EtherType::arp; });
  CHECK(asked.empty());
}

TEST_CASE("5.1: connect() without a route fails at once", "[tcp][connect]") {
  TcpLab lab;
  Tcp::Connect request;
  request.host = lab.client.id();
  request.source = address("10.0.0.1");
  request.destination = {address("192.168.1.1"), Port{80}};
  request.user = lab.client_app.user;
  REQUIRE(lab.tcp().connect(request));
  CHECK_FALSE(lab.client_app.error);  // the caller learns the endpoint first
  lab.run_for(Duration{});
  CHECK(lab.client_app.error == TcpError::net_unreachable);
  CHECK(lab.client_app.failed_at == Time{});
  CHECK(lab.seen.sent.empty());
}

TEST_CASE("4.3: connect() to a host that does not answer ARP fails after 3 s", "[tcp][connect]") {
  Lan lan;
  Host& client = lan.host("client", "10.0.0.1/24");
  App app(lan.world);
  Tcp::Connect request;
  request.host = client.id();
  request.source = address("10.0.0.1");
  request.destination = {address("10.0.0.2"), Port{80}};
  request.user = app.user;
  lan.world.tcp().connect(request);
  lan.run_for(seconds(10));
  CHECK(app.error == TcpError::host_unreachable);
  CHECK(app.failed_at == Time{seconds(3)});
}

TEST_CASE("6.4: a TTL that runs out on the way gives up a SYN", "[tcp][icmp]") {
  Erring lab;
  lab.world.power(lab.server, false);
  lab.connect();
  const Frame syn = lab.seen.sent.back().frame;
  lab.world.power(lab.server, true);
  lab.tell_client(Erring::from_router().time_exceeded().about(syn));
  CHECK(lab.client_app.error == TcpError::host_unreachable);
}

TEST_CASE("6.4: an ICMP error about a number that is not in flight changes nothing",
          "[tcp][icmp]") {
  Erring lab;
  lab.world.power(lab.server, false);
  lab.connect();
  Frame syn = lab.seen.sent.back().frame;
  lab.world.power(lab.server, true);
  ++syn.tcp.sequence;
  lab.tell_client(Erring::from_router().unreachable(1).about(syn));
  CHECK_FALSE(lab.client_app.error);
}

TEST_CASE("6.4: an error on an open connection is told if the retransmissions give up",
          "[tcp][icmp]") {
  const bool told = GENERATE(true, false);
  Erring lab;
  lab.listen();
  const EndpointId e = *lab.connect();
  lab.run_for(milliseconds(1));
  lab.world.power(lab.server, false);
  lab.tcp().send(e, 100);
  const Frame data = lab.seen.sent.back().frame;
  lab.world.power(lab.server, true);
  if (told) lab.tell_client(Erring::from_router().unreachable(1).about(data));
  lab.run_for(milliseconds(10));
  CHECK_FALSE(lab.client_app.error);
  lab.world.power(lab.server, false);
  lab.run_for(seconds(2000));
  CHECK(lab.client_app.error == (told ? TcpError::host_unreachable : TcpError::timed_out));
}

TEST_CASE("6.7: packets start with ip_default_ttl, and without DF if ip_no_pmtu_disc says so",
          "[tcp][sysctl]") {
  TcpLab lab;
  sysctl(lab.server, "ipv4.ip_default_ttl", 17);
  sysctl(lab.server, "ipv4.ip_no_pmtu_disc", 1);
  lab.listen();
  lab.connect();
  lab.connect(81);  // answered by RST
  lab.run_for(milliseconds(1));
  const std::vector<Frame> sent = [&] {
    std::vector<Frame> frames;
    for (const SeenFrame& s : lab.seen.sent) {
      if (s.host == lab.server.id()) frames.push_back(s.frame);
    }
    return frames;
  }();
  REQUIRE(sent.size() == 2);
  for (const Frame& frame : sent) CHECK(int{frame.ip.ttl} == 17);
  CHECK_FALSE(sent[0].ip.dont_fragment());
  CHECK(int{lab.seen.sent[0].frame.ip.ttl} == 64);
  CHECK(lab.seen.sent[0].frame.ip.dont_fragment());
}

}  // namespace lvs
