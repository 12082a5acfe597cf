// spec/linux-host.md 6.1 and 6.2: who gets a packet that is for this host, and what becomes of one
// that is not.
#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";
const std::string kRip = "192.168.77.11";

struct Serving : StatementLan {
  Host& rs1 = machine("rs1", kRip + "/24", 0x11);
  Quiet quiet;
  std::uint8_t user = quiet.number(world);

  Serving() {
    know(rs1, "192.168.77.50", 0x50, NeighbourState::permanent);
    type(rs1, "ip addr add 192.168.77.100/32 dev lo");
  }
  /// What a SYN to this address and port brings: "SA", "R" or "".
  std::string syn(const std::string& to, std::uint16_t port) {
    RawPeer peer{*this, rs1, "192.168.77.50"};
    const auto answers =
        peer.answers(tcp().from(address("192.168.77.50"), 3333).to(address(to), port).syn());
    if (answers.empty()) return "";
    CHECK(answers[0].ip.source == address(to));
    return answers[0].tcp.rst() ? "R" : "SA";
  }
};

}  // namespace

TEST_CASE("6.1: a listener on every address takes connections to the VIP, one on RIP does not",
          "[statements][delivery]") {
  Serving lan;
  listen(lan.rs1, lan.user, 80, 5, true);
  listen(lan.rs1, lan.user, 81, 5, true, kRip);
  listen(lan.rs1, lan.user, 82, 5, true, kVip);
  CHECK(lan.syn(kVip, 80) == "SA");
  CHECK(lan.syn(kRip, 80) == "SA");
  CHECK(lan.syn(kVip, 81) == "R");
  CHECK(lan.syn(kRip, 81) == "SA");
  CHECK(lan.syn(kVip, 82) == "SA");
  CHECK(lan.syn(kRip, 82) == "R");
}

TEST_CASE("6.1: a connection is found by its four numbers before any listener",
          "[statements][delivery]") {
  Serving lan;
  Tcp::ListenerConfig config;
  config.host = lan.rs1.id();
  config.port = Port{80};
  config.user = lan.user;
  const auto listener = lan.rs1.tcp().listen(config);
  REQUIRE(listener);
  RawPeer peer{lan, lan.rs1, "192.168.77.50", kVip};
  REQUIRE(peer.syn(1001));
  CHECK(peer.ack(1001).empty());
  lan.rs1.tcp().set_listening(*listener, false);
  const auto data_from = [&](const std::string& from, std::uint16_t port) {
    lan.know(lan.rs1, from, 0x50, NeighbourState::permanent);
    const auto answers = peer.answers(tcp()
                                          .from(address(from), port)
                                          .to(address(kVip), 80)
                                          .sequence(1001)
                                          .ack(peer.server_sequence[1001] + 1)
                                          .payload(bytes(10)));
    return answers.empty() ? std::string() : flags_text(answers[0]);
  };
  CHECK(data_from("192.168.77.50", 1002) == "0x4");  // RST: another port
  CHECK(data_from("192.168.77.51", 1001) == "0x4");  // another address
  CHECK(data_from("192.168.77.50", 1001) == "0x10");
}

TEST_CASE("6.2: without ip_forward a packet for another host is dropped silently",
          "[statements][delivery]") {
  Serving lan;
  const std::string to = GENERATE("192.168.77.200", "10.9.0.10");  // on the link, no route at all
  const auto send = [&](const Frame& packet) {
    lan.begin();
    lan.inject(lan.voice, packet, mac(0x11));
    lan.run_for(seconds(4));
    return lan.seen.sent_by(lan.rs1);
  };
  const Ipv4Address peer = address("192.168.77.50");
  CHECK(send(tcp().from(peer, 3333).to(address(to), 80).syn()).empty());
  CHECK(send(udp().from(peer, 3333).to(address(to), 9).ttl(1)).empty());
  CHECK(lan.rs1.drops()[to == "10.9.0.10" ? DropCause::no_route : DropCause::not_forwarding] == 2);
}

TEST_CASE("6.2: a server without the VIP that forwards sends it back until its TTL is used up",
          "[statements][delivery]") {
  DrCluster lan("true");
  sysctl(lan.rs1, "ipv4.ip_forward", 1);
  lan.begin();
  lan.inject(lan.client,
             tcp().from(address("10.9.0.10"), 3333).to(address(kVip), 80).ttl(20).syn().mss(1460),
             mac_of(lan.router, "eth1"));
  lan.run_for(milliseconds(100));
  const auto ttls = [&](const Host& host) {
    std::vector<int> list;
    for (const SeenFrame& s : lan.seen.sent) {
      const bool is_syn = s.host == host.id() && !s.frame.is_arp() &&
                          s.frame.ip.protocol == Protocol::tcp && s.frame.tcp.syn();
      if (is_syn) list.push_back(s.frame.ip.ttl);
    }
    return list;
  };
  CHECK(ttls(lan.router) == std::vector<int>{19});
  CHECK(ttls(lan.director) == std::vector<int>{18, 16, 14, 12, 10, 8, 6, 4, 2});
  CHECK(ttls(lan.rs1) == std::vector<int>{17, 15, 13, 11, 9, 7, 5, 3, 1});
}

}  // namespace lvs::truth
