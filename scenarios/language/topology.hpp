// Networks and hosts of a scenario, as plain values (design.md 1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/packet/endpoint.hpp"
#include "models/packet/mac_address.hpp"
#include "scenarios/language/basics.hpp"
#include "scenarios/language/commands/command.hpp"
#include "scenarios/language/law.hpp"
#include "sim/time.hpp"
#include "sim/units.hpp"

namespace lvs::language {

/// How much may wait, in bytes or in frames; what is being sent does not count.
struct QueueLimit {
  enum class Unit : std::uint8_t { bytes, frames };
  Unit unit = Unit::bytes;
  std::int64_t amount = 512 * 1024;
  friend bool operator==(const QueueLimit&, const QueueLimit&) = default;
};

/// One cable, the same in both directions.
struct Cable {
  BitRate rate{};
  Duration delay{};
  QueueLimit queue;
  ByteCount mtu = bytes(1500);
  double loss = 0;                    ///< probability per frame and direction, 0..1
  std::optional<DurationLaw> jitter;  ///< per frame and direction
  friend bool operator==(const Cable&, const Cable&) = default;
};

enum class NetworkKind : std::uint8_t { switched, cable };

struct Network {
  Name name;
  NetworkKind kind = NetworkKind::switched;
  Cable cable;  ///< of every nic that says nothing else
  friend bool operator==(const Network&, const Network&) = default;
};

struct Nic {
  Name name;
  Name network;
  MacAddress mac;  ///< the given one, or 02:00:00:HH:HH:NN (host number, nic number, both from 1)
  Cable cable;     ///< the network's, with the nic's own rate, delay, queue and mtu put over it
  friend bool operator==(const Nic&, const Nic&) = default;
};

/// A frame goes to core hash(flow) mod cores; each core is FIFO.
struct Cpu {
  int cores = 1;
  Duration per_frame{};
  Duration per_byte{};
  Duration per_connection{};
  QueueLimit queue{QueueLimit::Unit::frames, 1000};  ///< as net.core.netdev_max_backlog
  Where where;
  friend bool operator==(const Cpu&, const Cpu&) = default;
};

enum class Discipline : std::uint8_t { fcfs, ps };

struct Warm {  ///< cold caches: `factor` times the demand for `span` after start or return
  Duration span{};
  double factor = 1;
  Where where;
  friend bool operator==(const Warm&, const Warm&) = default;
};

/// A listening server on a host.
struct Serve {
  Port port;
  Protocol protocol = Protocol::tcp;
  Ipv4Address bind;  ///< 0.0.0.0 = any
  /// Present: it says this to whoever connects and serves no requests, so that only port, bind,
  /// workers and backlog mean anything.
  std::optional<ByteCount> greeting;
  int cores = 1;
  Discipline discipline = Discipline::fcfs;
  std::optional<int> workers;  ///< absent: `accept: immediate`
  double speed = 1;            ///< divides the demand
  DurationLaw service_time;
  SizeLaw response;
  int backlog = 511;
  std::optional<Warm> warm;
  Where where;
  friend bool operator==(const Serve&, const Serve&) = default;
};

/// Probes from a director and what a failed server gets.
struct Health {
  enum class Action : std::uint8_t { remove, weight };
  ServiceAddress service;
  Duration every{};
  Duration timeout{};
  int retries = 0;
  Duration between{};
  Action action = Action::remove;
  Where where;
  Where service_where;
  friend bool operator==(const Health&, const Health&) = default;
};

struct Host {
  Name name;
  int number = 0;  ///< in file order after expansion, from 1
  std::vector<Nic> nics;
  std::optional<Cpu> cpu;  ///< absent: processing takes no time
  Duration reply_jitter_min{};
  Duration reply_jitter_max = microseconds(50);  ///< uniform; ARP and ping answers
  Script setup;
  std::vector<Serve> serves;
  std::optional<Health> health;
  std::uint32_t jiffies_phase = 0;     ///< of its director: the kernel's jiffies at the start
  std::uint32_t statistics_phase = 0;  ///< jiffies by which the first 2 s tick comes early, 0..503
  friend bool operator==(const Host&, const Host&) = default;
};

}  // namespace lvs::language
