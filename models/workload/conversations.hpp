// Single connections that somebody opens, uses and closes step by step: what a recording of a real
// cluster did, or what an event of a scenario asks for. The server is one that greets
// (ServerConfig::greeting); the client reads the greeting at once, and does nothing more until it
// is told to: it does not close when the server closes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/tcp/user.hpp"
#include "models/udp/udp.hpp"
#include "models/workload/conversation.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Tcp;
class Host;
class Servers;

class Conversations final : public TcpUser, public UdpUser {
 public:
  static constexpr Duration kConnectLimit = milliseconds(2500);
  static constexpr Duration kDatagramLimit = milliseconds(1500);

  /// Who speaks with whom. The client binds exactly `from`.
  struct Ask {
    HostId host;
    Endpoint from;
    Endpoint to;
    /// How long the client waits for an answer: to connect(), and then for the greeting; or to the
    /// datagram. After it the client gives up and closes its socket.
    Duration limit = kConnectLimit;
  };

  /// `hosts` by id; they and everything else outlive this.
  Conversations(Simulator& simulator, Tcp& tcp, Udp& udp, Servers& servers,
                ConversationTable& table, const std::vector<Host*>& hosts);

  /// connect(). What fails at once (no route, source not local, port taken) is known after the
  /// call, except that TCP without a route fails in this instant after the call.
  /// Requires: the id is new. Ids are the caller's; they should be dense, from 0.
  void open(ConversationId id, const Ask& ask);
  /// Sends one datagram of `bytes`; the first answer from the address that was asked ends the
  /// conversation, the socket is closed. One from another address is not taken for an answer.
  /// Requires: the id is new. An ICMP error is not heard: the socket is not connected.
  void datagram(ConversationId id, const Ask& ask, std::uint32_t bytes);

  // Each of these returns false, and does nothing, if the client (server_close: the server) holds
  // no open connection: it was refused, timed out, closed or reset before.
  bool send(ConversationId id, std::uint32_t bytes);
  /// The client closes its socket. What is still waiting for its answer is `aborted`.
  bool close(ConversationId id);
  /// The client resets (close() with SO_LINGER 0).
  bool reset(ConversationId id);
  /// The server's process closes its socket; the client's half stays open until its own close().
  bool server_close(ConversationId id);

  // Of what was begun.
  const ConversationOutcome& outcome(ConversationId id) const { return table_[id].outcome; }
  const Conversation& conversation(ConversationId id) const { return table_[id]; }
  /// Above the highest id that was begun.
  std::uint32_t size() const { return table_.size(); }
  /// Conversations that have been opened and have no outcome yet.
  std::uint32_t pending() const { return pending_; }

  /// EventKind::conversation_limit.
  void limit_reached(std::uint32_t id);

  // TcpUser
  void connected(EndpointId endpoint) override;
  void received(EndpointId endpoint, std::uint32_t bytes) override;
  void peer_closed(EndpointId endpoint) override;
  void failed(EndpointId endpoint, TcpError error) override;
  void queued(ListenerId listener, std::uint32_t user_data) override;
  // UdpUser
  void received(std::uint32_t id, const Datagram& datagram) override;
  void refused(std::uint32_t id) override;

 private:
  Conversation& begin(ConversationId id, const Ask& ask, Protocol protocol);
  Conversation& of(EndpointId endpoint);
  bool may_begin(Conversation& c);
  void answer(Conversation& c, const std::optional<Conversation::ServerSide>& by);
  void end(Conversation& c);
  void fail(Conversation& c, ConversationError error);
  void give_up(Conversation& c, ConversationError error);

  Simulator& simulator_;
  Tcp& tcp_;
  Udp& udp_;
  Servers& servers_;
  ConversationTable& table_;
  const std::vector<Host*>& hosts_;
  std::uint8_t tcp_user_;
  std::uint32_t pending_ = 0;
};

}  // namespace lvs
