#include "sim/time.hpp"

#include <catch2/catch.hpp>
#include <sstream>

namespace lvs {

TEST_CASE("a duration prints in the largest unit that keeps a whole part", "[sim][time]") {
  struct Case {
    Duration value;
    std::string text;
  };
  const auto c = GENERATE(values<Case>({
      {Duration{0}, "0s"},
      {Duration{1}, "1ps"},
      {Duration{999}, "999ps"},
      {Duration{1'000}, "1ns"},
      {nanoseconds(12'345), "12.345us"},
      {Duration{1'000'000'001}, "1.000000001ms"},  // inner zeros stay
      {milliseconds(1'500), "1.5s"},               // trailing ones go
      {seconds(60), "60s"},
      {Duration{-67'200}, "-67.2ns"},
      {Duration{std::numeric_limits<std::int64_t>::min()}, "-9223372.036854775808s"},
  }));
  CHECK(to_string(c.value) == c.text);
}

TEST_CASE("an instant prints as the span since the start", "[sim][time]") {
  std::ostringstream out;
  out << kStart + microseconds(70) << ' ' << microseconds(3);
  CHECK(out.str() == "70us 3us");
}

TEST_CASE("seconds are rounded to the nearest picosecond", "[sim][time]") {
  CHECK(from_seconds(0.1).count() == 100'000'000'000);
  CHECK(from_seconds(1.6e-12).count() == 2);  // truncation gives 1
  CHECK(from_seconds(-1.6e-12).count() == -2);
  CHECK(from_seconds(2.5e-12).count() == 3);  // ties go away from zero
  CHECK(to_seconds(milliseconds(250)) == Approx(0.25));
}

}  // namespace lvs
