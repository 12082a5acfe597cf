#include <catch2/catch.hpp>

#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

struct Case {
  std::string name;
  std::vector<ServerState> added;  // a, b, c: the list has the last first
  std::string picks;               // of lc, wlc, sed and nq; - for no server
};

TEST_CASE("lc, wlc, sed and nq choose by their cost, and the latest on a tie", "[ipvs][wlc]") {
  const auto c = GENERATE(values<Case>({
      {"an idle tie goes to the one configured last", {{}, {}, {}}, "cccc"},
      {"weight 2 carries twice the load", {{.weight = 2, .active = 5}, {.active = 3}}, "baaa"},
      {"exactly twice the load is a tie", {{.weight = 2, .active = 6}, {.active = 3}}, "bbaa"},
      {"255 inactive ones weigh less than 1 active", {{.inactive = 255}, {.active = 1}}, "aaaa"},
      {"256 inactive ones weigh as much as 1 active", {{.inactive = 256}, {.active = 1}}, "bbaa"},
      {"inactive ones do not count for sed and nq",
       {{.active = 1}, {.active = 1, .inactive = 9}},
       "aabb"},
      {"a server of weight 0 gets nothing new", {{.active = 9}, {.weight = 0}}, "aaaa"},
      {"nor does an overloaded one", {{.active = 9}, {.overloaded = true}}, "aaaa"},
      {"the idle one first: nq, though sed expects less delay at the heavy one",
       {{.weight = 9, .active = 1}, {.weight = 1}},
       "bbab"},
      {"an idle server is only the first idle one", {{.weight = 9}, {.weight = 1}}, "bbab"},
      {"inactive connections leave a server idle for nq",
       {{}, {.inactive = 7}, {.active = 1}},
       "aabb"},
      {"nobody available means no server", {{.overloaded = true}, {.weight = 0}}, "----"},
      {"2^31 - 1 active: negative for wlc and sed, and yet not idle",
       {{}, {.active = 0x7fffffff}},
       "abba"},
      {"weights beyond 32 bits in the product",
       {{.weight = 2'000'000'000, .active = 4'000'000},
        {.weight = 1'999'999'999, .active = 3'999'999}},
       "bbbb"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto pick = [&](std::unique_ptr<Scheduler> scheduler) {
      ServerSet servers(std::move(scheduler));
      for (const ServerState& state : c.added) servers.add(state);
      return servers.pick();
    };
    CHECK(pick(make_lc()) + pick(make_wlc()) + pick(make_sed()) + pick(make_nq()) == c.picks);
  }
}

TEST_CASE("an empty list has no server", "[ipvs][wlc]") {
  CHECK(ServerSet(make_lc()).pick() == "-");
  CHECK(ServerSet(make_wlc()).pick() == "-");
  CHECK(ServerSet(make_sed()).pick() == "-");
  CHECK(ServerSet(make_nq()).pick() == "-");
}

}  // namespace
}  // namespace lvs
