// Cursors and levels through edits (spec/ipvs.md 2.1, 2.2, 2.13, 2.14), where only a history tells
// rivals apart. A name begins with its section.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

/// Real servers a, b, c, .. are rs1, rs2, rs3, ..
class Sequence : public DirectorFixture {
 public:
  explicit Sequence(const std::string& scheduler) { serve(scheduler, 0); }
  void add(char server, std::int64_t weight) {
    director.add_destination(kTestService, test_server(number(server)), settings(weight));
  }
  void edit(char server, std::int64_t weight) {
    director.edit_destination(kTestService, test_server(number(server)), settings(weight));
  }
  void remove(char server) {
    director.delete_destination(kTestService, test_server(number(server)));
  }
  /// All connections end.
  void reset() {
    for (unsigned client = 1; client <= clients_; ++client) {
      from_client(client, kTestAck);
      from_client(client, kTestRst);
    }
    run_for(seconds(11));
  }
  /// Who gets the next `count` connections; "-" if nobody does.
  std::string next(int count) {
    std::string result;
    for (int i = 0; i < count; ++i) {
      const Director::Decision d = from_client(++clients_, kTestSyn);
      const std::uint32_t n = d.real_server.address.value - test_server(0).address.value;
      result += d.action == Director::Action::forward ? static_cast<char>('a' + n - 1) : '-';
    }
    return result;
  }

 private:
  static unsigned number(char server) { return static_cast<unsigned>(server - 'a') + 1; }
  static DestinationSettings settings(std::int64_t weight) {
    return {.method = ForwardingMethod::nat, .weight = weight};
  }
  unsigned clients_ = 0;
};

}  // namespace

TEST_CASE("2.1: an edit leaves the cursor of rr where it is", "[ipvs][statements][rr]") {
  Sequence f("rr");
  for (const char server : {'a', 'b', 'c'}) f.add(server, 1);
  CHECK(f.next(1) == "c");
  f.edit('a', 5);
  CHECK(f.next(1) == "b");
  f.edit('b', 0);
  CHECK(f.next(3) == "aca");
}

TEST_CASE("2.2: an edit moves the level of wrr to one that the new weights have",
          "[ipvs][statements][wrr]") {
  Sequence f("wrr");
  f.add('a', 3);
  f.add('b', 2);
  CHECK(f.next(4) == "baab");  // levels 1, 3, 2
  f.edit('a', 4);              // steps of 2: 2 / 2 * 2 + 1 = 3
  CHECK(f.next(6) == "abaaba");
}

TEST_CASE("2.1: before the first server, rr begins with one that is added then",
          "[ipvs][statements][rr]") {
  Sequence f("rr");
  for (const char server : {'a', 'b', 'c'}) f.add(server, 1);
  CHECK(f.next(1) == "c");
  f.remove('c');  // the cursor goes before the first
  f.add('d', 1);
  CHECK(f.next(4) == "dbad");
}

TEST_CASE("2.2: after a round in vain wrr begins with the first server",
          "[ipvs][statements][wrr]") {
  Sequence f("wrr");
  for (const char server : {'a', 'b', 'c'}) f.add(server, 1);
  const auto edit_all = [&] {
    for (unsigned n = 1; n <= 3; ++n) {
      f.director.edit_destination(
          kTestService, test_server(n),
          {.method = ForwardingMethod::nat, .weight = 1, .upper_threshold = 1});
    }
  };
  edit_all();
  CHECK(f.next(5) == "cba--");
  edit_all();  // the walk begins at the anchor, and ends there in vain
  CHECK(f.next(1) == "-");
  f.reset();
  CHECK(f.next(3) == "cba");
}

TEST_CASE("2.2: bound to a list, wrr begins with its first server", "[ipvs][statements][wrr]") {
  Sequence f("rr");
  for (const char server : {'a', 'b', 'c'}) f.add(server, 1);
  f.director.edit_service(kTestService, {.scheduler = "wrr"});
  CHECK(f.next(4) == "cbac");
}

TEST_CASE("2.2: a level that an edit has capped is the new top, which a greater weight shows",
          "[ipvs][statements][wrr]") {
  Sequence f("rr");
  f.add('a', 8);
  f.add('b', 4);
  f.add('c', 2);
  f.director.edit_service(kTestService, {.scheduler = "wrr"});  // steps of 2, level 7
  f.edit('a', 2);                                               // the top is 3
  f.edit('c', 6);                                               // the top is 5, the level still 3
  CHECK(f.next(6) == "cbcbac");
}

TEST_CASE("2.13: a server of mh that is quiesced moves nobody, whatever the other weights",
          "[ipvs][statements][mh]") {
  Sequence f("mh");
  f.add('a', 2);
  f.add('b', 4);
  int port = 1000;
  const auto picks = [&] {
    std::string result;
    for (std::uint8_t host = 0; host < 250; ++host) {
      const Endpoint from{ipv4(172, 21, 0, host), Port{static_cast<std::uint16_t>(++port)}};
      const Director::Decision d = f.director.input(tcp_packet(from, kTestVip, kTestSyn));
      const bool served = d.action == Director::Action::forward;
      result += served ? (d.real_server == test_server(1) ? 'a' : 'b') : '-';
    }
    return result;
  };
  std::string before = picks();
  f.edit('a', 0);
  std::replace(before.begin(), before.end(), 'a', '-');
  CHECK(picks() == before);
  f.edit('b', 0);
  f.edit('a', 2);
  std::string of_a = picks();
  std::replace(before.begin(), before.end(), '-', 'a');
  std::replace(before.begin(), before.end(), 'b', '-');
  CHECK(of_a == before);
}

TEST_CASE("2.14: a single server of weight 1 gets every connection of twos",
          "[ipvs][statements][twos]") {
  Sequence f("twos");
  f.add('a', 1);
  CHECK(f.next(20) == std::string(20, 'a'));
  f.edit('a', 0);
  CHECK(f.next(2) == "--");
}

}  // namespace lvs
