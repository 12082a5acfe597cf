// spec/linux-host.md 9.1 and the filter tables: what a rule of arptables or iptables matches, and
// what it does (tests/mutation).
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using ArpChain = ArpFilter::Chain;
using IpChain = IpFilter::Chain;

const MacAddress kMac{{2, 0, 0, 0, 0, 1}}, kOther{{2, 0, 0, 0, 1, 1}};

struct ArpCase {
  ArpFilter filter;
  ArpRule rule;
  ArpPacket packet;
  std::string in = "eth0", out;

  ArpCase() {
    packet.sender_mac = kMac;
    packet.sender = address("10.0.0.1");
    packet.target = address("10.0.0.100");
    rule.target = ArpRule::Target::drop;
  }
  bool drops() {
    filter.chain(ArpChain::input).rules = {rule};
    return filter.pass(ArpChain::input, packet, in, out) == FilterVerdict::drop;
  }
};

Ipv4Prefix prefix(const char* text) { return *parse_ipv4_prefix(text); }

}  // namespace

TEST_CASE("9.1: an ARP rule matches by every condition that it has", "[host][arptables]") {
  ArpCase c;
  CHECK(c.drops());  // without any
  // Each condition: met, and not met by a packet that differs a little.
  const auto differs = [&](auto&& change) {
    CHECK(c.drops());
    change();
    CHECK_FALSE(c.drops());
  };
  SECTION("-s") {
    c.rule.source = {prefix("10.0.0.0/31"), false};
    differs([&] { c.packet.sender = address("10.0.0.2"); });
  }
  SECTION("! -s") {
    c.rule.source = {prefix("10.0.0.2/31"), true};
    differs([&] { c.packet.sender = address("10.0.0.2"); });
  }
  SECTION("-d") {
    c.rule.destination = {prefix("10.0.0.100/32"), false};
    differs([&] { c.packet.target = address("10.0.0.101"); });
  }
  SECTION("the sender's MAC, under its mask") {
    c.rule.source_mac = {{kMac, {{0xff, 0xff, 0xff, 0xff, 0, 0xff}}}, false};
    c.packet.sender_mac = kOther;
    differs([&] { c.packet.sender_mac = {{2, 0, 0, 0, 0, 2}}; });
  }
  SECTION("the target's MAC") {
    c.rule.destination_mac = {{kMac, MacAddress::broadcast()}, false};
    c.packet.target_mac = kMac;
    differs([&] { c.packet.target_mac = kOther; });
  }
  SECTION("--opcode") {
    c.rule.operation = {ArpOperation::request, false};
    differs([&] { c.packet.operation = ArpOperation::reply; });
  }
  SECTION("-i") {
    c.rule.in = {"eth0", false};
    differs([&] { c.in = "eth01"; });
  }
  SECTION("-i with +") {
    c.rule.in = {"eth+", false};
    c.in = "eth12";
    differs([&] { c.in = "et"; });
  }
  SECTION("-o") {
    c.rule.out = {"eth0", false};
    c.out = "eth0";
    differs([&] { c.out = ""; });
  }
  SECTION("all together") {
    c.rule.source = {prefix("10.0.0.1/32"), false};
    c.rule.destination = {prefix("10.0.0.100/32"), false};
    differs([&] { c.packet.target = address("10.0.0.9"); });
  }
}

TEST_CASE(
    "9.1: the first rule that decides ends the chain; CONTINUE goes on, RETURN asks the policy",
    "[host][arptables]") {
  using Target = ArpRule::Target;
  struct Case {
    const char* name;
    std::vector<Target> rules;
    FilterVerdict policy;
    FilterVerdict verdict;
    std::vector<std::uint64_t> hits;
    std::uint64_t policy_hits;
  };
  const auto yes = FilterVerdict::accept, no = FilterVerdict::drop;
  const auto c = GENERATE_COPY(values<Case>({
      {"empty", {}, no, no, {}, 1},
      {"accept first", {Target::accept, Target::drop}, no, yes, {1, 0}, 0},
      {"drop first", {Target::drop, Target::accept}, yes, no, {1, 0}, 0},
      {"continue", {Target::proceed, Target::drop}, yes, no, {1, 1}, 0},
      {"continue to the policy", {Target::proceed}, no, no, {1}, 1},
      {"return", {Target::back, Target::accept}, no, no, {1, 0}, 1},
  }));
  DYNAMIC_SECTION(c.name) {
    ArpCase a;
    ArpFilter::Rules& chain = a.filter.chain(ArpChain::input);
    chain.policy = c.policy;
    for (const Target t : c.rules) {
      a.rule.target = t;
      chain.rules.push_back(a.rule);
    }
    CHECK(a.filter.pass(ArpChain::input, a.packet, "eth0", {}) == c.verdict);
    for (std::size_t i = 0; i < c.hits.size(); ++i) {
      CHECK(chain.rules[i].packets == c.hits[i]);
      CHECK(chain.rules[i].bytes == 28 * c.hits[i]);
    }
    CHECK(chain.policy_packets == c.policy_hits);
    CHECK(chain.policy_bytes == 28 * c.policy_hits);
  }
}

TEST_CASE("9.1: mangling changes what is given, and then accepts, drops or goes on",
          "[host][arptables]") {
  ArpCase a;
  a.rule.target = ArpRule::Target::mangle;
  a.rule.mangle_source = address("10.0.0.9");
  const auto after =
      GENERATE(ArpRule::Target::accept, ArpRule::Target::drop, ArpRule::Target::proceed);
  a.rule.after_mangle = after;
  ArpFilter::Rules& chain = a.filter.chain(ArpChain::output);
  chain.rules = {a.rule};
  ArpRule second;
  second.target = ArpRule::Target::drop;
  second.source = {prefix("10.0.0.9/32"), false};
  chain.rules.push_back(second);
  const FilterVerdict verdict = a.filter.pass(ArpChain::output, a.packet, {}, "eth0");
  CHECK(verdict ==
        (after == ArpRule::Target::accept ? FilterVerdict::accept : FilterVerdict::drop));
  CHECK(chain.rules[1].packets == (after == ArpRule::Target::proceed ? 1 : 0));
  CHECK(a.packet.sender == address("10.0.0.9"));
  CHECK(a.packet.target == address("10.0.0.100"));
  CHECK(a.packet.sender_mac == kMac);
  CHECK(a.packet.target_mac.is_zero());
}

TEST_CASE("9.1: arptables sees what comes in with its card, and what goes out with its own",
          "[host][arptables]") {
  RulesLan lan;
  ArpRule rule;
  rule.target = ArpRule::Target::drop;
  SECTION("INPUT -i eth0") {
    rule.in = {GENERATE(std::string("eth0"), std::string("eth1")), false};
    lan.subject.arp_filter().chain(ArpChain::input).rules = {rule};
    CHECK(lan.answers("10.0.0.11") == (rule.in->value == "eth1"));
    CHECK(lan.known("10.0.0.1").empty() == (rule.in->value == "eth0"));
  }
  SECTION("OUTPUT -o eth0") {
    rule.out = {GENERATE(std::string("eth0"), std::string("eth1")), false};
    lan.subject.arp_filter().chain(ArpChain::output).rules = {rule};
    CHECK(lan.answers("10.0.0.11") == (rule.out->value == "eth1"));
    CHECK(lan.known("10.0.0.1") == "STALE voice");  // learned before the answer was dropped
  }
  SECTION("a policy alone") {
    lan.subject.arp_filter().chain(ArpChain::input).policy = FilterVerdict::drop;
    CHECK_FALSE(lan.answers("10.0.0.11"));
    CHECK(lan.subject.drops()[DropCause::arptables] == 1);
  }
  SECTION("a mangled answer") {
    rule.target = ArpRule::Target::mangle;
    rule.mangle_source_mac = kOther;
    lan.subject.arp_filter().chain(ArpChain::output).rules = {rule};
    CHECK(lan.answers("10.0.0.11"));
    CHECK(lan.seen.sent.back().frame.arp.sender_mac == kOther);
  }
}

namespace {

struct IpCase {
  IpFilter filter;
  IpRule rule;
  Frame frame = tcp().from(address("10.0.0.1"), 1000).to(address("10.0.0.100"), 80).syn();
  std::string in = "eth0", out;

  IpCase() { rule.target = IpRule::Target::drop; }
  bool drops() {
    filter.chain(IpChain::input).rules = {rule};
    return filter.pass(IpChain::input, frame, in, out) == FilterVerdict::drop;
  }
};

}  // namespace

TEST_CASE("iptables: a rule matches by every condition that it has", "[host][iptables]") {
  IpCase c;
  CHECK(c.drops());
  const auto differs = [&](auto&& change) {
    CHECK(c.drops());
    change();
    CHECK_FALSE(c.drops());
  };
  SECTION("-s") {
    c.rule.source = {prefix("10.0.0.0/31"), false};
    differs([&] { c.frame.ip.source = address("10.0.0.2"); });
  }
  SECTION("! -d") {
    c.rule.destination = {prefix("10.0.0.9/32"), true};
    differs([&] { c.frame.ip.destination = address("10.0.0.9"); });
  }
  SECTION("-p") {
    c.rule.protocol = {Protocol::tcp, false};
    differs([&] { c.frame.ip.protocol = Protocol::udp; });
  }
  SECTION("-i") {
    c.rule.in = {"eth0", false};
    differs([&] { c.in = "eth1"; });
  }
  SECTION("-o") {
    c.rule.out = {"eth1", false};
    c.out = "eth1";
    differs([&] { c.out = "eth0"; });
  }
  SECTION("-f") {
    c.rule.fragments = true;
    c.frame.ip.fragment = 1;
    differs([&] { c.frame.ip.fragment = Ipv4Header::kMoreFragments; });
  }
  SECTION("a mark under its mask") {
    c.rule.mark = {{0x10, 0xf0}, false};
    c.frame.mark = 0x1f;
    differs([&] { c.frame.mark = 0x2f; });
  }
}

TEST_CASE("iptables: ports are those of TCP and UDP, in a first fragment", "[host][iptables]") {
  IpCase c;
  const auto differs = [&](auto&& change) {
    CHECK(c.drops());
    change();
    CHECK_FALSE(c.drops());
  };
  SECTION("--sport") {
    c.rule.source_ports = {{999, 1000}, {5, 5}};
    differs([&] { c.frame.tcp.source = Port{1001}; });
  }
  SECTION("the first port of a range") {
    c.rule.source_ports = {{1000, 1002}};
    differs([&] { c.frame.tcp.source = Port{999}; });
  }
  SECTION("--dport") {
    c.rule.destination_ports = {{80, 80}};
    differs([&] { c.frame.tcp.destination = Port{81}; });
  }
  SECTION("! --sport") {
    c.rule.source_ports = {{5, 5}};
    c.rule.source_ports_inverted = true;
    differs([&] { c.frame.tcp.source = Port{5}; });
  }
  SECTION("! --dport") {
    c.rule.destination_ports = {{5, 5}};
    c.rule.destination_ports_inverted = true;
    differs([&] { c.frame.tcp.destination = Port{5}; });
  }
  SECTION("both ports") {
    c.rule.source_ports = {{1000, 1000}};
    c.rule.destination_ports = {{80, 80}};
    differs([&] { c.frame.tcp.source = Port{1001}; });
  }
  SECTION("UDP's ports") {
    c.frame = udp().from(address("10.0.0.1"), 1000).to(address("10.0.0.100"), 53);
    c.rule.source_ports = {{1000, 1000}};
    c.rule.destination_ports = {{53, 53}};
    differs([&] { c.frame.udp.destination = Port{54}; });
  }
  SECTION("a later fragment has no ports") {
    c.rule.destination_ports = {{80, 80}};
    differs([&] { c.frame.ip.fragment = 1; });
  }
  SECTION("nor has ICMP") {
    c.rule.destination_ports = {{0, 65'535}};
    differs([&] { c.frame.ip.protocol = Protocol::icmp; });
  }
}

TEST_CASE("iptables: MARK goes on with the mark set, RETURN asks the policy", "[host][iptables]") {
  IpCase c;
  IpFilter::Rules& chain = c.filter.chain(IpChain::mangle_prerouting);
  CHECK_FALSE(c.filter.has_marked());
  IpRule mark;
  mark.target = IpRule::Target::mark;
  mark.set_mark = {0x5, 0xf};
  IpRule back;
  back.target = IpRule::Target::back;
  back.mark = {{0x35, 0xff}, false};
  IpRule accept;
  accept.target = IpRule::Target::accept;
  chain.rules = {mark, back, accept};
  chain.policy = FilterVerdict::drop;
  c.frame.mark = 0x3a;
  const auto pass = [&] { return c.filter.pass(IpChain::mangle_prerouting, c.frame, "eth0", {}); };
  CHECK(pass() == FilterVerdict::drop);
  CHECK(c.frame.mark == 0x35);
  CHECK(c.filter.has_marked());
  CHECK(chain.rules[2].packets == 0);
  CHECK(chain.policy_packets == 1);
  CHECK(chain.policy_bytes == c.frame.ip.total_length);
  c.frame.mark = 0x4a;
  CHECK(pass() == FilterVerdict::accept);
  CHECK(c.frame.mark == 0x45);
  CHECK(chain.rules[0].packets == 2);
  CHECK(chain.rules[0].bytes == 2ULL * c.frame.ip.total_length);
  CHECK(chain.policy_packets == 1);
}

TEST_CASE("iptables: each chain sees its own packets, with the cards that it knows",
          "[host][iptables]") {
  RulesLan lan;
  sysctl(lan.subject, "ipv4.ip_forward", 1);
  for (const InterfaceId card : {lan.eth0(), lan.eth1()}) {
    lan.subject.neighbours().set(address(card == lan.eth0() ? "10.0.0.1" : "10.9.0.7"), card,
                                 mac_of(lan.voice), NeighbourState::permanent);
  }
  const auto chain = GENERATE(IpChain::input, IpChain::forward, IpChain::output);
  IpRule rule;
  rule.target = IpRule::Target::drop;
  if (chain != IpChain::output) rule.in = {"eth0", false};
  if (chain == IpChain::output) rule.out = {"eth0", false};
  if (chain == IpChain::forward) rule.out = {"eth1", false};
  lan.subject.ip_filter().chain(chain).rules = {rule};
  const auto answers = [&](const char* to) {
    lan.says(icmp().from(address("10.0.0.1")).to(address(to)), mac_of(lan.subject));
    return !lan.said().empty();
  };
  CHECK(answers("10.9.0.7") == (chain != IpChain::forward));
  CHECK(answers("10.0.0.11") == (chain == IpChain::forward));
  CHECK(lan.subject.drops()[DropCause::iptables] == 1);
  lan.send("10.0.0.11", "10.9.0.7");  // by eth1: no rule of the three is about it
  CHECK_FALSE(lan.said().empty());
  CHECK(lan.subject.drops()[DropCause::iptables] == 1);
}

}  // namespace lvs
