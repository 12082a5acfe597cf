// Health checks on the wire: when they ask, when a server fails, what becomes of the director's
// list. The LAN answers at once, so every instant is exact to the time on the wire.
#include "models/health/health_checks.hpp"

#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

/// A director and servers 10.0.0.11, .12, …, configured in this order with weights 1, 2, …
struct Checked : Lan {
  static constexpr std::size_t kServers = 3;
  ServiceAddress vip{{address("10.0.0.100"), Port{80}}, Protocol::tcp};
  Host& director = host("director", "10.0.0.1/24");
  Director& ipvs = world.director_of(director);
  std::vector<Host*> servers;
  HealthConfig config;
  HealthId id;

  Checked() {
    CHECK(ipvs.add_service(service_key(vip), {.scheduler = "rr"}) == IpvsError::none);
    config.director = director.id();
    config.service = service_key(vip);
    config.every = seconds(6);
    config.timeout = seconds(2);
    config.retries = 2;
    config.between = seconds(1);
    for (std::size_t i = 0; i < kServers; ++i) {
      Host& server = host("rs" + std::to_string(i + 1), "10.0.0.1" + std::to_string(i + 1) + "/24");
      servers.push_back(&server);
      ServerConfig serves;
      serves.host = server.id();
      serves.port = Port{80};
      world.servers().add(serves);
      add(i);
    }
  }
  void begin() { id = world.health().add(config); }
  static Endpoint server(std::size_t i) {
    return {address("10.0.0.1" + std::to_string(i + 1)), Port{80}};
  }
  void add(std::size_t i) {
    CHECK(ipvs.add_destination(service_key(vip), server(i),
                               {.method = ForwardingMethod::direct,
                                .weight = static_cast<std::int64_t>(i) + 1}) == IpvsError::none);
  }
  void remove(std::size_t i) {
    CHECK(ipvs.delete_destination(service_key(vip), server(i)) == IpvsError::none);
  }
  void set_weight(std::size_t i, std::int64_t weight) {
    CHECK(ipvs.edit_destination(service_key(vip), server(i),
                                {.method = ForwardingMethod::direct, .weight = weight}) ==
          IpvsError::none);
  }
  void typed() { world.health().look_again(director.id()); }
  /// The director's list, newest first: "3x2 1x1" is rs3 of weight 2, then rs1 of weight 1.
  std::string list() const {
    std::string text;
    const Service* service = ipvs.find_service(service_key(vip));
    if (service == nullptr) return "no service";
    for (const Destination& d : ipvs.destinations(*service)) {
      text += (text.empty() ? "" : " ") + std::to_string(d.address.address.value % 10) + "x" +
              std::to_string(d.weight);
    }
    return text;
  }
  /// When the director sent a SYN to the server, in whole milliseconds (1 s retransmissions too).
  std::vector<std::int64_t> asked(std::size_t i) const {
    std::vector<std::int64_t> at;
    for (const Time t : seen.times_sent(director, [&](const Frame& f) {
           return !f.is_arp() && f.ip.protocol == Protocol::tcp && f.tcp.syn() &&
                  f.ip.destination == server(i).address;
         })) {
      at.push_back((t - kStart) / milliseconds(1));
    }
    return at;
  }
  const std::vector<HealthChange>& changes() const { return world.health().changes(id); }
  const HealthChecks::Counters& counters() const { return world.health().counters(id); }
};

using Instants = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("servers are asked in the order of configuration, spread over the first period",
          "[health]") {
  Checked lab;
  lab.begin();
  lab.run_until(milliseconds(12'900));
  CHECK(lab.asked(0) == Instants{0, 6000, 12000});
  CHECK(lab.asked(1) == Instants{2000, 8000});
  CHECK(lab.asked(2) == Instants{4000, 10000});
  CHECK(lab.counters().attempts == 7);
  CHECK(lab.counters().failures == 0);
  CHECK(lab.changes().empty());
  CHECK(lab.list() == "3x3 2x2 1x1");
}

TEST_CASE("an attempt is a handshake that is closed at once", "[health]") {
  Checked lab;
  lab.begin();
  lab.run_until(seconds(1));
  std::vector<std::string> frames = lab.seen.sent_by(lab.director);
  REQUIRE(frames.size() == 5);  // after the ARP request
  CHECK(frames[1] ==
        "10.0.0.1:32768 > 10.0.0.11:80 tcp S seq 0 len 0 win 64240 mss 1460 wscale 7 sackOK");
  CHECK(frames[2] == "10.0.0.1:32768 > 10.0.0.11:80 tcp . seq 1 ack 1 len 0 win 502");
  CHECK(frames[3] == "10.0.0.1:32768 > 10.0.0.11:80 tcp F. seq 1 ack 1 len 0 win 502");
  CHECK(frames[4] == "10.0.0.1:32768 > 10.0.0.11:80 tcp . seq 2 ack 2 len 0 win 502");
  CHECK(lab.world.tcp().established(lab.servers[0]->id()) == 0);
}

TEST_CASE("what servers answer to the checks costs the director's processor", "[health]") {
  Checked lab;
  lab.director.make_processor({.cores = 1, .per_frame = microseconds(3)});
  lab.begin();
  lab.run_until(seconds(1));
  // ARP reply, SYN-ACK, FIN that acknowledges ours.
  const auto& other = lab.director.traffic()[static_cast<std::size_t>(TrafficClass::other)];
  CHECK(other.frames == 3);
  CHECK(other.processor == microseconds(9));
}

TEST_CASE("a real server on the director itself is asked through lo", "[health]") {
  Checked lab;
  lab.config.retries = 0;
  for (std::size_t i = 0; i < Checked::kServers; ++i) lab.remove(i);
  ServerConfig serves;
  serves.host = lab.director.id();
  serves.port = Port{80};
  lab.world.servers().add(serves);
  CHECK(lab.ipvs.add_destination(service_key(lab.vip), {address("10.0.0.1"), Port{80}}, {}) ==
        IpvsError::none);
  lab.begin();
  lab.run_until(seconds(7));
  CHECK(lab.counters().attempts == 2);
  CHECK(lab.counters().failures == 0);
  lab.world.servers().refuse(lab.director.id());
  lab.run_until(seconds(13));
  CHECK(lab.list().empty());
}

TEST_CASE("a director that has lost its address finds no server, and no way", "[health]") {
  Checked lab;
  lab.config.retries = 1;
  lab.config.between = {};
  lab.begin();
  lab.run_until(seconds(5));
  CHECK(lab.director.state().delete_address(device(lab.director, "eth0"),
                                            {address("10.0.0.1"), 24}) == ConfigError::none);
  lab.run_until(milliseconds(6'500));
  REQUIRE(lab.changes().size() == 1);
  CHECK(lab.changes()[0].why == HealthFailure::unreachable);
  CHECK(lab.changes()[0].at == lab.changes()[0].since);  // both attempts in one instant
  lab.run_until(seconds(20));
  CHECK(lab.list().empty());
}

TEST_CASE("a server that refuses fails after its retries and is deleted; it returns at the head",
          "[health]") {
  Checked lab;
  lab.begin();
  lab.run_until(seconds(1));
  lab.world.servers().refuse(lab.servers[0]->id());
  // Asked at 6 s, and again 1 s after each answer: the third refusal is the last.
  lab.run_until(milliseconds(8'000));
  CHECK(lab.list() == "3x3 2x2 1x1");
  lab.run_until(milliseconds(8'010));
  CHECK(lab.list() == "3x3 2x2");
  REQUIRE(lab.changes().size() == 1);
  const HealthChange& out = lab.changes()[0];
  CHECK(out.failed);
  CHECK(out.server == Checked::server(0));
  CHECK(out.why == HealthFailure::refused);
  CHECK(out.weight == 1);
  CHECK(out.since >= Time{seconds(6)});  // 6 s after the first answer
  CHECK(out.since < Time{milliseconds(6'001)});
  CHECK(out.at - out.since > seconds(2));
  CHECK(out.at - out.since < milliseconds(2'002));
  // While it is out it is asked once a period, without retries.
  lab.run_until(seconds(19));
  CHECK(lab.asked(0) == Instants{0, 6000, 7000, 8000, 14001});
  lab.world.servers().accept(lab.servers[0]->id());
  lab.run_until(seconds(21));
  CHECK(lab.list() == "1x1 3x3 2x2");
  REQUIRE(lab.changes().size() == 2);
  CHECK_FALSE(lab.changes()[1].failed);
  CHECK(lab.changes()[1].at >= Time{milliseconds(20'001)});
  CHECK(lab.counters().failures == 4);
}

TEST_CASE("a success between failures begins the count anew", "[health]") {
  Checked lab;
  lab.begin();
  const HostId rs1 = lab.servers[0]->id();
  lab.run_until(seconds(1));
  lab.world.servers().refuse(rs1);
  lab.run_until(milliseconds(7'500));  // two failures, one is left
  lab.world.servers().accept(rs1);
  lab.run_until(seconds(9));
  lab.world.servers().refuse(rs1);
  lab.run_until(milliseconds(15'500));  // two again
  CHECK(lab.asked(0) == Instants{0, 6000, 7000, 8000, 14001, 15001});
  CHECK(lab.list() == "3x3 2x2 1x1");
  lab.run_until(milliseconds(16'500));
  CHECK(lab.list() == "3x3 2x2");
}

TEST_CASE("action weight quiesces, and gives the weight back in place", "[health]") {
  Checked lab;
  lab.config.action = HealthAction::weight;
  lab.begin();
  lab.run_until(seconds(1));
  lab.world.servers().refuse(lab.servers[1]->id());
  lab.run_until(seconds(11));
  CHECK(lab.list() == "3x3 2x0 1x1");
  lab.world.servers().accept(lab.servers[1]->id());
  lab.run_until(seconds(20));
  CHECK(lab.list() == "3x3 2x2 1x1");
  REQUIRE(lab.changes().size() == 2);
  CHECK(lab.changes()[1].weight == 2);
}

TEST_CASE("a server without power is silent, a server nobody finds is unreachable", "[health]") {
  Checked lab;
  lab.config.retries = 0;
  lab.begin();
  lab.run_until(milliseconds(11'900));
  lab.world.power(*lab.servers[0], false);
  // Its neighbour entry is stale by now: it is used at once, and believed for 5 s more, so the SYN
  // and its retransmission after 1 s go out and vanish.
  lab.run_until(milliseconds(14'500));
  REQUIRE(lab.changes().size() == 1);
  CHECK(lab.changes()[0].why == HealthFailure::no_answer);
  CHECK(lab.changes()[0].at - lab.changes()[0].since == seconds(2));
  // From rs2's attempt on nobody is known any more: three ARP requests, a second apart.
  lab.config.timeout = seconds(5);
  Checked other;
  other.config.retries = 0;
  other.config.timeout = seconds(5);
  other.world.power(*other.servers[0], false);
  other.begin();
  other.run_until(seconds(4));
  REQUIRE(other.changes().size() == 1);
  CHECK(other.changes()[0].why == HealthFailure::unreachable);
  CHECK(other.changes()[0].at == Time{seconds(3)});
}

TEST_CASE("a server that hangs still shakes hands, until its backlog is full", "[health]") {
  Checked lab;
  lab.config.retries = 0;
  ServerConfig small;
  small.host = lab.servers[0]->id();
  small.port = Port{8080};
  small.backlog = 2;
  lab.world.servers().add(small);
  lab.remove(0);
  CHECK(lab.ipvs.add_destination(service_key(lab.vip), {address("10.0.0.11"), Port{8080}}, {}) ==
        IpvsError::none);
  lab.world.servers().hang(lab.servers[0]->id());
  lab.begin();
  // rs1, now configured last, is asked at 4, 10, 16 s: backlog + 1 connections fit.
  lab.run_until(seconds(21));
  CHECK(lab.changes().empty());
  lab.run_until(milliseconds(24'100));
  REQUIRE(lab.changes().size() == 1);
  CHECK(lab.changes()[0].why == HealthFailure::no_answer);
  CHECK(lab.list() == "3x3 2x2");
}

TEST_CASE("what is typed counts for more than health checks", "[health]") {
  Checked lab;
  lab.config.retries = 0;
  const HostId rs1 = lab.servers[0]->id();

  SECTION("a server deleted by hand is asked no more, and is not added") {
    lab.begin();
    lab.run_until(seconds(1));
    lab.remove(0);
    lab.typed();
    lab.run_until(seconds(20));
    CHECK(lab.asked(0) == Instants{0});
    CHECK(lab.list() == "3x3 2x2");
  }
  SECTION("also if that happens while it is asked") {
    lab.world.servers().refuse(rs1);
    lab.begin();
    lab.run_until(microseconds(250));
    lab.remove(0);
    lab.typed();
    lab.run_until(seconds(20));
    CHECK(lab.changes().empty());
    CHECK(lab.asked(0).size() <= 1);
  }
  SECTION("one that is out and deleted with its service does not come back with it") {
    lab.begin();
    lab.world.servers().refuse(rs1);
    lab.run_until(seconds(1));
    CHECK(lab.list() == "3x3 2x2");
    lab.ipvs.flush();
    lab.typed();
    lab.world.servers().accept(rs1);
    lab.run_until(seconds(10));
    CHECK(lab.list() == "no service");
    CHECK(lab.ipvs.add_service(service_key(lab.vip), {.scheduler = "rr"}) == IpvsError::none);
    lab.add(1);
    lab.typed();
    lab.run_until(seconds(20));
    CHECK(lab.list() == "2x2");
    CHECK(lab.asked(1) == Instants{10000, 16000});  // its first turn came after all had gone
  }
}

TEST_CASE("what is typed about a server that comes, or is out, counts for more", "[health]") {
  Checked lab;
  lab.config.retries = 0;
  const HostId rs1 = lab.servers[0]->id();

  SECTION("one that is added by hand is asked at once") {
    lab.remove(0);
    lab.begin();
    lab.run_until(seconds(10));
    lab.add(0);
    lab.typed();
    lab.run_until(seconds(17));
    CHECK(lab.asked(0) == Instants{10000, 16000});
    CHECK(lab.asked(1) == Instants{0, 6000, 12000});  // two share the period without it
    CHECK(lab.asked(2) == Instants{3000, 9000, 15000});
  }
  SECTION("one that is put back while it is out is in use, until it fails again") {
    lab.world.servers().refuse(rs1);
    lab.begin();
    lab.run_until(seconds(1));
    CHECK(lab.list() == "3x3 2x2");
    lab.add(0);
    lab.typed();
    CHECK(lab.list() == "1x1 3x3 2x2");
    lab.run_until(seconds(7));
    CHECK(lab.list() == "3x3 2x2");
    CHECK(lab.changes().size() == 2);
    CHECK(lab.changes().back().failed);
  }
  SECTION("a weight given by hand while it is out is its weight") {
    lab.config.action = HealthAction::weight;
    lab.begin();
    lab.world.servers().refuse(rs1);
    lab.run_until(seconds(1));
    CHECK(lab.list() == "3x3 2x2 1x0");
    lab.set_weight(0, 7);
    lab.typed();
    lab.run_until(seconds(7));
    CHECK(lab.list() == "3x3 2x2 1x0");
    lab.world.servers().accept(rs1);
    lab.run_until(seconds(13));
    CHECK(lab.list() == "3x3 2x2 1x7");
  }
  SECTION("one that was quiesced by hand stays so when it comes back") {
    lab.set_weight(0, 0);
    lab.begin();
    lab.world.servers().refuse(rs1);
    lab.run_until(seconds(1));
    CHECK(lab.list() == "3x3 2x2");
    lab.world.servers().accept(rs1);
    lab.run_until(seconds(7));
    CHECK(lab.list() == "1x0 3x3 2x2");
  }
}

TEST_CASE("a director's checks end with its power and begin anew", "[health]") {
  Checked lab;
  lab.config.retries = 0;
  lab.world.servers().refuse(lab.servers[0]->id());
  lab.begin();
  lab.run_until(milliseconds(4'000));  // rs3 is being asked now
  lab.world.power(lab.director, false);
  lab.typed();
  lab.run_until(seconds(10));
  CHECK(lab.counters().attempts == 3);
  CHECK(lab.changes().size() == 1);
  lab.world.power(lab.director, true);
  add_address(lab.director, "eth0", "10.0.0.1/24");
  Director& fresh = *lab.director.director();
  fresh.add_service(service_key(lab.vip), {.scheduler = "rr"});
  fresh.add_destination(service_key(lab.vip), Checked::server(2), {});
  fresh.add_destination(service_key(lab.vip), Checked::server(0), {});
  lab.typed();
  lab.run_until(milliseconds(13'500));
  CHECK(lab.asked(2) == Instants{10000});  // its SYN of 4 s waited for ARP, and was lost
  CHECK(lab.asked(0) == Instants{0, 13000});
  CHECK(fresh.destinations(*fresh.find_service(service_key(lab.vip))).size() == 1);
}

}  // namespace lvs
