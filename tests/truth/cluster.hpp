// The recorded cluster around a director, packet by packet: clients and servers that answer at
// once, and retransmit what the director swallowed. Only what the recordings' operations need of
// TCP.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "models/ipvs/director.hpp"
#include "tests/truth/recording.hpp"

namespace lvs::truth {

class Cluster {
 public:
  Cluster(const Recording& recording, DirectorPhases phases);

  Director& director() { return director_; }

  /// Lets time pass, with the timers and retransmissions that fall into it.
  void run_until(Time time);

  /// A client connects; who answered ("rs2:80") or the error.
  std::string open(const Operation& op);
  /// A datagram and its answer.
  std::string udp(const Operation& op);
  void close(const std::string& id);
  void reset(const std::string& id);
  void server_close(const std::string& id);
  void send(const std::string& id, std::uint16_t bytes);

 private:
  struct Conversation {
    Endpoint client;
    Endpoint target;
    Endpoint server;  ///< as the server knows itself: RIP with NAT, VIP otherwise
    bool client_alive = true;
    bool server_alive = true;
    bool client_closed = false;
    bool server_closed = false;
  };
  enum class Delivery { server, dropped, refused, answered_with_rst };
  /// A segment that was not acknowledged, to be sent again.
  struct Pending {
    Time due;
    unsigned attempt;
    std::string id;
    std::uint8_t flags;
    std::uint16_t payload;
    bool from_server;
  };

  Delivery request(Conversation& conversation, Protocol protocol, std::uint8_t flags,
                   std::uint16_t length);
  bool reply(Conversation& conversation, Protocol protocol, std::uint8_t flags,
             std::uint16_t length);
  void client_segment(const std::string& id, std::uint8_t flags, std::uint16_t payload,
                      unsigned attempt);
  void server_fin(const std::string& id, unsigned attempt);
  void retry(const Pending& pending);
  void pass(Duration span);
  bool may_send_icmp(Ipv4Address client);
  std::string greeting(const Conversation& conversation, Endpoint real_server) const;

  const Recording& recording_;
  Simulator simulator_;
  Observation observation_;
  Director director_;
  Endpoint real_server_;  ///< that the last request went to
  std::map<std::string, Conversation> conversations_;
  std::deque<Pending> pending_;
  struct Bucket {
    Duration tokens;
    Time filled;
  };
  std::map<Ipv4Address, Bucket> icmp_;
};

}  // namespace lvs::truth
