// Events that open, use and close single connections.
#include <algorithm>
#include <map>

#include "models/workload/conversations.hpp"
#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

// What one write() may hand over here; more is several events.
constexpr std::int64_t kMostSent = 1 << 30;
// What fits an Ethernet frame: one datagram is asked for, and none is cut in two.
constexpr std::int64_t kMostDatagram = 1472;

ByteCount read_bytes(const YamlNode& node, std::int64_t most) {
  const ByteCount size = read_size(node);
  if (size.value >= 1 && size.value <= most) return size;
  throw node.error("must be 1B.." + std::to_string(most) + "B");
}

Endpoint read_source(const YamlNode& node) {
  const auto endpoint = parse_endpoint(need_scalar(node), false);
  if (endpoint && endpoint->port.value != 0) return *endpoint;
  throw node.error("\"" + node.scalar() + "\" is no source such as 172.20.0.5:40000");
}

ConnectAction read_ask(const YamlNode& node, Protocol protocol) {
  const bool tcp = protocol == Protocol::tcp;
  const MapReader map = tcp ? MapReader(node, {"id", "from", "to", "timeout"})
                            : MapReader(node, {"id", "from", "to", "bytes", "timeout"});
  ConnectAction action;
  action.id = read_name(map.need("id"));
  action.from = read_source(map.need("from"));
  action.to = read_service(map.need("to"));
  if (action.to.protocol != protocol) {
    throw map.need("to").error(tcp ? "connect: is TCP's; over UDP it is datagram:"
                                   : "datagram: is UDP's; over TCP it is connect:");
  }
  if (!tcp) action.bytes = read_bytes(map.need("bytes"), kMostDatagram);
  action.timeout = tcp ? Conversations::kConnectLimit : Conversations::kDatagramLimit;
  if (const YamlNode* timeout = map.get("timeout")) {
    action.timeout = read_positive_duration(*timeout);
  }
  return action;
}

EndAction read_close(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::map) return {read_name(node), EndAction::How::close};
  const MapReader map(node, {"id", "by"});
  EndAction action{read_name(map.need("id")), EndAction::How::close};
  if (const YamlNode* by = map.get("by")) {
    action.how = read_choice<EndAction::How>(
        *by, {{"client", EndAction::How::close}, {"server", EndAction::How::close_by_server}});
  }
  return action;
}

const Name& id_of(const Event& event) {
  if (const auto* send = std::get_if<SendAction>(&event.action)) return send->id;
  if (const auto* end = std::get_if<EndAction>(&event.action)) return end->id;
  return std::get<ConnectAction>(event.action).id;
}

bool is_step(const Event& event) {
  return std::holds_alternative<SendAction>(event.action) ||
         std::holds_alternative<EndAction>(event.action);
}

using Openings = std::map<std::string, const Event*>;

Openings openings_of(const std::vector<Event>& events) {
  Openings openings;
  for (const Event& event : events) {
    const auto* connect = std::get_if<ConnectAction>(&event.action);
    if (connect == nullptr) continue;
    const auto [at, fresh] = openings.emplace(connect->id.text, &event);
    if (fresh) continue;
    throw ScenarioError(connect->id.where,
                        "the id \"" + connect->id.text + "\" is used twice; the first is in line " +
                            std::to_string(id_of(*at->second).where.position.line));
  }
  return openings;
}

}  // namespace

bool is_conversation(const MapReader& map) {
  for (const char* key : {"connect", "datagram", "send", "close", "reset"}) {
    if (map.get(key) != nullptr) return true;
  }
  return false;
}

void read_conversation(const MapReader& map, Event& event) {
  const YamlNode& what = map.need_one_of({"run", "show", "server", "speed", "power", "cable",
                                          "connect", "datagram", "send", "close", "reset"});
  const bool opens = &what == map.get("connect") || &what == map.get("datagram");
  if (opens) {
    event.host = read_name(map.need("host"));
    event.action = read_ask(what, &what == map.get("connect") ? Protocol::tcp : Protocol::udp);
  } else if (const YamlNode* host = map.get("host")) {
    throw host->error("the connection itself says whose it is");
  } else if (&what == map.get("send")) {
    const MapReader send(what, {"id", "bytes"});
    event.action =
        SendAction{read_name(send.need("id")), read_bytes(send.need("bytes"), kMostSent)};
  } else if (&what == map.get("close")) {
    event.action = read_close(what);
  } else {
    event.action = EndAction{read_name(what), EndAction::How::reset};
  }
  const bool repeats = event.every && !std::holds_alternative<SendAction>(event.action);
  if (repeats) throw map.need("every").error("this happens once: at:, not every:");
}

void connect_steps(std::vector<Event>& events) {
  const Openings openings = openings_of(events);
  std::vector<std::string> known;
  for (const auto& [id, event] : openings) known.push_back(id);
  for (Event& event : events) {
    if (!is_step(event)) continue;
    const Name& id = id_of(event);
    const auto found = openings.find(id.text);
    if (found == openings.end()) {
      throw ScenarioError(id.where, "unknown connection \"" + id.text + "\"" +
                                        did_you_mean(id.text, known) + " (known: " + join(known) +
                                        ")");
    }
    const Event& opening = *found->second;
    if (std::get<ConnectAction>(opening.action).to.protocol == Protocol::udp) {
      throw ScenarioError(id.where, "\"" + id.text + "\" is a datagram, no connection");
    }
    // Events of one instant happen in file order.
    if (event.at < opening.at || (event.at == opening.at && &event < &opening)) {
      throw ScenarioError(id.where, "\"" + id.text + "\" is opened later, in line " +
                                        std::to_string(opening.where.position.line));
    }
    event.host = {opening.host.text, id.where};
  }
}

}  // namespace lvs::language
