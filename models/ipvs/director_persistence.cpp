// Persistent services: the templates that remember which server a client belongs to (spec/ipvs.md
// 3.7). Steps are numbered as there.
#include "models/ipvs/director.hpp"
#include "models/packet/ipv4_address.hpp"

namespace lvs {
namespace {

constexpr Port kFtp{21};
/// The ports of a template that no packet is to find any more.
constexpr Port kDestroyed{65535};

}  // namespace

/// Whether the template stands for one port of its service, or for all that the client asks for.
bool Director::by_port(const Request& request) const {
  const ServiceKey& key = services_[request.service.index()].key;
  return key.mark == 0 && request.tuple.virtual_port == key.address.port &&
         request.tuple.virtual_port != kFtp;
}

Tuple Director::template_tuple(const Request& request) const {
  const Service& service = services_[request.service.index()];
  Tuple tuple = request.tuple;
  tuple.client.value &= service.settings.netmask.value;
  tuple.client_port = {};
  if (!by_port(request)) tuple.virtual_port = {};
  if (service.key.mark != 0) {
    tuple.protocol = kAnyProtocol;
    tuple.virtual_address = {service.key.mark};
  }
  return tuple;
}

/// A new connection where the client's template leads; null if nobody can serve.
Connection* Director::schedule_persistently(const Request& request) {
  // The entries of this packet must not move each other: template, connection, and of FULLNAT the
  // alias.
  table_.make_room(3, [this](const Connection& moved) { entry_moved(moved); });
  const Service& service = services_[request.service.index()];
  Connection* keeper = table_.find_template(template_tuple(request));
  if (keeper != nullptr && !is_usable(*keeper)) {  // 1, 2
    keeper->virtual_port = kDestroyed;
    keeper->real_port = kDestroyed;
    keeper = nullptr;
  }
  if (keeper == nullptr) {  // 3
    const DestinationId picked = pick(request);
    if (!picked.valid()) return nullptr;
    keeper = &create_template(request, picked);
  }
  const DestinationId id = keeper->destination;  // 4
  Port real_port = request.tuple.virtual_port;   // 5
  const Port own = destinations_[id.index()].address.port;
  const bool exact = service.key.mark == 0 && real_port == service.key.address.port;
  if (exact && own.value != 0) real_port = own;
  Connection* c = create(request, id, real_port);  // 6
  if (c != nullptr) {
    c->controller = table_.id(*keeper);
    ++keeper->controlled;
  }
  restart(*keeper, keeper->timeout);
  return c;
}

/// Overload and, unless asked for, weight 0 do not matter.
bool Director::is_usable(const Connection& keeper) const {
  if (is_gone(keeper)) return false;
  return sysctls_.expire_quiescent_template == 0 ||
         destinations_[keeper.destination.index()].weight != 0;
}

Connection& Director::create_template(const Request& request, DestinationId id) {
  Connection& keeper = insert(template_tuple(request));
  keeper.set(Connection::Flag::kTemplate);
  const Endpoint& server = destinations_[id.index()].address;
  keeper.real_address = server.address;
  keeper.real_port = by_port(request) ? server.port : Port{};
  keeper.timeout = jiffies_of_seconds(services_[request.service.index()].settings.persistence);
  bind(keeper, id);
  return keeper;
}

/// A controlled connection proved that the template's server serves.
void Director::assure(const Connection& c) {
  if (!c.controller.valid()) return;
  Connection& keeper = table_[c.controller];
  if (keeper.has(Connection::Flag::kTemplate)) keeper.set(Connection::Flag::kAssured);
}

}  // namespace lvs
