#include "models/ipvs/connection_table.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace lvs {

Connection& ConnectionTable::place(const Connection& entry) {
  std::size_t at = home(entry.hash);
  while (slots_[at].used()) {
    std::uint16_t& passed = slots_[at].passed;
    if (passed != kSaturated) ++passed;
    at = after(at);
  }
  Connection& c = slots_[at];
  const std::uint16_t passed = c.passed;
  c = entry;
  c.passed = passed;
  ++size_;
  return c;
}

void ConnectionTable::erase(ConnectionId id) {
  Connection& c = slots_[id.index()];
  LVS_REQUIRE(c.used(), "a connection that leaves the table was in it");
  for (std::size_t at = home(c.hash); at != id.index(); at = after(at)) {
    std::uint16_t& passed = slots_[at].passed;
    if (passed != kSaturated) --passed;
  }
  c.hash = 0;
  --size_;
}

void ConnectionTable::insert_alias(const Connection& c, Endpoint local) {
  LVS_REQUIRE(has_room_for(1), "there is room for an alias");
  Connection alias;
  alias.set(Connection::Flag::kAlias);
  alias.client_address = local.address;
  alias.client_port = local.port;
  alias.real_address = c.real_address;
  alias.real_port = c.real_port;
  alias.protocol = c.protocol;
  alias.method = c.method;
  alias.controller = id(c);
  alias.hash = connection_hash(c.protocol, local.address, local.port);
  place(alias);
  ++aliases_;
}

void ConnectionTable::erase_alias(const Connection& c, Endpoint local) {
  const Connection* alias = search_alias(c.protocol, local, c.real_server());
  LVS_REQUIRE(alias != nullptr, "a connection with a local side has an alias");
  erase(id(*alias));
  --aliases_;
}

/// Half as many slots again: the load is then between 0.4 and 0.6.
void ConnectionTable::grow() {
  const std::size_t capacity = slots_.size() + slots_.size() / 2;
  LVS_REQUIRE(capacity <= kMostCapacity, "the connections of a director fit its table");
  std::vector<Connection> old(capacity);
  std::swap(old, slots_);
  size_ = 0;
  // An old entry's hash becomes its new slot, so that controllers can be found again.
  for (Connection& c : old) {
    if (!c.used()) continue;
    Connection entry = c;
    entry.passed = 0;
    c.hash = id(place(entry)).value;
  }
  for (Connection& c : slots_) {
    if (c.used() && c.controller.valid()) c.controller = {old[c.controller.index()].hash};
  }
}

std::size_t ConnectionTable::probes(Protocol protocol, Endpoint client) const {
  std::size_t at = home(connection_hash(protocol, client.address, client.port));
  std::size_t count = 1;
  for (; slots_[at].passed != 0; at = after(at)) ++count;
  return count;
}

}  // namespace lvs
