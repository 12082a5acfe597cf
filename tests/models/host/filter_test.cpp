// arptables and iptables at their hooks: spec/linux-host.md section 9; spec/ipvs.md 3.1.
#include <catch2/catch.hpp>

#include "models/host/ip_filter.hpp"
#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

using Chain = IpFilter::Chain;

struct FilterLan : Lan {
  Host& sender = host("sender", "10.0.0.9/24");
  Host& router = host("router", "10.0.0.1/24");
  Host& receiver = host("receiver", "10.1.0.9/24", 1);

  FilterLan() {
    card(router, "eth1", "10.1.0.1/24", 1);
    sysctl(router, "ipv4.ip_forward", 1);
    add_route(sender, "default", "10.0.0.1");
    add_route(receiver, "default", "10.1.0.1");
    ping("10.1.0.9");  // everybody knows everybody
    ping("10.0.0.1");
  }
  /// Whether the sender's echo request to `target` is answered.
  bool ping(const char* target) {
    seen.clear();
    originate(sender, icmp().from(address("10.0.0.9")).to(address(target)).payload(bytes(56)));
    run_for(milliseconds(2));
    for (const SeenFrame& s : seen.received) {
      if (s.host == sender.id() && !s.frame.is_arp()) return true;
    }
    return false;
  }
  static IpRule drop() {
    IpRule rule;
    rule.target = IpRule::Target::drop;
    return rule;
  }
  void add(Chain chain, const IpRule& rule) {
    router.ip_filter().chain(chain).rules.push_back(rule);
  }
};

Frame segment(std::uint16_t from, std::uint16_t to) {
  return tcp().from(address("10.0.0.9"), from).to(address("10.1.0.9"), to).syn();
}

bool accepts(IpFilter& filter, const Frame& frame, std::string_view in = "eth0",
             std::string_view out = {}) {
  Frame copy = frame;
  return filter.pass(Chain::input, copy, in, out) == FilterVerdict::accept;
}

}  // namespace

TEST_CASE("iptables: INPUT, FORWARD and OUTPUT stop what they are about and nothing else",
          "[host][filter]") {
  struct Case {
    Chain chain;
    bool to_router, through;
  };
  const auto c = GENERATE(values<Case>(
      {{Chain::input, false, true}, {Chain::forward, true, false}, {Chain::output, false, true}}));
  FilterLan lan;
  lan.add(c.chain, FilterLan::drop());
  CHECK(lan.ping("10.0.0.1") == c.to_router);
  CHECK(lan.ping("10.1.0.9") == c.through);
  CHECK(lan.router.drops()[DropCause::iptables] == 1);
}

TEST_CASE("iptables: the first rule that matches decides, else the policy", "[host][filter]") {
  FilterLan lan;
  IpRule accept;
  accept.source = Match<Ipv4Prefix>{{address("10.0.0.9"), 32}, false};
  lan.add(Chain::forward, accept);
  lan.add(Chain::forward, FilterLan::drop());
  CHECK_FALSE(lan.ping("10.1.0.9"));  // the answer has another source
  CHECK(lan.router.ip_filter().chain(Chain::forward).rules[0].packets == 1);
  CHECK(lan.router.ip_filter().chain(Chain::forward).rules[1].packets == 1);
  lan.router.ip_filter().chain(Chain::forward).rules.pop_back();
  CHECK(lan.ping("10.1.0.9"));
  lan.router.ip_filter().chain(Chain::forward).policy = FilterVerdict::drop;
  CHECK_FALSE(lan.ping("10.1.0.9"));
  CHECK(lan.router.ip_filter().chain(Chain::forward).policy_packets == 2);
  CHECK(lan.router.ip_filter().chain(Chain::forward).policy_bytes == 2 * 84);
}

TEST_CASE("iptables: interfaces in and out, with a + for every name that begins so",
          "[host][filter]") {
  FilterLan lan;
  IpRule rule = FilterLan::drop();
  SECTION("-i eth1 stops the way back") { rule.in = Match<std::string>{"eth1", false}; }
  SECTION("-o eth1 stops the way there") { rule.out = Match<std::string>{"eth1", false}; }
  SECTION("-i eth+") { rule.in = Match<std::string>{"eth+", false}; }
  SECTION("! -i lo") { rule.in = Match<std::string>{"lo", true}; }
  lan.add(Chain::forward, rule);
  CHECK_FALSE(lan.ping("10.1.0.9"));
}

TEST_CASE("iptables: ports are those of TCP and UDP, in ranges, and none of later fragments",
          "[host][filter]") {
  IpFilter filter;
  IpRule rule = FilterLan::drop();
  rule.protocol = Match<Protocol>{Protocol::tcp, false};
  rule.destination_ports = {{80, 80}, {8000, 8010}};
  filter.chain(Chain::input).rules = {rule};
  CHECK_FALSE(accepts(filter, segment(1, 80)));
  CHECK_FALSE(accepts(filter, segment(1, 8010)));
  CHECK(accepts(filter, segment(80, 8011)));
  CHECK(accepts(filter, udp().from(address("10.0.0.9"), 1).to(address("10.1.0.9"), 80)));
  Frame later = segment(1, 80);
  later.ip.fragment = 100;
  CHECK(accepts(filter, later));
  filter.chain(Chain::input).rules[0].destination_ports_inverted = true;
  CHECK(accepts(filter, segment(1, 80)));
  CHECK_FALSE(accepts(filter, segment(1, 81)));
  CHECK(accepts(filter, later));  // it has no ports, not even other ones
  filter.chain(Chain::input).rules[0] = FilterLan::drop();
  filter.chain(Chain::input).rules[0].fragments = true;
  CHECK(accepts(filter, segment(1, 80)));
  CHECK_FALSE(accepts(filter, later));
}

TEST_CASE("iptables: MARK sets a mark under a mask and goes on; the mark stays in the host",
          "[host][filter]") {
  FilterLan lan;
  IpRule mark;
  mark.target = IpRule::Target::mark;
  mark.set_mark = {0x12, 0xff};
  lan.add(Chain::mangle_prerouting, mark);
  IpRule by_mark = FilterLan::drop();
  by_mark.mark = Match<IpRule::Mark>{{0x10, 0xf0}, false};
  lan.add(Chain::forward, by_mark);
  CHECK_FALSE(lan.ping("10.1.0.9"));
  lan.router.ip_filter().chain(Chain::forward).rules[0].mark->value.value = 0x20;
  CHECK(lan.ping("10.1.0.9"));
  for (const SeenFrame& s : lan.seen.received) CHECK(s.frame.mark == 0);
  Frame marked = segment(1, 2);
  marked.mark = 0x3400;
  lan.router.ip_filter().pass(Chain::mangle_prerouting, marked, "eth0", {});
  CHECK(marked.mark == 0x3412);
}

TEST_CASE("3.1: INPUT comes before IPVS; what IPVS sends passes OUTPUT, and never FORWARD",
          "[host][filter][ipvs]") {
  const auto served = [](Chain chain) {
    FilterLan lan;
    Director& director = lan.world.director_of(lan.router);
    ServiceKey key;
    key.address = {address("10.0.0.1"), Port{80}};
    key.protocol = Protocol::tcp;
    ServiceSettings settings;
    settings.scheduler = "rr";
    REQUIRE(director.add_service(key, settings) == IpvsError::none);
    DestinationSettings server;
    server.method = ForwardingMethod::nat;
    REQUIRE(director.add_destination(key, {address("10.1.0.9"), Port{80}}, server) ==
            IpvsError::none);
    lan.add(chain, FilterLan::drop());
    lan.seen.clear();
    lan.inject(lan.sender, tcp().from(address("10.0.0.9"), 999).to(address("10.0.0.1"), 80).syn(),
               mac_of(lan.router));
    lan.run_for(milliseconds(1));
    return !lan.seen
                .times_sent(lan.router,
                            [](const Frame& f) {
                              return !f.is_arp() && f.ip.destination == address("10.1.0.9");
                            })
                .empty();
  };
  CHECK_FALSE(served(Chain::input));
  CHECK(served(Chain::forward));
  CHECK_FALSE(served(Chain::output));
}

TEST_CASE("arptables: rules match by addresses, MACs, operation and card", "[host][filter]") {
  const ArpPacket packet{ArpOperation::request,
                         {{2, 0, 0, 0, 0, 1}},
                         {{2, 0, 0, 0, 0, 2}},
                         address("10.0.0.1"),
                         address("10.0.0.2")};
  const auto dropped = [&](auto&& set) {
    ArpFilter filter;
    ArpRule rule;
    rule.target = ArpRule::Target::drop;
    set(rule);
    filter.chain(ArpFilter::Chain::input).rules = {rule};
    ArpPacket copy = packet;
    return filter.pass(ArpFilter::Chain::input, copy, "eth0", {}) == FilterVerdict::drop;
  };
  const auto prefix = [](const char* text) { return *parse_ipv4_prefix(text); };
  CHECK(dropped([](ArpRule&) {}));
  CHECK(dropped([&](ArpRule& r) { r.source = Match<Ipv4Prefix>{prefix("10.0.0.0/31"), false}; }));
  CHECK_FALSE(dropped([&](ArpRule& r) {
    r.source = Match<Ipv4Prefix>{prefix("10.0.0.2/32"), false};
  }));
  CHECK(dropped([&](ArpRule& r) { r.destination = Match<Ipv4Prefix>{prefix("10.0.0.2"), false}; }));
  CHECK_FALSE(dropped([&](ArpRule& r) {
    r.destination = Match<Ipv4Prefix>{prefix("10.0.0.2"), true};
  }));
  CHECK(dropped([](ArpRule& r) {
    r.source_mac = Match<MaskedMac>{{{{2, 0, 0, 0, 0, 9}}, {{255, 255, 255, 255, 255, 0}}}, false};
  }));
  CHECK_FALSE(dropped([](ArpRule& r) {
    r.destination_mac = Match<MaskedMac>{{{{2, 0, 0, 0, 0, 1}}, MacAddress::broadcast()}, false};
  }));
  CHECK(dropped([](ArpRule& r) { r.operation = Match<ArpOperation>{ArpOperation::reply, true}; }));
  CHECK(dropped([](ArpRule& r) { r.in = Match<std::string>{"eth+", false}; }));
  CHECK_FALSE(dropped([](ArpRule& r) { r.out = Match<std::string>{"eth0", false}; }));
}

TEST_CASE("arptables: mangle rewrites and then accepts, drops or goes on as it is told",
          "[host][filter]") {
  ArpFilter filter;
  ArpRule mangle;
  mangle.target = ArpRule::Target::mangle;
  mangle.mangle_source = address("10.0.0.7");
  mangle.mangle_source_mac = MacAddress{{2, 0, 0, 0, 0, 7}};
  ArpRule drop;
  drop.target = ArpRule::Target::drop;
  auto& chain = filter.chain(ArpFilter::Chain::output);
  chain.rules = {mangle, drop};
  const auto verdict = [&] {
    ArpPacket packet;
    packet.sender = address("10.0.0.1");
    const FilterVerdict v = filter.pass(ArpFilter::Chain::output, packet, {}, "eth0");
    CHECK(packet.sender == address("10.0.0.7"));
    CHECK(packet.sender_mac == MacAddress{{2, 0, 0, 0, 0, 7}});
    return v;
  };
  CHECK(verdict() == FilterVerdict::accept);
  chain.rules[0].after_mangle = ArpRule::Target::proceed;
  CHECK(verdict() == FilterVerdict::drop);
  chain.rules[0].after_mangle = ArpRule::Target::drop;
  CHECK(verdict() == FilterVerdict::drop);
  chain.rules[0].after_mangle = ArpRule::Target::back;  // to the policy
  CHECK(verdict() == FilterVerdict::accept);
  CHECK(chain.rules[0].packets == 4);
  CHECK(chain.rules[0].bytes == 4 * 28);
  CHECK(chain.policy_packets == 1);
}

}  // namespace lvs
