#include <catch2/catch.hpp>
#include <map>

#include "models/ipvs/schedulers/hash_table.hpp"
#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

Flow from(Ipv4Address client, std::uint16_t port = 0) {
  return {.client = {client, Port{port}}, .target = {}};
}

/// A client for each bucket: its address hashes there. Bucket b's is found at index b.
const std::vector<Ipv4Address>& client_of_bucket() {
  static const std::vector<Ipv4Address> clients = [] {
    std::vector<Ipv4Address> found(kHashTableSize);
    unsigned missing = kHashTableSize;
    for (std::uint32_t a = ipv4(10, 0, 0, 1).value; missing > 0; ++a) {
      Ipv4Address& client = found[multiplicative_hash(a, kHashTableBits)];
      if (!client.is_any()) continue;
      client = {a};
      --missing;
    }
    return found;
  }();
  return clients;
}

/// Who serves each of the 256 buckets, as one word.
std::string table(ServerSet& servers) {
  std::string word;
  for (const Ipv4Address client : client_of_bucket()) word += servers.pick(from(client));
  return word;
}

int changed(const std::string& before, const std::string& after) {
  int count = 0;
  for (std::size_t i = 0; i < before.size(); ++i) count += before[i] != after[i] ? 1 : 0;
  return count;
}

TEST_CASE("sh hashes addresses and ports to the kernel's buckets", "[ipvs][sh]") {
  struct Case {
    Ipv4Address client;
    unsigned bucket;
    unsigned with_port_50000;
  };
  // spec/ipvs.md 10.2
  const auto c = GENERATE(values<Case>({{ipv4(192, 0, 2, 1), 50, 127},
                                        {ipv4(10, 0, 0, 1), 39, 116},
                                        {ipv4(198, 51, 100, 25), 139, 216},
                                        {ipv4(203, 0, 113, 7), 124, 201},
                                        {ipv4(1, 2, 3, 4), 52, 129},
                                        {ipv4(255, 255, 255, 255), 158, 235}}));
  CHECK(multiplicative_hash(c.client.value, 8) == c.bucket);
  CHECK(multiplicative_hash(c.client.value + 50000, 8) == c.with_port_50000);
}

TEST_CASE("sh deals its buckets by weight in list order", "[ipvs][sh]") {
  ServerSet servers(make_sh());
  servers.add_weights({1, 2, 3});  // list c b a: 3 2 1
  const std::string dealt = table(servers);
  CHECK(dealt.substr(0, 13) == "cccbbacccbbac");
  CHECK(std::count(dealt.begin(), dealt.end(), 'c') == 129);
  CHECK(std::count(dealt.begin(), dealt.end(), 'b') == 85);
  CHECK(std::count(dealt.begin(), dealt.end(), 'a') == 42);
}

TEST_CASE("a quiesced server of sh keeps buckets whose clients are refused", "[ipvs][sh]") {
  ServerSet servers(make_sh());
  servers.add_weights({1, 0, 1});
  const std::string dealt = table(servers);
  CHECK(dealt.substr(0, 6) == "c-ac-a");
  CHECK(std::count(dealt.begin(), dealt.end(), '-') == 85);
}

TEST_CASE("removing or adding a server moves the buckets that validation.md 6.4 counts",
          "[ipvs][sh]") {
  struct Case {
    int servers;
    int first, middle, last;  // changed buckets when the first, middle, last of the list goes
    int added;                // when one more is added
  };
  const auto c = GENERATE(values<Case>({{3, 172, 171, 170, 193},
                                        {4, 193, 191, 190, 208},
                                        {5, 208, 206, 204, 216},
                                        {8, 228, 224, 221, 232},
                                        {10, 238, 233, 229, 236}}));
  const auto full = [&] {
    ServerSet servers(make_sh());
    for (int i = 0; i < c.servers; ++i) servers.add({});
    return servers;
  };
  const auto after_removal = [&](int position) {
    ServerSet servers = full();
    const std::string before = table(servers);
    servers.remove(static_cast<char>('a' + c.servers - 1 - position));
    return changed(before, table(servers));
  };
  CHECK(after_removal(0) == c.first);
  CHECK(after_removal(c.servers / 2) == c.middle);
  CHECK(after_removal(c.servers - 1) == c.last);
  ServerSet servers = full();
  const std::string before = table(servers);
  servers.add({});
  CHECK(changed(before, table(servers)) == c.added);
}

TEST_CASE("an edit deals the buckets of sh again, not those of dh", "[ipvs][sh][dh]") {
  ServerSet by_source(make_sh());
  by_source.add_weights({1, 1});
  by_source.edit('b', 3);
  CHECK(table(by_source).substr(0, 8) == "bbbabbba");
}

TEST_CASE("sh-port hashes the port too, at once when the flag is set", "[ipvs][sh]") {
  ServerSet servers(make_sh());
  servers.add_weights({1, 1});                        // even buckets b, odd ones a
  const Flow flow = from(ipv4(192, 0, 2, 1), 50000);  // bucket 50, with the port 127
  CHECK(servers.pick(flow) == "b");
  servers.scheduler().set_flags(SchedulerFlags::kFlag2);
  CHECK(servers.pick(flow) == "a");
}

TEST_CASE("sh-fallback tries the buckets from twice the first on", "[ipvs][sh]") {
  ServerSet servers(make_sh());
  servers.add_weights({1, 1, 1});  // bucket n: c b a by n mod 3
  servers['a'].overloaded = true;
  const Flow flow = from(client_of_bucket()[5]);  // a's; the tries begin at bucket 10, which is b's
  CHECK(servers.pick(flow) == "-");
  servers.scheduler().set_flags(SchedulerFlags::kFlag1);
  CHECK(servers.pick(flow) == "b");
  // 5 + 1 would be c's: the offset is not added to the first bucket alone.
  servers['b'].overloaded = servers['c'].overloaded = true;
  CHECK(servers.pick(flow) == "-");
}

TEST_CASE("dh looks at the destination address only and ignores weights", "[ipvs][dh]") {
  ServerSet servers(make_dh());
  servers.add_weights({1, 9});  // even buckets b, odd ones a
  const auto to = [](Ipv4Address address) {
    return Flow{.client = {ipv4(9, 9, 9, 9), Port{1}}, .target = {address, Port{80}}};
  };
  CHECK(servers.pick(to(client_of_bucket()[6])) == "b");
  CHECK(servers.pick(to(client_of_bucket()[7])) == "a");
  servers.edit('a', 0);
  CHECK(servers.pick(to(client_of_bucket()[7])) == "-");
  CHECK(servers.pick(to(client_of_bucket()[6])) == "b");
  servers.remove('b');
  servers.edit('a', 1);
  CHECK(servers.pick(to(client_of_bucket()[6])) == "a");
}

TEST_CASE("hashing schedulers without servers have none to choose", "[ipvs][sh][dh]") {
  CHECK(ServerSet(make_sh()).pick() == "-");
  CHECK(ServerSet(make_dh()).pick() == "-");
}

TEST_CASE("every scheduler is found by its name and no other name is", "[ipvs][registry]") {
  std::string names;
  for (const SchedulerEntry& entry : schedulers()) {
    names += std::string(entry.name) + " ";
    CHECK(find_scheduler(entry.name) == &entry);
    CHECK(entry.make() != nullptr);
    CHECK_FALSE(entry.description.empty());
  }
  CHECK(names == "rr wrr lc wlc sed nq sh dh lblc lblcr fo ovf mh twos ");
  CHECK(find_scheduler("WLC") == nullptr);
  CHECK(find_scheduler("") == nullptr);
}

}  // namespace
}  // namespace lvs
