// What `lvsim verify` reports: falsified recordings, folders, and that silence is no success.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "tests/tools/verify/recorded_matrix.hpp"
#include "tests/tools/verify/recorded_script.hpp"

namespace lvs::verify {
namespace {

namespace fs = std::filesystem;

/// Below the folder that the tests run in, and gone afterwards.
struct Folder {
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path path = fs::current_path() / "verify-test-files";
};

TEST_CASE("one falsified field is reported as exactly that difference", "[arp][truth]") {
  struct Case {
    const char* pointer;
    Json value;
    FieldDifference difference;
  };
  const auto c = GENERATE(values<Case>({
      {"/rs_answers_rip", false, {"rs_answers_rip", "false", "true"}},
      {"/repliers_to_router_whohas_vip",
       {"rs1", "rs2", "dir"},
       {"repliers_to_router_whohas_vip", R"(["rs1","rs2","dir"])", R"(["rs2","rs1","dir"])"}},
      {"/first_connection/packets_through_director",
       1,
       {"first_connection.packets_through_director", "1", "0"}},
      {"/router_vip_entry_after_rs_request/state",
       "DELAY",
       {"router_vip_entry_after_rs_request.state", R"("DELAY")", R"("STALE")"}},
      {"/router_vip_entry_end/state",
       "STALE",
       {"router_vip_entry_end.state", R"("STALE")", R"("DELAY")"}},
      {"/router_vip_entry_end/mac",
       "02:00:00:00:00:12",
       {"router_vip_entry_end.mac", R"("02:00:00:00:00:12")", R"("02:00:00:00:00:11")"}},
      {"/verdict", "ok", {"verdict", R"("ok")", R"("answers_and_poisons")"}},
      {"/rs_answers_ping", true, {"rs_answers_ping", "true", "(no such field is observed)"}},
      {"/first_connection/seconds",
       1,
       {"first_connection.seconds", "1", "(no such field is observed)"}},
  }));
  Json matrix = matrix_of({2, 0});
  const std::size_t fields = compared(matrix).fields.total;
  const Json::json_pointer pointer{std::string(c.pointer)};
  const bool added = !matrix["rows"][1].contains(pointer);
  matrix["rows"][1][pointer] = c.value;

  const MatrixResult result = compared(matrix);

  CHECK(result.rows.equal == 1);
  CHECK(result.fields.total == fields + (added ? 1 : 0));
  CHECK(result.fields.equal == result.fields.total - 1);
  REQUIRE(result.unequal.size() == 1);
  CHECK(result.unequal[0].row == 1);
  CHECK(result.unequal[0].settings == "vip_device=lo sysctl_scope=all arp_ignore=0 arp_announce=0");
  REQUIRE(result.unequal[0].differences.size() == 1);
  const FieldDifference& difference = result.unequal[0].differences[0];
  CHECK(difference.field == c.difference.field);
  CHECK(difference.recorded == c.difference.recorded);
  CHECK(difference.simulated == c.difference.simulated);
  CHECK_FALSE(Verification{{result}, {}}.holds());
}

TEST_CASE("an entry recorded where there is none differs, and the reverse", "[arp][truth]") {
  Json matrix = matrix_of({0, 104});
  std::swap(matrix["rows"][0]["router_vip_entry_after_rs_request_if_empty"],
            matrix["rows"][1]["router_vip_entry_after_rs_request_if_empty"]);
  const MatrixResult result = compared(matrix);
  REQUIRE(result.unequal.size() == 2);
  CHECK(result.unequal[0].differences[0].recorded == "null");
  CHECK(result.unequal[1].differences[0].simulated == "null");
}

TEST_CASE("a kernel's DELAY passes for our REACHABLE after packets, with the same MAC alone",
          "[arp][truth]") {
  Json matrix = matrix_of({104});  // its entries stay the director's, REACHABLE
  matrix["rows"][0]["router_vip_entry_end"]["state"] = "DELAY";
  CHECK(compared(matrix).rows.equal == 1);
  CHECK(compared(matrix).later_states == 1);
  matrix["rows"][0]["router_vip_entry_end"]["mac"] = "02:00:00:00:00:11";
  CHECK(compared(matrix).unequal[0].differences.size() == 2);
}

TEST_CASE("verify reads every recording below a folder and nothing else", "[arp][truth]") {
  const Folder folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    const fs::path file = folder.path / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  };
  const auto complaint = [&] {
    try {
      verify(folder.path);
    } catch (const RecordingError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(complaint().find("no *.json") != std::string::npos);
  write("b/c/two.json", matrix_of({2}).dump());
  write("a/one.json", matrix_of({0, 1}).dump());
  write("a/notes.txt", "not JSON");
  write("a/dir.json", script_json("dir-wheel").dump());

  const Verification found = verify(folder.path);

  REQUIRE(found.matrices.size() == 2);
  CHECK(found.matrices[0].rows.total == 2);
  CHECK(found.matrices[1].rows.total == 1);
  REQUIRE(found.recordings.size() == 1);
  CHECK(found.recordings[0].name == "dir-wheel");
  CHECK(found.holds());
  const std::string text = verification_text(found);
  CHECK(text.find("recordings: 1 of 1 equal\n") != std::string::npos);
  CHECK(text.find("3 of 3 rows equal") != std::string::npos);
  CHECK(Json::parse(verification_json(found))["files"][0]["rows"]["total"] == 2);

  write("d.json", "{\"kind\": ");
  CHECK(complaint().find("d.json: is no JSON") != std::string::npos);
  write("d.json", "[]");
  CHECK(complaint().find("d.json: kind: is missing") != std::string::npos);
  write("d.json", R"({"kind": "song"})");
  CHECK(complaint().find("d.json: kind: \"song\" is neither") != std::string::npos);
}

TEST_CASE("recordings that nothing was compared of do not hold", "[arp][truth]") {
  CHECK_FALSE(Verification{}.holds());
  CHECK(verification_text({}) == "Nothing was compared.\n");
}

}  // namespace
}  // namespace lvs::verify
