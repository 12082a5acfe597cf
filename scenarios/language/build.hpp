// From a scenario to a world that runs: hosts, cables, switches, servers and clients wired, `setup`
// run, events scheduled.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/world.hpp"
#include "scenarios/language/host_shell.hpp"
#include "scenarios/language/scenario.hpp"

namespace lvs::language {

/// What a `show:` event or expectation printed.
struct ShownText {
  Time at = kStart;
  std::string host;
  std::string command;
  std::string text;
  std::optional<std::size_t> expectation;  ///< index into Scenario::expect, if it was one of those
};

/// The times of a run after `warmup: auto` was decided.
struct RunTimes {
  Duration warmup{};
  std::string warmup_reason;  ///< of an automatic one: "auto: …"; empty if given
  Duration run{};
  Duration drain{};
  std::vector<std::string> warnings;

  Time measured_from() const { return kStart + warmup; }
  Time measured_until() const { return kStart + warmup + run; }
  Time latest_end() const { return kStart + warmup + run + drain; }
};

class Simulation final : public ScenarioEvents, public Announcer {
 public:
  /// Builds the world and runs every `setup`. Throws ScenarioError for what only the models can
  /// tell: a command that fails, a loop of switches, client addresses that are not local. Requires:
  /// check_supported(scenario) passed. The scenario outlives this.
  Simulation(const Scenario& scenario, StreamKey key,
             EventQueue::Structure structure = EventQueue::Structure::calendar);
  ~Simulation() override;

  World& world() { return world_; }
  const World& world() const { return world_; }
  const RunTimes& times() const { return times_; }
  /// The host called `name`; it exists.
  lvs::Host& host(const std::string& name);
  /// Arms arrivals; from here on world().run_until() runs. Records go to `observer`.
  void start(Observer& observer, std::uint32_t wanted);

  /// Who takes the packets for the virtual services; null if there are none.
  const CaptureWatch* capture_watch() const { return capture_watch_ ? &*capture_watch_ : nullptr; }
  /// What `show:` has printed so far.
  const std::vector<ShownText>& shown() const { return shown_; }
  /// The events that open a connection or send a datagram, in the order of their times: the one
  /// with index i is ConversationId{i} of world().conversations().
  const std::vector<const Event*>& openings() const { return openings_; }
  const Scenario& scenario() const { return scenario_; }

  // ScenarioEvents
  void happen(std::uint32_t index) override;

 private:
  struct Planned {
    Stamp stamp;
    const Event* event = nullptr;  ///< of the file; null for an expectation that shows
    std::size_t expectation = 0;
    Duration next{};
  };
  /// What is left of an `arping -c N`.
  struct Announcement {
    HostId host;
    std::uint32_t boot;  ///< a host that was switched off since has forgotten it
    Arping next;
  };

  void build_networks();
  void build_host(const language::Host& host);
  void plug_card(lvs::Host& host, const Nic& nic);
  void build_servers(const language::Host& host);
  void build_clients(const ClientGroup& group);
  void build_health(const language::Host& host);
  void schedule_events();
  void run_setup(const language::Host& host);
  void decide_times();
  void watch_capture();
  void carry_out(const Event& event);
  void power(const Event& event, PowerAction action);
  void cable(const Event& event, const CableAction& action);
  void number_conversations();
  void connect(const Event& event, const ConnectAction& action);
  void end_conversation(const EndAction& action);
  void show(const Script& script, const std::string& host, std::optional<std::size_t> expectation);
  std::string show_network(const Script& script, const std::string& network) const;
  void announce_later(lvs::Host& host, const Arping& next) override;
  void announce(const Announcement& announcement);
  HostShell& shell(const std::string& host);

  const Scenario& scenario_;
  World world_;
  RunTimes times_;
  std::optional<CaptureWatch> capture_watch_;
  std::vector<Planned> planned_;
  /// Scenario events with numbers from kFirstAnnouncement on; each happens once.
  static constexpr std::uint32_t kFirstAnnouncement = 1U << 31;
  std::vector<Announcement> announcements_;
  std::vector<const Event*> openings_;
  std::map<std::string, ConversationId> conversation_ids_;
  std::vector<std::uint32_t> boots_;  ///< of each host: how often it lost power
  std::vector<ShownText> shown_;
  std::map<std::string, HostId> host_ids_;
  std::map<std::string, std::unique_ptr<HostShell>> shells_;
  std::map<std::string, std::uint32_t> switch_of_network_;
  /// What is plugged into each port of a network's switch: "rs1-eth0" (ours: real bridges name
  /// ports after their own interfaces).
  std::map<std::string, std::vector<std::string>> ports_of_network_;
  /// The first card on a network of kind cable waits for the second.
  struct LooseEnd {
    HostId host;
    Interface card;
    WayConfig way;
  };
  std::map<std::string, LooseEnd> loose_ends_;
  std::map<std::pair<std::string, std::string>, CableId> cable_of_card_;
};

}  // namespace lvs::language
