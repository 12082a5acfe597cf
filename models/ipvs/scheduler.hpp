// The interface of an IPVS scheduler: who gets a new connection, and what a scheduler is told so
// that it can keep a cursor, a table or an index. It runs once a connection, not once a packet.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/ipvs/destination.hpp"
#include "models/ipvs/jiffies.hpp"
#include "models/ipvs/sysctls.hpp"
#include "models/packet/endpoint.hpp"

namespace lvs {

/// The packet that asks for a connection.
struct Flow {
  Endpoint client;
  Endpoint target;  ///< the packet's destination
};

/// The scheduler flags of a service (`-b`), by the kernel's numbers.
struct SchedulerFlags {
  static constexpr std::uint8_t kFlag1 = 0x08;  ///< sh-fallback, mh-fallback
  static constexpr std::uint8_t kFlag2 = 0x10;  ///< sh-port, mh-port
  static constexpr std::uint8_t kFlag3 = 0x20;
};

/// What a director lends to its schedulers.
class SchedulerHost {
 public:
  virtual ~SchedulerHost() = default;

  virtual Jiffies now() const = 0;
  virtual const IpvsSysctls& settings() const = 0;
  /// A cache of the scheduler refers to the server: until it lets go, a server that was deleted
  /// stays in the trash (1.6), and its id with it.
  virtual void hold(DestinationId) = 0;
  virtual void let_go(DestinationId) = 0;
  /// 32 random bits of a stream of the director's own.
  virtual std::uint32_t random() = 0;
};

class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// Before anything else; `host` lives longer than the scheduler. The ids of the servers in a
  /// cache stay good until let_go(), which the destructor may still call.
  void attach(SchedulerHost& host) { host_ = &host; }

  /// The destination of a new connection, none if there is none. Sees the counts before it.
  virtual DestinationId pick(const DestinationList& servers, const Flow& flow) = 0;

  /// The scheduler was bound to a service, which may have servers already.
  virtual void bound(const DestinationList&) {}
  /// A server was added, at the head of the list.
  virtual void added(const DestinationList&) {}
  /// The server that was at `position` has left the list.
  virtual void removed(const DestinationList&, std::size_t /*position*/) {}
  /// A server was edited, even if nothing changed.
  virtual void edited(const DestinationList&) {}
  /// Active, inactive or OVERLOAD of a server changed. Called only if watches_counts().
  virtual void counts_changed(DestinationId, const Destination&) {}
  virtual bool watches_counts() const { return false; }
  /// Every kCollectionPeriod since the scheduler was bound. Called only if collects().
  virtual void collect(const DestinationList&) {}
  virtual bool collects() const { return false; }
  static constexpr Jiffies kCollectionPeriod = jiffies_of_seconds(60);

  /// Acts from the next pick on.
  void set_flags(std::uint8_t flags) { flags_ = flags; }

 protected:
  std::uint8_t flags() const { return flags_; }
  SchedulerHost& host() const { return *host_; }

 private:
  SchedulerHost* host_ = nullptr;
  std::uint8_t flags_ = 0;
};

}  // namespace lvs
