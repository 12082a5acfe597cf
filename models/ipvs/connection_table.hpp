// The director's connections, by what their packets carry.
//
// Open addressing with linear probing; the 64-byte entries lie in the table itself, so that a
// look-up usually touches one cache line. The key of the hash is (protocol, client address, client
// port): what the client sends and what a NAT server answers find the same entry in one look-up.
// Each slot counts the entries that were placed beyond it on their way from home; a look-up ends at
// a slot that none has passed. Removing an entry takes its counts back, so there are no tombstones
// and nothing to clean: a table whose population does not grow allocates nothing, and entries never
// move except when it grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "models/ipvs/destination.hpp"
#include "models/ipvs/jiffies.hpp"
#include "models/ipvs/tcp_states.hpp"
#include "models/packet/endpoint.hpp"
#include "sim/id.hpp"
#include "sim/timing_wheel.hpp"

namespace lvs {

struct ConnectionTag;
/// The slot of a connection. Changes when the table grows.
using ConnectionId = Id<ConnectionTag>;

/// Client and virtual side of a connection: the fields of a request.
struct Tuple {
  Ipv4Address client;
  Ipv4Address virtual_address;
  Port client_port;
  Port virtual_port;
  Protocol protocol = Protocol::tcp;

  friend bool operator==(const Tuple&, const Tuple&) = default;
};

/// Of (protocol, client address, client port); never 0, which marks a free slot.
constexpr std::uint32_t connection_hash(Protocol protocol, Ipv4Address client, Port client_port) {
  std::uint64_t x = static_cast<std::uint64_t>(client.value) << 16 | client_port.value;
  x ^= static_cast<std::uint64_t>(protocol) << 56;
  x *= 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio; then mixed as in a murmur finaliser
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  const auto hash = static_cast<std::uint32_t>(x >> 32);
  return hash != 0 ? hash : 1;
}

/// The protocol of the template of a firewall mark, which serves all protocols (3.7); "IP" in
/// listings.
inline constexpr Protocol kAnyProtocol = static_cast<Protocol>(0);

struct alignas(64) Connection {
  struct Flag {
    static constexpr std::uint8_t kInactive = 1;    ///< counts as inactive (spec/ipvs.md 1.4)
    static constexpr std::uint8_t kNoOutput = 2;    ///< no packet of the server was seen (4.3)
    static constexpr std::uint8_t kDying = 4;       ///< its timer is set to fire now (4.2)
    static constexpr std::uint8_t kTemplate = 8;    ///< remembers where a client belongs (3.7)
    static constexpr std::uint8_t kAssured = 16;    ///< a template that a connection has confirmed
    static constexpr std::uint8_t kOnePacket = 32;  ///< never in the table (4.1)
    static constexpr std::uint8_t kLocalClient = 64;  ///< the client is the director's own host
    static constexpr std::uint8_t kAlias = 128;       ///< no connection: see find_alias()
  };

  // set at creation
  Ipv4Address client_address;
  Ipv4Address virtual_address;
  Port client_port;
  Port virtual_port;
  Protocol protocol = Protocol::tcp;
  ForwardingMethod method = ForwardingMethod::nat;  ///< the destination's when it was bound
  // changes as packets pass
  IpvsState state = IpvsState::none;
  std::uint8_t flags = 0;
  std::uint16_t passed =
      0;  ///< entries placed beyond this slot; belongs to the slot, not the entry
  // set at creation
  Port real_port;
  Ipv4Address real_address;
  std::uint32_t hash = 0;     ///< 0: the slot is free
  DestinationId destination;  ///< none: bypass
  TimerId timer;
  ConnectionId controller;   ///< a template, or the FTP connection that announced this one
  std::uint32_t serial = 0;  ///< order of creation; wraps
  // changes as packets pass
  std::uint32_t controlled = 0;  ///< connections that have this one as controller
  std::uint32_t packets_in = 0;
  Jiffies timeout = 0;  ///< with which the timer was last started
  Jiffies expires = 0;  ///< last start + timeout; the wheel fires a little later
  std::uint32_t translation = kNoTranslation;  ///< of FULLNAT, in LocalSides

  static constexpr std::uint32_t kNoTranslation = ~std::uint32_t{0};

  bool used() const { return hash != 0; }
  bool is_connection() const { return used() && !has(Flag::kAlias); }
  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  void set(std::uint8_t flag) { flags = static_cast<std::uint8_t>(flags | flag); }
  void clear(std::uint8_t flag) { flags = static_cast<std::uint8_t>(flags & ~flag); }
  Endpoint client() const { return {client_address, client_port}; }
  Endpoint virtual_side() const { return {virtual_address, virtual_port}; }
  Endpoint real_server() const { return {real_address, real_port}; }
  bool matches(const Tuple& tuple) const {
    return client_address == tuple.client && client_port == tuple.client_port &&
           virtual_address == tuple.virtual_address && virtual_port == tuple.virtual_port &&
           protocol == tuple.protocol;
  }
};
static_assert(sizeof(Connection) == 64 && std::is_trivially_copyable_v<Connection>);

class ConnectionTable {
 public:
  static constexpr std::uint32_t kLeastCapacity = 512;
  /// Slots of one director, as many as fit beside its index in the target of a timer.
  static constexpr std::uint32_t kMostCapacity = std::uint32_t{1} << 28;

  ConnectionTable() : slots_(kLeastCapacity) {}

  /// Connections and templates.
  std::size_t size() const { return size_ - aliases_; }
  std::size_t capacity() const { return slots_.size(); }

  Connection& operator[](ConnectionId id) { return slots_[id.index()]; }
  const Connection& operator[](ConnectionId id) const { return slots_[id.index()]; }
  ConnectionId id(const Connection& c) const {
    return {static_cast<std::uint32_t>(&c - slots_.data())};
  }

  /// A packet of the client: the connection with this tuple, null if there is none. One that is
  /// dying is found only if none alive follows (spec/ipvs.md 3.3 step 7); of several the newest.
  Connection* find(const Tuple& tuple) {
    return search(connection_hash(tuple.protocol, tuple.client, tuple.client_port),
                  [&](const Connection& c) { return c.matches(tuple); });
  }
  /// The template with this tuple, whose client port is 0; null if there is none.
  Connection* find_template(const Tuple& tuple) {
    return search(connection_hash(tuple.protocol, tuple.client, tuple.client_port),
                  [&](const Connection& c) {
                    return c.has(Connection::Flag::kTemplate) && c.matches(tuple);
                  });
  }
  /// A packet from `server` to `client`: the NAT connection whose real server that is, or the
  /// connection of another method whose virtual address that is.
  Connection* find_reply(Protocol protocol, Endpoint client, Endpoint server) {
    return search(connection_hash(protocol, client.address, client.port), [&](const Connection& c) {
      if (c.client() != client || c.protocol != protocol) return false;
      const bool nat = c.method == ForwardingMethod::nat;
      return (nat ? c.real_server() : c.virtual_side()) == server;
    });
  }

  /// A packet from `server` to the local side of a FULLNAT connection: that connection, null if
  /// there is none. What is found is an alias, a second entry that no other look-up finds.
  Connection* find_alias(Protocol protocol, Endpoint local, Endpoint server) {
    Connection* alias = search_alias(protocol, local, server);
    return alias == nullptr ? nullptr : &slots_[alias->controller.index()];
  }

  /// Makes sure that the next `more` entries move none. If the table has to grow, every entry
  /// moves: moved(entry) is called for each at its new place, and references are void.
  template <class Moved>
  void make_room(std::size_t more, Moved&& moved) {
    while (!has_room_for(more)) {
      grow();
      for (Connection& c : slots_) {
        if (c.is_connection()) moved(c);
      }
    }
  }
  /// A new entry with this tuple, its other fields as a new Connection has them. `moved` as above.
  template <class Moved>
  Connection& insert(const Tuple& tuple, Moved&& moved) {
    make_room(1, moved);
    Connection entry;
    entry.client_address = tuple.client;
    entry.virtual_address = tuple.virtual_address;
    entry.client_port = tuple.client_port;
    entry.virtual_port = tuple.virtual_port;
    entry.protocol = tuple.protocol;
    entry.hash = connection_hash(tuple.protocol, tuple.client, tuple.client_port);
    entry.serial = ++last_serial_;
    return place(entry);
  }
  /// Requires: the slot is used.
  void erase(ConnectionId id);

  /// Lets find_alias() find `c`. Requires: room for one more (make_room), so nothing moves.
  void insert_alias(const Connection& c, Endpoint local);
  void erase_alias(const Connection& c, Endpoint local);

  /// Calls visit(connection) for every entry but aliases, in the order of slots; visit may erase
  /// it.
  template <class Visit>
  void each(Visit&& visit) {
    for (Connection& c : slots_) {
      if (c.is_connection()) visit(c);
    }
  }
  template <class Visit>
  void each(Visit&& visit) const {
    for (const Connection& c : slots_) {
      if (c.is_connection()) visit(c);
    }
  }

  /// How many slots a look-up for this client visits that finds nothing.
  std::size_t probes(Protocol protocol, Endpoint client) const;

 private:
  static constexpr std::uint16_t kSaturated = 0xffff;  ///< such a count is never taken back

  std::size_t home(std::uint32_t hash) const {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(hash) * slots_.size() >> 32);
  }
  std::size_t after(std::size_t slot) const { return slot + 1 == slots_.size() ? 0 : slot + 1; }

  template <class Matches>
  Connection* search(std::uint32_t hash, Matches&& matches) {
    Connection* dying = nullptr;
    for (std::size_t at = home(hash);; at = after(at)) {
      Connection& c = slots_[at];
      if (c.hash == hash && matches(c)) {
        if (!c.has(Connection::Flag::kDying)) return &c;
        if (dying == nullptr || newer(c, *dying)) dying = &c;
      }
      if (c.passed == 0) return dying;
    }
  }
  Connection* search_alias(Protocol protocol, Endpoint local, Endpoint server) {
    return search(connection_hash(protocol, local.address, local.port), [&](const Connection& c) {
      return c.has(Connection::Flag::kAlias) && c.client() == local && c.real_server() == server &&
             c.protocol == protocol;
    });
  }
  static bool newer(const Connection& a, const Connection& b) {
    return static_cast<std::int32_t>(a.serial - b.serial) > 0;
  }

  bool has_room_for(std::size_t more) const { return (size_ + more) * 5 <= slots_.size() * 3; }
  Connection& place(const Connection& entry);
  void grow();

  std::vector<Connection> slots_;
  std::size_t size_ = 0;     ///< used slots
  std::size_t aliases_ = 0;  ///< of these
  std::uint32_t last_serial_ = 0;
};

}  // namespace lvs
