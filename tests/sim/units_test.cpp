#include "sim/units.hpp"

#include <catch2/catch.hpp>

namespace lvs {

TEST_CASE("a transmission takes whole picoseconds, rounded up once", "[sim][units]") {
  CHECK(transmission_time(bytes(84), gigabits_per_second(10)) == Duration{67'200});
  CHECK(transmission_time(bytes(1), bits_per_second(3'000'000'000)) == Duration{2'667});
  // 1500 times the rounded time of a byte would be 4000500.
  CHECK(transmission_time(bytes(1500), bits_per_second(3'000'000'000)) == Duration{4'000'000});
  CHECK(transmission_time(bytes(0), gigabits_per_second(1)) == Duration::zero());
  // 8e13 bits times 1e12 ticks is beyond 64 bits.
  CHECK(transmission_time(bytes(10'000'000'000'000), gigabits_per_second(100)) == seconds(800));
}

TEST_CASE("sizes and rates print in the form that scenarios use", "[sim][units]") {
  CHECK(to_string(bytes(1500)) == "1500B");
  CHECK(to_string(kibibytes(512)) == "512KiB");
  CHECK(to_string(kibibytes(2048)) == "2MiB");
  CHECK(to_string(bytes(0)) == "0B");
  CHECK(to_string(gigabits_per_second(1)) == "1Gbit/s");
  CHECK(to_string(bits_per_second(2'500'000)) == "2.5Mbit/s");
  CHECK(to_string(bits_per_second(1'000'000'001)) == "1.000000001Gbit/s");
  CHECK(to_string(bits_per_second(999)) == "999bit/s");
}

}  // namespace lvs
