#include "results/text.hpp"

#include <catch2/catch.hpp>

#include "results/claim.hpp"
#include "results/text_table.hpp"
#include "sim/check.hpp"

namespace lvs {

TEST_CASE("numbers in files are the shortest that read back the same", "[results][text]") {
  CHECK(exact(0.1) == "0.1");
  CHECK(exact(0.1 + 0.2) == "0.30000000000000004");
  CHECK(exact(300) == "300");
  CHECK(exact(1e6) == "1000000");  // not 1e+06
  CHECK(exact(0.000025) == "0.000025");
  CHECK(exact(1e-9) == "1e-09");
  CHECK_THROWS_AS(exact(1.0 / 0.0), InternalError);
}

TEST_CASE("counts are grouped by thousands", "[results][text]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1'000) == "1 000");
  CHECK(grouped(123'456) == "123 456");
  CHECK(grouped(1'234'567) == "1 234 567");
  CHECK(counted(1, "server") == "1 server");
  CHECK(counted(0, "server") == "0 servers");
}

TEST_CASE("latencies have three digits and the unit that fits after rounding", "[results][text]") {
  CHECK(latency_text(Duration{0}) == "0ps");
  CHECK(latency_text(nanoseconds(999)) == "999ns");
  CHECK(latency_text(nanoseconds(999'600)) == "1.00ms");  // not 1000us
  CHECK(latency_text(microseconds(9'996)) == "10.0ms");   // not 10.00ms
  CHECK(latency_text(microseconds(1'234)) == "1.23ms");
  CHECK(latency_text(milliseconds(45'678)) == "45.7s");
  CHECK(latency_text(seconds(12'345)) == "12345s");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1'240'000) == "1.24 MB");
}

TEST_CASE("claims are described with the units that scenarios use", "[results][claim]") {
  CHECK(to_string(ClaimValue{0.001, ValueUnit::share}) == "0.1%");
  CHECK(to_string(ClaimValue{0.0125, ValueUnit::time}) == "12.5ms");
  CHECK(to_string(ClaimValue{2e9, ValueUnit::bit_rate}) == "2Gbit/s");
  CHECK(to_string(ClaimValue{400, ValueUnit::per_second}) == "400/s");
  CHECK(to_string(ClaimValue{1'234'567, ValueUnit::number}) == "1234567");
  CHECK(to_string(ClaimValue{2.0 / 3, ValueUnit::number}) == "0.666667");
  Claim claim;
  claim.metric = "connections.failed";
  claim.of = "rs2";
  claim.cause = "timeout";
  claim.during = TimeSpan{kStart + seconds(61), kStart + seconds(90)};
  claim.comparison = Comparison::at_most;
  claim.low = {3, ValueUnit::number};
  CHECK(describe(claim) == "connections.failed by timeout of rs2 during 61s..90s at most 3");
  claim.text = "nobody waits";
  CHECK(describe(claim) == "nobody waits");
}

TEST_CASE("a table aligns its columns, and groups stand over theirs", "[results][text]") {
  TextTable table({{"server", TextTable::Align::left}, {"a"}, {"b"}}, {{1, 2, "own sockets"}});
  table.add({"rs1", "1", "22"});
  table.add({"rs10", "100", ""});
  CHECK(table.text() ==
        "          own sockets\n"
        "  server        a   b\n"
        "  rs1           1  22\n"
        "  rs10        100\n");
  CHECK_THROWS_AS(table.add({"rs2"}), InternalError);
}

TEST_CASE("text is wrapped between words", "[results][text]") {
  CHECK(wrapped("one two three", 8) == "one two\nthree\n");
  CHECK(wrapped("incomprehensible yes", 5, "  ") == "  incomprehensible\n  yes\n");
  CHECK(wrapped("", 10).empty());
}

}  // namespace lvs
