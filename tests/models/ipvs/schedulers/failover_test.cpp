#include <catch2/catch.hpp>

#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

struct Case {
  std::string name;
  std::vector<ServerState> added;  // a, b, c: the list has the last first
  std::string picks;               // of fo and ovf; - for no server
};

TEST_CASE("fo and ovf choose by the greatest weight, ovf only where there is room",
          "[ipvs][fo][ovf]") {
  const auto c = GENERATE(values<Case>({
      {"the greatest weight, wherever it is", {{.weight = 1}, {.weight = 3}, {.weight = 2}}, "bb"},
      {"a tie goes to the one configured last", {{.weight = 3}, {.weight = 3}, {}}, "bb"},
      {"nor does a later one of the list win it", {{.weight = 2}, {}, {.weight = 2}}, "cc"},
      {"an overloaded one is passed over", {{}, {.weight = 3, .overloaded = true}}, "aa"},
      {"a quiesced one is", {{}, {.weight = 0}}, "aa"},
      {"as many active as its weight: ovf gives it one more",
       {{}, {.weight = 3, .active = 3}},
       "bb"},
      {"more active than its weight: ovf goes on", {{}, {.weight = 3, .active = 4}}, "ba"},
      {"inactive ones need no room", {{}, {.weight = 3, .inactive = 900}}, "bb"},
      {"from the full to the next greatest with room",
       {{}, {.weight = 2, .active = 2}, {.weight = 3, .active = 5}},
       "cb"},
      {"all are full: ovf has nobody", {{.active = 2}, {.weight = 3, .active = 4}}, "b-"},
      {"all are overloaded or quiesced", {{.weight = 0}, {.overloaded = true}}, "--"},
      {"nobody", {}, "--"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto pick = [&](std::unique_ptr<Scheduler> scheduler) {
      ServerSet servers(std::move(scheduler));
      for (const ServerState& state : c.added) servers.add(state);
      return servers.pick();
    };
    CHECK(pick(make_fo()) + pick(make_ovf()) == c.picks);
  }
}

}  // namespace
}  // namespace lvs
