// What FULLNAT does to each frame of a connection (spec/ipvs.md 6.1, 6.3, 6.4).
#include <catch2/catch.hpp>

#include "tests/models/host/fullnat_lan.hpp"

namespace lvs {
namespace {

const std::string kToServer = "192.168.184.200:1025 > 192.168.185.129:8080 tcp ";
const std::string kToClient = "10.1.10.3:80 > 10.1.10.2:32768 tcp ";
const std::string kToa = " toa 10.1.10.2:32768";

/// A request of 300 bytes, an answer of 1000, and the client closes.
void converse(FullnatLan& lan) {
  lan.user.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 300); };
  lan.app.on_received = [&](EndpointId e, std::uint32_t) { lan.world.tcp().send(e, 1000); };
  lan.user.on_received = [&](EndpointId e, std::uint32_t) { lan.world.tcp().close(e); };
  lan.app.on_closed = [&](EndpointId e) { lan.world.tcp().close(e); };
  lan.connect();
  lan.run_for(milliseconds(200));
}

}  // namespace

TEST_CASE("FULLNAT: a whole connection as the director sends it on, both ways", "[host][fullnat]") {
  FullnatLan lan;
  converse(lan);
  // The SYN has NOPs for timestamps; what acknowledges F = 1 and is plain has TOA, and the FIN,
  // which acknowledges data, has not.
  CHECK(lan.sent(lan.director) ==
        Lines{kToServer + "S seq 0 len 0 win 64240 mss 1460 wscale 7 sackOK" + kToa + " ttl 63",
              kToClient + "S. seq 0 ack 1 len 0 win 65160 mss 1452 wscale 7 sackOK ttl 62",
              kToServer + ". seq 1 ack 1 len 0 win 502" + kToa + " ttl 63",
              kToServer + "P. seq 1 ack 1 len 300 win 502" + kToa + " ttl 63",
              kToClient + ". seq 1 ack 301 len 0 win 514 ttl 62",
              kToClient + "P. seq 1 ack 301 len 1000 win 514 ttl 62",
              kToServer + ". seq 301 ack 1001 len 0 win 518 ttl 63",
              kToServer + "F. seq 301 ack 1001 len 0 win 518 ttl 63",
              kToClient + "F. seq 1001 ack 302 len 0 win 514 ttl 62",
              kToServer + ". seq 302 ack 1002 len 0 win 518 ttl 63"});
  // What the server said went by its router, to the local address.
  CHECK(lan.sent(*lan.servers[0])[0] ==
        "192.168.185.129:8080 > 192.168.184.200:1025 tcp S. seq 0 ack 1 len 0 win 65160 mss 1460 "
        "wscale 7 sackOK");
  CHECK(lan.world.tcp().retransmissions() == 0);
}

TEST_CASE("FULLNAT: the SYN is 8 bytes longer by TOA and keeps room for what was its timestamps",
          "[host][fullnat]") {
  FullnatLan lan;
  lan.connect();
  lan.run_for(milliseconds(10));
  const Frame before = lan.packets(lan.client)[0];
  const Frame after = lan.packets(lan.director)[0];
  REQUIRE(before.tcp.timestamps);
  CHECK(int{before.tcp.header_length} == 40);
  CHECK(int{after.tcp.header_length} == 48);
  CHECK(after.ip.total_length == before.ip.total_length + 8);
  CHECK(after.payload_length() == 0);
  CHECK_FALSE(after.tcp.timestamps);
  CHECK(after.tcp.timestamp_value == 0);
  CHECK(after.tcp.mss == 1460);
  CHECK(after.tcp.toa_address == address("10.1.10.2"));
  CHECK(after.tcp.toa_port == Port{32768});
  CHECK_FALSE(before.tcp.has_toa());
}

TEST_CASE("FULLNAT: the server sees other numbers of the client, and the client its own",
          "[host][fullnat]") {
  FullnatLan lan;
  converse(lan);
  const std::vector<Frame> asked = lan.packets(lan.client);
  std::vector<Frame> to_server;
  std::vector<Frame> to_client;
  for (const Frame& f : lan.packets(lan.director)) {
    (f.ip.destination == lan.rip().address ? to_server : to_client).push_back(f);
  }
  const std::vector<Frame> answered = lan.packets(*lan.servers[0]);
  REQUIRE(asked.size() == to_server.size());
  REQUIRE(answered.size() == to_client.size());
  const std::uint32_t delta = to_server[0].tcp.sequence - asked[0].tcp.sequence;
  CHECK(delta != 0);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    CHECK(to_server[k].tcp.sequence == asked[k].tcp.sequence + delta);
    CHECK(to_server[k].tcp.acknowledgement == asked[k].tcp.acknowledgement);
  }
  for (std::size_t k = 0; k < answered.size(); ++k) {
    CHECK(to_client[k].tcp.sequence == answered[k].tcp.sequence);
    CHECK(to_client[k].tcp.acknowledgement == answered[k].tcp.acknowledgement - delta);
  }
  const Translation& t = lan.balancer().local_sides()[lan.only_connection().translation];
  CHECK(t.delta == delta);
  CHECK(t.first_data_ack == answered[0].tcp.sequence + 1);
}

TEST_CASE("FULLNAT: a SYN that is sent again keeps its number at the server", "[host][fullnat]") {
  FullnatLan lan;
  lan.world.tcp().set_listening(ListenerId{0}, false);
  lan.servers[0]->power_off();  // silence
  lan.connect();
  lan.run_for(milliseconds(3500));
  std::vector<std::uint32_t> numbers;
  for (const Frame& f : lan.packets(lan.director)) {
    REQUIRE(f.tcp.syn());
    CHECK(f.tcp.has_toa());
    numbers.push_back(f.tcp.sequence);
  }
  REQUIRE(numbers.size() >= 2);  // at 0, 1 and 3 s
  for (const std::uint32_t number : numbers) CHECK(number == numbers[0]);
}

TEST_CASE("FULLNAT: TOA is left out of what has no room for it below the MTU", "[host][fullnat]") {
  FullnatLan lan;
  // The client's MSS leaves room: 1452 + 40 + 8 = 1500.
  lan.user.on_connected = [&](EndpointId e) { lan.world.tcp().send(e, 3000); };
  lan.connect();
  lan.run_for(milliseconds(20));
  std::vector<int> lengths;
  for (const Frame& f : lan.packets(lan.director)) {
    if (f.ip.destination != lan.rip().address || f.payload_length() == 0) continue;
    CHECK(f.tcp.has_toa());
    lengths.push_back(f.ip.total_length);
  }
  CHECK(lengths == std::vector<int>{1500, 1500, 144});
  CHECK(lan.app.bytes == 3000);
  // A raw segment that is longer by one byte than the room, and one that just fits.
  const Frame last = lan.packets(lan.client).back();
  for (const std::int64_t length : {1453, 1452}) {
    lan.seen.clear();
    lan.inject(lan.client,
               tcp()
                   .from(last.ip.source, last.tcp.source.value)
                   .to(last.ip.destination, 80)
                   .sequence(last.tcp.sequence + last.payload_length())
                   .ack(last.tcp.acknowledgement)
                   .payload(bytes(length)),
               mac_of(lan.director));
    lan.run_for(milliseconds(1));
    const Frame f = lan.packets(lan.director)[0];
    CHECK(f.tcp.has_toa() == (length == 1452));
    CHECK(f.payload_length() == length);
    CHECK(f.ip.total_length == (length == 1452 ? 1500 : 1493));
  }
}

TEST_CASE("FULLNAT: TOA is left out of a header that it would make longer than 60 bytes",
          "[host][fullnat]") {
  FullnatLan lan;
  lan.connect();
  lan.run_for(milliseconds(10));
  const Frame last = lan.packets(lan.client).back();
  for (const unsigned blocks : {2U, 3U}) {
    Frame ack = tcp()
                    .from(last.ip.source, last.tcp.source.value)
                    .to(last.ip.destination, 80)
                    .sequence(last.tcp.sequence)
                    .ack(last.tcp.acknowledgement)
                    .timestamps(1, 1);
    const unsigned more = blocks * 8 + (blocks == 3 ? 4 : 0);  // 20 + 12 + 16 and + 28
    ack.tcp.sack_count = static_cast<std::uint8_t>(blocks);
    ack.tcp.header_length = static_cast<std::uint8_t>(ack.tcp.header_length + more);
    ack.ip.total_length = static_cast<std::uint16_t>(ack.ip.total_length + more);
    lan.seen.clear();
    lan.inject(lan.client, ack, mac_of(lan.director));
    lan.run_for(milliseconds(1));
    const Frame f = lan.packets(lan.director)[0];
    CHECK(f.tcp.has_toa() == (blocks == 2));
    CHECK(int{f.tcp.header_length} == (blocks == 2 ? 56 : 60));
  }
}

TEST_CASE("FULLNAT: a FIN, and what acknowledges more or less than F, has no TOA",
          "[host][fullnat]") {
  FullnatLan lan;
  lan.connect();
  lan.run_for(milliseconds(10));
  const Frame last = lan.packets(lan.client).back();
  const auto segment = [&](std::uint32_t ack) {
    return tcp()
        .from(last.ip.source, last.tcp.source.value)
        .to(last.ip.destination, 80)
        .sequence(last.tcp.sequence)
        .ack(ack);
  };
  const std::uint32_t first = last.tcp.acknowledgement;
  struct Case {
    Frame frame;
    bool toa;
  };
  const std::vector<Case> cases{{segment(first), true},        {segment(first + 1), false},
                                {segment(first - 1), false},   {segment(first).psh(), true},
                                {segment(first).fin(), false}, {segment(first).rst(), false}};
  for (const Case& c : cases) {
    lan.seen.clear();
    lan.inject(lan.client, c.frame, mac_of(lan.director));
    lan.run_for(microseconds(200));
    REQUIRE(!lan.packets(lan.director).empty());
    CHECK(lan.packets(lan.director)[0].tcp.has_toa() == c.toa);
  }
}

TEST_CASE("FULLNAT: the client learns what the server has in its own numbers (SACK)",
          "[host][fullnat]") {
  FullnatLan lan;
  lan.connect();
  lan.run_for(milliseconds(10));
  const Frame last = lan.packets(lan.client).back();
  lan.seen.clear();
  // The second 100 bytes without the first.
  lan.inject(lan.client,
             tcp()
                 .from(last.ip.source, last.tcp.source.value)
                 .to(last.ip.destination, 80)
                 .sequence(last.tcp.sequence + 100)
                 .ack(last.tcp.acknowledgement)
                 .window(500)
                 .payload(bytes(100)),
             mac_of(lan.director));
  lan.run_for(milliseconds(1));
  const Frame told = lan.packets(lan.director).back();
  REQUIRE(told.ip.destination == address("10.1.10.2"));
  REQUIRE(int{told.tcp.sack_count} == 1);
  CHECK(told.tcp.acknowledgement == last.tcp.sequence);
  CHECK(told.tcp.sack[0].left == last.tcp.sequence + 100);
  CHECK(told.tcp.sack[0].right == last.tcp.sequence + 200);
  const Frame said = lan.packets(*lan.servers[0]).back();
  CHECK(said.tcp.sack[0].left != told.tcp.sack[0].left);
}

TEST_CASE("FULLNAT: a refusal comes from the virtual side and acknowledges the client's SYN",
          "[host][fullnat]") {
  FullnatLan lan;
  lan.world.tcp().set_listening(ListenerId{0}, false);
  lan.connect();
  lan.run_for(milliseconds(10));
  CHECK(lan.user.error == TcpError::refused);
  CHECK(lan.sent(lan.director)[1] == kToClient + "R. seq 0 ack 1 len 0 ttl 62");
  CHECK(lan.only_connection().state == IpvsState::close);
}

TEST_CASE("FULLNAT: MACs, and the ways of a packet there and back", "[host][fullnat]") {
  FullnatLan lan;
  lan.connect();
  lan.run_for(milliseconds(10));
  const std::vector<Frame> sent = lan.packets(lan.director);
  CHECK(sent[0].source == mac_of(lan.director, "eth1"));
  CHECK(sent[0].destination == mac_of(lan.router));
  CHECK(sent[1].source == mac_of(lan.director));
  CHECK(sent[1].destination == mac_of(lan.client));
}

TEST_CASE("FULLNAT: bytes are counted as packets arrive, before TOA", "[host][fullnat]") {
  FullnatLan lan;
  converse(lan);
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  for (const Frame& f : lan.packets(lan.client)) in += f.ip.total_length;
  for (const Frame& f : lan.packets(*lan.servers[0])) out += f.ip.total_length;
  const TrafficCounters& live = lan.server().statistics.live;
  CHECK(live.connections == 1);
  CHECK(live.packets_in == 6);
  CHECK(live.packets_out == 4);
  CHECK(live.bytes_in == in);
  CHECK(live.bytes_out == out);
  CHECK(lan.balancer().total().live.bytes_out == out);
  using Class = TrafficClass;
  CHECK(lan.director.traffic()[static_cast<std::size_t>(Class::request)].frames == 6);
  CHECK(lan.director.traffic()[static_cast<std::size_t>(Class::reply)].frames == 4);
}

TEST_CASE("FULLNAT: states, active counts and timeouts of DPVS", "[host][fullnat]") {
  FullnatLan lan;
  const auto left = [&] {
    const Connection& c = lan.only_connection();
    CHECK(c.expires - lan.balancer().jiffies() <= c.timeout);
    return std::string(name(c.state)) + " " + std::to_string(c.timeout / kJiffiesPerSecond) + " " +
           lan.counts();
  };
  lan.app.on_closed = [](EndpointId) {};
  lan.connect();
  std::vector<std::string> seen;
  for (int k = 0; k < 40; ++k) {
    lan.run_for(microseconds(50));
    if (lan.balancer().connections().size() == 0) continue;
    const std::string now = left();
    if (seen.empty() || seen.back() != now) seen.push_back(now);
  }
  lan.world.tcp().close(lan.user.connections.at(0));
  lan.run_for(milliseconds(5));
  seen.push_back(left());
  lan.world.tcp().close(lan.app.connections.at(0));
  lan.run_for(milliseconds(5));
  seen.push_back(left());
  CHECK(seen ==
        Lines{"SYN_RECV 30 0/1", "ESTABLISHED 90 1/0", "CLOSE_WAIT 7 0/1", "TIME_WAIT 7 0/1"});
  lan.run_for(seconds(9));
  CHECK(lan.balancer().connections().size() == 0);
  CHECK(lan.balancer().local_sides().in_use() == 0);
  CHECK(lan.counts() == "0/0");
}

}  // namespace lvs
