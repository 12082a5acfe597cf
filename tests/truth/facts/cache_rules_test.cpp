// facts_cache_rules: spec/linux-host.md 2.1 to 2.6.
#include "tests/truth/facts/peers.hpp"

namespace lvs::truth {
namespace {

const std::string kPeer = "192.168.77.50";  // of whom entries are made
const std::string kOwn = "192.168.77.1";
const MacAddress kAll = MacAddress::broadcast();

/// The recorded router with a second network, and a port that says anything.
struct RouterLan : FactLan {
  Host& router = machine("rt", kOwn + "/24", 1);
  Host& voice = machine("voice", "", 0x99);

  RouterLan() { card(router, "eth1", "10.9.0.1/24", 1); }

  void says(const Frame& arp, MacAddress to) {
    inject(voice, arp, to);
    run_for(milliseconds(1));
  }
  Json known() const { return entry(router, kPeer); }
  static Frame request(std::uint8_t from, const std::string& target) {
    return arp_request().from(mac(from), address(kPeer)).asking(address(target));
  }
  Frame reply(std::uint8_t from, const std::string& of = kPeer) const {
    return arp_reply().from(mac(from), address(of)).to(mac_of(router), address(kOwn));
  }
  /// A gratuitous reply with this target MAC.
  static Frame announcement(std::uint8_t from, MacAddress target) {
    return arp_reply().from(mac(from), address(kPeer)).to(target, address(kPeer));
  }
  /// The state before the first answer: a packet waits.
  void ask() {
    send(router, kOwn, kPeer);
    run_for(milliseconds(1));
  }
  bool answers(const Frame& asked, MacAddress to = kAll) {
    seen.clear();
    says(asked, to);
    for (const SeenFrame& s : seen.sent) {
      if (s.host == router.id() && s.frame.is_arp() &&
          s.frame.arp.operation == ArpOperation::reply) {
        return true;
      }
    }
    return false;
  }
  bool answers_sender(const std::string& sender, const std::string& target = kOwn) {
    return answers(arp_request().from(mac(0xaa), address(sender)).asking(address(target)));
  }
};

void creates_by_default(Facts& facts) {
  RouterLan lan;
  lan.says(lan.reply(0xaa), mac_of(lan.router));
  facts.equal("unsolicited_reply_no_entry_creates", lan.known());
  lan.says(RouterLan::request(0xaa, kPeer), kAll);
  facts.equal("garp_request_no_entry_creates", lan.known());
  lan.says(RouterLan::announcement(0xaa, mac(0xaa)), kAll);
  facts.equal("garp_reply_no_entry_creates", lan.known());
  lan.says(RouterLan::request(0xaa, "192.168.77.77"), kAll);
  facts.equal("request_for_other_ip_no_entry_creates", lan.known());
  lan.says(RouterLan::request(0xaa, kOwn), kAll);
  facts.equal("request_for_our_ip_creates_entry", lan.known());
}

void creates_if_accepted(Facts& facts, int accept) {
  const std::string value = "_arp_accept=" + std::to_string(accept);
  const auto after = [&](auto&& say) {
    RouterLan lan;
    sysctl(lan.router, "ipv4.conf.eth0.arp_accept", accept);
    say(lan);
    return lan.known();
  };
  facts.equal("unsolicited_unicast_reply" + value,
              after([](RouterLan& lan) { lan.says(lan.reply(0xaa), mac_of(lan.router)); }));
  facts.equal("garp_request" + value,
              after([](RouterLan& lan) { lan.says(RouterLan::request(0xaa, kPeer), kAll); }));
  facts.equal("garp_reply_tha_eq_sha" + value, after([](RouterLan& lan) {
                lan.says(RouterLan::announcement(0xaa, mac(0xaa)), kAll);
              }));
  facts.equal("garp_reply_tha_ff" + value,
              after([](RouterLan& lan) { lan.says(RouterLan::announcement(0xaa, kAll), kAll); }));
}

void replies_and_locktime(Facts& facts) {
  RouterLan lan;
  lan.ask();
  facts.equal("state_while_unresolved", lan.known());
  lan.says(lan.reply(0xcc, "192.168.77.60"), mac_of(lan.router));
  facts.equal("incomplete_sees_reply_for_other_host", lan.known());
  lan.says(lan.reply(0xaa), mac_of(lan.router));
  facts.equal("first_reply", lan.known());
  lan.says(lan.reply(0xbb), mac_of(lan.router));
  facts.equal("second_reply_different_mac_within_1s", lan.known());
  lan.run_for(milliseconds(600));
  lan.says(lan.reply(0xbb), mac_of(lan.router));
  facts.equal("different_reply_at_0.6s", lan.known());
  lan.run_for(milliseconds(600));
  lan.says(lan.reply(0xbb), mac_of(lan.router));
  facts.equal("different_reply_at_1.2s", lan.known());
  // From here on every event is within 1 s of the change before it.
  lan.says(RouterLan::request(0xcc, kPeer), kAll);
  facts.equal("garp_request_within_1s_of_change", lan.known());
  lan.says(RouterLan::announcement(0xaa, mac(0xaa)), kAll);
  facts.equal("garp_reply_tha_eq_sha_within_1s", lan.known());
  lan.says(RouterLan::announcement(0xbb, kAll), kAll);
  facts.equal("garp_reply_tha_ff_within_1s", lan.known());
  lan.says(RouterLan::announcement(0xbb, MacAddress{}), kAll);
  facts.equal("garp_reply_tha_zero_within_1s", lan.known());
  lan.says(RouterLan::request(0xbb, kOwn), kAll);
  facts.equal("request_for_our_ip_within_1s_overrides", lan.known());
  lan.says(RouterLan::request(0xaa, "192.168.77.77"), kAll);
  facts.equal("request_for_other_ip_within_1s_different_mac", lan.known());
  lan.run_for(milliseconds(1100));
  lan.says(RouterLan::request(0xaa, "192.168.77.77"), kAll);
  facts.equal("request_for_other_ip_after_1s_different_mac", lan.known());
}

void broadcast_and_repeated_replies(Facts& facts) {
  RouterLan heard_by_all;
  heard_by_all.ask();
  heard_by_all.says(heard_by_all.reply(0xaa), kAll);
  facts.equal("broadcast_reply_resolves_to", heard_by_all.known());

  RouterLan repeated;
  repeated.ask();
  for (int i = 0; i < 4; ++i) {
    repeated.says(repeated.reply(0xaa), mac_of(repeated.router));
    repeated.run_for(milliseconds(i == 3 ? 200 : 300));
  }
  repeated.says(repeated.reply(0xbb), mac_of(repeated.router));
  facts.equal("same_reply_repeated_then_other_after_1.1s_of_first", repeated.known());
}

void same_mac_and_permanent(Facts& facts) {
  RouterLan lan;
  const InterfaceId eth0 = device(lan.router, "eth0");
  lan.router.neighbours().set(address(kPeer), eth0, mac(0xaa), NeighbourState::permanent);
  lan.says(RouterLan::request(0xbb, kPeer), kAll);
  lan.says(lan.reply(0xbb), mac_of(lan.router));
  lan.says(RouterLan::request(0xbb, kOwn), kAll);
  facts.equal("permanent_entry_after_garp_reply_request", lan.known());

  lan.router.neighbours().set(address(kPeer), eth0, mac(0xaa), NeighbourState::stale);
  lan.says(lan.reply(0xaa), mac_of(lan.router));
  facts.equal("stale_then_unsolicited_unicast_reply_same_mac", lan.known());
  lan.says(RouterLan::request(0xaa, kPeer), kAll);
  facts.equal("reachable_then_garp_request_same_mac", lan.known());
  lan.says(RouterLan::request(0xaa, kOwn), kAll);
  facts.equal("reachable_then_request_same_mac", lan.known());
}

void senders(Facts& facts) {
  RouterLan lan;
  facts.equal("answers_request_whose_sender_is_own_other_ip", lan.answers_sender("10.9.0.1"));
  facts.equal("answers_self_probe_sip_eq_tip_own", lan.answers_sender(kOwn));
  sysctl(lan.router, "ipv4.conf.eth0.accept_local", 1);
  facts.equal("same_with_accept_local=1", lan.answers_sender("10.9.0.1"));
  CHECK(lan.answers_sender(kOwn));
  sysctl(lan.router, "ipv4.conf.eth0.accept_local", 0);
  facts.equal("answers_target_on_other_iface", lan.answers_sender(kPeer, "10.9.0.1"));
  const std::string elsewhere = "10.9.0.77";
  const std::string nowhere = "172.16.5.5";
  const auto rp_filter = [&](int value) { sysctl(lan.router, "ipv4.conf.eth0.rp_filter", value); };
  facts.equal("answers_sender_unroutable_via_other_iface_rp0", lan.answers_sender(elsewhere));
  facts.equal("answers_sender_no_route_rp0", lan.answers_sender(nowhere));
  rp_filter(1);
  facts.equal("answers_sender_other_iface_rp1", lan.answers_sender(elsewhere));
  facts.equal("answers_sender_no_route_rp1", lan.answers_sender(nowhere));
  rp_filter(2);
  facts.equal("answers_sender_other_iface_rp2", lan.answers_sender(elsewhere));
  facts.equal("answers_sender_no_route_rp2", lan.answers_sender(nowhere));
  rp_filter(0);
  sysctl(lan.router, "ipv4.conf.eth0.arp_filter", 1);
  facts.equal("arp_filter1_sender_other_iface", lan.answers_sender(elsewhere));
  facts.equal("arp_filter1_sender_same_subnet_target_eth1_ip",
              lan.answers_sender(kPeer, "10.9.0.1"));
  facts.equal("arp_filter1_sender_no_route", lan.answers_sender(nowhere));
}

void odd_addresses(Facts& facts) {
  RouterLan lan;
  facts.equal("answers_multicast_target", lan.answers_sender(kPeer, "224.0.0.1"));
  facts.equal("answers_127_target", lan.answers_sender(kPeer, "127.0.0.1"));
  facts.equal("answers_sender_multicast", lan.answers_sender("224.0.0.9"));
  facts.equal("answers_sender_broadcast", lan.answers_sender("255.255.255.255"));
  facts.equal("answers_sender_subnet_bcast", lan.answers_sender("192.168.77.255"));
  facts.equal("answers_subnet_broadcast_target", lan.answers_sender(kPeer, "192.168.77.255"));
  facts.equal("answers_unicast_request",
              lan.answers(RouterLan::request(0xaa, kOwn), mac_of(lan.router)));
}

void probe_for_a_duplicate(Facts& facts) {
  RouterLan lan;
  const Json replies = announcements(lan, lan.router, [&] {
    lan.says(arp_request().from(mac(0xaa), Ipv4Address{}).asking(address(kOwn)), kAll);
  });
  const Json& recorded = facts["dad_probe_reply"];
  CHECK(replies == recorded);
  CHECK(lan.router.neighbours().size() == 0);
}

void proxy_delay(Facts& facts) {
  RouterLan lan;
  sysctl(lan.router, "ipv4.ip_forward", 1);
  sysctl(lan.router, "ipv4.conf.eth0.proxy_arp", 1);
  lan.seen.clear();
  const Time asked = lan.now();
  lan.says(RouterLan::request(0xaa, "10.9.0.10"), kAll);
  lan.run_for(seconds(1));
  const auto answered = lan.seen.times_sent(lan.router, [](const Frame& f) {
    return f.is_arp() && f.arp.operation == ArpOperation::reply &&
           f.arp.sender == address("10.9.0.10");
  });
  REQUIRE(answered.size() == 1);
  const double recorded = facts["proxy_arp_reply_delay_s(random<0.8)"];
  CHECK(recorded < 0.8);
  CHECK(in_seconds(answered[0] - asked) < 0.8);
  CHECK(in_seconds(answered[0] - asked) > 0.001);  // random: an answer at once is not one
}

}  // namespace

TEST_CASE("2.1-2.6: what ARP teaches a host, as recorded", "[truth][facts][arp]") {
  Facts facts("facts_cache_rules");
  creates_by_default(facts);
  creates_if_accepted(facts, 1);
  creates_if_accepted(facts, 2);
  replies_and_locktime(facts);
  broadcast_and_repeated_replies(facts);
  same_mac_and_permanent(facts);
  senders(facts);
  odd_addresses(facts);
  probe_for_a_duplicate(facts);
  proxy_delay(facts);
  facts.all_used();
}

}  // namespace lvs::truth
