// What is not TCP of facts_ip_tcp: spec/linux-host.md 1.3, 1.4, 2.7, 5.5, 5.6, 7.3.
#include <sstream>

#include "tests/truth/facts/routed_lan.hpp"

namespace lvs::truth {
namespace {

void errors_of_a_router(Facts& facts) {
  RoutedLan lan;
  add_route(lan.router, "10.77.0.0/16", "10.9.0.10");
  lan.seen.clear();
  lan.inject(lan.director, RoutedLan::packet("192.168.77.2", "10.9.0.10", 60).ttl(1), mac(1));
  lan.run_for(milliseconds(1));
  facts.equal("ttl1_at_router", lan.errors_at(lan.director));

  lan.router.state().set_mtu(device(lan.router, "eth1"), 600);
  lan.seen.clear();
  lan.inject(lan.director, RoutedLan::packet("192.168.77.2", "10.9.0.10", 928).dont_fragment(),
             mac(1));
  lan.run_for(milliseconds(1));
  facts.equal("df_too_big", lan.errors_at(lan.director));
  lan.seen.clear();
  lan.inject(lan.director, RoutedLan::packet("192.168.77.2", "10.9.0.10", 928), mac(1));
  lan.run_for(milliseconds(1));
  Json pieces = Json::array();
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.router.id() || s.frame.is_arp()) continue;
    if (s.frame.ip.protocol != Protocol::udp) continue;
    char flags[8];
    std::snprintf(flags, sizeof flags, "0x%x", s.frame.ip.fragment);
    pieces.push_back({s.frame.ip.total_length, flags});
  }
  facts.equal("no_df_fragments[total_len,flags+off]", pieces);

  lan.seen.clear();
  lan.inject(lan.director, RoutedLan::packet("192.168.77.2", "172.31.0.1", 60), mac(1));
  lan.run_for(milliseconds(1));
  facts.equal("router_no_route", lan.errors_at(lan.director));
}

/// A router on whose link both ends are; what the sender is told.
Json told_of_a_shorter_way(int all, int eth0, int shared_media, const std::string& from,
                           Host& (*sender)(RoutedLan&), const std::string& to,
                           const std::string& via) {
  RoutedLan lan;
  sysctl(lan.router, "ipv4.conf.all.send_redirects", all);
  sysctl(lan.router, "ipv4.conf.eth0.send_redirects", eth0);
  sysctl(lan.router, "ipv4.conf.all.shared_media", shared_media);
  sysctl(lan.router, "ipv4.conf.eth0.shared_media", shared_media);
  if (!via.empty()) add_route(lan.router, "10.88.0.0/16", via);
  // A sender with a second address that the router reaches on-link, but in no network of its card.
  if (from.rfind("192.168.77.", 0) != 0) add_route(lan.router, from + "/32", "", "eth0");
  add_address(sender(lan), "lo", from + "/32");
  lan.seen.clear();
  lan.inject(sender(lan), RoutedLan::packet(from, to, 60), mac(1));
  lan.run_for(milliseconds(2));
  return lan.errors_at(sender(lan));
}

Host& the_director(RoutedLan& lan) { return lan.director; }
Host& the_second_server(RoutedLan& lan) { return lan.rs2; }

void redirects(Facts& facts) {
  facts.equal("redirect all0 eth0 0",
              told_of_a_shorter_way(0, 0, 1, "192.168.77.2", the_director, kRs1, ""));
  facts.equal("redirect all0 eth0 1",
              told_of_a_shorter_way(0, 1, 1, "192.168.77.2", the_director, kRs1, ""));
  // With shared_media 0 source and gateway must share a network of the card: both do.
  facts.equal(
      "redirect shared_media0 src_onlink",
      told_of_a_shorter_way(0, 1, 0, "192.168.77.12", the_second_server, "10.88.0.1", kRs1));
}

/// Times of redirects to a source that goes on sending, once one has been sent before.
void back_off(Facts& facts) {
  RoutedLan lan;
  const auto one = [&] {
    lan.inject(lan.director, RoutedLan::packet("192.168.77.2", kRs1, 60), mac(1));
  };
  one();  // the recording's traffic began after a first redirect
  lan.run_for(milliseconds(20));
  lan.seen.clear();
  const Time from = lan.now();
  for (int i = 0; i < 150; ++i) {
    one();
    lan.run_for(milliseconds(20));
  }
  std::vector<double> times;
  for (const SeenFrame& s : lan.seen.sent) {
    const bool redirect = s.host == lan.router.id() && !s.frame.is_arp() &&
                          s.frame.ip.protocol == Protocol::icmp &&
                          s.frame.icmp.type == IcmpType::redirect;
    if (redirect) times.push_back(in_seconds(s.time - from));
  }
  facts.times("redirect_backoff_times_continuous_traffic", times, 0.2);
}

/// 5.6: a source behind another gateway is told nothing; its neighbour on the link is.
void redirects_to_neighbours_only(Facts& facts) {
  for (const int shared_media : {0, 1}) {
    RoutedLan lan;
    sysctl(lan.router, "ipv4.conf.all.shared_media", shared_media);
    sysctl(lan.router, "ipv4.conf.eth0.shared_media", shared_media);
    add_route(lan.router, "10.99.0.0/16", kRs1);
    lan.seen.clear();
    lan.inject(lan.rs1, RoutedLan::packet("10.99.0.7", "192.168.77.12", 60), mac(1));
    lan.run_for(milliseconds(1));
    CHECK(lan.errors_at(lan.rs1).empty());
    lan.inject(lan.rs1, RoutedLan::packet(kRs1, "192.168.77.12", 60), mac(1));
    lan.run_for(milliseconds(1));
    facts.equal("redirect shared_media" + std::to_string(shared_media) + " src_offlink",
                lan.errors_at(lan.rs1));
  }
}

void addresses_and_tables(Facts& facts) {
  RoutedLan lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo");
  facts.equal("addr_show_rs1_lo", lan.type(lan.rs1, "ip -o -4 addr show dev lo"));
  facts.equal("local_table", lan.type(lan.rs1, "ip route show table local"));

  RoutedLan other;
  other.type(other.rs2, "ip addr del 192.168.77.12/24 dev eth0");
  other.type(other.rs2, "ip addr add 192.168.77.12/24 brd + dev eth0");
  other.type(other.rs2, "ip addr add 192.168.77.102/24 dev eth0");
  other.type(other.rs2, "ip addr add 192.168.77.103/32 dev eth0");
  const auto lines = [&] {
    Json list = Json::array();
    std::istringstream text(other.type(other.rs2, "ip -o -4 addr show dev eth0"));
    for (std::string line; std::getline(text, line);) {
      // The recording has the tool's columns squeezed to one blank, and its cards are numbered 2.
      std::string squeezed;
      for (const char c : line.substr(line.find(':'))) {
        if (c != ' ' || squeezed.empty() || squeezed.back() != ' ') squeezed += c;
      }
      list.push_back("2" + squeezed);
    }
    return list;
  };
  facts.equal("secondary_flags", lines());
  other.type(other.rs2, "ip addr del 192.168.77.12/24 dev eth0");
  facts.equal("after_delete_primary(promote_secondaries=0)", lines());

  RoutedLan wide;
  wide.type(wide.rs2, "ip addr add 192.168.88.100/24 dev lo");
  wide.type(wide.rs2, "ip addr add 192.168.77.101/24 dev lo");
  const auto first_line = [&](const std::string& command) {
    const std::string text = wide.type(wide.rs2, command);
    return text.substr(0, text.find('\n'));
  };
  facts.equal("lo_/24 makes whole net local", first_line("ip route get 192.168.88.7"));
  facts.equal("lo VIP/24 same subnet: route to gw", first_line("ip route get 192.168.77.1"));
}

void announces_itself(Facts& facts) {
  RoutedLan lan;
  const auto adds = [&](const std::string& address) {
    return announcements(lan, lan.rs2,
                         [&] { lan.type(lan.rs2, "ip addr add " + address + " dev eth0"); });
  };
  facts.equal("garp_on_addr_add_notify0", adds("192.168.77.103/24"));
  lan.type(lan.rs2, "ip addr del 192.168.77.103/24 dev eth0");
  lan.type(lan.rs2, "sysctl -w net.ipv4.conf.eth0.arp_notify=1");
  facts.equal("garp_on_addr_add_notify1", adds("192.168.77.104/24"));
  facts.equal("garp_on_mac_change_notify1", announcements(lan, lan.rs2, [&] {
                lan.type(lan.rs2, "ip link set eth0 address 02:00:00:00:00:13");
              }));
  // The recording saw nothing here because its link came up later; facts_misc has the link itself.
  lan.type(lan.rs2, "sysctl -w net.ipv4.conf.eth0.arp_notify=0");
  facts.equal("garp_on_link_up_notify1", announcements(lan, lan.rs2, [&] {
                lan.type(lan.rs2, "ip link set eth0 down; ip link set eth0 up");
              }));
}

/// What a real server says to a SYN that comes out of its tunnel, as "0x14 out 192.168.77.100".
std::string out_of_the_tunnel(int all, int tunl0, bool vip_on_tunnel) {
  RoutedLan lan;
  lan.type(lan.rs1, "ip link set tunl0 up");
  lan.type(lan.rs1,
           std::string("ip addr add 192.168.77.100/32 dev ") + (vip_on_tunnel ? "tunl0" : "lo"));
  sysctl(lan.rs1, "ipv4.conf.all.rp_filter", all);
  sysctl(lan.rs1, "ipv4.conf.tunl0.rp_filter", tunl0);
  lan.rs1.neighbours().set(address(kRouter), device(lan.rs1, "eth0"), mac(1),
                           NeighbourState::permanent);
  lan.seen.clear();
  lan.inject(lan.director,
             tcp()
                 .from(address("10.99.0.7"), 3333)
                 .to(address(kVip), 81)
                 .syn()
                 .tunnelled(address("192.168.77.2"), address(kRs1)),
             mac(0x11));
  lan.run_for(milliseconds(1));
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.rs1.id() || s.frame.is_arp()) continue;
    return flags_text(s.frame) + " out " + to_string(s.frame.ip.source);
  }
  return "";
}

void tunnels(Facts& facts) {
  for (const int all : {0, 1, 2}) {
    for (const int tunl0 : {0, 1, 2}) {
      Json recorded = facts["tunl0 decap SYN: rp_filter all=" + std::to_string(all) +
                            " tunl0=" + std::to_string(tunl0) + ": replies"];
      // One recording caught a retransmission of another test too; the answer from VIP counts.
      while (recorded.size() > 1) recorded.erase(1);
      const std::string answer = out_of_the_tunnel(all, tunl0, true);
      CAPTURE(all, tunl0);
      CHECK((answer.empty() ? Json::array() : Json::array({answer})) == recorded);
    }
  }
  // Without an address on tunl0 the recording's port was open ("0x12") where the packet must be
  // lost: what it lists is an answer to another segment. 7.3 says dropped for 2, accepted for 0.
  CHECK(facts["tunl0 without any address, VIP on lo, rp_filter=2"] == Json::array({"0x12"}));
  CHECK(out_of_the_tunnel(2, 0, false).empty());
  CHECK(facts["tunl0 without any address, VIP on lo, rp_filter=0"] == Json::array({"0x14"}));
  CHECK(out_of_the_tunnel(0, 0, false) == "0x14 out " + kVip);
}

void forwarding(Facts& facts) {
  RoutedLan lan;
  lan.type(lan.router, "ip route add 10.99.0.0/16 via 10.9.0.10");
  lan.router.neighbours().set(address("10.9.0.10"), device(lan.router, "eth1"), mac(0x55),
                              NeighbourState::permanent);
  const auto forwarded = [&](MacAddress to) {
    lan.seen.clear();
    lan.inject(lan.rs1, tcp().from(address(kRs1), 80).to(address("10.99.0.50"), 3333).syn().ttl(63),
               to);
    lan.run_for(milliseconds(1));
    Json list = Json::array();
    for (const SeenFrame& s : lan.seen.sent) {
      if (s.host != lan.router.id() || s.frame.is_arp()) continue;
      list.push_back({{"dst", to_string(s.frame.ip.destination)},
                      {"ttl", s.frame.ip.ttl},
                      {"fl", s.frame.tcp.flags}});
    }
    return list;
  };
  facts.equal("forward_ttl63_unicast_frame", forwarded(mac(1)));
  facts.equal("forward_from_broadcast_frame", forwarded(MacAddress::broadcast()));
}

}  // namespace

void routing_facts(Facts& facts) {
  errors_of_a_router(facts);
  redirects(facts);
  back_off(facts);
  redirects_to_neighbours_only(facts);
  addresses_and_tables(facts);
  announces_itself(facts);
  tunnels(facts);
  forwarding(facts);
}

}  // namespace lvs::truth
