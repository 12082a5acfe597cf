#include <catch2/catch.hpp>

#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

struct Case {
  std::string name;
  std::vector<ServerState> added;  // a, b, c: the list has the last first
  std::string lc;
  std::string wlc;
  std::string sed;
  std::string nq;
};

TEST_CASE("lc, wlc, sed and nq choose by their cost, and the latest on a tie", "[ipvs][wlc]") {
  const auto c = GENERATE(values<Case>({
      {"an idle tie goes to the one configured last", {{}, {}, {}}, "c", "c", "c", "c"},
      {"weight 2 carries twice the load",
       {{.weight = 2, .active = 5}, {.active = 3}},
       "b",
       "a",
       "a",
       "a"},
      {"exactly twice the load is a tie",
       {{.weight = 2, .active = 6}, {.active = 3}},
       "b",
       "b",
       "a",
       "a"},
      {"255 inactive ones weigh less than 1 active",
       {{.inactive = 255}, {.active = 1}},
       "a",
       "a",
       "a",
       "a"},
      {"256 inactive ones weigh as much as 1 active",
       {{.inactive = 256}, {.active = 1}},
       "b",
       "b",
       "a",
       "a"},
      {"inactive ones do not count for sed and nq",
       {{.active = 1}, {.active = 1, .inactive = 9}},
       "a",
       "a",
       "b",
       "b"},
      {"a server of weight 0 gets nothing new", {{.active = 9}, {.weight = 0}}, "a", "a", "a", "a"},
      {"nor does an overloaded one", {{.active = 9}, {.overloaded = true}}, "a", "a", "a", "a"},
      {"the idle one first: nq, though sed expects less delay at the heavy one",
       {{.weight = 9, .active = 1}, {.weight = 1}},
       "b",
       "b",
       "a",
       "b"},
      {"an idle server is only the first idle one",
       {{.weight = 9}, {.weight = 1}},
       "b",
       "b",
       "a",
       "b"},
      {"inactive connections leave a server idle for nq",
       {{}, {.inactive = 7}, {.active = 1}},
       "a",
       "a",
       "b",
       "b"},
      {"nobody available means no server",
       {{.overloaded = true}, {.weight = 0}},
       "-",
       "-",
       "-",
       "-"},
      {"weights beyond 32 bits in the product",
       {{.weight = 2'000'000'000, .active = 4'000'000},
        {.weight = 1'999'999'999, .active = 3'999'999}},
       "b",
       "b",
       "b",
       "b"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto pick = [&](std::unique_ptr<Scheduler> scheduler) {
      ServerSet servers(std::move(scheduler));
      for (const ServerState& state : c.added) servers.add(state);
      return servers.pick();
    };
    CHECK(pick(make_lc()) == c.lc);
    CHECK(pick(make_wlc()) == c.wlc);
    CHECK(pick(make_sed()) == c.sed);
    CHECK(pick(make_nq()) == c.nq);
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
