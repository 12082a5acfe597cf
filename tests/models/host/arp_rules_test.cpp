// spec/linux-host.md section 2, the rules that need a directed input: each test is one that the
// plausible wrong code fails (tests/mutation).
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

const MacAddress kAll = MacAddress::broadcast();

/// The subject has an entry of 10.0.0.1 that is older than locktime, and points at `other`: what is
/// heard of 10.0.0.1 from the voice shows.
struct ListeningLan : RulesLan {
  ListeningLan() {
    knows("10.0.0.1", other, NeighbourState::stale);
    run_for(seconds(2));
  }
  bool learned() const { return known("10.0.0.1") == "STALE voice"; }
};

}  // namespace

TEST_CASE("2.1 step 1: a card with arp off hears nothing and answers nothing", "[host][arp]") {
  ListeningLan lan;
  lan.subject.state().interface(lan.eth0()).arp = false;
  CHECK_FALSE(lan.answers("10.0.0.11"));
  CHECK_FALSE(lan.learned());
  lan.subject.state().interface(lan.eth0()).arp = true;
  CHECK(lan.answers("10.0.0.11"));
  CHECK(lan.learned());
}

TEST_CASE("2.1 step 5: a target in 224/4 teaches nothing, nor one in 127/8 without route_localnet",
          "[host][arp]") {
  ListeningLan lan;
  CHECK_FALSE(lan.answers("224.0.0.18"));
  CHECK_FALSE(lan.learned());
  CHECK_FALSE(lan.answers("127.0.0.1"));
  CHECK_FALSE(lan.learned());
  CHECK(lan.subject.drops()[DropCause::arp_martian] == 2);
  sysctl(lan.subject, "ipv4.conf.eth0.route_localnet", 1);
  CHECK(lan.answers("127.0.0.1"));
  CHECK(lan.learned());
}

TEST_CASE("2.1 step 6: drop_gratuitous_arp drops announcements of both kinds, and nothing else",
          "[host][arp]") {
  ListeningLan lan;
  const MacAddress voice = mac_of(lan.voice);
  const Ipv4Address who = address("10.0.0.1");
  const Frame request = arp_request().from(voice, who).asking(who);
  const Frame reply = arp_reply().from(voice, who).to(voice, who);
  SECTION("off, they are heard") {
    lan.says(GENERATE_COPY(request, reply), kAll);
    CHECK(lan.learned());
  }
  SECTION("on, they are not") {
    sysctl(lan.subject, "ipv4.conf.all.drop_gratuitous_arp", 1);
    lan.says(GENERATE_COPY(request, reply), kAll);
    CHECK_FALSE(lan.learned());
    CHECK(lan.answers("10.0.0.11"));
    CHECK(lan.learned());
  }
}

TEST_CASE("2.1 step 7: a probe is answered for local targets, and asks neither arp_filter nor rp",
          "[host][arp]") {
  RulesLan lan;
  CHECK(lan.answers("10.0.0.11", "0.0.0.0"));
  CHECK(lan.answers("10.9.0.11", "0.0.0.0"));  // of another card
  CHECK_FALSE(lan.answers("10.0.0.12", "0.0.0.0"));
  CHECK_FALSE(lan.answers("10.0.0.255", "0.0.0.0"));
  sysctl(lan.subject, "ipv4.conf.all.arp_filter", 1);
  sysctl(lan.subject, "ipv4.conf.all.rp_filter", 1);
  CHECK(lan.answers("10.0.0.11", "0.0.0.0"));
  CHECK(lan.answers("10.9.0.11", "0.0.0.0"));
  sysctl(lan.subject, "ipv4.conf.all.arp_ignore", 1);
  CHECK(lan.answers("10.0.0.11", "0.0.0.0"));
  CHECK_FALSE(lan.answers("10.9.0.11", "0.0.0.0"));
  CHECK(lan.subject.neighbours().size() == 0);
}

TEST_CASE("2.1 step 7: a reply that shows 0.0.0.0 is neither answered nor learned", "[host][arp]") {
  RulesLan lan;
  sysctl(lan.subject, "ipv4.conf.all.arp_accept", 1);
  lan.says(arp_reply()
               .from(mac_of(lan.voice), Ipv4Address{})
               .to(mac_of(lan.subject), address("10.0.0.11")),
           mac_of(lan.subject));
  CHECK(lan.replies() == 0);
  CHECK(lan.subject.neighbours().size() == 0);
  CHECK(lan.subject.drops()[DropCause::arp_not_for_us] == 1);
}

TEST_CASE("2.1 step 9: requests for others are counted as such, replies are taken", "[host][arp]") {
  RulesLan lan;
  CHECK_FALSE(lan.answers("10.0.0.12"));
  CHECK(lan.subject.drops()[DropCause::arp_not_for_us] == 1);
  lan.says(arp_reply()
               .from(mac_of(lan.voice), address("10.0.0.1"))
               .to(mac_of(lan.subject), address("10.0.0.11")),
           mac_of(lan.subject));
  CHECK(lan.subject.drops()[DropCause::arp_not_for_us] == 1);
  CHECK(lan.subject.drops()[DropCause::arp_suppressed] == 0);
}

TEST_CASE("2.1 step 9: a request that the routes refuse is still news of its sender",
          "[host][arp]") {
  ListeningLan lan;
  Route blackhole;
  blackhole.prefix = *parse_ipv4_prefix("10.66.0.0/16");
  blackhole.type = RouteType::blackhole;
  lan.subject.state().add_route(blackhole);
  const char* target = GENERATE("10.66.0.1", "172.16.0.1", "10.0.0.255", "0.0.0.0");
  CHECK_FALSE(lan.answers(target));
  CHECK(lan.learned());
}

TEST_CASE("2.1 step 9: which news make an entry at arp_accept 0, 1 and 2", "[host][arp]") {
  RulesLan lan;
  const MacAddress voice = mac_of(lan.voice), mine = mac_of(lan.subject);
  const Ipv4Address near = address("10.0.0.1"), far = address("172.16.0.1");
  const Ipv4Address me = address("10.0.0.11"), else_ = address("10.0.0.77");
  struct Case {
    const char* name;
    Frame arp;
    MacAddress to;
    const char* of;
    const char* made[3];  ///< at arp_accept 0, 1, 2
  };
  const auto request = [&](Ipv4Address from, Ipv4Address target) {
    return Frame(arp_request().from(voice, from).asking(target));
  };
  const auto reply = [&](Ipv4Address from, MacAddress tha, Ipv4Address target) {
    return Frame(arp_reply().from(voice, from).to(tha, target));
  };
  const char* stale = "STALE voice";
  const auto c = GENERATE_COPY(values<Case>({
      {"announcement", request(near, near), kAll, "10.0.0.1", {"", stale, stale}},
      {"announcement from afar", request(far, far), kAll, "172.16.0.1", {"", stale, ""}},
      {"announcing reply", reply(near, voice, near), kAll, "10.0.0.1", {"", stale, stale}},
      {"reply to all", reply(near, kAll, else_), kAll, "10.0.0.1", {"", stale, stale}},
      {"reply to us",
       reply(near, mine, me),
       mine,
       "10.0.0.1",
       {"", "REACHABLE voice", "REACHABLE voice"}},
      {"reply from afar", reply(far, mine, me), mine, "172.16.0.1", {"", "REACHABLE voice", ""}},
      {"request for others", request(near, else_), kAll, "10.0.0.1", {"", "", ""}},
      {"announcement of ours", request(me, me), kAll, "10.0.0.11", {"", "", ""}},
      {"reply that shows our address", reply(me, mine, me), mine, "10.0.0.11", {"", "", ""}},
      {"reply that shows a broadcast address",
       reply(address("10.0.0.255"), mine, me),
       mine,
       "10.0.0.255",
       {"", "", ""}},
  }));
  const int accept = GENERATE(0, 1, 2, 3);
  DYNAMIC_SECTION(c.name << ", arp_accept " << accept) {
    sysctl(lan.subject, "ipv4.conf.eth0.arp_accept", accept);
    lan.says(c.arp, c.to);
    CHECK(lan.known(c.of) == (accept == 3 ? "" : c.made[accept]));
  }
}

TEST_CASE("2.2: a primary's network and scope count for it alone", "[host][arp]") {
  RulesLan lan;
  SECTION("levels 1 and 2 answer for secondaries and for scope host on the card") {
    add_address(lan.subject, "eth0", "10.0.0.12/24");
    add_address(lan.subject, "eth0", "10.7.0.1/24", Scope::host);
    const int level = GENERATE(1, 2);
    sysctl(lan.subject, "ipv4.conf.eth0.arp_ignore", level);
    CHECK(lan.answers("10.0.0.12"));
    CHECK(lan.answers("10.7.0.1", "10.7.0.9"));
  }
  SECTION("level 3 answers for scope link, and for cards that are not asked") {
    add_address(lan.subject, "lo", "10.7.0.1/32", Scope::link);
    add_address(lan.subject, "lo", "10.7.0.2/32", Scope::site);
    add_address(lan.subject, "lo", "10.7.0.3/32", Scope::host);
    sysctl(lan.subject, "ipv4.conf.eth0.arp_ignore", 3);
    CHECK(lan.answers("10.7.0.1"));
    CHECK(lan.answers("10.7.0.2"));
    CHECK_FALSE(lan.answers("10.7.0.3"));
    CHECK(lan.answers("10.9.0.11"));
    CHECK(lan.answers("10.7.0.1", "172.16.0.1"));  // wherever the asker is
  }
  SECTION("what is local by a route alone is answered at 0 and never at 1 to 3 (note b)") {
    add_address(lan.subject, "lo", "10.7.0.1/24");
    const int level = GENERATE(0, 1, 2, 3, 4);
    sysctl(lan.subject, "ipv4.conf.eth0.arp_ignore", level);
    CHECK(lan.answers("10.7.0.9") == (level == 0 || level == 4));
  }
}

TEST_CASE("2.3: arp_filter asks for the way from the target to the asker", "[host][arp]") {
  RulesLan lan;
  sysctl(lan.subject, "ipv4.conf.eth0.arp_filter", 1);
  CHECK(lan.answers("10.0.0.11"));
  CHECK_FALSE(lan.answers("10.0.0.11", "10.9.0.5"));
  CHECK_FALSE(lan.answers("10.0.0.11", "172.16.0.1"));
  // A rule that sends what comes from 10.9.0.11 by eth1.
  Route by_eth1;
  by_eth1.prefix = *parse_ipv4_prefix("10.0.0.0/24");
  by_eth1.device = lan.eth1();
  by_eth1.table = 100;
  lan.subject.state().add_route(by_eth1);
  RouteRule rule;
  rule.from = *parse_ipv4_prefix("10.9.0.11/32");
  rule.table = 100;
  CHECK(lan.subject.state().add_rule(rule, false) == ConfigError::none);
  CHECK(lan.answers("10.0.0.11"));
  CHECK_FALSE(lan.answers("10.9.0.11"));
  CHECK(lan.subject.drops()[DropCause::arp_suppressed] > 0);
}

TEST_CASE("2.6: locktime is in hundredths of a second, per card", "[host][arp]") {
  RulesLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.locktime", 250);
  lan.run_for(seconds(10));
  lan.knows("10.0.0.1", lan.other, NeighbourState::stale);
  lan.run_for(milliseconds(2450));
  CHECK_FALSE(lan.answers("10.0.0.77"));
  CHECK(lan.known("10.0.0.1") == "STALE other");
  lan.run_for(milliseconds(100));
  CHECK_FALSE(lan.answers("10.0.0.77"));
  CHECK(lan.known("10.0.0.1") == "STALE voice");
}

TEST_CASE("2.6: a change of state begins locktime anew", "[host][arp]") {
  RulesLan lan;
  lan.knows("10.0.0.1", lan.other, NeighbourState::stale);
  lan.run_for(seconds(10));
  lan.send("10.0.0.11", "10.0.0.1");  // STALE -> DELAY
  lan.run_for(milliseconds(500));
  CHECK_FALSE(lan.answers("10.0.0.77"));
  CHECK(lan.known("10.0.0.1") == "DELAY other");
  lan.run_for(milliseconds(600));
  CHECK_FALSE(lan.answers("10.0.0.77"));
  CHECK(lan.known("10.0.0.1") == "STALE voice");
}

TEST_CASE("2.7: arp_notify tells of every address when a card comes up or changes its MAC",
          "[host][arp]") {
  RulesLan lan;
  Host& subject = lan.subject;
  add_address(subject, "eth0", "10.0.0.12/24");
  add_address(subject, "eth0", "10.5.0.1/24");
  const auto told = [&] {
    std::vector<std::string> lines;
    for (const SeenFrame& s : lan.seen.sent) {
      const ArpPacket& arp = s.frame.arp;
      CHECK(s.frame.destination == kAll);
      CHECK(arp.operation == ArpOperation::request);
      CHECK(arp.target_mac.is_zero());
      CHECK(arp.sender == arp.target);
      CHECK(arp.sender_mac == mac_of(subject));
      lines.push_back(to_string(arp.sender));
    }
    lan.seen.clear();
    return lines;
  };
  const std::vector<std::string> all{"10.0.0.11", "10.5.0.1", "10.0.0.12"};
  const auto up_and_down = [&] {
    subject.set_interface_up(lan.eth0(), false);
    CHECK(told().empty());
    subject.set_interface_up(lan.eth0(), true);
  };
  up_and_down();
  CHECK(told().empty());
  const char* where = GENERATE("ipv4.conf.all.arp_notify", "ipv4.conf.eth0.arp_notify");
  sysctl(subject, where, 1);
  up_and_down();
  CHECK(told() == all);
  subject.set_interface_up(lan.eth0(), true);  // is up
  CHECK(told().empty());
  subject.set_interface_mac(lan.eth0(), {{2, 0, 0, 0, 7, 7}});
  CHECK(told() == all);
  subject.set_interface_mac(lan.eth0(), {{2, 0, 0, 0, 7, 7}});  // the same
  CHECK(told().empty());
  add_address(subject, "eth0", "10.6.0.1/24");  // never by itself
  CHECK(told().empty());
  subject.set_interface_up(lan.eth0(), false);
  subject.set_interface_mac(lan.eth0(), {{2, 0, 0, 0, 8, 8}});
  CHECK(told().empty());
  subject.state().interface(lan.eth0()).arp = false;
  subject.set_interface_up(lan.eth0(), true);
  CHECK(told().empty());
}

TEST_CASE("2.7: arping announces with target MAC ff in requests, and its own in replies",
          "[host][arp]") {
  RulesLan lan;
  const auto operation = GENERATE(ArpOperation::request, ArpOperation::reply);
  lan.subject.arp().announce(lan.eth0(), address("10.0.0.100"), operation);
  REQUIRE(lan.seen.sent.size() == 1);
  const Frame& frame = lan.seen.sent[0].frame;
  CHECK(frame.destination == kAll);
  CHECK(frame.arp.operation == operation);
  CHECK(frame.arp.target_mac == (operation == ArpOperation::request ? kAll : mac_of(lan.subject)));
}

}  // namespace lvs
