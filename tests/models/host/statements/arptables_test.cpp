// spec/linux-host.md section 9: arptables, static entries, and what does not hide a VIP.
#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";
const std::string kRip = "192.168.77.11";
const std::string kRouter = "192.168.77.1";
const std::string kDropIn = "arptables -A INPUT -d 192.168.77.100 -j DROP";
const std::string kMangle =
    "arptables -A OUTPUT -s 192.168.77.100 -j mangle --mangle-ip-s 192.168.77.11";
const std::string kDropOut = "arptables -A OUTPUT -s 192.168.77.100 -j DROP";

/// A router, and a server whose VIP nothing but rules hides.
struct Filtered : StatementLan {
  Host& router = machine("router", kRouter + "/24", 1);
  Host& rs1 = machine("rs1", kRip + "/24", 0x11);
  Quiet quiet;

  explicit Filtered(const Lines& rules) {
    type(rs1, "ip addr add 192.168.77.100/32 dev lo; ip route add default via 192.168.77.1");
    listen(rs1, quiet.number(world), 80, 5, true);
    for (const std::string& rule : rules) type(rs1, rule);
  }
  /// A SYN of a client behind the router; when the SYN-ACK leaves, the entry for the gateway cold.
  std::vector<Time> answers() {
    forget_neighbours();
    begin();
    inject(router, tcp().from(address("10.99.0.7"), 3333).to(address(kVip), 80).syn().mss(1460),
           mac(0x11));
    run_for(seconds(4));
    return seen.times_sent(rs1, [](const Frame& f) { return !f.is_arp() && f.tcp.syn(); });
  }
  void forget_neighbours() { rs1.neighbours().flush(std::nullopt); }
};

}  // namespace

TEST_CASE("9.2: the rules of a real server, and what each of them does",
          "[statements][arptables]") {
  struct Case {
    const char* name;
    Lines rules;
    bool answers_vip;
    Lines asks_with;  ///< of the questions when it answers a client
    bool syn_ack;
    const char* router_entry;
  };
  const auto c = GENERATE(values<Case>({
      {"none", {}, true, {kVip}, true, "STALE rs1"},
      {"INPUT -d VIP DROP", {kDropIn}, false, {kVip, kVip, kVip}, false, "STALE rs1"},
      {"with OUTPUT -s VIP mangle", {kDropIn, kMangle}, false, {kRip}, true, ""},
      {"OUTPUT -s VIP DROP", {kDropOut}, false, {}, false, ""},
  }));
  INFO(c.name);
  Filtered lan(c.rules);
  CHECK(lan.answered(kVip) == c.answers_vip);
  CHECK(lan.answered(kRip));
  CHECK(lan.answers().empty() != c.syn_ack);
  Lines senders;
  for (const std::string& asked : lan.questions(lan.rs1)) {
    const std::string before = " who-has " + kRouter + " tell ";
    REQUIRE(asked.find(before) != std::string::npos);
    senders.push_back(asked.substr(asked.find(before) + before.size()));
  }
  CHECK(senders == c.asks_with);
  CHECK(lan.known(lan.router, kVip) == c.router_entry);
  CHECK((lan.known(lan.rs1, kRouter) == "FAILED") == !c.syn_ack);
}

TEST_CASE("9.2: a request that the INPUT rule drops does not teach its sender either",
          "[statements][arptables]") {
  Filtered lan({kDropIn});
  lan.machines.push_back({mac(0x50), "old"});
  lan.machines.push_back({mac(0x51), "new"});
  CHECK(lan.repliers(kVip, "192.168.77.50", 0x50).empty());
  CHECK(lan.known(lan.rs1, "192.168.77.50").empty());
  lan.know(lan.rs1, "192.168.77.50", 0x50, NeighbourState::stale);
  lan.run_for(seconds(2));
  CHECK(lan.repliers(kVip, "192.168.77.50", 0x51).empty());
  CHECK(lan.known(lan.rs1, "192.168.77.50") == "STALE old");
  CHECK(lan.repliers(kRip, "192.168.77.50", 0x51) == Lines{"rs1"});  // another target: learned
  CHECK(lan.known(lan.rs1, "192.168.77.50") == "STALE new");
}

TEST_CASE("9.2: a reply whose target is the VIP meets the same rule as a request",
          "[statements][arptables]") {
  const bool dropped = GENERATE(true, false);
  Filtered lan(dropped ? Lines{kDropIn} : Lines{});
  lan.send(lan.rs1, kVip, kRouter);
  lan.run_for(milliseconds(1));
  CHECK(lan.known(lan.rs1, kRouter) == (dropped ? "INCOMPLETE" : "REACHABLE router"));
  CHECK(lan.rs1.drops()[DropCause::arptables] == (dropped ? 1 : 0));
}

TEST_CASE("9.1: the OUTPUT hook sees answers too: a mangled one tells of the RIP",
          "[statements][arptables]") {
  Filtered lan({kMangle});
  lan.send(lan.router, kRouter, kVip);
  lan.run_for(milliseconds(1));
  const Lines sent = lan.seen.sent_by(lan.rs1);
  CHECK(sent == Lines{"arp 192.168.77.11 is-at 02:00:00:00:00:11 to 192.168.77.1"});
  CHECK(lan.known(lan.router, kVip) == "INCOMPLETE");
}

TEST_CASE("9.3: a permanent entry is changed by no reply, announcement or poisoning, nor asked for",
          "[statements][arptables]") {
  DrCluster lan;  // both servers answer for the VIP and ask with it
  lan.type(lan.router,
           "ip neigh replace 192.168.77.100 lladdr 02:00:00:00:00:02 dev eth0 nud "
           "permanent");
  lan.run_for(seconds(10));
  const Ipv4Address vip = address(kVip);
  const Frame forged[] = {
      arp_reply().from(mac(0x11), vip).to(mac(1), address(kRouter)),
      arp_reply().from(mac(0x11), vip).to(mac(0x11), vip),
      arp_request().from(mac(0x11), vip).asking(vip),
      arp_request().from(mac(0x11), vip).asking(address(kRouter)),
  };
  for (const Frame& arp : forged) {
    for (const MacAddress to : {kEverybody, mac(1)}) lan.says(arp, to);
    CHECK(lan.vip_entry() == "PERMANENT director");
  }
  for (int i = 0; i < 60; ++i) {  // a minute of connections, each to a cold server
    DrCluster::forget(lan.rs1);
    CHECK(lan.connection() == "director director director director director director, rs1");
    for (const std::string& asked : lan.questions(lan.router)) {
      CHECK(asked.find("who-has " + kVip) == std::string::npos);
    }
  }
}

TEST_CASE("9.3: with a route VIP via DIP the router never asks for the VIP, and no entry matters",
          "[statements][arptables]") {
  DrCluster lan;
  lan.type(lan.router, "ip route add 192.168.77.100 via 192.168.77.2");
  CHECK(lan.connection() == "director director director director director director, rs1");
  CHECK(lan.vip_entry() == "STALE rs1");  // of the server's question, and unused
  DrCluster::forget(lan.router);
  CHECK(lan.connection() == "director director director director director director, rs1");
  const Lines asked = lan.questions(lan.router);
  REQUIRE_FALSE(asked.empty());
  for (const std::string& line : asked) CHECK(line.find(kVip) == std::string::npos);
}

TEST_CASE("9.4: a VIP on a device without ARP is not hidden, lo:0 with -arp among them",
          "[statements][arptables]") {
  const std::string how = GENERATE(
      as<std::string>(),
      "ip link add dummy0 type dummy; ip link set dummy0 up; ip addr add VIP/32 dev dummy0",
      "ip link set tunl0 up; ip addr add VIP/32 dev tunl0", "ip addr add VIP/32 dev lo",
      "ip link set lo arp off; ip addr add VIP/32 dev lo label lo:0");
  CAPTURE(how);
  StatementLan lan;
  Host& rs1 = lan.machine("rs1", kRip + "/24", 0x11);
  std::string command = how;
  command.replace(command.find("VIP"), 3, kVip);
  lan.type(rs1, command);
  CHECK(lan.repliers(kVip) == Lines{"rs1"});
  lan.begin();
  lan.send(rs1, kVip, "192.168.77.60");
  CHECK(lan.questions(rs1) == Lines{"0s who-has 192.168.77.60 tell 192.168.77.100"});
  sysctl(rs1, "ipv4.conf.eth0.arp_ignore", 1);
  CHECK_FALSE(lan.answered(kVip));
}

}  // namespace lvs::truth
