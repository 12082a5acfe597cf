// spec/linux-host.md section 10: the four classes of a direct-routing cluster, as whole connections
// past a router, and the settings that tests/truth/arp_matrix_test.cpp does not walk through.
#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";
const std::string kRip = "192.168.77.11";
const std::string kAllByDirector = "director director director director director director, rs1";
const std::string kOnlySyn = "director rs1 rs1 rs1 rs1 rs1, rs1";
const std::string kNoneByDirector = "rs1 rs1 rs1 rs1 rs1 rs1, rs1";
const std::string kRaceWinner = "rs2 rs2 rs2 rs2 rs2 rs2, rs2";  // its port is flooded first

std::string levels(int ignore, int announce, const std::string& directory = "all") {
  const std::string conf = "sysctl -w net.ipv4.conf." + directory;
  return conf + ".arp_ignore=" + std::to_string(ignore) + "; " + conf +
         ".arp_announce=" + std::to_string(announce);
}
std::string vip_on(const std::string& device) {
  return "ip addr add 192.168.77.100/32 dev " + device + "; ";
}

/// The sender of rs1's question for its gateway when it answers a client from the VIP.
std::string asks_with(DrCluster& lan) {
  DrCluster::forget(lan.rs1);
  lan.begin();
  lan.send(lan.rs1, kVip, "10.9.0.99");  // of whom no error comes back
  lan.run_for(milliseconds(1));
  const Lines asked = lan.questions(lan.rs1);
  REQUIRE(asked.size() == 1);
  return asked[0].substr(asked[0].find("tell ") + 5);
}

/// The class by its definition: answers for the VIP, and asks with it.
std::string class_of(const std::string& settings) {
  DrCluster lan(settings);
  const bool answers = lan.repliers(kVip).size() == 3;
  const bool asks = asks_with(lan) == kVip;
  return answers ? (asks ? "AP" : "A") : (asks ? "P" : "OK");
}

/// A class, by what a cluster in it does.
struct Class {
  std::string name;
  std::vector<std::pair<int, int>> settings;  ///< arp_ignore, arp_announce, VIP on lo
  Lines repliers;
  std::string sender;
  std::string router_without_entry;  ///< after the question
  std::string cold;
  std::string warm[2];
  std::string entry_later;  ///< after the traffic has ended for 10 s
};

const std::vector<Class>& classes() {
  static const std::vector<Class> all{
      {"OK",
       {{1, 2}, {2, 2}},
       {"director"},
       kRip,
       "",
       kAllByDirector,
       {kAllByDirector, kAllByDirector},
       "REACHABLE director"},
      {"P",
       {{1, 0}, {1, 1}, {2, 0}, {2, 1}},
       {"director"},
       kVip,
       "STALE rs1",
       kOnlySyn,
       {kOnlySyn, kNoneByDirector},
       "FAILED"},
      {"A",
       {{0, 2}, {3, 2}, {5, 2}},
       {"rs2", "rs1", "director"},
       kRip,
       "",
       kRaceWinner,
       {kAllByDirector, kAllByDirector},
       "REACHABLE director"},
      {"AP",
       {{0, 0}, {0, 1}, {3, 0}, {3, 1}},
       {"rs2", "rs1", "director"},
       kVip,
       "STALE rs1",
       kRaceWinner,
       {kOnlySyn, kNoneByDirector},
       "REACHABLE rs1"},
  };
  return all;
}

}  // namespace

TEST_CASE("10.2: inside a class answers, questions, connections and entries are the same",
          "[statements][dr]") {
  const Class& c = classes()[static_cast<std::size_t>(GENERATE(0, 1, 2, 3))];
  for (const auto& [ignore, announce] : c.settings) {
    INFO(c.name << ", arp_ignore " << ignore << ", arp_announce " << announce);
    const std::string settings = vip_on("lo") + levels(ignore, announce);
    {
      DrCluster lan(settings);
      CHECK(lan.repliers(kVip) == c.repliers);
      CHECK(asks_with(lan) == c.sender);
      CHECK(lan.vip_entry() == c.router_without_entry);
    }
    DrCluster cold(settings);
    CHECK(cold.connection() == c.cold);

    DrCluster warm(settings);
    warm.know(warm.router, kVip, 2, NeighbourState::reachable);
    CHECK(warm.connection() == c.warm[0]);
    CHECK(warm.connection() == c.warm[1]);
    warm.run_for(seconds(10));
    CHECK(warm.vip_entry() == c.entry_later);
  }
}

TEST_CASE("10.2: in class P an entry that failed leads back to the director, until a cold server",
          "[statements][dr]") {
  DrCluster lan(vip_on("lo") + levels(1, 0));
  CHECK(lan.connection() == kOnlySyn);
  lan.run_for(seconds(10));
  CHECK(lan.vip_entry() == "FAILED");
  CHECK(lan.connection() == kAllByDirector);  // rs1 still knows its gateway
  DrCluster::forget(lan.rs1);
  CHECK(lan.connection() == kOnlySyn);
}

TEST_CASE("10.2: in class A the entry stays while the director answers its probes",
          "[statements][dr]") {
  DrCluster lan(vip_on("lo") + levels(0, 2));
  lan.know(lan.router, kVip, 2, NeighbourState::reachable);
  for (int i = 0; i < 100; ++i) CHECK(lan.connection() == kAllByDirector);
  lan.world.power(lan.director, false);
  for (int i = 0; i < 400; ++i) {  // 30 s REACHABLE, 5 s DELAY, 3 s PROBE at most
    lan.inject(lan.client, udp().from(address("10.9.0.10"), 9).to(address(kVip), 9),
               mac_of(lan.router, "eth1"));
    lan.run_for(milliseconds(100));
  }
  CHECK(lan.connection() == kRaceWinner);
}

TEST_CASE("10.3: each level from 4 on but 8 is as 0 and, with announce 2, answers",
          "[statements][dr]") {
  for (const int ignore : {4, 5, 6, 7, 9}) {
    CAPTURE(ignore);
    CHECK(class_of(vip_on("lo") + levels(ignore, 2)) == "A");
  }
}

TEST_CASE("10.3: parameters of lo alone are inert in all 15 combinations", "[statements][dr]") {
  for (const char* device : {"lo", "eth0"}) {
    for (const int ignore : {0, 1, 2, 3, 8}) {
      for (const int announce : {0, 1, 2}) {
        CAPTURE(device, ignore, announce);
        CHECK(class_of(vip_on(device) + levels(ignore, announce, "lo")) == "AP");
      }
    }
  }
}

TEST_CASE("10.3: the larger of all and the card decides, and can un-hide", "[statements][dr]") {
  const auto mixed = [](int all_ignore, int eth0_ignore, int all_announce, int eth0_announce) {
    return class_of(vip_on("lo") + levels(all_ignore, all_announce) + "; " +
                    levels(eth0_ignore, eth0_announce, "eth0"));
  };
  CHECK(mixed(1, 8, 2, 0) == "OK");
  CHECK(mixed(8, 1, 0, 2) == "OK");
  CHECK(mixed(3, 1, 0, 0) == "AP");
  CHECK(mixed(3, 1, 1, 0) == "AP");
  CHECK(mixed(3, 1, 0, 2) == "A");
  CHECK(mixed(0, 1, 1, 2) == "OK");
  CHECK(class_of(vip_on("lo") + levels(1, 2) + "; " + levels(1, 2, "lo")) == "OK");
  CHECK(class_of(vip_on("lo") + levels(1, 2) + "; " + levels(0, 0, "lo")) == "OK");
}

TEST_CASE("10.3: arp_filter and rp_filter of the servers change no class", "[statements][dr]") {
  for (const Class& c : classes()) {
    const std::string settings =
        vip_on("lo") + levels(c.settings[0].first, c.settings[0].second) + "; ";
    for (const char* more : {"arp_filter=1", "rp_filter=1", "rp_filter=2"}) {
      INFO(c.name << ", " << more);
      const std::string filtered = settings + "sysctl -w net.ipv4.conf.all." + more;
      CHECK(class_of(filtered) == c.name);
      DrCluster lan(filtered);
      CHECK(lan.connection() == c.cold);
    }
  }
}

TEST_CASE("10.3: at arp_ignore 8 the director must know the server by other means",
          "[statements][dr]") {
  const std::string settings = vip_on("lo") + levels(8, 2);
  DrCluster cold(settings);
  CHECK(cold.repliers(kVip) == Lines{"director"});
  CHECK(cold.repliers(kRip).empty());
  CHECK(cold.connection() == "director, nobody");  // the SYN waits for an answer to who-has RIP
  CHECK(cold.known(cold.director, kRip) == "INCOMPLETE");
  DrCluster lan(settings);
  SECTION("a static entry") {
    lan.type(lan.director,
             "ip neigh replace 192.168.77.11 lladdr 02:00:00:00:00:11 dev eth0 nud permanent");
  }
  SECTION("a question of the server itself") {
    lan.send(lan.rs1, kRip, "192.168.77.2");
    lan.run_for(kArpWay);
    CHECK(lan.known(lan.director, kRip) == "STALE rs1");
  }
  CHECK(lan.connection() == kAllByDirector);
}

}  // namespace lvs::truth
