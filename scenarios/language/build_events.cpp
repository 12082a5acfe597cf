// What a running scenario does at set moments: `events:` and the `show` expectations.
#include <algorithm>

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
  if (index >= kFirstAnnouncement) return announce(announcements_[index - kFirstAnnouncement]);
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
    if (!host(name).is_powered()) {
      throw ScenarioError(event.where, name + " has no power at " +
                                           to_string(world_.simulator().now()) +
                                           ": no command runs there");
    }
    shell(name).run(run->script);
    world_.health().look_again(host_ids_.at(name));
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
  } else if (const auto* ask = std::get_if<ConnectAction>(&event.action)) {
    connect(event, *ask);
  } else if (const auto* send = std::get_if<SendAction>(&event.action)) {
    world_.conversations().send(conversation_ids_.at(send->id.text),
                                static_cast<std::uint32_t>(send->bytes.value));
  } else if (const auto* end = std::get_if<EndAction>(&event.action)) {
    end_conversation(*end);
  }
}

/// In the order in which they are opened; events of one instant happen in file order.
void Simulation::number_conversations() {
  for (const Event& event : scenario_.events) {
    if (std::holds_alternative<ConnectAction>(event.action)) openings_.push_back(&event);
  }
  std::stable_sort(openings_.begin(), openings_.end(),
                   [](const Event* a, const Event* b) { return a->at < b->at; });
  for (const Event* event : openings_) {
    const auto number = static_cast<std::uint32_t>(conversation_ids_.size());
    conversation_ids_[std::get<ConnectAction>(event->action).id.text] = ConversationId{number};
  }
}

void Simulation::connect(const Event& event, const ConnectAction& action) {
  const ConversationId id = conversation_ids_.at(action.id.text);
  const Conversations::Ask ask{host_ids_.at(event.host.text), action.from, action.to.endpoint,
                               action.timeout};
  if (action.to.protocol == Protocol::tcp) return world_.conversations().open(id, ask);
  world_.conversations().datagram(id, ask, static_cast<std::uint32_t>(action.bytes.value));
}

/// A step on a connection that is no more does nothing, as the call of the real client would fail.
void Simulation::end_conversation(const EndAction& action) {
  const ConversationId id = conversation_ids_.at(action.id.text);
  switch (action.how) {
    case EndAction::How::close: world_.conversations().close(id); return;
    case EndAction::How::close_by_server: world_.conversations().server_close(id); return;
    case EndAction::How::reset: world_.conversations().reset(id); return;
  }
}

void Simulation::power(const Event& event, PowerAction action) {
  lvs::Host& machine = host(event.host.text);
  const bool on = action == PowerAction::on;
  if (machine.is_powered() == on) return;
  if (!on) ++boots_[machine.id().index()];
  world_.power(machine, on);
  if (!on) return;
  for (const language::Host& h : scenario_.hosts) {
    if (h.name.text == event.host.text) run_setup(h);
  }
  world_.health().look_again(machine.id());
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
  const bool network = switch_of_network_.count(name) > 0;
  const auto show_host = [&] {
    return host(name).is_powered() ? shell(name).run(script) : name + " has no power\n";
  };
  const std::string text = network ? show_network(script, name) : show_host();
  shown_.push_back({now, name, command, text, expectation});
}

/// `bridge fdb show` on a network: what its switch has learned, as the tool of a Linux bridge says
/// it. check_references() lets nothing else come here.
std::string Simulation::show_network(const Script& script, const std::string& network) const {
  const Step& step = script.steps.front();
  const auto& command = std::get<BridgeFdbShow>(step.command);
  if (command.bridge && command.bridge->text != network) {
    throw ScenarioError(command.bridge->where,
                        "bridge: Cannot find bridge device \"" + command.bridge->text + "\"");
  }
  const std::vector<std::string>& ports = ports_of_network_.at(network);
  if (command.port && std::find(ports.begin(), ports.end(), command.port->text) == ports.end()) {
    throw ScenarioError(command.port->where, "bridge: Cannot find device \"" + command.port->text +
                                                 "\" (ports of " + network + ": " + join(ports) +
                                                 ")");
  }
  std::string text;
  const Switch& learned = world_.switches()[switch_of_network_.at(network)];
  for (const MacTable::Entry& entry : learned.table().entries(world_.simulator().now())) {
    const std::string& port = ports[entry.port];
    if (command.port && command.port->text != port) continue;
    MacAddress mac;
    for (std::size_t i = 0; i < mac.octets.size(); ++i) {
      mac.octets[i] = static_cast<std::uint8_t>(entry.key >> (40 - 8 * i));
    }
    text += to_string(mac) + (command.port ? "" : " dev " + port) + " master " + network + " \n";
  }
  return text;
}

void Simulation::announce_later(lvs::Host& machine, const Arping& next) {
  const auto index = static_cast<std::uint32_t>(announcements_.size());
  announcements_.push_back({machine.id(), boots_[machine.id().index()], next});
  world_.simulator().at(world_.simulator().now() + seconds(1), code(EventKind::scenario_event), 0,
                        kFirstAnnouncement + index);
}

/// An arping that meets an error on its way ends there, as the tool does.
void Simulation::announce(const Announcement& announcement) {
  if (boots_[announcement.host.index()] != announcement.boot) return;
  const Arping next = announcement.next;  // announce_later() adds to the list
  execute_ip({world_, world_.host(announcement.host), *this}, next);
}

}  // namespace lvs::language
