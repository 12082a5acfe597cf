#include "tools/verify/replay.hpp"

#include <algorithm>
#include <utility>

#include "scenarios/language/error.hpp"

namespace lvs::verify {
namespace {

constexpr const char* kDirector = "director";
/// Longer than a client waits for its answer.
constexpr Duration kAnswered = seconds(3);
/// After the last event: what it caused has passed.
constexpr Duration kSettling = seconds(1);

void set_phases(language::Scenario& scenario, const Choices& choices) {
  for (language::Host& host : scenario.hosts) {
    if (host.name.text != kDirector) continue;
    host.jiffies_phase = choices.jiffies_phase;
    host.statistics_phase = choices.statistics_phase;
  }
}

/// Failures are compared, so that none may be swallowed.
void forbid_failures(language::Script& script) {
  for (language::Step& step : script.steps) step.shell.failure_allowed = false;
}

}  // namespace

/// Hears everything; keeps the director's frames if asked to.
class Replay::Watcher final : public Observer {
 public:
  Watcher(const lvs::Host& director, const FramePool& pool, const Options& options)
      : director_(director.id()), pool_(pool), options_(options) {
    for (const char* card : {"eth0", "eth1"}) {
      cards_.push_back(director.state().find_interface(card).value());
    }
  }

  void observe(const Record& record) override {
    const bool passed =
        record.kind == RecordKind::frame_sent || record.kind == RecordKind::frame_received;
    if (options_.frames && record.kind == RecordKind::frame_sent && record.host == director_) {
      for (std::size_t card = 0; card < cards_.size(); ++card) {
        if (cards_[card].value != record.values[0]) continue;
        frames.push_back({record.time, card, pool_[record.frame]});
      }
    }
    if (options_.sink && (!passed || (options_.wanted & Watch::kFrames) != 0)) {
      options_.sink(record);
    }
  }
  void request_ended(const RequestEnd&) override {}
  void connection_ended(const ConnectionEnd&) override {}

  std::vector<DirectorFrame> frames;

 private:
  HostId director_;
  std::vector<InterfaceId> cards_;  ///< eth0, eth1
  const FramePool& pool_;
  const Options options_;
};

Replay::Replay(const Recording& recording, const language::Scenario& scenario,
               const Choices& choices, Options options)
    : recording_(recording), scenario_(scenario) {
  set_phases(scenario_, choices);
  const std::vector<Duration> instants = event_instants(recording, choices);
  LVS_REQUIRE(instants.size() == scenario_.events.size(), "one event for each operation");
  for (std::size_t i = 0; i < instants.size(); ++i) {
    language::Event& event = scenario_.events[i];
    event.at = instants[i];
    if (auto* run = std::get_if<language::RunAction>(&event.action)) forbid_failures(run->script);
  }
  number_events();
  for (const Again& again : options.again) {
    const auto same = std::find_if(
        scenario_.events.begin(), scenario_.events.end(), [&](const language::Event& event) {
          const auto* show = std::get_if<language::ShowAction>(&event.action);
          return show != nullptr && show->script.text == "ipvsadm " + again.arguments;
        });
    LVS_REQUIRE(same != scenario_.events.end(), "what is listed again is listed");
    language::Event event = *same;
    event.at = again.at;
    scenario_.events.push_back(std::move(event));
  }
  simulation_ = std::make_unique<language::Simulation>(scenario_, StreamKey{scenario_.seed, 0});
  World& world = simulation_->world();
  const std::uint32_t wanted = options.wanted | (options.frames ? Watch::kFrames : 0);
  watcher_ = std::make_unique<Watcher>(simulation_->host(kDirector), world.frames(), options);
  world.observation().observer = watcher_.get();
  world.observation().wanted = wanted;
}

void Replay::number_events() {
  std::size_t event = 0;
  std::uint32_t conversation = 0;
  for (const Operation& op : recording_.operations) {
    event_of_.push_back(event);
    conversation_of_.push_back(conversation);
    event += op.kind == Operation::Kind::sleep ? 0 : 1;
    const bool asks = op.kind == Operation::Kind::open || op.kind == Operation::Kind::udp;
    conversation += asks ? 1 : 0;
  }
  first_last_ = event;
}

Replay::~Replay() = default;

void Replay::run_to(Time time) {
  World& world = simulation_->world();
  while (world.simulator().now() < time) {
    try {
      world.run_until(time);
    } catch (const language::ScenarioError& error) {
      const auto failed = std::find_if(scenario_.events.begin(), scenario_.events.end(),
                                       [&](const language::Event& event) {
                                         return event.where.position.line == error.position().line;
                                       });
      if (failed == scenario_.events.end()) throw;
      complaints_[static_cast<std::size_t>(failed - scenario_.events.begin())] = error.message();
    }
  }
}

void Replay::run_through(const Operation& op) {
  if (op.kind == Operation::Kind::sleep) return;
  const bool asks = op.kind == Operation::Kind::open || op.kind == Operation::Kind::udp;
  if (!asks) return run_to(instant_of(op));
  const std::vector<Operation>& ops = recording_.operations;
  const bool is_last = op.number + 1 == ops.size();
  run_to(kStart + (is_last ? op.at + kAnswered : ops[op.number + 1].at));
}

void Replay::run_to_end() {
  Duration end{};
  for (const language::Event& event : scenario_.events) end = std::max(end, event.at);
  run_to(kStart + end + kSettling);
}

std::string Replay::decision(const Operation& op) const {
  const Conversations& conversations = simulation_->world().conversations();
  const ConversationId id{conversation_of_[op.number]};
  if (id.value >= conversations.size()) return "not begun";
  const ConversationOutcome& outcome = conversations.outcome(id);
  switch (outcome.kind) {
    case ConversationOutcome::Kind::pending: return "no answer before the next operation";
    case ConversationOutcome::Kind::failed: return to_string(outcome.error);
    case ConversationOutcome::Kind::answered: break;
  }
  return simulation_->world().hosts()[outcome.server.index()]->name() + " port " +
         to_string(outcome.port);
}

std::optional<std::string> Replay::complaint(const Operation& op) const {
  if (const auto error = usage_error(op)) return error;
  const auto found = complaints_.find(event_of(op));
  if (found == complaints_.end()) return {};
  return found->second;
}

std::string Replay::listing(const Operation& op) const {
  return listing(op.arguments, instant_of(op));
}

std::string Replay::listing(const std::string& arguments, Time at) const {
  const std::string command = "ipvsadm " + arguments;
  for (const language::ShownText& shown : simulation_->shown()) {
    if (shown.at == at && shown.command == command) return shown.text;
  }
  for (const auto& [event, complaint] : complaints_) {
    const auto* show = std::get_if<language::ShowAction>(&scenario_.events[event].action);
    if (show != nullptr && show->script.text == command) return "(" + complaint + ")";
  }
  return "(not listed)";
}

const Director& Replay::director() {
  return simulation_->world().director_of(simulation_->host(kDirector));
}

const std::vector<DirectorFrame>& Replay::frames() const { return watcher_->frames; }

}  // namespace lvs::verify
