// spec/linux-host.md section 4: the life of a neighbour entry, to the picosecond.
#include <algorithm>

#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kRip = "192.168.77.11";
const std::string kPeer = "192.168.77.50";

struct Resolving : StatementLan {
  Host& rs1 = machine("rs1", kRip + "/24", 0x11);

  Resolving() {
    machines.push_back({mac(0x50), "peer"});
    run_for(seconds(100));
  }
  std::string peer() const { return known(rs1, kPeer); }
  /// Runs to `since` after begin(); events of that instant have happened.
  void run_to(Duration since) { run_until(seconds(100) + since); }
};

}  // namespace

TEST_CASE("4.2: STALE and FAILED entries stay for ever while there are fewer than 128",
          "[statements][neighbours]") {
  Resolving lan;
  const auto add = [&](int count) {
    for (int i = static_cast<int>(lan.rs1.neighbours().size()); i < count; ++i) {
      lan.know(lan.rs1, "192.168.77." + std::to_string(60 + i), 0x50,
               i % 2 == 0 ? NeighbourState::stale : NeighbourState::failed);
    }
  };
  add(127);
  lan.run_for(seconds(3600));
  CHECK(lan.rs1.neighbours().size() == 127);
  add(128);
  lan.rs1.neighbours().remove(address("192.168.77.60"), device(lan.rs1, "eth0"));
  lan.run_for(seconds(31));  // 127 again when it is time to collect
  CHECK(lan.rs1.neighbours().size() == 127);
  lan.know(lan.rs1, "192.168.77.60", 0x50, NeighbourState::failed);
  lan.run_for(seconds(31));
  CHECK(lan.rs1.neighbours().size() == 0);
}

TEST_CASE("4.2: from 128 entries on those go that nobody used for 60 s",
          "[statements][neighbours]") {
  Resolving lan;
  for (int i = 0; i < 128; ++i) {
    lan.know(lan.rs1, "192.168.77." + std::to_string(60 + i), 0x50, NeighbourState::stale);
  }
  lan.run_to(seconds(50));
  lan.know(lan.rs1, "192.168.77.60", 0x50, NeighbourState::reachable);
  lan.run_to(seconds(60));
  CHECK(lan.rs1.neighbours().size() == 128);
  lan.run_to(seconds(91));  // collection comes every 30 s
  CHECK(lan.rs1.neighbours().size() == 1);
  lan.run_to(seconds(3600));
  CHECK(lan.known(lan.rs1, "192.168.77.60") == "STALE peer");
}

TEST_CASE("4.3: INCOMPLETE asks at 0, 1 and 2 s and fails at 3 s; FAILED asks again at once",
          "[statements][neighbours]") {
  Resolving lan;
  const Lines asked{"0s who-has 192.168.77.50 tell 192.168.77.11",
                    "1s who-has 192.168.77.50 tell 192.168.77.11",
                    "2s who-has 192.168.77.50 tell 192.168.77.11"};
  lan.begin();
  lan.send(lan.rs1, kRip, kPeer);
  lan.run_to(milliseconds(2500));
  lan.send(lan.rs1, kRip, kPeer);  // joins the queue, asks nothing
  lan.run_to(seconds(3) - picoseconds(1));
  CHECK(lan.peer() == "INCOMPLETE");
  lan.run_to(seconds(3));
  CHECK(lan.peer() == "FAILED");
  CHECK(lan.questions(lan.rs1) == asked);
  CHECK(lan.rs1.drops()[DropCause::neighbour_failed] == 2);
  lan.begin();
  lan.send(lan.rs1, kRip, kPeer);
  CHECK(lan.peer() == "INCOMPLETE");
  lan.run_for(seconds(4));
  CHECK(lan.questions(lan.rs1) == asked);
}

TEST_CASE("4.3: PROBE asks by unicast at 0, 1 and 2 s, sends to the old MAC, and fails at 3 s",
          "[statements][neighbours]") {
  Resolving lan;
  lan.know(lan.rs1, kPeer, 0x50, NeighbourState::stale);
  lan.begin();
  for (int i = 0; i < 16; ++i) {
    lan.send(lan.rs1, kRip, kPeer);
    CHECK(lan.peer() == (i <= 10 ? "DELAY peer" : "PROBE peer"));
    lan.run_to(milliseconds(500 * (i + 1)) - picoseconds(1));
  }
  CHECK(lan.peer() == "PROBE peer");
  lan.run_to(seconds(8));
  CHECK(lan.peer() == "FAILED");
  CHECK(lan.questions(lan.rs1) == Lines{"5s who-has 192.168.77.50 tell 192.168.77.11 to peer",
                                        "6s who-has 192.168.77.50 tell 192.168.77.11 to peer",
                                        "7s who-has 192.168.77.50 tell 192.168.77.11 to peer"});
  CHECK(lan.packets(lan.rs1).size() == 16);
}

TEST_CASE("4.3: connect() to a neighbour that does not answer fails after 3 s",
          "[statements][neighbours]") {
  Resolving lan;
  Caller caller(lan.world);
  const Json outcome = caller.connect(lan.rs1, kRip, kPeer);
  CHECK(outcome == Json::array({113, 3.0}));
}

TEST_CASE("4.4 7: an entry that a request or a broadcast reply resolves goes to DELAY at once",
          "[statements][neighbours]") {
  struct Case {
    const char* name;
    Frame news;
    MacAddress to;
    const char* idle;     ///< nothing waits
    const char* waiting;  ///< packets wait
  };
  const MacAddress us = mac(0x11);
  const Ipv4Address peer = address(kPeer);
  const Ipv4Address own = address(kRip);
  const auto c = GENERATE_COPY(values<Case>({
      {"a request for us", arp_request().from(mac(0x50), peer).asking(own), kEverybody,
       "STALE peer", "DELAY peer"},
      {"a request for somebody else",
       arp_request().from(mac(0x50), peer).asking(address("192.168.77.77")), kEverybody,
       "STALE peer", "DELAY peer"},
      {"a broadcast reply", arp_reply().from(mac(0x50), peer).to(us, own), kEverybody, "STALE peer",
       "DELAY peer"},
      {"a reply to us", arp_reply().from(mac(0x50), peer).to(us, own), us, "REACHABLE peer",
       "REACHABLE peer"},
  }));
  INFO(c.name);
  Resolving idle;
  idle.know(idle.rs1, kPeer, 0, NeighbourState::incomplete);
  idle.says(c.news, c.to);
  CHECK(idle.peer() == c.idle);

  Resolving lan;
  for (int i = 0; i < 2; ++i) lan.send(lan.rs1, kRip, kPeer);
  lan.run_for(milliseconds(1));
  lan.begin();
  const Time heard = lan.now() + kArpWay;
  lan.says(c.news, c.to);
  CHECK(lan.peer() == c.waiting);
  const auto sent = lan.seen.times_sent(lan.rs1, [](const Frame& f) { return !f.is_arp(); });
  CHECK(sent == std::vector<Time>{heard, heard});
}

TEST_CASE("4.4: packets that waited leave in the order in which they came",
          "[statements][neighbours]") {
  Resolving lan;
  for (const int port : {7, 3, 5}) {
    lan.originate(
        lan.rs1, udp().from(address(kRip), static_cast<std::uint16_t>(port)).to(address(kPeer), 9));
    lan.run_for(milliseconds(100));
  }
  lan.begin();
  lan.says(arp_reply().from(mac(0x50), address(kPeer)).to(mac(0x11), address(kRip)), mac(0x11));
  std::vector<int> ports;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == lan.rs1.id()) ports.push_back(s.frame.udp.source.value);
  }
  CHECK(ports == std::vector<int>{7, 3, 5});
}

TEST_CASE("4.5: forwarded packets confirm nothing: a busy router probes every 35 s",
          "[statements][neighbours]") {
  StatementLan lan;
  Host& router = lan.machine("router", "192.168.77.1/24", 1);
  Host& server = lan.machine("server", "192.168.77.11/24", 0x11);
  lan.card(router, "eth1", "10.9.0.1/24", 1);
  lan.type(router, "sysctl -w net.ipv4.ip_forward=1");
  lan.type(server, "ip route add default via 192.168.77.1");
  Host& client = lan.host("client", "10.9.0.10/24", 1);
  lan.know(server, "192.168.77.1", 1, NeighbourState::permanent);
  lan.know(router, kRip, 0x11, NeighbourState::reachable);
  lan.begin();
  for (int i = 0; i < 1200; ++i) {  // echoes both ways, ten a second
    lan.inject(client, icmp().from(address("10.9.0.10")).to(address(kRip)), mac_of(router, "eth1"));
    lan.run_for(milliseconds(100));
  }
  Lines asked = lan.questions(router);
  asked.erase(std::remove_if(asked.begin(), asked.end(),
                             [](const std::string& line) {
                               return line.find("who-has 192.168.77.11") == std::string::npos;
                             }),
              asked.end());
  // REACHABLE 30 s, the next packet, DELAY 5 s; the answer is there 2 * kArpWay later.
  CHECK(asked == Lines{"35.000101344s who-has 192.168.77.11 tell 192.168.77.1 to server",
                       "70.100101344s who-has 192.168.77.11 tell 192.168.77.1 to server",
                       "105.200101344s who-has 192.168.77.11 tell 192.168.77.1 to server"});
}

TEST_CASE("4.5: requests of a neighbour do not confirm it", "[statements][neighbours]") {
  Resolving lan;
  const Frame request = arp_request().from(mac(0x50), address(kPeer)).asking(address(kRip));
  SECTION("REACHABLE ends after its 30 s") {
    lan.know(lan.rs1, kPeer, 0x50, NeighbourState::reachable);
    for (int i = 0; i < 29; ++i) {
      lan.says(request);
      lan.run_to(seconds(i + 1));
    }
    lan.run_to(seconds(30) - picoseconds(1));
    CHECK(lan.peer() == "REACHABLE peer");
    lan.run_to(seconds(30));
    CHECK(lan.peer() == "STALE peer");
  }
  SECTION("STALE stays") {
    lan.know(lan.rs1, kPeer, 0x50, NeighbourState::stale);
    lan.says(request, mac(0x11));
    CHECK(lan.peer() == "STALE peer");
  }
  SECTION("DELAY becomes PROBE after 5 s, and PROBE fails") {
    lan.know(lan.rs1, kPeer, 0x50, NeighbourState::stale);
    lan.send(lan.rs1, kRip, kPeer);
    for (int i = 0; i < 8; ++i) {
      lan.says(request, mac(0x11));
      CHECK(lan.peer() == (i < 5 ? "DELAY peer" : "PROBE peer"));
      lan.run_to(seconds(i + 1));
    }
    CHECK(lan.peer() == "FAILED");
  }
}

}  // namespace lvs::truth
