#include <catch2/catch.hpp>

#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"

namespace lvs::language::testing {
namespace {

template <class Parse>
std::string refusal(Parse parse) {
  try {
    parse();
  } catch (const QuantityError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("durations are exact in picoseconds", "[language][quantity]") {
  CHECK(parse_duration("50us") == microseconds(50));
  CHECK(parse_duration("0s") == Duration{});
  CHECK(parse_duration("12.345us") == nanoseconds(12345));
  CHECK(parse_duration("0.001ns") == picoseconds(1));
  CHECK(parse_duration("100ms") == milliseconds(100));
  CHECK(parse_duration("8640000s") == seconds(8640000));
  // 0.1s has no exact double; the integer does.
  CHECK(parse_duration("0.1s").count() == 100'000'000'000);
}

TEST_CASE("a wrong duration is refused with the accepted form", "[language][quantity]") {
  const std::string form = "; expected a time such as 50us (units s ms us ns)";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"50", "\"50\" has no unit"},
      {"50 us", "\"50 us\" has a blank between number and unit"},
      {"50µs", "\"50µs\" has an unknown unit \"µs\""},
      {"1m", "\"1m\" has an unknown unit \"m\""},
      {"1e3us", "\"1e3us\" has an unknown unit \"e3us\""},
      {"-1s", "\"-1s\" is negative"},
      {"us", "\"us\" is not a number with a unit"},
      {"", "\"\" is not a number with a unit"},
      {".5s", "\".5s\" is not a number with a unit"},
      {"5.s", "\"5.s\" has an unknown unit \".s\""},
      {"0.0001ns", "\"0.0001ns\" is finer than what is counted"},
      {"8640001s", "\"8640001s\" is more than 100 days"},
      {"99999999999999999999s", "\"99999999999999999999s\" has too many digits"},
  };
  for (const auto& [text, message] : cases) {
    CHECK(refusal([&, t = text] { parse_duration(t); }) == message + form);
  }
}

TEST_CASE("sizes, rates, shares and queues keep their units", "[language][quantity]") {
  CHECK(parse_size("512KiB") == bytes(524288));
  CHECK(parse_size("512KB") == bytes(512000));
  CHECK(parse_size("1.5KiB") == bytes(1536));
  CHECK(parse_size("2MiB") == bytes(2 * 1024 * 1024));
  CHECK(parse_bit_rate("2.5Gbit/s") == bits_per_second(2'500'000'000));
  CHECK(parse_bit_rate("100kbit/s") == bits_per_second(100'000));
  CHECK(parse_per_second("400/s") == 400.0);
  CHECK(parse_share("67.4%") == 0.674);
  CHECK(parse_queue("1000 frames") == QueueLimit{QueueLimit::Unit::frames, 1000});
  CHECK(parse_queue("0B") == QueueLimit{QueueLimit::Unit::bytes, 0});
  CHECK(refusal([] { parse_size("1.5B"); }).find("finer") != std::string::npos);
  CHECK(refusal([] { parse_size("1GiB"); }).find("unknown unit \"GiB\"") != std::string::npos);
  CHECK(refusal([] { parse_bit_rate("0bit/s"); }).find("is zero") != std::string::npos);
  CHECK(refusal([] { parse_per_second("0/s"); }).find("is zero") != std::string::npos);
  CHECK(refusal([] { parse_share("5"); }).find("has no unit") != std::string::npos);
  CHECK(refusal([] { parse_queue("1.5 frames"); }).find("finer") != std::string::npos);
}

TEST_CASE("bare numbers take no unit", "[language][quantity]") {
  CHECK(parse_number("0.9") == 0.9);
  CHECK(parse_integer("12") == 12);
  CHECK(refusal([] { parse_number("1s"); }) ==
        "\"1s\" is not a bare number; expected a number without a unit");
  CHECK(refusal([] { parse_integer("1.5"); }).find("not a bare whole number") != std::string::npos);
  CHECK(refusal([] { parse_integer("9223372036854775808"); }).find("too large") !=
        std::string::npos);
}

TEST_CASE("a measure knows what it measures", "[language][quantity]") {
  CHECK(parse_measure("10ms").value == Approx(0.01));
  CHECK(parse_measure("10ms").unit == Measure::Unit::time);
  CHECK(parse_measure("12KiB").value == 12288.0);
  CHECK(parse_measure("1Mbit/s").unit == Measure::Unit::bit_rate);
  CHECK(parse_measure("5/s").unit == Measure::Unit::per_second);
  CHECK(parse_measure("66%").value == 0.66);
  CHECK(parse_measure("-3").value == -3.0);
  CHECK(parse_measure("3").unit == Measure::Unit::number);
  CHECK(refusal([] { parse_measure("three"); }).find("is no value") != std::string::npos);
}

TEST_CASE("what is written reads back to the same bits", "[language][quantity]") {
  for (const double share :
       {0.674, 0.001, parse_share("33.3333333%"), 0.66, 1e-9, parse_share("30.000000000000004%")}) {
    CHECK(parse_share(write_share(share)) == share);
  }
  CHECK(write_share(0.674) == "67.4%");
  for (const double number : {1e-7, 12345678.875, 0.1, 1e15}) {
    CHECK(parse_number(write_number(number)) == number);
  }
  for (const std::int64_t ticks : {1LL, 999LL, 1'000LL, 123'456'789LL, 40LL}) {
    CHECK(parse_duration(write_duration(Duration{ticks})).count() == ticks);
  }
}

namespace {
std::string hosts_of(const std::string& text) {
  std::string names;
  try {
    for (const HostRangeItem& item : read_host_range(text, {"f", 1, 2}, "hosts")) {
      names += item.name + (item.i ? "=" + std::to_string(*item.i) : "") + " ";
    }
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return names;
}

YamlNode scalar(const std::string& text) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.position = {"f", 3, 4};
  node.path = "key";
  node.text = Text(text, node.position);
  return node;
}

template <class Read>
std::string error_of_read(Read read, const std::string& text) {
  try {
    read(scalar(text));
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "accepted";
}
}  // namespace

TEST_CASE("host ranges ascend under one prefix", "[language][range]") {
  CHECK(hosts_of("rs1..rs3") == "rs1=1 rs2=2 rs3=3 ");
  CHECK(hosts_of("rs9..rs11") == "rs9=9 rs10=10 rs11=11 ");
  CHECK(hosts_of("node08..node10") == "node08=8 node09=9 node10=10 ");
  CHECK(hosts_of("web-2") == "web-2 ");
  CHECK(hosts_of("a1..a1") == "a1=1 ");
  CHECK(hosts_of("rs3..rs1") ==
        "f:1:2: hosts: \"rs3..rs1\" descends; expected the smaller "
        "number first");
  CHECK(hosts_of("rs1..web2").find("one prefix and two numbers") != std::string::npos);
  CHECK(hosts_of("rs1..4").find("is no range such as rs1..rs4") != std::string::npos);
  CHECK(hosts_of("rs1..rs5000").find("more than 4096 hosts") != std::string::npos);
  CHECK(hosts_of("rs{1..4}").find("is no range") != std::string::npos);
  CHECK(hosts_of("7up").find("is no name") != std::string::npos);
}

TEST_CASE("address ranges include both ends and refuse host bits", "[language][range]") {
  CHECK(read_addresses(scalar("172.20.0.0/22")).at(0).size() == 1024);
  CHECK(read_addresses(scalar("10.0.0.7")).at(0).size() == 1);
  CHECK(to_string(read_addresses(scalar("10.0.0.250..10.0.1.5")).at(0).last) == "10.0.1.5");
  CHECK(error_of_read(read_addresses, "10.0.0.1/24") ==
        "f:3:4: key: \"10.0.0.1/24\" has host bits; the network is 10.0.0.0/24");
  CHECK(error_of_read(read_addresses, "10.0.0.5..10.0.0.4") ==
        "f:3:4: key: \"10.0.0.5..10.0.0.4\" descends");
  CHECK(error_of_read(read_addresses, "10.0.0.256").find("is no range of addresses") !=
        std::string::npos);
}

TEST_CASE("windows and services are read whole or not at all", "[language][range]") {
  CHECK(read_window(scalar("10s..20s")).until == seconds(20));
  CHECK(error_of_read(read_window, "20s..20s").find("does not end after") != std::string::npos);
  CHECK(error_of_read(read_window, "10..20s").find("\"10\" has no unit") != std::string::npos);
  CHECK(error_of_read(read_window, "10s").find("is no span of time") != std::string::npos);
  CHECK(to_string(read_service(scalar("10.1.10.3:53/udp"))) == "10.1.10.3:53/udp");
  for (const char* wrong : {"10.1.10.3:80", "10.1.10.3/tcp", "10.1.10.3:80/sctp",
                            "10.1.10.3:65536/tcp", "10.1.10:80/tcp", "10.1.10.3:080x/tcp"}) {
    CHECK(error_of_read(read_service, wrong).find("is no service such as") != std::string::npos);
  }
  CHECK(error_of_read(read_service, "10.1.10.3:0/tcp").find("port 0") != std::string::npos);
}

}  // namespace lvs::language::testing
