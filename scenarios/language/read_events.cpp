#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

CableAction read_cable(const YamlNode& node) {
  const MapReader map(node, {"nic", "state", "loss", "delay"});
  CableAction action;
  action.nic = {need_scalar(map.need("nic")), map.need("nic").where()};
  if (const YamlNode* v = map.get("state")) {
    action.state = read_choice<CableAction::State>(
        *v, {{"cut", CableAction::State::cut}, {"join", CableAction::State::join}});
  }
  if (const YamlNode* v = map.get("loss")) action.loss = read_probability(*v);
  if (const YamlNode* v = map.get("delay")) action.delay = read_duration(*v);
  if (!action.state && !action.loss && !action.delay) {
    throw node.error("changes nothing; expected state, loss or delay");
  }
  return action;
}

void read_action(const MapReader& map, const Bindings& bindings, Event& event) {
  const YamlNode& what = map.need_one_of({"run", "show", "server", "speed", "power", "cable",
                                          "connect", "datagram", "send", "close", "reset"});
  if (&what == map.get("cable")) {
    event.action = read_cable(what);
    return;
  }
  need_scalar(what);
  if (&what == map.get("run")) {
    event.action =
        RunAction{with_path(what, [&] { return read_script(what.text, bindings.names()); })};
  } else if (&what == map.get("show")) {
    event.action =
        ShowAction{with_path(what, [&] { return read_show(what.text, bindings.names()); })};
  } else if (&what == map.get("server")) {
    event.action = read_choice<ServerAction>(what, {{"hang", ServerAction::hang},
                                                    {"resume", ServerAction::resume},
                                                    {"refuse", ServerAction::refuse},
                                                    {"accept", ServerAction::accept}});
  } else if (&what == map.get("speed")) {
    event.action = SpeedAction{read_speed(what)};
  } else {
    event.action =
        read_choice<PowerAction>(what, {{"off", PowerAction::off}, {"on", PowerAction::on}});
  }
}

Event read_event(const YamlNode& node, const Bindings& bindings) {
  const MapReader map(node, {"at", "every", "during", "host", "run", "show", "server", "speed",
                             "power", "cable", "connect", "datagram", "send", "close", "reset"});
  Event event;
  event.where = node.where();
  const bool conversation = is_conversation(map);
  if (!conversation) event.host = read_name(map.need("host"));
  if (&map.need_one_of({"at", "every"}) == map.get("at")) {
    if (map.get("during") != nullptr) throw map.need("during").error("goes with every:, not at:");
    event.at = read_duration(map.need("at"));
  } else {
    event.every = read_positive_duration(map.need("every"));
    const Window window = read_window(map.need("during"));
    event.at = window.from;
    event.until = window.until;
  }
  if (conversation) {
    read_conversation(map, event);
  } else {
    read_action(map, bindings, event);
  }
  return event;
}

}  // namespace

std::vector<Event> read_events(const YamlNode& node, const Bindings& bindings) {
  std::vector<Event> events;
  for (const YamlNode& item : need_list(node).items) events.push_back(read_event(item, bindings));
  connect_steps(events);
  return events;
}

}  // namespace lvs::language
