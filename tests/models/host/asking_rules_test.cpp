// spec/linux-host.md section 3, the rules that need a directed input (tests/mutation).
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using Lines = std::vector<std::string>;

struct AskingLan : RulesLan {
  /// Has only these addresses on eth0, and routes to 10.0.0.0/8 by it.
  void numbered(const std::vector<std::pair<const char*, Scope>>& addresses) {
    subject.state().delete_address(eth0(), *parse_ipv4_prefix("10.0.0.11/24"));
    subject.state().delete_address(eth1(), *parse_ipv4_prefix("10.9.0.11/24"));
    for (const auto& [prefix, scope] : addresses) add_address(subject, "eth0", prefix, scope);
    add_route(subject, "10.0.0.0/8", "", "eth0");
  }
  /// The sender of the question that the first packet to `target` raises.
  std::string asks_with(const std::string& source, const std::string& target) {
    subject.neighbours().flush(std::nullopt);
    seen.clear();
    send(source, target);
    for (const SeenFrame& s : seen.sent) {
      if (s.host == subject.id() && s.frame.is_arp()) return to_string(s.frame.arp.sender);
    }
    return "";
  }
  std::string selected(const std::string& target) const {
    const auto chosen = subject.state().select_source(eth0(), address(target));
    return chosen ? to_string(*chosen) : "";
  }
};

}  // namespace

TEST_CASE("3.3: at arp_announce 1 one network of the card has both the target and the source",
          "[host][arp]") {
  AskingLan lan;
  lan.numbered({{"10.0.0.11/24", Scope::global}, {"10.5.0.11/24", Scope::global}});
  add_address(lan.subject, "lo", "10.5.0.100/32");
  sysctl(lan.subject, "ipv4.conf.eth0.arp_announce", 1);
  CHECK(lan.asks_with("10.5.0.100", "10.5.0.7") == "10.5.0.100");
  CHECK(lan.asks_with("10.5.0.100", "10.0.0.7") == "10.0.0.11");
  CHECK(lan.asks_with("10.5.0.100", "10.77.0.7") == "10.0.0.11");
  sysctl(lan.subject, "ipv4.conf.eth0.arp_announce", 0);
  CHECK(lan.asks_with("10.5.0.100", "10.0.0.7") == "10.5.0.100");
}

TEST_CASE("3.3: unknown levels of arp_announce are as 0, and all and the card count the larger",
          "[host][arp]") {
  AskingLan lan;
  add_address(lan.subject, "lo", "10.50.0.1/32");
  const int all = GENERATE(0, 1, 2, 3);
  const int card = GENERATE(0, 1, 2, 3);
  sysctl(lan.subject, "ipv4.conf.all.arp_announce", all);
  sysctl(lan.subject, "ipv4.conf.eth0.arp_announce", card);
  const int level = std::max(all, card);
  CAPTURE(all, card);
  CHECK(lan.asks_with("10.50.0.1", "10.0.0.7") ==
        (level == 1 || level == 2 ? "10.0.0.11" : "10.50.0.1"));
}

TEST_CASE("3.3: a packet of somebody else is asked for with our own address at every level",
          "[host][arp]") {
  AskingLan lan;
  const int level = GENERATE(0, 1, 2);
  sysctl(lan.subject, "ipv4.conf.eth0.arp_announce", level);
  CHECK(lan.asks_with("10.0.0.99", "10.0.0.7") == "10.0.0.11");
}

TEST_CASE("3.3: select takes the first primary whose network has the target, else the first",
          "[host][arp]") {
  AskingLan lan;
  lan.numbered({{"10.4.0.1/24", Scope::global},
                {"10.0.0.11/24", Scope::global},
                {"10.0.5.11/16", Scope::global},
                {"10.5.0.1/24", Scope::site},
                {"10.6.0.1/24", Scope::link},
                {"10.7.0.1/24", Scope::host},
                {"10.0.0.12/24", Scope::global}});
  CHECK(lan.selected("10.0.0.7") == "10.0.0.11");  // fits two: the first, not the longer or last
  CHECK(lan.selected("10.0.9.7") == "10.0.5.11");
  CHECK(lan.selected("10.5.0.7") == "10.5.0.1");
  CHECK(lan.selected("10.6.0.7") == "10.6.0.1");  // scope link is taken
  // Narrower scopes stand before wider ones in the list (1.3).
  CHECK(lan.selected("10.7.0.7") == "10.6.0.1");  // scope host is not
  CHECK(lan.selected("10.88.0.7") == "10.6.0.1");
  CHECK(lan.asks_with("10.7.0.1", "10.7.0.7") == "10.7.0.1");
  sysctl(lan.subject, "ipv4.conf.all.arp_announce", 2);
  CHECK(lan.asks_with("10.7.0.1", "10.7.0.7") == "10.6.0.1");
}

TEST_CASE("3.3: a card without an address shows the first of scope global or site, lo first",
          "[host][arp]") {
  AskingLan lan;
  lan.numbered({});
  SECTION("of lo before that of a card") {
    add_address(lan.subject, "eth1", "10.9.0.11/24");
    add_address(lan.subject, "lo", "10.50.0.1/32");
    CHECK(lan.selected("10.0.0.7") == "10.50.0.1");
  }
  SECTION("scopes link and host are passed over, site is not") {
    add_address(lan.subject, "lo", "10.50.0.1/32", Scope::link);
    add_address(lan.subject, "lo", "10.50.0.2/32", Scope::host);
    CHECK(lan.selected("10.0.0.7").empty());
    add_address(lan.subject, "eth1", "10.9.0.11/24", Scope::site);
    CHECK(lan.selected("10.0.0.7") == "10.9.0.11");
  }
  SECTION("an address of scope host on the card itself does not help") {
    add_address(lan.subject, "eth0", "10.0.0.11/24", Scope::host);
    add_address(lan.subject, "lo", "10.50.0.1/32");
    CHECK(lan.selected("10.0.0.7") == "10.50.0.1");
  }
  SECTION("with none at all a question shows 0.0.0.0") {
    sysctl(lan.subject, "ipv4.conf.all.arp_announce", 2);
    CHECK(lan.asks_with("127.0.0.1", "10.0.0.7") == "0.0.0.0");
  }
}

TEST_CASE("4.2: packets wait by their memory, 2108 bytes each; the oldest makes room",
          "[host][neighbours]") {
  RulesLan lan;
  struct Case {
    int bytes;
    int kept;
  };
  const auto c = GENERATE(values<Case>({{212'992, 101}, {6324, 3}, {6323, 2}, {2108, 1}}));
  CAPTURE(c.bytes);
  sysctl(lan.subject, "ipv4.neigh.eth0.unres_qlen_bytes", c.bytes);
  constexpr int kSent = 103;
  for (std::uint16_t port = 1; port <= kSent; ++port) {
    lan.originate(lan.subject, udp().from(address("10.0.0.11"), port).to(address("10.0.0.1"), 9));
  }
  CHECK(lan.subject.drops()[DropCause::neighbour_queue_full] ==
        static_cast<std::uint64_t>(kSent - c.kept));
  lan.seen.clear();
  lan.knows("10.0.0.1", lan.voice, NeighbourState::reachable);
  REQUIRE(lan.seen.sent.size() == static_cast<std::size_t>(c.kept));
  for (int i = 0; i < c.kept; ++i) {  // the newest, in the order in which they came
    CHECK(lan.seen.sent[static_cast<std::size_t>(i)].frame.udp.source.value ==
          kSent - c.kept + 1 + i);
  }
}

TEST_CASE("4.2: what left the queue, in whatever way, leaves all of its room",
          "[host][neighbours]") {
  RulesLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.unres_qlen_bytes", 3 * 2108);
  using S = NeighbourState;
  const auto emptied_by = GENERATE(S::reachable, S::failed, S::none, S::incomplete);
  for (int round = 0; round < 2; ++round) {
    CHECK(lan.subject.drops()[DropCause::neighbour_queue_full] == 0);
    for (int i = 0; i < 3; ++i) lan.send("10.0.0.11", "10.0.0.1");
    if (emptied_by == S::incomplete) {
      lan.run_for(seconds(4));  // fails by itself
      CHECK(lan.known("10.0.0.1").substr(0, 6) == "FAILED");
    } else {
      lan.knows("10.0.0.1", lan.voice, emptied_by);
      lan.knows("10.0.0.1", lan.voice, S::incomplete);
    }
  }
  CHECK(lan.subject.drops()[DropCause::neighbour_queue_full] == 0);
}

}  // namespace lvs
