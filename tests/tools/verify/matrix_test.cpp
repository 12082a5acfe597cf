// Reading recordings of the ARP problem: every form of settings, and what is refused.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/tools/verify/recorded_matrix.hpp"

namespace lvs::verify {
namespace {

std::string complaint_about(const Json& matrix) {
  try {
    compared(matrix);
  } catch (const RecordingError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("settings are read in every form that they are written in", "[arp][truth]") {
  Json matrix = matrix_of({0});
  Json& row = matrix["rows"][0];
  const auto sysctls = [&] { return read_matrix(matrix).rows[0].settings.sysctls; };
  using Sysctls = std::vector<std::pair<std::string, std::string>>;

  row["sysctl_scope"] = "all+lo";
  row["arp_ignore"] = "1";
  row["arp_announce"] = 2;
  CHECK(sysctls() == Sysctls{{"net.ipv4.conf.all.arp_ignore", "1"},
                             {"net.ipv4.conf.lo.arp_ignore", "1"},
                             {"net.ipv4.conf.all.arp_announce", "2"},
                             {"net.ipv4.conf.lo.arp_announce", "2"}});
  row["sysctl_scope"] = "none";
  row["extra_sysctls"] = {{"conf.eth0.arp_ignore", 8},
                          {"net.ipv4.conf.all.rp_filter", "2"},
                          {"/proc/sys/net/ipv4/conf/lo/arp_filter", true},
                          {"conf", {{"all", {{"arp_accept", 1}}}}}};
  CHECK(sysctls() == Sysctls{{"net.ipv4.conf.eth0.arp_ignore", "8"},
                             {"net.ipv4.conf.all.rp_filter", "2"},
                             {"net.ipv4.conf.lo.arp_filter", "1"},
                             {"net.ipv4.conf.all.arp_accept", "1"}});
  row["sysctl_scope"] = {"eth0"};
  row["extra_sysctls"] = {"net/ipv4/conf/all/rp_filter = 1"};
  CHECK(sysctls().size() == 3);
  CHECK(sysctls().back() == Sysctls::value_type{"net.ipv4.conf.all.rp_filter", "1"});
  CHECK(compared(matrix_of({0})).rows.equal == 1);
}

TEST_CASE("the place of the VIP is read with its length, order and scope", "[arp][truth]") {
  const auto first = read_vip_place("eth0/24-first");
  REQUIRE(first);
  CHECK(first->device == "eth0");
  CHECK(first->length == 24);
  CHECK(first->first);
  const auto host = read_vip_place("lo-scope-host");
  REQUIRE(host);
  CHECK(host->device == "lo");
  CHECK(host->length == 32);
  CHECK(host->scope == "host");
  CHECK_FALSE(host->first);
  const auto alias = read_vip_place("lo:0/32");
  REQUIRE(alias);
  CHECK(alias->device == "lo");
  CHECK(alias->label == "lo:0");
  for (const char* wrong : {"", "eth9", "lo/33", "lo/", "eth0-firstly", "lo-scope-x", "eth0/-1"}) {
    CHECK_FALSE(read_vip_place(wrong));
  }
}

TEST_CASE("a malformed matrix is refused with the place and what is wrong", "[arp][truth]") {
  Json matrix = matrix_of({0, 1});
  const auto complaint = [&](const char* pointer, const Json& value) {
    Json broken = matrix;
    broken[Json::json_pointer{std::string(pointer)}] = value;
    return complaint_about(broken);
  };
  CHECK(complaint("/rows/1/arp_ignore", "x") == "rows[1].arp_ignore: \"x\" is not a whole number");
  CHECK(complaint("/rows/1/vip_device", "eth9").find("rows[1].vip_device: \"eth9\" is not") == 0);
  CHECK(complaint("/rows/1/extra_sysctls", 3).find("rows[1].extra_sysctls: 3 names") == 0);
  CHECK(complaint("/rows/1/extra_sysctls", {{"conf.all.arp_ignored", 1}}).find("file: rows[1] (") ==
        0);
  CHECK(complaint("/rows/1/sysctl_scope", "eth7").find("file: rows[1] (") == 0);
  CHECK(complaint("/rows", Json::array()) == "rows: is empty");
  CHECK(complaint("/topology/vip", "10.0.0") == "topology.vip: \"10.0.0\" is not an address");
  CHECK(complaint("/topology/macs/rs2", "zz") == "topology.macs.rs2: is not a MAC address");
  CHECK(complaint("/topology/switch_port_order", {"rt", "dir", "rs1", "rs1"}).find("topology.") ==
        0);
  matrix["rows"][1].erase("arp_announce");
  CHECK(complaint_about(matrix) == "rows[1]: has no \"arp_announce\"");
  matrix["rows"][1] = settings_of("lo", "all", 1, 2);
  CHECK(complaint_about(matrix) == "rows[1]: has settings and no observation");
}

}  // namespace
}  // namespace lvs::verify
