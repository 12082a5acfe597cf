#include "models/ipvs/connection_table.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "tests/support/allocation_counter.hpp"

namespace lvs {
namespace {

const Endpoint kVirtual{ipv4(10, 1, 10, 3), Port{80}};
const Endpoint kRealServer{ipv4(192, 168, 184, 129), Port{8080}};

Tuple tuple_of(Endpoint client, Endpoint virtual_side = kVirtual) {
  return {.client = client.address,
          .virtual_address = virtual_side.address,
          .client_port = client.port,
          .virtual_port = virtual_side.port};
}

Endpoint client(std::uint32_t number) {
  return {{ipv4(172, 20, 0, 0).value + number / 50000},
          Port{static_cast<std::uint16_t>(1024 + number % 50000)}};
}

void nothing_moved(const Connection&) {}

Connection& add(ConnectionTable& table, Endpoint from, ForwardingMethod method) {
  Connection& c = table.insert(tuple_of(from), nothing_moved);
  c.method = method;
  c.real_address = kRealServer.address;
  c.real_port = kRealServer.port;
  return c;
}

/// A fixed sequence that looks random (splitmix64).
class Sequence {
 public:
  std::uint64_t operator()() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 1;
};

TEST_CASE("both directions of a NAT connection find its entry at the same slot", "[ipvs][table]") {
  ConnectionTable table;
  const Connection& c = add(table, client(7), ForwardingMethod::nat);
  CHECK(table.find(tuple_of(client(7))) == &c);
  CHECK(table.find_reply(Protocol::tcp, client(7), kRealServer) == &c);
  CHECK(table.probes(Protocol::tcp, client(7)) == 1);
  CHECK(table.find_reply(Protocol::tcp, client(7), kVirtual) == nullptr);
  CHECK(table.find_reply(Protocol::udp, client(7), kRealServer) == nullptr);
  CHECK(table.find(tuple_of(client(8))) == nullptr);
}

TEST_CASE("a reply of a direct or tunnelled connection carries the virtual address",
          "[ipvs][table]") {
  const auto method = GENERATE(ForwardingMethod::direct, ForwardingMethod::tunnel);
  ConnectionTable table;
  const Connection& c = add(table, client(7), method);
  CHECK(table.find_reply(Protocol::tcp, client(7), kVirtual) == &c);
  CHECK(table.find_reply(Protocol::tcp, client(7), kRealServer) == nullptr);
}

TEST_CASE("one client port may have connections to several virtual services", "[ipvs][table]") {
  ConnectionTable table;
  std::vector<ConnectionId> ids;
  for (std::uint16_t port = 1; port <= 40; ++port) {
    const Endpoint virtual_side{kVirtual.address, Port{port}};
    ids.push_back(table.id(table.insert(tuple_of(client(1), virtual_side), nothing_moved)));
  }
  for (std::uint16_t port = 1; port <= 40; ++port) {
    const Connection* found = table.find(tuple_of(client(1), {kVirtual.address, Port{port}}));
    REQUIRE(found != nullptr);
    CHECK(table.id(*found) == ids[port - 1U]);
  }
  // Without those in the middle the ones behind are still found.
  for (std::size_t i = 5; i < 35; ++i) table.erase(ids[i]);
  CHECK(table.find(tuple_of(client(1), {kVirtual.address, Port{40}})) != nullptr);
  CHECK(table.find(tuple_of(client(1), {kVirtual.address, Port{20}})) == nullptr);
}

TEST_CASE("a dying entry is found only while no live one has its tuple; of several the newest",
          "[ipvs][table]") {
  ConnectionTable table;
  const auto kill = [&](ConnectionId id) { table[id].set(Connection::Flag::kDying); };
  const auto insert = [&] { return table.id(table.insert(tuple_of(client(3)), nothing_moved)); };
  const auto found = [&] { return table.id(*table.find(tuple_of(client(3)))); };
  const ConnectionId first = insert();
  kill(first);
  CHECK(found() == first);
  const ConnectionId second = insert();
  CHECK(found() == second);
  kill(second);
  CHECK(found() == second);
  table.erase(first);
  const ConnectionId third = insert();  // takes the slot in front
  CHECK(third == first);
  CHECK(found() == third);
  kill(third);
  CHECK(found() == third);
  table.erase(third);
  CHECK(found() == second);
}

TEST_CASE("a random history gives what a map gives, through every growth", "[ipvs][table]") {
  using Key = std::tuple<std::uint32_t, std::uint16_t, std::uint16_t>;
  ConnectionTable table;
  std::map<Key, std::uint32_t> model;  // -> what packets_in was set to
  Sequence random;
  std::size_t growths = 0;
  const auto key_tuple = [](const Key& key) {
    return tuple_of({{std::get<0>(key)}, Port{std::get<1>(key)}},
                    {kVirtual.address, Port{std::get<2>(key)}});
  };
  for (std::uint32_t step = 0; step < 60'000; ++step) {
    // Few addresses, ports and services, so that keys meet again and chains form; the population
    // grows for two thirds of the history and shrinks in the last one.
    const Key key{static_cast<std::uint32_t>(random() % 60),
                  static_cast<std::uint16_t>(random() % 90),
                  static_cast<std::uint16_t>(random() % 3)};
    const bool insert = random() % 100 < (step < 40'000 ? 55U : 20U);
    Connection* found = table.find(key_tuple(key));
    const auto expected = model.find(key);
    REQUIRE((found != nullptr) == (expected != model.end()));
    if (found != nullptr) REQUIRE(found->packets_in == expected->second);
    if (insert && found == nullptr) {
      const std::size_t before = table.capacity();
      std::size_t moved = 0;
      Connection& c = table.insert(key_tuple(key), [&](const Connection&) { ++moved; });
      c.packets_in = model[key] = step;
      const bool grew = table.capacity() != before;
      growths += grew ? 1 : 0;
      REQUIRE(moved == (grew ? model.size() - 1 : 0));
    } else if (!insert && found != nullptr) {
      table.erase(table.id(*found));
      model.erase(expected);
    }
    REQUIRE(table.size() == model.size());
    REQUIRE(table.size() * 5 <= table.capacity() * 3);
  }
  CHECK(growths >= 4);
  std::size_t visited = 0;
  table.each([&](const Connection&) { ++visited; });
  CHECK(visited == model.size());
}

TEST_CASE("an entry stays where it is until the table grows, and its controller is found after",
          "[ipvs][table]") {
  ConnectionTable table;
  const ConnectionId controller = table.id(table.insert(tuple_of(client(0)), nothing_moved));
  ConnectionId controlled = table.id(table.insert(tuple_of(client(1)), nothing_moved));
  table[controlled].controller = controller;
  const std::size_t before = table.capacity();
  std::uint32_t next = 2;
  for (; table.size() * 5 + 5 <= before * 3; ++next) {
    table.insert(tuple_of(client(next)), nothing_moved);
    REQUIRE(table.id(*table.find(tuple_of(client(1)))) == controlled);
  }
  table.insert(tuple_of(client(next)), nothing_moved);
  REQUIRE(table.capacity() > before);
  const Connection& after = *table.find(tuple_of(client(1)));
  CHECK(table[after.controller].client() == client(0));
}

TEST_CASE("a table whose population does not grow allocates nothing and stays short of probes",
          "[ipvs][table]") {
  ConnectionTable table;
  Sequence random;
  std::uint32_t next = 0;
  std::vector<Endpoint> present;
  const auto insert = [&](std::size_t at) {
    present[at] = client(next++);
    table.insert(tuple_of(present[at]), nothing_moved);
  };
  present.resize(3'000);
  for (std::size_t at = 0; at < present.size(); ++at) insert(at);
  const std::size_t capacity = table.capacity();
  const std::uint64_t before = allocations();
  for (int step = 0; step < 200'000; ++step) {
    const std::size_t at = random() % present.size();
    table.erase(table.id(*table.find(tuple_of(present[at]))));
    insert(at);
  }
  CHECK(allocations() == before);
  CHECK(table.capacity() == capacity);
  // Nothing of the entries that are gone lengthens a look-up.
  std::size_t visited = 0;
  for (std::uint32_t n = 0; n < 10'000; ++n) visited += table.probes(Protocol::udp, client(n));
  CHECK(visited < 50'000);
}

}  // namespace
}  // namespace lvs
