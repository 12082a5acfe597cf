// What TCP tells the application that owns an endpoint.
#pragma once

#include <cstdint>

#include "models/tcp/endpoint.hpp"

namespace lvs {

struct ListenerTag;
using ListenerId = Id<ListenerTag>;

/// Calls come from inside Tcp::receive and Tcp::timer. An application may call send, close and
/// abort on the endpoint from inside a call.
class TcpUser {
 public:
  virtual ~TcpUser() = default;
  /// Active side: the handshake is done; user_data is that of connect(). Passive side: a connection
  /// came out of the accept queue; user_data is the listener's, and the user may set its own.
  virtual void connected(EndpointId endpoint) = 0;
  /// `bytes` more of the peer's stream, in order. They are consumed at once.
  virtual void received(EndpointId endpoint, std::uint32_t bytes) = 0;
  /// The peer has closed: nothing more will come. If this side has shut down as well, that was all:
  /// the id is void after the call.
  virtual void peer_closed(EndpointId endpoint) = 0;
  /// A connection waits in the accept queue of a listener that does not accept at once; user_data
  /// is the listener's. The user calls Tcp::accept when it wants it.
  virtual void queued(ListenerId listener, std::uint32_t user_data) = 0;
  /// The connection is gone; the id is void after the call.
  virtual void failed(EndpointId endpoint, TcpError error) = 0;
};

}  // namespace lvs
