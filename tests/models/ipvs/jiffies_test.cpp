#include "models/ipvs/jiffies.hpp"

#include <catch2/catch.hpp>

namespace lvs {
namespace {

TEST_CASE("a timer fires at the next granule after it expires", "[ipvs][timers]") {
  struct Row {
    Jiffies delta;
    Jiffies granule;
  };
  // spec/ipvs.md 4.2, both ends of each row; the last two continue the pattern
  const auto row = GENERATE(values<Row>({{0, 1},
                                         {62, 1},
                                         {63, 8},
                                         {503, 8},
                                         {504, 64},
                                         {4031, 64},
                                         {4032, 512},
                                         {32255, 512},
                                         {32256, 4096},
                                         {258047, 4096},
                                         {258048, 32768},
                                         {2064383, 32768},
                                         {2064384, 262144}}));
  CHECK(Jiffies{1} << granule_shift(row.delta) == row.granule);
  const Jiffies boundary = 10 * 262144;
  CHECK(firing_jiffy(boundary, row.delta) == boundary + row.granule);
  CHECK(firing_jiffy(boundary - 1, row.delta) == boundary);
}

TEST_CASE("the 2 s tick of the statistics has a period of 504 jiffies", "[ipvs][timers]") {
  CHECK(firing_jiffy(504 + 500, 500) == 1008);
  CHECK(firing_jiffy(0 + 500, 500) == 504);
}

TEST_CASE("the jiffy counter advances every 4 ms from its phase", "[ipvs][timers]") {
  const JiffyClock clock(1000);
  CHECK(clock.at(kStart) == 1000);
  CHECK(clock.at(kStart + milliseconds(4) - picoseconds(1)) == 1000);
  CHECK(clock.at(kStart + milliseconds(4)) == 1001);
  CHECK(clock.at(kStart + seconds(60)) == 16000);
  CHECK(clock.time(1001) == kStart + milliseconds(4));
}

}  // namespace
}  // namespace lvs
