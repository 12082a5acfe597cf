// The local sides of a director's FULLNAT connections: the addresses L, their ports, and what is
// remembered of a connection beside its entry in the table (spec/ipvs.md 6.2, 6.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/ipvs/fullnat/port_pool.hpp"
#include "models/tcp/side_pool.hpp"
#include "sim/id.hpp"
#include "sim/random.hpp"
#include "sim/time.hpp"

namespace lvs {

struct LocalAddressTag;
using LocalAddressId = Id<LocalAddressTag>;

/// The local addresses of one service, in the order in which they were added, and whose turn it is.
struct LocalAddressList {
  struct Item {
    LocalAddressId id;
    Ipv4Address address;
    std::string device;  ///< as it was given; for `ipvsadm -S`
  };
  std::vector<Item> items;
  /// The one used last; at first before the first.
  std::size_t cursor = static_cast<std::size_t>(-1);
};

/// What a connection's packets need to be translated. The client, the virtual side and the real
/// server stand in its entry.
struct Translation {
  Endpoint local;  ///< L:lp
  LocalAddressId pool;
  std::uint32_t client_isn = 0;      ///< of the SYN that `delta` was made for
  std::uint32_t delta = 0;           ///< what the client's sequence numbers gain
  std::uint32_t first_data_ack = 0;  ///< F: what the client acknowledges until it has data
  bool started = false;              ///< a SYN has passed: `delta` counts
  bool answered = false;             ///< a SYN+ACK has passed: F counts

  void clear() { *this = {}; }
};

class LocalSides {
 public:
  /// The streams of the director with that index: of its cursors, and of the secret.
  LocalSides(StreamKey key, std::uint32_t director);

  /// Adds `address` at the tail of the list; false if it is there. An address has one pool, however
  /// many services use it.
  bool add(LocalAddressList& list, Ipv4Address address, const std::string& device);

  struct Reservation {
    Endpoint local;
    LocalAddressId pool;
  };
  /// A local side towards `real_server`; none if all addresses that are tried have no port left.
  /// `skips`: the cursor now and then leaves one out (6.2 step 1).
  std::optional<Reservation> reserve(LocalAddressList& list, bool skips, Endpoint real_server);

  /// The index of a new translation.
  std::uint32_t open(const Reservation& reservation);
  /// Forgets it; its port is free again.
  void close(std::uint32_t& translation, Endpoint real_server);

  Translation& operator[](std::uint32_t translation) { return translations_[translation]; }
  const Translation& operator[](std::uint32_t translation) const {
    return translations_[translation];
  }
  /// Connections that have one now.
  std::uint32_t in_use() const { return in_use_; }
  const PortPool& pool(LocalAddressId id) const { return addresses_[id.index()].pool; }

  /// A first sequence number towards the server: never twice the same for a pair of ends soon, and
  /// ahead of what the last connection between them used (6.3).
  std::uint32_t sequence_number(Endpoint local, Endpoint real_server, Time now) const;

 private:
  struct Address {
    Ipv4Address address;
    PortPool pool;
  };

  RandomStream stream_;
  const std::uint64_t secret_;
  std::vector<Address> addresses_;
  SidePool<Translation> translations_;
  std::uint32_t in_use_ = 0;
};

}  // namespace lvs
