// facts_offsubnet_vip, facts_more, facts_arp_flux: spec/linux-host.md 2.1 8a, 2.4, 2.6b, 3.3, 3.5,
// 1.4, 5.3.
#include "tests/truth/facts/facts.hpp"

namespace lvs::truth {
namespace {

const std::string kRip = "192.168.77.11";
const std::string kVip = "192.168.77.100";
const std::string kRouter = "192.168.77.1";
const MacAddress kAll = MacAddress::broadcast();

bool is_request(const Frame& f) { return f.is_arp() && f.arp.operation == ArpOperation::request; }

struct ClusterLan : FactLan {
  Host& router = machine("rt", kRouter + "/24", 1);
  Host& director = machine("dir", "192.168.77.2/24", 2);
  Host& rs1 = machine("rs1", kRip + "/24", 0x11);
  Host& rs2 = machine("rs2", "192.168.77.12/24", 0x12);
  Host& voice = machine("voice", "", 0x99);

  ClusterLan() {
    add_address(director, "eth0", kVip + "/32");
    for (Host* h : {&rs1, &rs2}) add_route(*h, "default", kRouter);
  }
  void says(const Frame& arp, MacAddress to) {
    inject(voice, arp, to);
    run_for(milliseconds(1));
  }
  /// The address with which `host` asks for its router, when it answers from `source`.
  std::string asks_with(Host& host, const std::string& source) {
    host.neighbours().flush(std::nullopt);
    seen.clear();
    send(host, source, "10.99.0.7");
    run_for(milliseconds(1));
    for (const SeenFrame& s : seen.sent) {
      if (s.host == host.id() && is_request(s.frame)) return to_string(s.frame.arp.sender);
    }
    return "";
  }
  /// Who answers "who-has target tell the router", by name.
  Json repliers(const std::string& target) {
    seen.clear();
    says(arp_request().from(mac(1), address(kRouter)).asking(address(target)), kAll);
    std::set<std::string> names;
    for (const SeenFrame& s : seen.sent) {
      if (s.frame.is_arp() && !is_request(s.frame)) names.insert(owner(s.frame.arp.sender_mac));
    }
    return Json(names);
  }
};

void vip_in_another_network(Facts& facts) {
  for (const int level : {0, 1, 2}) {
    ClusterLan lan;
    add_address(lan.rs1, "lo", "10.50.0.1/32");
    sysctl(lan.rs1, "ipv4.conf.all.arp_announce", level);
    const std::string key =
        level == 0
            ? "VIP 10.50.0.1/32 on lo (not in the gateway's subnet), arp_announce=0: sender ip"
            : "VIP 10.50.0.1/32 on lo (not in the gateway's subnet), arp_announce=" +
                  std::to_string(level) + ": sender ip";
    facts.equal(key, lan.asks_with(lan.rs1, "10.50.0.1"));
  }
  FactLan unnumbered;
  Host& host = unnumbered.machine("bare", "", 0x33);
  add_address(host, "lo", "10.50.0.1/32");
  sysctl(host, "ipv4.conf.all.arp_announce", 2);
  add_route(host, "192.168.77.0/24", "", "eth0");
  unnumbered.send(host, "10.50.0.1", "192.168.77.9");
  unnumbered.run_for(milliseconds(1));
  Json senders = Json::array();
  for (const SeenFrame& s : unnumbered.seen.sent) {
    if (is_request(s.frame)) senders.push_back(to_string(s.frame.arp.sender));
  }
  facts.equal("unnumbered eth0, arp_announce=2: sender ip is taken from lo", senders);
}

void client_on_the_lan(Facts& facts) {
  ClusterLan lan;
  add_address(lan.rs1, "lo", kVip + "/32");
  sysctl(lan.rs1, "ipv4.conf.all.arp_ignore", 1);
  lan.router.neighbours().set(address(kVip), device(lan.router, "eth0"), mac(2),
                              NeighbourState::reachable);
  // The server answers the client (here the router) from VIP, and must ask for it first. The client
  // goes on talking to VIP.
  lan.send(lan.rs1, kVip, kRouter);
  lan.run_for(milliseconds(1));
  lan.send(lan.router, kRouter, kVip);
  lan.run_for(milliseconds(1));
  facts.equal(
      "client on the LAN (rt itself as client): its VIP entry after RS1's SYN-ACK, "
      "ignore=1 announce=0",
      lan.entry(lan.router, kVip));
}

void third_parties(Facts& facts) {
  const auto hears = [](Duration after) {
    ClusterLan lan;
    lan.run_for(seconds(2));
    lan.router.neighbours().set(address(kVip), device(lan.router, "eth0"), mac(2),
                                NeighbourState::stale);
    lan.run_for(after);
    lan.says(arp_request().from(mac(0x11), address(kVip)).asking(address("192.168.77.77")), kAll);
    return lan.entry(lan.router, kVip);
  };
  facts.equal("third-party request (sender VIP/RS1, target somebody else) 0.2s after entry change",
              hears(milliseconds(200)));
  facts.equal("third-party request (sender VIP/RS1, target somebody else) 1.2s after entry change",
              hears(milliseconds(1200)));
}

void own_addresses(Facts& facts) {
  ClusterLan lan;
  lan.seen.clear();
  lan.says(arp_request().from(mac(0x11), address(kVip)).asking(address("192.168.77.2")), kAll);
  Json answers = Json::array();
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == lan.director.id()) answers.push_back(to_string(s.frame.destination));
  }
  facts.equal("director answers who-has DIP tell VIP (its own address as sender)", answers);
  facts.equal("director neighbour entry for VIP afterwards", lan.entry(lan.director, kVip));
  lan.seen.clear();
  lan.says(arp_request().from(mac(0x77), address(kRip)).asking(address(kRip)), kAll);
  CHECK(lan.seen.sent_by(lan.rs1).empty());  // no defence
  facts.equal("RS1 hears a GARP for its own RIP: entry/defence",
              Json::array({lan.entry(lan.rs1, kRip)}));
}

}  // namespace

TEST_CASE("3.3, 3.5, 2.4: senders, own addresses and third parties, as recorded",
          "[truth][facts][arp]") {
  Facts facts("facts_offsubnet_vip");
  vip_in_another_network(facts);
  client_on_the_lan(facts);
  third_parties(facts);
  own_addresses(facts);
  facts.all_used();
}

TEST_CASE("2.1 8a, 1.4, 5.3: suppressed requests, lo:0, and a forwarder that owns the source",
          "[truth][facts][arp]") {
  Facts facts("facts_more");
  ClusterLan lan;
  add_address(lan.rs1, "lo", kVip + "/32");
  sysctl(lan.rs1, "ipv4.conf.all.arp_ignore", 1);
  const auto asks_vip = [&](std::uint8_t from) {
    lan.says(arp_request().from(mac(from), address("192.168.77.77")).asking(address(kVip)), kAll);
  };
  asks_vip(0x77);
  facts.equal("request suppressed by arp_ignore: creates an entry for the requester",
              lan.entry(lan.rs1, "192.168.77.77"));
  lan.rs1.neighbours().set(address("192.168.77.77"), device(lan.rs1, "eth0"), mac(0x77),
                           NeighbourState::stale);
  lan.run_for(milliseconds(1500));
  asks_vip(0x78);
  facts.equal("request suppressed by arp_ignore: updates an existing entry (older than locktime)",
              lan.entry(lan.rs1, "192.168.77.77"));

  // ifconfig lo:0 VIP netmask 255.255.255.255 broadcast VIP up
  ClusterLan alias;
  for (Host* h : {&alias.rs1, &alias.rs2}) {
    InterfaceAddress vip;
    vip.prefix = {address(kVip), 32};
    vip.broadcast = address(kVip);
    vip.label = "lo:0";
    h->state().add_address(kLoopback, vip);
  }
  facts.equal("lo:0 VIP/32 broadcast VIP: who answers", alias.repliers(kVip));
  facts.equal("lo:0 VIP/32 broadcast VIP: request sender", alias.asks_with(alias.rs1, kVip));
  facts.equal("conf/lo:0 exists",
              alias.rs1.state().sysctl("ipv4.conf.lo:0.arp_ignore").has_value());

  for (const int accept_local : {0, 1}) {
    ClusterLan forwarder;
    forwarder.card(forwarder.director, "eth1", "10.8.0.1/24", 1);
    sysctl(forwarder.director, "ipv4.ip_forward", 1);
    sysctl(forwarder.director, "ipv4.conf.eth0.accept_local", accept_local);
    forwarder.director.neighbours().set(address("10.8.0.9"), device(forwarder.director, "eth1"),
                                        mac(0x55), NeighbourState::permanent);
    forwarder.seen.clear();
    forwarder.inject(forwarder.voice,
                     udp().from(address(kVip), 80).to(address("10.8.0.9"), 5000).payload(bytes(20)),
                     mac(2));
    forwarder.run_for(milliseconds(1));
    const auto left =
        forwarder.seen.times_sent(forwarder.director, [](const Frame& f) { return !f.is_arp(); });
    facts.equal(
        "forwarder owning VIP (as a DR director used as RS gateway) forwards a packet with "
        "source VIP, accept_local=" +
            std::to_string(accept_local),
        !left.empty());
  }
  facts.all_used();
}

namespace {

/// Host with two cards on one switch: which of them answer.
struct FluxLan : FactLan {
  Host& subject = machine("subject", "192.168.77.11/24", 0x11);
  Host& asker = machine("asker", "", 0x99);

  FluxLan() {
    card(subject, "eth1", "192.168.77.21/24");
    subject.state().set_mac(device(subject, "eth1"), mac(0x21));
    add_address(subject, "eth1", kVip + "/32");
    add_route(subject, "default", kRouter, "eth0");
  }
  Json answering(const std::string& target, const std::string& sender) {
    seen.clear();
    inject(asker, arp_request().from(mac(0x99), address(sender)).asking(address(target)), kAll);
    run_for(milliseconds(1));
    std::set<std::string> cards;
    for (const SeenFrame& s : seen.sent) {
      if (s.host != subject.id() || !s.frame.is_arp() || is_request(s.frame)) continue;
      cards.insert(s.frame.arp.sender_mac == mac(0x11) ? "eth0" : "eth1");
    }
    return Json(cards);
  }
};

}  // namespace

TEST_CASE("2.6b: which of two cards on one network answer, as recorded", "[truth][facts][arp]") {
  Facts facts("facts_arp_flux");
  for (const int ignore : {0, 1, 2, 3, 8}) {
    for (const int filter : {0, 1}) {
      for (const int rp : {0, 1, 2}) {
        FluxLan lan;
        sysctl(lan.subject, "ipv4.conf.all.arp_ignore", ignore);
        sysctl(lan.subject, "ipv4.conf.all.arp_filter", filter);
        sysctl(lan.subject, "ipv4.conf.all.rp_filter", rp);
        const std::string near = "192.168.77.50";
        facts.equal("arp_ignore=" + std::to_string(ignore) + " arp_filter=" +
                        std::to_string(filter) + " rp_filter=" + std::to_string(rp),
                    {{"eth0_ip", lan.answering("192.168.77.11", near)},
                     {"eth1_ip", lan.answering("192.168.77.21", near)},
                     {"vip_on_eth1", lan.answering(kVip, near)},
                     {"vip_offsubnet_sender_via_gw", lan.answering(kVip, "10.99.0.7")}});
      }
    }
  }
  facts.all_used();
}

}  // namespace lvs::truth
