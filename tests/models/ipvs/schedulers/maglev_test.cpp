#include <catch2/catch.hpp>

#include <cmath>

#include "models/ipvs/schedulers/maglev.hpp"
#include "sim/random.hpp"
#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

Flow from(Ipv4Address client, std::uint16_t port = 0) {
  return {.client = {client, Port{port}}, .target = {}};
}

std::uint32_t slot_of(Ipv4Address client) {
  return maglev_hash(client, Port{}, kMaglevKey1) % kMaglevSlots;
}

/// A client for each slot: its address hashes there. Slot s's is found at index s.
const std::vector<Ipv4Address>& client_of_slot() {
  static const std::vector<Ipv4Address> clients = [] {
    std::vector<Ipv4Address> found(kMaglevSlots);
    unsigned missing = kMaglevSlots;
    for (std::uint32_t a = ipv4(172, 20, 0, 1).value; missing > 0; ++a) {
      Ipv4Address& client = found[slot_of({a})];
      if (!client.is_any()) continue;
      client = {a};
      --missing;
    }
    return found;
  }();
  return clients;
}

/// Who serves each of the 4093 slots.
std::vector<DestinationId> table(ServerSet& servers) {
  std::vector<DestinationId> owners;
  for (const Ipv4Address client : client_of_slot()) {
    owners.push_back(servers.scheduler().pick(servers.list(), from(client)));
  }
  return owners;
}
/// The same as one word; for up to 26 servers.
std::string table_word(ServerSet& servers) {
  std::string word;
  for (const DestinationId id : table(servers)) {
    word += id.valid() ? static_cast<char>('a' + id.value) : '-';
  }
  return word;
}
long owned(const std::string& word, char name) {
  return std::count(word.begin(), word.end(), name);
}

ServerSet with_weights(std::initializer_list<std::int32_t> weights) {
  ServerSet servers(make_mh());
  servers.add_weights(weights);
  return servers;
}

TEST_CASE("SipHash-1-3 of 4 bytes is that of other implementations", "[ipvs][mh]") {
  // Keys 00 01 .. 0f, message 00 01 02 03; then with the halves of the key exchanged.
  CHECK(sip_hash_13(0x03020100, 0x0706050403020100, 0x0f0e0d0c0b0a0908) == 0xcf75576088d38328);
  CHECK(sip_hash_13(0x03020100, 0x0f0e0d0c0b0a0908, 0x0706050403020100) == 0x7161704f07b27758);
}

TEST_CASE("mh hashes clients to the kernel's slots", "[ipvs][mh]") {
  struct Case {
    Ipv4Address client;
    std::uint32_t hash;
    unsigned slot;
    unsigned with_port_50000;
  };
  // spec/ipvs.md 10.2
  const auto c = GENERATE(values<Case>({{ipv4(192, 0, 2, 1), 0x92889c88, 2891, 3800},
                                        {ipv4(10, 0, 0, 1), 0x03080ce4, 3711, 2318},
                                        {ipv4(198, 51, 100, 25), 0x30b669f1, 3545, 2093},
                                        {ipv4(203, 0, 113, 7), 0xa86e2c15, 1705, 2578},
                                        {ipv4(1, 2, 3, 4), 0x4452d6a7, 2197, 1140},
                                        {ipv4(255, 255, 255, 255), 0x22c5d719, 3432, 1183}}));
  CHECK(maglev_hash(c.client, Port{}, kMaglevKey1) == c.hash);
  CHECK(slot_of(c.client) == c.slot);
  CHECK(maglev_hash(c.client, Port{50000}, kMaglevKey1) % kMaglevSlots == c.with_port_50000);
}

TEST_CASE("mh gives each server the order of slots that its address and port hash to",
          "[ipvs][mh]") {
  struct Case {
    Ipv4Address server;
    unsigned offset;
    unsigned skip;
  };
  // spec/ipvs.md 10.4
  const auto c = GENERATE(values<Case>({{ipv4(10, 0, 0, 3), 1631, 3453},
                                        {ipv4(10, 0, 0, 2), 1231, 3544},
                                        {ipv4(10, 0, 0, 1), 3167, 700}}));
  ServerSet alone(make_mh());
  alone.add({}, {c.server, Port{80}});
  CHECK(table_word(alone) == std::string(kMaglevSlots, 'a'));
  // With another server that has 63 turns for its one, it owns its first slots only.
  ServerSet servers(make_mh());
  servers.add({.weight = 63}, {ipv4(9, 9, 9, 9), Port{80}}).add({}, {c.server, Port{80}});
  const std::string word = table_word(servers);
  CHECK(word[c.offset] == 'b');
  CHECK(maglev_hash(c.server, Port{80}, kMaglevKey2) % (kMaglevSlots - 1) + 1 == c.skip);
  CHECK(owned(word, 'b') == 64);  // 4093 = 63 * 64 + 61, and b begins
}

TEST_CASE("the table of mh is that of the specification's vectors", "[ipvs][mh]") {
  ServerSet servers = with_weights({1, 1, 1});  // a b c = .1 .2 .3
  const std::string word = table_word(servers);
  CHECK(word.substr(0, 16) == "abbccabccaabbaac");
  CHECK(owned(word, 'c') == 1365);
  CHECK(owned(word, 'b') == 1364);
  CHECK(owned(word, 'a') == 1364);
  CHECK(servers.pick(from(ipv4(192, 0, 2, 1))) == "c");
  CHECK(servers.pick(from(ipv4(198, 51, 100, 25))) == "b");
  CHECK(servers.pick(from(ipv4(203, 0, 113, 7))) == "c");
  CHECK(servers.pick(from(ipv4(1, 2, 3, 4))) == "b");
}

TEST_CASE("mh gives slots by weight over the common divisor, shifted to six bits", "[ipvs][mh]") {
  struct Case {
    std::string name;
    std::int32_t a, b;  // b is the first of the list
    long slots_of_a, slots_of_b;
  };
  const auto c = GENERATE(values<Case>({
      {"63 has six bits: turns 1 and 63", 1, 63, 63, 4030},
      {"64 has seven: turns 1 and 32", 1, 64, 124, 3969},
      {"the least has a slot a turn however small it is", 1, 1'000'000, 66, 4027},
      {"127: turns 1 and 63", 2, 127, 63, 4030},
      {"3 : 2", 2, 3, 1636, 2457},
      {"300 : 200 is 3 : 2", 200, 300, 1636, 2457},
      {"640 : 10 is 64 : 1", 10, 640, 124, 3969},
      {"equal", 7, 7, 2046, 2047},
      {"a server that never had weight has none", 0, 5, 0, 4093},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet servers = with_weights({c.a, c.b});
    const std::string word = table_word(servers);
    CHECK(owned(word, 'a') == c.slots_of_a);
    CHECK(owned(word, 'b') == c.slots_of_b);
  }
}

TEST_CASE("mh weighs 1, 3 and 100 as the specification's vector", "[ipvs][mh]") {
  ServerSet servers = with_weights({1, 3, 100});
  const std::string word = table_word(servers);
  CHECK(owned(word, 'a') == 78);
  CHECK(owned(word, 'b') == 78);
  CHECK(owned(word, 'c') == 3937);
}

TEST_CASE("a quiesced server keeps its slots of mh, and the clients there are refused",
          "[ipvs][mh]") {
  ServerSet servers = with_weights({2, 100, 1});  // the shift follows from the 100
  std::string expected = table_word(servers);
  servers.edit('b', 0);
  std::replace(expected.begin(), expected.end(), 'b', '-');
  CHECK(table_word(servers) == expected);
  SECTION("another edit of it while it is quiesced changes nothing") {
    servers.edit('b', 0);
    CHECK(table_word(servers) == expected);
  }
  SECTION("it comes back to its own slots") {
    servers.edit('b', 100);
    std::replace(expected.begin(), expected.end(), '-', 'b');
    CHECK(table_word(servers) == expected);
  }
  SECTION("nor does an overloaded one get anybody") {
    servers['c'].overloaded = true;
    std::replace(expected.begin(), expected.end(), 'c', '-');
    CHECK(table_word(servers) == expected);
  }
}

TEST_CASE("mh deals anew at every change of the list or of a weight", "[ipvs][mh]") {
  ServerSet servers = with_weights({1, 1});
  servers.edit('a', 3);
  CHECK(table_word(servers) == [] {
    ServerSet expected = with_weights({3, 1});
    return table_word(expected);
  }());
  servers.add({});
  const std::string with_c = table_word(servers);
  CHECK(owned(with_c, 'c') == 819);  // turns 1 1 3, the list is c b a: 4093 = 818 * 5 + 3
  servers.remove('a');
  CHECK(owned(table_word(servers), 'a') == 0);
  servers.remove('b');
  servers.remove('c');
  CHECK(servers.pick(from(ipv4(1, 2, 3, 4))) == "-");
}

TEST_CASE("mh that is bound to a list serves it", "[ipvs][mh]") {
  ServerSet servers(make_rr());
  servers.add_weights({1, 1, 1});
  servers.bind(make_mh());
  CHECK(table_word(servers).substr(0, 16) == "abbccabccaabbaac");
}

TEST_CASE("the port of a server moves it in mh's table", "[ipvs][mh]") {
  ServerSet servers(make_mh());
  servers.add({}, {ipv4(10, 0, 0, 1), Port{8080}});
  servers.add({}, {ipv4(10, 0, 0, 1), Port{80}});
  const std::string word = table_word(servers);
  CHECK(owned(word, 'a') == 2046);
  // .1:80 takes slot 3167 first, .1:8080 what its own hash says.
  CHECK(word[3167] == 'b');
  CHECK(word[maglev_hash(ipv4(10, 0, 0, 1), Port{8080}, kMaglevKey1) % kMaglevSlots] == 'a');
}

TEST_CASE("mh-port hashes the client's port too, at once when the flag is set", "[ipvs][mh]") {
  ServerSet servers = with_weights({1, 1, 1});
  const Flow flow = from(ipv4(192, 0, 2, 1), 50000);
  CHECK(servers.pick(flow) == "c");
  servers.scheduler().set_flags(SchedulerFlags::kFlag1);
  CHECK(servers.pick(flow) == "c");
  servers.scheduler().set_flags(SchedulerFlags::kFlag2);
  CHECK(servers.pick(flow) == "a");
}

TEST_CASE("mh-fallback hashes again with the slot and the try added", "[ipvs][mh]") {
  struct Case {
    std::string name;
    Flow flow;
    std::string home;
    std::string then;  ///< who serves instead, computed by an independent program
  };
  // Chosen so that other rules answer otherwise: the next slots, the try without the slot, tries
  // from 1 on, the second key, the offset of sh.
  const auto c = GENERATE(values<Case>({
      {"192.0.2.81", from(ipv4(192, 0, 2, 81)), "b", "c"},
      {"192.0.2.108", from(ipv4(192, 0, 2, 108)), "a", "b"},
      {"192.0.2.134", from(ipv4(192, 0, 2, 134)), "c", "a"},
      {"a home in the last slot: slot and try are reduced", from(ipv4(172, 20, 99, 71)), "a", "c"},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet servers = with_weights({1, 1, 1});
    REQUIRE(servers.pick(c.flow) == c.home);
    servers[c.home.front()].overloaded = true;
    CHECK(servers.pick(c.flow) == "-");
    servers.scheduler().set_flags(SchedulerFlags::kFlag1);
    CHECK(servers.pick(c.flow) == c.then);
    for (const char name : {'a', 'b', 'c'}) servers[name].overloaded = true;
    CHECK(servers.pick(c.flow) == "-");
  }
}

TEST_CASE("mh-fallback with mh-port hashes the port in every try", "[ipvs][mh]") {
  ServerSet servers = with_weights({1, 1, 1});
  servers.scheduler().set_flags(SchedulerFlags::kFlag1 | SchedulerFlags::kFlag2);
  const Flow flow = from(ipv4(192, 0, 2, 15), 50000);
  REQUIRE(servers.pick(flow) == "c");
  servers.edit('c', 0);
  CHECK(servers.pick(flow) == "b");  // a without the port, or from the second try on
}

TEST_CASE("mh has nobody without servers, or with servers that never had weight", "[ipvs][mh]") {
  ServerSet servers(make_mh());
  CHECK(servers.pick() == "-");
  servers.add_weights({0, 0});
  CHECK(servers.pick() == "-");
  servers.scheduler().set_flags(SchedulerFlags::kFlag1);
  CHECK(servers.pick() == "-");
}

TEST_CASE("mh with as many servers as slots gives each one; with more it refuses everybody",
          "[ipvs][mh]") {
  ServerSet servers(make_rr());
  for (std::uint32_t i = 0; i < kMaglevSlots; ++i) servers.add({});
  servers.bind(make_mh());
  std::vector<DestinationId> owners = table(servers);
  std::sort(owners.begin(), owners.end());
  CHECK(std::adjacent_find(owners.begin(), owners.end()) == owners.end());
  servers.add({});
  CHECK(servers.pick() == "-");
}

// --- what validation.md 6.4 says of the size of disruptions ------------------------------------

ServerSet random_servers(int count, RandomStream& random) {
  ServerSet servers(make_rr());
  std::vector<std::uint32_t> used;
  while (static_cast<int>(used.size()) < count) {
    const auto address = static_cast<std::uint32_t>(random());
    if (std::find(used.begin(), used.end(), address) != used.end()) continue;
    used.push_back(address);
    servers.add({}, {{address}, Port{80}});
  }
  servers.bind(make_mh());
  return servers;
}

TEST_CASE("servers of equal weight own equal numbers of mh's slots, the first in the list one more",
          "[ipvs][mh]") {
  struct Case {
    int servers;
    int slots;  ///< at least; one more for the first ones
  };
  const auto c = GENERATE(values<Case>({{3, 1364}, {5, 818}, {10, 409}, {40, 102}, {100, 40}}));
  RandomStream random({}, "test", "mh");
  ServerSet servers = random_servers(c.servers, random);
  std::vector<int> count(static_cast<std::size_t>(c.servers));
  for (const DestinationId id : table(servers)) ++count[id.index()];
  const int more = static_cast<int>(kMaglevSlots) - c.servers * c.slots;
  REQUIRE(more < c.servers);
  for (int position = 0; position < c.servers; ++position) {
    CHECK(count[servers.list().id(static_cast<std::size_t>(position)).index()] ==
          c.slots + (position < more ? 1 : 0));
  }
}

struct Disruption {
  double changed = 0;  ///< mean share of slots
  double error = 0;    ///< standard error of it
};

/// Of removing a random one of `servers`. Its own slots have to change hands, no others.
Disruption disruption(int servers, int repetitions) {
  RandomStream random({}, "test", "mh disruption", static_cast<std::uint64_t>(servers));
  double sum = 0;
  double squares = 0;
  for (int n = 0; n < repetitions; ++n) {
    ServerSet set = random_servers(servers, random);
    const std::vector<DestinationId> before = table(set);
    const DestinationId gone{
        static_cast<std::uint32_t>(random.below(static_cast<std::uint64_t>(servers)))};
    set.remove(gone);
    const std::vector<DestinationId> after = table(set);
    int changed = 0;
    for (std::size_t slot = 0; slot < before.size(); ++slot) {
      changed += before[slot] != after[slot] ? 1 : 0;
    }
    const double share = 100.0 * changed / kMaglevSlots;
    sum += share;
    squares += share * share;
  }
  const double mean = sum / repetitions;
  const double variance = (squares - sum * mean) / (repetitions - 1);
  return {mean, std::sqrt(variance / repetitions)};
}

struct DisruptionCase {
  int servers;
  double changed;      ///< % of slots, published
  double unavoidable;  ///< %
  double deviation;    ///< of a repetition, at most; validation.md 6.4
};
const std::initializer_list<DisruptionCase> kDisruptions{{3, 33.5, 33.3, 0.6},
                                                         {5, 20.7, 20.0, 1.2},
                                                         {10, 11.2, 10.0, 0.6},
                                                         {40, 4.66, 2.5, 0.6},
                                                         {100, 3.91, 1.0, 0.6}};

void check_disruption(const DisruptionCase& c, int repetitions) {
  CAPTURE(c.servers, repetitions);
  const Disruption measured = disruption(c.servers, repetitions);
  // The published means are of at least 40 repetitions and rounded.
  const double rounding = c.changed < 10 ? 0.005 : 0.05;
  const double margin =
      2.576 * std::hypot(measured.error, c.deviation / std::sqrt(40.0)) + rounding;
  CHECK(std::abs(measured.changed - c.changed) < margin);
  CHECK(measured.changed > c.unavoidable);
}

TEST_CASE("removing a server moves little more of mh's slots than its own", "[ipvs][mh]") {
  check_disruption(GENERATE(values(kDisruptions)), 8);
}

TEST_CASE("removing a server moves as many of mh's slots as validation.md 6.4 says",
          "[ipvs][mh][.slow]") {
  check_disruption(GENERATE(values(kDisruptions)), 200);
}

}  // namespace
}  // namespace lvs
