// What a running scenario does at set moments: `events:` and the `show` expectations.
#include "models/event_kinds.hpp"
#include "scenarios/language/build.hpp"

namespace lvs::language {

void Simulation::schedule_events() {
  const auto plan = [this](Planned planned, Duration at) {
    planned.stamp = world_.simulator().stamp();
    planned.next = at;
    const auto index = static_cast<std::uint32_t>(planned_.size());
    planned_.push_back(planned);
    world_.simulator().at(kStart + at, planned.stamp, code(EventKind::scenario_event), 0, index);
  };
  for (const Event& event : scenario_.events) plan({{}, &event, 0, {}}, event.at);
  for (std::size_t i = 0; i < scenario_.expect.size(); ++i) {
    const auto* show = std::get_if<ShowExpectation>(&scenario_.expect[i].what);
    if (show != nullptr && applies(scenario_.expect[i].when, scenario_)) {
      plan({{}, nullptr, i, {}}, show->at);
    }
  }
}

void Simulation::happen(std::uint32_t index) {
  Planned& planned = planned_[index];
  if (planned.event == nullptr) {
    const auto& expected = std::get<ShowExpectation>(scenario_.expect[planned.expectation].what);
    return show(expected.show, expected.host.text, planned.expectation);
  }
  const Event& event = *planned.event;
  if (event.every) {
    planned.next += *event.every;
    if (!event.until || planned.next < *event.until) {
      world_.simulator().at(kStart + planned.next, planned.stamp, code(EventKind::scenario_event),
                            0, index);
    }
  }
  carry_out(event);
}

void Simulation::carry_out(const Event& event) {
  const std::string& name = event.host.text;
  if (const auto* run = std::get_if<RunAction>(&event.action)) {
    shell(name).run(run->script);
  } else if (const auto* shows = std::get_if<ShowAction>(&event.action)) {
    show(shows->script, name, std::nullopt);
  } else if (const auto* server = std::get_if<ServerAction>(&event.action)) {
    const HostId id = host_ids_.at(name);
    switch (*server) {
      case ServerAction::hang: return world_.servers().hang(id);
      case ServerAction::resume: return world_.servers().resume(id);
      case ServerAction::refuse: return world_.servers().refuse(id);
      case ServerAction::accept: return world_.servers().accept(id);
    }
  } else if (const auto* speed = std::get_if<SpeedAction>(&event.action)) {
    world_.servers().set_speed(host_ids_.at(name), speed->speed);
  } else if (const auto* power_action = std::get_if<PowerAction>(&event.action)) {
    power(event, *power_action);
  } else if (const auto* cable_action = std::get_if<CableAction>(&event.action)) {
    cable(event, *cable_action);
  }
}

void Simulation::power(const Event& event, PowerAction action) {
  lvs::Host& machine = host(event.host.text);
  const bool on = action == PowerAction::on;
  if (machine.is_powered() == on) return;
  world_.power(machine, on);
  if (!on) return;
  for (const language::Host& h : scenario_.hosts) {
    if (h.name.text == event.host.text) run_setup(h);
  }
}

void Simulation::cable(const Event& event, const CableAction& action) {
  const CableId id = cable_of_card_.at({event.host.text, action.nic.text});
  Cables& cables = world_.cables();
  if (action.loss) cables.set_loss(id, *action.loss);
  if (action.delay) cables.set_delay(id, *action.delay);
  if (!action.state) return;
  if (*action.state == CableAction::State::join) {
    cables.join(id);
    return world_.carrier_found(id);
  }
  cables.cut(id);
  world_.carrier_lost(id);
}

void Simulation::show(const Script& script, const std::string& name,
                      std::optional<std::size_t> expectation) {
  std::string command = script.text;
  while (!command.empty() && (command.back() == '\n' || command.back() == ' ')) command.pop_back();
  const Time now = world_.simulator().now();
  const std::string text = shell(name).run(script);
  shown_.push_back({now, name, command, text, expectation});
}

}  // namespace lvs::language
