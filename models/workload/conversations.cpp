#include "models/workload/conversations.hpp"

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"
#include "models/host/routing.hpp"
#include "models/server/servers.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

std::string to_string(ConversationError error) {
  switch (error) {
    case ConversationError::refused: return "ECONNREFUSED";
    case ConversationError::timeout: return "timeout";
    case ConversationError::reset: return "ECONNRESET";
    case ConversationError::host_unreachable: return "EHOSTUNREACH";
    case ConversationError::net_unreachable: return "ENETUNREACH";
    case ConversationError::protocol_unreachable: return "ENOPROTOOPT";
    case ConversationError::connection_timed_out: return "ETIMEDOUT";
    case ConversationError::address_not_available: return "EADDRNOTAVAIL";
    case ConversationError::address_in_use: return "EADDRINUSE";
    case ConversationError::closed: return "closed without a greeting";
    case ConversationError::host_down: return "the client has no power";
    case ConversationError::aborted: return "the client gave it up";
  }
  LVS_REQUIRE(false, "every error of a conversation has a name");
}

namespace {

ConversationError error_of(TcpError error) {
  switch (error) {
    case TcpError::refused:
    case TcpError::port_unreachable: return ConversationError::refused;
    case TcpError::net_unreachable: return ConversationError::net_unreachable;
    case TcpError::host_unreachable: return ConversationError::host_unreachable;
    case TcpError::protocol_unreachable: return ConversationError::protocol_unreachable;
    case TcpError::reset: return ConversationError::reset;
    case TcpError::timed_out: return ConversationError::connection_timed_out;
  }
  LVS_REQUIRE(false, "every error of TCP means something to a conversation");
}

}  // namespace

Conversations::Conversations(Simulator& simulator, Tcp& tcp, Udp& udp, Servers& servers,
                             ConversationTable& table, const std::vector<Host*>& hosts)
    : simulator_(simulator),
      tcp_(tcp),
      udp_(udp),
      servers_(servers),
      table_(table),
      hosts_(hosts),
      tcp_user_(tcp.add_user(*this)) {}

Conversation& Conversations::begin(ConversationId id, const Ask& ask, Protocol protocol) {
  table_.grow_to(id.index() + 1);
  Conversation& c = table_[id];
  LVS_REQUIRE(c.phase == Conversation::Phase::unused, "a conversation is begun once");
  c.phase = Conversation::Phase::waiting;
  c.protocol = protocol;
  c.client = ask.host;
  c.from = ask.from;
  c.to = ask.to;
  c.limit = ask.limit;
  c.timer = simulator_.create_timer(code(EventKind::conversation_limit), id.value);
  ++pending_;
  return c;
}

/// What bind() of the source looks at. False: the conversation has failed.
bool Conversations::may_begin(Conversation& c) {
  const Host& host = *hosts_[c.client.index()];
  if (!host.is_powered()) {
    fail(c, ConversationError::host_down);
    return false;
  }
  if (!host.state().is_local(c.from.address)) {
    fail(c, ConversationError::address_not_available);
    return false;
  }
  return true;
}

void Conversations::open(ConversationId id, const Ask& ask) {
  Conversation& c = begin(id, ask, Protocol::tcp);
  if (!may_begin(c)) return;
  Tcp::Connect request;
  request.host = ask.host;
  request.source = ask.from.address;
  request.source_port = ask.from.port;
  request.destination = ask.to;
  request.tag = ConversationTable::tag(id);
  request.user = tcp_user_;
  request.user_data = id.value;
  c.phase = Conversation::Phase::connecting;
  simulator_.arm(c.timer, simulator_.now() + c.limit);
  const auto endpoint = tcp_.connect(request);
  if (!endpoint) return fail(c, ConversationError::address_not_available);
  c.endpoint = *endpoint;
}

void Conversations::datagram(ConversationId id, const Ask& ask, std::uint32_t bytes) {
  Conversation& c = begin(id, ask, Protocol::udp);
  if (!may_begin(c)) return;
  const OutputRoute route =
      route_output(hosts_[ask.host.index()]->state(), ask.to.address, ask.from.address);
  if (route.kind == OutputRoute::Kind::none) return fail(c, ConversationError::net_unreachable);
  if (!udp_.open({ask.host, ask.from, {}, this, id.value})) {
    return fail(c, ConversationError::address_in_use);
  }
  c.holds_socket = true;
  simulator_.arm(c.timer, simulator_.now() + c.limit);
  udp_.send({ask.host, ask.from, ask.to, bytes, ConversationTable::tag(id)});
}

bool Conversations::send(ConversationId id, std::uint32_t bytes) {
  const Conversation& c = table_[id];
  if (!c.endpoint.valid() || c.phase == Conversation::Phase::connecting) return false;
  tcp_.send(c.endpoint, bytes);
  return true;
}

bool Conversations::close(ConversationId id) {
  Conversation& c = table_[id];
  if (!c.endpoint.valid()) return false;
  give_up(c, ConversationError::aborted);
  return true;
}

bool Conversations::reset(ConversationId id) {
  Conversation& c = table_[id];
  if (!c.endpoint.valid()) return false;
  tcp_.abort(c.endpoint);
  fail(c, ConversationError::aborted);
  return true;
}

bool Conversations::server_close(ConversationId id) {
  const auto& server = table_[id].server;
  if (!server || !server->endpoint.valid()) return false;
  const bool there = tcp_.incarnation(server->endpoint) == server->incarnation &&
                     !tcp_.endpoint(server->endpoint).orphaned();
  return there && servers_.close_connection(server->endpoint);
}

void Conversations::limit_reached(std::uint32_t id) {
  give_up(table_[ConversationId{id}], ConversationError::timeout);
}

/// The client closes whatever it holds; if no answer had come, `error` says why none will.
void Conversations::give_up(Conversation& c, ConversationError error) {
  if (c.endpoint.valid()) tcp_.close(c.endpoint);
  fail(c, error);
}

void Conversations::answer(Conversation& c, const std::optional<Conversation::ServerSide>& by) {
  LVS_REQUIRE(by.has_value(), "who answers a conversation has said so");
  simulator_.disarm(c.timer);
  --pending_;
  c.outcome = {ConversationOutcome::Kind::answered, by->host, by->port, {}, simulator_.now()};
  c.phase = Conversation::Phase::open;
}

/// Nothing follows for the client, which holds no socket from here on.
void Conversations::end(Conversation& c) {
  simulator_.disarm(c.timer);
  if (c.holds_socket) udp_.close(c.client, c.from);
  c.holds_socket = false;
  c.endpoint = {};
  c.phase = Conversation::Phase::ended;
}

/// What had been answered stays so.
void Conversations::fail(Conversation& c, ConversationError error) {
  end(c);
  if (c.outcome.kind != ConversationOutcome::Kind::pending) return;
  --pending_;
  c.outcome = {ConversationOutcome::Kind::failed, {}, {}, error, simulator_.now()};
}

Conversation& Conversations::of(EndpointId endpoint) {
  return table_[ConversationId{tcp_.endpoint(endpoint).user_data}];
}

void Conversations::connected(EndpointId endpoint) {
  Conversation& c = of(endpoint);
  c.phase = Conversation::Phase::waiting;
  simulator_.arm(c.timer, simulator_.now() + c.limit);
}

void Conversations::received(EndpointId endpoint, std::uint32_t) {
  Conversation& c = of(endpoint);
  if (c.phase == Conversation::Phase::waiting) answer(c, c.server);
}

void Conversations::peer_closed(EndpointId endpoint) {
  Conversation& c = of(endpoint);
  if (c.phase == Conversation::Phase::waiting) give_up(c, ConversationError::closed);
}

void Conversations::failed(EndpointId endpoint, TcpError error) {
  fail(of(endpoint), error_of(error));
}

void Conversations::queued(ListenerId, std::uint32_t) {
  LVS_REQUIRE(false, "conversations do not listen");
}

/// A socket that is not connected takes what comes, also the late answer to another datagram.
void Conversations::received(std::uint32_t id, const Datagram& datagram) {
  const Conversation* asked = table_.find(datagram.tag);
  if (asked == nullptr || !asked->server) return;
  Conversation& c = table_[ConversationId{id}];
  if (datagram.remote != c.to) return;  // of a NAT server that the director did not translate
  answer(c, asked->server);
  end(c);
}

void Conversations::refused(std::uint32_t) {
  LVS_REQUIRE(false, "a socket that is not connected hears of no ICMP error");
}

}  // namespace lvs
