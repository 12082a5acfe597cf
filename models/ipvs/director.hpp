// A director: IPVS of one host, as the hooks of its IP stack see it (spec/ipvs.md 3).
//
// The stack calls input() for what is delivered locally, output() for what it forwards or sends
// itself, and acts on the answer: routes, TTL, MTU, ICMP and neighbours are its business. The
// director looks up or schedules, counts, follows the state and restarts the timer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/drop_cause.hpp"
#include "models/event_kinds.hpp"
#include "models/ipvs/connection_table.hpp"
#include "models/ipvs/destination.hpp"
#include "models/ipvs/error.hpp"
#include "models/ipvs/forwarding_method.hpp"
#include "models/ipvs/fullnat/local_sides.hpp"
#include "models/ipvs/service.hpp"
#include "models/ipvs/sysctls.hpp"
#include "models/ipvs/tcp_states.hpp"
#include "models/observe.hpp"
#include "models/packet/frame.hpp"
#include "sim/random.hpp"
#include "sim/simulator.hpp"

namespace lvs {

/// The target of EventKind::ipvs_connection is director << kDirectorShift | slot; of the other IPVS
/// timers director << kDirectorShift.
inline constexpr unsigned kDirectorShift = 28;
inline constexpr std::uint32_t kMostDirectors = std::uint32_t{1} << (32 - kDirectorShift);
static_assert(ConnectionTable::kMostCapacity <= std::uint32_t{1} << kDirectorShift);

/// The tick of the statistics is armed for 2 s, which the timer wheel makes 504 jiffies (7.2).
inline constexpr Jiffies kTickDelay = jiffies_of_seconds(2);
inline constexpr Jiffies kTickPeriod = 504;
/// How often the trash is visited (1.6).
inline constexpr Jiffies kTrashPeriod = jiffies_of_seconds(60);

/// The longest run takes 2^29.3 jiffies and the longest timeout 2^31, so from here on nothing wraps
/// into the values that mean "not armed yet".
inline constexpr Jiffies kMostJiffyPhase = Jiffies{1} << 30;

/// The defences are looked at every second (1.7).
inline constexpr Jiffies kDefencePeriod = jiffies_of_seconds(1);
/// Free memory of a director, which decides the automatic modes of the defences, in pages of 4 KiB.
/// Ours: hosts have no model of memory, so it is 1 GiB, always.
inline constexpr std::int64_t kFreePages = 262144;
/// The modes of drop_entry, drop_packet and secure_tcp; 0 is off.
inline constexpr int kAutomaticOff = 1;
inline constexpr int kAutomaticOn = 2;
inline constexpr int kAlwaysOn = 3;

/// What a director asks its host about addresses.
enum class AddressType : std::uint8_t {
  local,
  unicast,  ///< of some other host
  other,    ///< broadcast, multicast, 0.0.0.0
};
class AddressBook {
 public:
  virtual ~AddressBook() = default;
  virtual AddressType type(Ipv4Address address) const = 0;
};

/// What a recording does not hold and a simulation may choose.
struct DirectorPhases {
  Jiffies jiffies = 0;     ///< the kernel's counter at the start; at most kMostJiffyPhase
  Jiffies statistics = 0;  ///< by how much the first 2 s tick comes early; below 504
};

class Director : private SchedulerHost {
 public:
  Director(Simulator& simulator, const Observation& observation, HostId host, std::uint32_t index,
           DirectorPhases phases = {}, StreamKey key = {});
  ~Director() override;
  Director(const Director&) = delete;
  Director& operator=(const Director&) = delete;

  /// Whom to ask about addresses; `book` lives longer. Without one nothing is local.
  void ask(const AddressBook& book) { addresses_ = &book; }

  // --- hooks -----------------------------------------------------------------------------------

  /// Whether the hooks exist at all: only while there is a service (3.1).
  bool has_services() const { return !index_of_services_.empty(); }

  enum class Action : std::uint8_t {
    accept,        ///< not ours: give it back to the stack
    drop,          ///< discard silently, counted as `cause`
    forward,       ///< send it to `real_server` by `method`
    refuse,        ///< ICMP port unreachable to the sender, then discard, counted as `cause`
    tunnel_error,  ///< input_icmp only: an ICMP error about our outer header; see there
  };
  struct Decision {
    Action action = Action::accept;
    DropCause cause = DropCause::ipvs_no_destination;
    ForwardingMethod method = ForwardingMethod::direct;
    Endpoint real_server{};  ///< of bypass: where the packet was going
    std::uint32_t translation = Connection::kNoTranslation;  ///< of fullnat
  };
  /// Where a packet came from: LOCAL_IN, or LOCAL_OUT of a client on the director itself.
  enum class Origin : std::uint8_t { network, this_host };

  /// Whether OUT processing of what is delivered locally can find anything: clients on the director
  /// itself get their replies there (3.1), and FULLNAT's servers answer to its own addresses (6.1).
  bool expects_local_replies() const { return local_clients_ > 0 || local_sides_.in_use() > 0; }
  bool has_local_clients() const { return local_clients_ > 0; }

  /// IN processing (3.2-3.6) of TCP and UDP: look up, else schedule; count, change state, restart
  /// the timer. Does not modify the frame. Everything else is accepted.
  Decision input(const Frame& packet, Origin origin = Origin::network);

  enum class Reply : std::uint8_t {
    not_ours,    ///< unchanged
    translated,  ///< of a NAT connection: the source is now the virtual address
    counted,     ///< of a connection of another method: unchanged
    refuse,      ///< nat_icmp_send: ICMP port unreachable to the real server, then discard
  };
  /// OUT processing (3.9) of TCP and UDP in FORWARD, LOCAL_OUT and LOCAL_IN.
  Reply output(Frame& packet);

  /// IN processing of an ICMP message (3.8). An error about a packet that the virtual side sent is
  /// to be forwarded: with nat after nat_icmp_request(), else as it is, by the method. No MTU check
  /// may answer it. tunnel_error: the message is about an IPIP packet of ours to `real_server`, and
  /// is consumed: if it says fragmentation needed, the path MTU towards the real server becomes
  /// packet.icmp.mtu; then, if `relay_tunnel_error`, the client (quoted.inner.source) gets an error
  /// of the same type and code about the inner packet, fragmentation needed with MTU = route MTU to
  /// the real server - 20 (5.4).
  Decision input_icmp(const Frame& packet, Origin origin = Origin::network);
  static bool relay_tunnel_error(const Frame& packet);
  /// OUT processing of an ICMP message: an error from a real server about a request. Rewrites for
  /// NAT.
  Reply output_icmp(Frame& packet);

  // --- FULLNAT (6) -------------------------------------------------------------------------------

  /// Where a packet of a FULLNAT connection goes on to, and for whom it was translated.
  struct Onward {
    Endpoint client;
    Endpoint virtual_side;
    std::uint32_t translation;
  };
  /// What forward with the method fullnat means for a request, or an ICMP error about a reply: both
  /// addresses change, and of TCP the sequence number, and the options as long as a packet of `mtu`
  /// bytes has room for them.
  void translate_request(Frame& packet, const Decision& decision, std::uint32_t mtu);
  /// OUT processing in LOCAL_IN of what a real server sends to a local side, or of an ICMP error
  /// about a request: counted, the state followed, the timer restarted. It is then to be sent on,
  /// translated. None if it is for no local side. Does not modify the frame.
  std::optional<Onward> reply_to_local_side(const Frame& packet);
  void translate_reply(Frame& packet, const Onward& onward);

  /// A timer of this director: connection, statistics tick, trash.
  void expire(const Event& event);

  // --- configuration, as ipvsadm -----------------------------------------------------------------

  IpvsError add_service(const ServiceKey& key, const ServiceSettings& settings);
  IpvsError edit_service(const ServiceKey& key, const ServiceSettings& settings);
  IpvsError delete_service(const ServiceKey& key);
  void flush();  ///< -C
  IpvsError add_destination(const ServiceKey& key, Endpoint address,
                            const DestinationSettings& settings);
  IpvsError edit_destination(const ServiceKey& key, Endpoint address,
                             const DestinationSettings& settings);
  IpvsError delete_destination(const ServiceKey& key, Endpoint address);
  /// DPVS's --add-laddr: one more address for the local sides of a service's FULLNAT connections.
  IpvsError add_local_address(const ServiceKey& key, Ipv4Address address,
                              const std::string& device);
  IpvsError zero(const ServiceKey& key);  ///< -Z of one service
  void zero();                            ///< -Z
  struct Timeouts {                       ///< seconds
    std::int64_t tcp = 0;
    std::int64_t tcp_fin = 0;
    std::int64_t udp = 0;
  };
  /// --set: 0 keeps a value.
  IpvsError set_timeouts(const Timeouts& timeouts);
  Timeouts timeouts() const;

  IpvsSysctls& sysctls() { return sysctls_; }
  const IpvsSysctls& sysctls() const { return sysctls_; }

  // --- reading -----------------------------------------------------------------------------------

  /// Null if there is none.
  const Service* find_service(const ServiceKey& key) const;
  /// Ordered by key.
  std::vector<const Service*> services() const;
  DestinationList destinations(const Service& service) const {
    return {destinations_, service.destinations};
  }
  const Destination& destination(DestinationId id) const { return destinations_[id.index()]; }
  const Statistics& total() const { return total_; }
  const ConnectionTable& connections() const { return table_; }
  const Connection& connection(ConnectionId id) const { return table_[id]; }
  /// What is remembered of FULLNAT connections, by Connection::translation.
  const LocalSides& local_sides() const { return local_sides_; }
  /// The present reading of the director's jiffy counter.
  Jiffies jiffies() const { return clock_.at(simulator_.now()); }
  /// Deleted real servers that connections still refer to, or did a moment ago (1.6).
  std::size_t trash_size() const { return trash_.size(); }

 private:
  // of schedulers
  Jiffies now() const override { return jiffies(); }
  const IpvsSysctls& settings() const override { return sysctls_; }
  void hold(DestinationId id) override { ++destinations_[id.index()].references; }
  void let_go(DestinationId id) override { --destinations_[id.index()].references; }
  std::uint32_t random() override { return static_cast<std::uint32_t>(stream_() >> 32); }

  // input
  Connection* reuse(Connection& c);
  bool reschedules(const Connection& c) const;
  bool is_gone(const Connection& c) const {
    return c.destination.valid() && !destinations_[c.destination.index()].available;
  }
  Decision forward(Connection& c, const Frame& packet);
  Decision forward_once(Connection& c, const Frame& packet);
  static Decision to_server(const Connection& c);

  // scheduling
  /// What asks for a connection: a packet, or the one that an ICMP error quotes.
  enum class Subject : std::uint8_t { packet, quoted_by_icmp };
  struct Request {
    Tuple tuple;
    Subject subject;
    ServiceId service;
  };
  /// A new connection, or none and what becomes of the packet.
  struct Scheduled {
    Connection* connection = nullptr;
    Decision verdict{};
  };
  Scheduled schedule(const Frame& packet, const Tuple& tuple, Origin origin, Subject subject);
  ServiceId find_service(const Tuple& tuple, std::uint32_t mark) const;
  DestinationId pick(const Request& request);
  Port mapped_port(DestinationId id, Port asked) const;
  Connection* create(const Request& request, DestinationId id, Port real_port);
  Connection& insert(const Tuple& tuple);
  void entry_moved(const Connection& moved);
  Scheduled leave(const Request& request);
  static Endpoint client_of(const Tuple& t) { return {t.client, t.client_port}; }
  static Endpoint target_of(const Tuple& t) { return {t.virtual_address, t.virtual_port}; }

  // persistence
  bool by_port(const Request& request) const;
  Tuple template_tuple(const Request& request) const;
  Connection* schedule_persistently(const Request& request);
  bool is_usable(const Connection& keeper) const;
  Connection& create_template(const Request& request, DestinationId id);
  void assure(const Connection& c);

  // defence
  void defend();
  bool drops_packet();
  void drop_entries();
  bool is_to_be_dropped(const Connection& c);
  bool ages_out(const Connection& c);

  // icmp
  static bool is_related(const IcmpMessage& message);
  Decision input_tunnel_error(const Frame& packet);

  // FULLNAT
  IpvsError check_method(const Service& service, Endpoint address, ForwardingMethod method) const;
  bool is_fullnat(const Service& service) const;
  static bool starts_fullnat(const Frame& packet, Subject subject);
  LocalSides::Reservation reserve_local_side(Service& service, Endpoint real_server);
  void open_local_side(Connection& c, const LocalSides::Reservation& reservation);
  void close_local_side(Connection& c);
  void begin(Translation& t, std::uint32_t client_isn, Endpoint real_server);
  std::optional<Onward> icmp_to_local_side(const Frame& packet);

  // state
  void count_in(const Connection& c, std::uint16_t bytes);
  void count_out(const Connection& c, std::uint16_t bytes);
  Jiffies follow(Connection& c, const Frame& packet, IpvsDirection direction);
  void change_state(Connection& c, IpvsState next, IpvsDirection direction);
  void counts_changed(DestinationId id);
  void bind(Connection& c, DestinationId id);
  void unbind(Connection& c);
  void remove(Connection& c);
  void kill(Connection& c);
  bool is_nat_server(ServiceAddress server) const;

  // timers
  std::uint32_t target(ConnectionId id) const { return index_ << kDirectorShift | id.value; }
  void restart(Connection& c, Jiffies timeout);
  void arm(const Connection& c);
  void expire_now(Connection& c);
  void arm_after(TimerId timer, Jiffies delta);
  Connection& owner(const Event& event);
  void expire_connection(Connection& c);
  void start_ticks();
  void tick();
  void visit_trash();
  void sweep();

  // configuration
  ServiceId find(const ServiceKey& key) const;
  DestinationId find(const Service& service, Endpoint address) const;
  DestinationId revive(ServiceId id, Endpoint address);
  DestinationId new_destination(ServiceId id, Endpoint address);
  void discard(DestinationId id);
  void remove_service(ServiceId id);
  void services_changed();
  void bind_scheduler(ServiceId id, const ServiceSettings& settings);
  void unbind_scheduler(Service& service);
  void collect(const Event& event);

  void emit(RecordKind kind, const std::array<std::int64_t, 6>& values) const;

  // set at construction
  Simulator& simulator_;
  const Observation& observation_;
  const HostId host_;
  const std::uint32_t index_;
  const JiffyClock clock_;
  const Jiffies first_tick_;  ///< of the statistics
  const TimerId statistics_timer_;
  const TimerId trash_timer_;
  const TimerId sweep_timer_;
  const TimerId defence_timer_;
  const AddressBook* addresses_;

  // configuration
  RandomStream stream_;  ///< of the schedulers
  IpvsSysctls sysctls_;
  std::array<Jiffies, kIpvsStateCount> tcp_timeouts_;
  std::array<Jiffies, kIpvsStateCount> dpvs_tcp_timeouts_;  ///< of FULLNAT connections
  Jiffies udp_timeout_;
  std::vector<Service> services_;  ///< by id; ids are not used again
  std::vector<std::pair<ServiceKey, ServiceId>> index_of_services_;  ///< sorted; those that exist
  bool has_ftp_service_ = false;
  bool has_all_ports_service_ = false;

  // changes as events run
  ConnectionTable table_;
  DestinationPool destinations_;
  std::vector<DestinationId> free_destinations_;
  std::vector<DestinationId> trash_;  ///< latest first
  Statistics total_;
  Connection only_packet_;           ///< of a one-packet service, while it is worked on
  std::uint32_t local_clients_ = 0;  ///< connections whose client is this host
  LocalSides local_sides_;
  std::optional<DropCause> without_local_side_;  ///< why the last that was asked for is missing
  TcpStrictness strictness_ = TcpStrictness::normal;
  std::int64_t drop_rate_ = 0;  ///< one new connection in so many; 0: none
  std::int64_t drop_counter_ = 0;
  std::array<int, 9> aging_{};  ///< by packets of a silent connection
};

}  // namespace lvs
