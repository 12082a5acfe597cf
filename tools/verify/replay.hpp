// A recording's script on a simulated cluster, with what each operation led to there.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/observe.hpp"
#include "models/packet/frame.hpp"
#include "scenarios/language/build.hpp"
#include "tools/verify/recording_scenario.hpp"

namespace lvs::verify {

/// A frame that a card of the director sent or received, in the order of the run.
struct DirectorFrame {
  Time time;
  std::size_t card = 0;  ///< 0: eth0, 1: eth1
  Frame frame;
};

/// Called at every record of the run, if set; for narration.
using RecordSink = std::function<void(const Record&)>;

/// One run of the scenario under one setting of the free parameters. Runs forward only.
class Replay {
 public:
  struct Again {
    std::string arguments;  ///< of an operation, or of the last listings
    Duration at{};
  };
  struct Options {
    bool frames = false;       ///< keep those that the director sent
    std::uint32_t wanted = 0;  ///< records for `sink`
    RecordSink sink = {};
    /// Listings of the script at other instants as well. They change nothing.
    std::vector<Again> again = {};
  };

  /// `scenario` is that of the recording, under any choices; it is copied and those are put in.
  Replay(const Recording& recording, const language::Scenario& scenario, const Choices& choices,
         Options options);
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  void run_to(Time time);
  /// Runs until what the operation led to is known: a command's or a listing's event; of a
  /// connection or a datagram the beginning of the next operation, which did not begin before.
  void run_through(const Operation& op);
  void run_to_end();

  /// "rs2 port 80", or the error; of an open or a datagram that run_through() has passed.
  std::string decision(const Operation& op) const;
  /// What a command complained of: nothing, or a text.
  std::optional<std::string> complaint(const Operation& op) const;
  /// What a listing printed.
  std::string listing(const Operation& op) const;
  /// What `ipvsadm ARGUMENTS` printed at an instant of the script or of Options::again; an error's
  /// text in parentheses if it failed.
  std::string listing(const std::string& arguments, Time at) const;

  const Director& director();
  Time now() const { return simulation_->world().simulator().now(); }
  Time instant_of(const Operation& op) const { return kStart + scenario_.events[event_of(op)].at; }
  /// Of one of the last listings.
  Time last_instant(std::size_t number) const {
    return kStart + scenario_.events[first_last_ + number].at;
  }
  const std::vector<DirectorFrame>& frames() const;
  const FramePool& frames_pool() const { return simulation_->world().frames(); }
  HostId director_id() { return simulation_->host("director").id(); }

 private:
  class Watcher;
  void number_events();
  std::size_t event_of(const Operation& op) const { return event_of_[op.number]; }

  const Recording& recording_;
  language::Scenario scenario_;
  std::vector<std::size_t> event_of_;              ///< by operation
  std::vector<std::uint32_t> conversation_of_;     ///< by operation
  std::size_t first_last_ = 0;                     ///< event of the first of the last listings
  std::map<std::size_t, std::string> complaints_;  ///< by event
  std::unique_ptr<Watcher> watcher_;
  std::unique_ptr<language::Simulation> simulation_;
};

}  // namespace lvs::verify
