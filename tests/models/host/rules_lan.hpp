// For tests of single rules: a subject with cards on two networks, and a voice on the first that
// says whatever it is told to.
#pragma once

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "models/host/icmp.hpp"
#include "models/host/routing.hpp"
#include "tests/support/three_hosts.hpp"

namespace lvs {

struct RulesLan : Lan {
  Host& subject = host("subject", "10.0.0.11/24");
  Host& voice = host("voice", "");
  Host& other = host("other", "");

  RulesLan() { card(subject, "eth1", "10.9.0.11/24", 1); }

  InterfaceId eth0() const { return device(subject, "eth0"); }
  InterfaceId eth1() const { return device(subject, "eth1"); }

  /// The voice puts a frame on the wire; 1 ms passes.
  void says(const Frame& frame, MacAddress to) {
    seen.clear();
    inject(voice, frame, to);
    run_for(milliseconds(1));
  }
  void says_arp(const Frame& arp) { says(arp, arp.destination); }
  static Frame who_has(const std::string& target, const std::string& sender, MacAddress mac) {
    return arp_request().from(mac, address(sender)).asking(address(target));
  }
  /// Whether the subject answers "who-has target tell sender" within 1 ms.
  bool answers(const std::string& target, const std::string& sender = "10.0.0.1") {
    says_arp(who_has(target, sender, mac_of(voice)));
    return replies() > 0;
  }
  std::size_t replies() const {
    std::size_t count = 0;
    for (const SeenFrame& s : seen.sent) {
      const bool ours = s.host == subject.id() && s.frame.is_arp();
      count += ours && s.frame.arp.operation == ArpOperation::reply ? 1 : 0;
    }
    return count;
  }
  /// What the subject has on eth0 of `of`: "STALE voice"; "" for nothing.
  std::string known(const std::string& of) const {
    const Neighbour* n = subject.neighbours().find(address(of), eth0());
    if (n == nullptr) return "";
    const bool is_voice = n->mac == mac_of(voice);
    const std::string owner = is_voice                  ? " voice"
                              : n->mac == mac_of(other) ? " other"
                                                        : " " + to_string(n->mac);
    return std::string(name(n->state)) + owner;
  }
  void knows(const std::string& of, const Host& at, NeighbourState state) {
    subject.neighbours().set(address(of), eth0(), mac_of(at), state);
  }
  /// What the subject sent since seen was cleared, ARP left out.
  std::vector<std::string> said() const {
    std::vector<std::string> lines;
    for (const std::string& line : seen.sent_by(subject)) {
      if (line.substr(0, 3) != "arp") lines.push_back(line);
    }
    return lines;
  }
  /// The subject sends a UDP packet of its own.
  void send(const std::string& from, const std::string& to) {
    originate(subject, udp().from(address(from), 9).to(address(to), 9));
  }
};

/// What its neighbour cache does, to the instant.
struct CacheLan : RulesLan {
  Neighbours& cache = subject.neighbours();

  std::string state(const std::string& of = "10.0.0.1") const {
    return neighbour_state(subject, of);
  }
  NeighbourId entry(const std::string& of = "10.0.0.1") {
    return *cache.find_or_create(address(of), eth0());
  }
  /// A unicast reply to the subject, now.
  void hears(const Host& from, NeighbourState news = NeighbourState::reachable,
             bool override = false) {
    cache.update(entry(), {mac_of(from), news, override});
  }
  /// What the subject asked since seen was cleared: "1s broadcast", "2s unicast".
  std::vector<std::string> questions(Time since = kStart) const {
    std::vector<std::string> asked;
    for (const SeenFrame& s : seen.sent) {
      if (s.host != subject.id() || !s.frame.is_arp()) continue;
      asked.push_back(to_string(s.time - since) +
                      (s.frame.destination.is_broadcast() ? " broadcast" : " unicast"));
    }
    return asked;
  }
};

/// The subject forwards between eth0 and eth1, and has a default route by eth1.
struct RoutingLan : RulesLan {
  HostState& state = subject.state();

  RoutingLan() {
    sysctl(subject, "ipv4.ip_forward", 1);
    add_route(subject, "default", "10.9.0.1");
  }
  InputRoute route(const std::string& from, const std::string& to, std::uint32_t mark = 0,
                   std::uint8_t tos = 0) const {
    return route_input(state, {address(from), address(to), mark, tos}, eth0());
  }
  InputRoute::Kind kind(const std::string& from, const std::string& to) const {
    return route(from, to).kind;
  }
  void no_default_route() {
    Route like;
    like.prefix = {{}, 0};
    CHECK(state.delete_route(like) == ConfigError::none);
  }
  void rp_filter(int value) { sysctl(subject, "ipv4.conf.eth0.rp_filter", value); }
  void add(const std::string& prefix, RouteType type, std::uint32_t table = 0) {
    Route made;
    made.prefix = *parse_ipv4_prefix(prefix);
    made.type = type;
    made.table = table;
    if (type == RouteType::local) made.device = kLoopback;
    CHECK(state.add_route(made) == ConfigError::none);
  }
  /// What is to `to`, comes in by `iif` and bears `mark` finds nothing.
  void forbid(const std::string& to, const std::string& iif,
              std::optional<std::uint32_t> mark = {}) {
    RouteRule rule;
    rule.to = *parse_ipv4_prefix(to);
    rule.iif = iif;
    rule.mark = mark;
    rule.action = RouteRule::Action::unreachable;
    CHECK(state.add_rule(rule, false) == ConfigError::none);
  }
};

/// The subject forwards from 10.0.0.1, the voice, to 10.9.0.7, the sink.
struct RouterLan : RulesLan {
  Host& sink = host("sink", "", 1);

  RouterLan() {
    sysctl(subject, "ipv4.ip_forward", 1);
    for (const char* near : {"10.0.0.1", "10.0.0.2", "10.0.0.7", "10.0.0.9"}) {
      subject.neighbours().set(address(near), eth0(), mac_of(voice), NeighbourState::permanent);
    }
    subject.neighbours().set(address("10.9.0.7"), eth1(), mac_of(sink), NeighbourState::permanent);
    // The switches learn where everybody is, so that frames are not flooded.
    for (Host* h : {&voice, &sink}) inject(*h, udp(), {{2, 0, 0, 0, 9, 9}});
    run_for(milliseconds(1));
    seen.clear();
  }
  static UdpBuilder datagram(const char* from, const char* to, int size = 10) {
    return udp().from(address(from), 1000).to(address(to), 2000).payload(bytes(size));
  }
  std::vector<std::string> forwards(const Frame& frame) {
    says(frame, mac_of(subject));
    return said();
  }
  /// The errors that the subject sends about `offender`, asked for `times` times now.
  int errors(const Frame& offender, IcmpError error, int times = 1) {
    seen.clear();
    for (int i = 0; i < times; ++i) subject.icmp().send_error(offender, error);
    return static_cast<int>(said().size());
  }
};

}  // namespace lvs
