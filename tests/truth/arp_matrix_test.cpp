// The ARP problem of LVS-DR: what a real kernel did under each setting, and what we do.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/tools/verify/recorded_matrix.hpp"
#include "tools/verify/matrix_row.hpp"

namespace lvs::verify {
namespace {

TEST_CASE("every field of every recorded row of the ARP matrix is equal", "[arp][truth]") {
  const Verification verification = verify(recorded_folder());
  INFO(verification_text(verification));
  REQUIRE(verification.matrices.size() == 1);
  const MatrixResult& matrix = verification.matrices[0];
  CHECK(matrix.rows.equal == 113);
  CHECK(matrix.rows.total == 113);
  CHECK(matrix.fields.equal == matrix.fields.total);
  CHECK(matrix.fields.total == 3828);
  CHECK(matrix.later_states == 0);  // no tolerance was needed
  CHECK(matrix.facts == 204);
  CHECK(verification.holds());
}

/// 10.3: class by place of the VIP and effective levels; columns arp_announce 0, 1, 2.
struct GridRow {
  std::string vip_device;
  int ignore;
  std::string verdicts;
};

std::string short_name(const std::string& verdict) {
  if (verdict == "answers_and_poisons") return "AP";
  if (verdict == "poisons_by_request") return "P";
  return verdict == "answers_vip" ? "A" : "OK";
}

Json observed_under(const Json& settings) {
  Json matrix = matrix_of({0});
  matrix["rows"][0] = settings;
  matrix["rows"][0]["verdict"] = "";
  const Matrix read = read_matrix(matrix);
  return observe_row(read.topology, read.rows[0].settings);
}

std::string verdicts_under(const std::string& vip_device, const std::string& scope, int ignore) {
  std::string verdicts;
  for (int announce = 0; announce <= 2; ++announce) {
    const Json row = observed_under(settings_of(vip_device, scope, ignore, announce));
    verdicts += (announce == 0 ? "" : " ") + short_name(row["verdict"]);
  }
  return verdicts;
}

TEST_CASE("each setting of the spec's grid falls in the class that the spec gives it",
          "[arp][truth]") {
  const auto row = GENERATE(values<GridRow>({
      {"lo", 0, "AP AP A"},
      {"lo", 1, "P P OK"},
      {"lo", 2, "P P OK"},
      {"lo", 3, "AP AP A"},
      {"lo", 8, "P P OK"},
      {"lo:0", 3, "AP AP A"},
      {"tunl0", 0, "AP AP A"},
      {"tunl0", 1, "P P OK"},
      {"tunl0", 2, "P P OK"},
      {"tunl0", 3, "AP AP A"},
      {"tunl0", 8, "P P OK"},
      {"dummy0", 0, "AP AP A"},
      {"dummy0", 1, "P P OK"},
      {"dummy0", 2, "P P OK"},
      {"dummy0", 3, "AP AP A"},
      {"dummy0", 8, "P P OK"},
      {"lo-scope-host", 0, "AP AP A"},
      {"lo-scope-host", 1, "P P OK"},
      {"lo-scope-host", 2, "P P OK"},
      {"lo-scope-host", 3, "P P OK"},
      {"lo-scope-host", 8, "P P OK"},
      {"eth0", 0, "AP AP A"},
      {"eth0", 1, "AP AP A"},
      {"eth0", 2, "AP AP A"},
      {"eth0", 3, "AP AP A"},
      {"eth0", 8, "P P OK"},
      {"eth0/24", 0, "AP AP A"},
      {"eth0/24", 1, "AP AP A"},
      {"eth0/24", 2, "AP AP A"},
      {"eth0/24", 3, "AP AP A"},
      {"eth0/24", 8, "P P OK"},
      {"eth0/24-first", 0, "AP AP AP"},
      {"eth0/24-first", 1, "AP AP AP"},
      {"eth0/24-first", 2, "AP AP AP"},
      {"eth0/24-first", 3, "AP AP AP"},
      {"eth0/24-first", 8, "P P P"},
  }));
  INFO("VIP on " << row.vip_device << ", arp_ignore " << row.ignore);
  CHECK(verdicts_under(row.vip_device, "all", row.ignore) == row.verdicts);
  CHECK(verdicts_under(row.vip_device, "eth0", row.ignore) == row.verdicts);
  CHECK(verdicts_under(row.vip_device, "all+lo", row.ignore) == row.verdicts);
  CHECK(verdicts_under(row.vip_device, "lo", row.ignore) == "AP AP AP");  // inert
}

/// 10.2: what the whole service then looks like.
TEST_CASE("inside a class every connection goes the way that the spec says", "[arp][truth]") {
  const auto way = [](int ignore, int announce) {
    const Json row = observed_under(settings_of("lo", "all", ignore, announce));
    std::string text;
    for (const char* key : {"first_connection", "warm_connection_1", "warm_connection_2"}) {
      text += row[key]["served_by"].get<std::string>() + " by " +
              row[key]["packets_through_director"].dump() + ", ";
    }
    return text + row["router_vip_entry_end"]["owner"].get<std::string>();
  };
  CHECK(way(1, 2) == "rs1 by 3, rs1 by 3, rs1 by 3, dir");
  CHECK(way(1, 0) == "rs1 by 1, rs1 by 1, rs1 by 0, rs1");
  CHECK(way(0, 2) == "rs2 by 0, rs1 by 3, rs1 by 3, dir");
  CHECK(way(0, 0) == "rs2 by 0, rs1 by 1, rs1 by 0, rs1");
}

TEST_CASE("an off-subnet sender gets no answer at arp_ignore 2, and others where they should",
          "[arp][truth]") {
  const auto answers = [](const std::string& vip_device, int ignore) {
    const Json row = observed_under(settings_of(vip_device, "eth0", ignore, 2));
    return std::vector<bool>{row["rs_answers_vip"], row["rs_answers_rip"],
                             row["rs_answers_vip_to_offsubnet_sender"],
                             row["rs_answers_vip_dad_probe_sender_0"]};
  };
  CHECK(answers("eth0", 1) == std::vector<bool>{true, true, true, true});
  CHECK(answers("eth0", 2) == std::vector<bool>{true, true, false, true});
  CHECK(answers("lo", 3) == std::vector<bool>{true, true, true, true});
  CHECK(answers("lo", 2) == std::vector<bool>{false, true, false, false});
  CHECK(answers("eth0", 8) == std::vector<bool>{false, false, false, false});
}

TEST_CASE("the order of the switch's ports decides who answers first", "[arp][truth]") {
  Json matrix = matrix_of({0});
  matrix["topology"]["switch_port_order"] = {"rs1", "rt", "rs2", "dir"};
  const Matrix read = read_matrix(matrix);
  const Json row = observe_row(read.topology, read.rows[0].settings);
  CHECK(row["repliers_to_router_whohas_vip"] == Json({"dir", "rs2", "rs1"}));
  CHECK(row["neighbour_answered_by"] == "dir");
}

}  // namespace
}  // namespace lvs::verify
