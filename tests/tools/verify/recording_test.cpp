// What `lvsim verify` says of recordings of a director: equal ones, falsified ones, bad files.
#include <catch2/catch.hpp>

#include "tests/tools/verify/recorded_script.hpp"
#include "tools/verify/explain.hpp"
#include "tools/verify/frames.hpp"
#include "tools/verify/print_recording.hpp"

namespace lvs::verify {
namespace {

Json performed_small_script() { return performed(small_script(), {}); }

TEST_CASE("a script that was performed here is equal, and holds what a reader expects",
          "[ipvs][truth]") {
  const Json json = performed_small_script();
  // rr starts at the server configured last; the reset entry goes 10 s later.
  CHECK(json["ops"][0]["rs"] == "rs2");
  CHECK(json["ops"][1]["rs"] == "rs1");
  CHECK(json["ops"][3]["rc"] == 255);
  CHECK(json["ops"][6]["out"].get<std::string>().find("CLOSE       172.20.0.1:1001") !=
        std::string::npos);
  CHECK(json["ops"][8]["out"].get<std::string>().find("172.20.0.1:1001") == std::string::npos);
  const RecordingResult result = compared_script(json);
  INFO(recording_text(result));
  CHECK(result.equal());
  CHECK(result.counts.decisions.total == 3);
  CHECK(result.counts.statuses.total == 1);
  CHECK(result.counts.listings.at("-Lnc").total == 3);
  CHECK(result.counts.rows.total == 2 + 1 + 2);
}

TEST_CASE("one falsified value is reported as exactly that difference", "[ipvs][truth]") {
  struct Case {
    std::string name;
    const char* pointer;
    std::string from;  ///< within a text; empty: the whole value
    Json to;
    std::string where;
    std::string what;
  };
  const auto c = GENERATE(values<Case>({
      {"decision", "/ops/1/rs", "", "rs2", "ops[1] open", "decision"},
      {"port", "/ops/0/rport", "", 443, "ops[0] open", "decision"},
      {"rc", "/ops/3/rc", "", 0, "ops[3] ipvsadm", "rc"},
      {"listing", "/ops/5/out", "Masq    1", "Masq    2", "ops[5] show -Ln", "line 5"},
      {"expiry", "/ops/6/out", "01:59", "01:57", "ops[6] show -Lnc", "row TCP TIME_WAIT"},
      {"state", "/final/-Lnc", "TIME_WAIT", "FIN_WAIT", "final -Lnc", "row TCP FIN_WAIT"},
      {"missing line", "/final/-Sn", "-A -t 10.1.10.3:80 -s rr\n", "", "final -Sn", "line 1"},
      {"statistics", "/final/-Ln --stats", "10.1.10.3:80   ", "10.1.10.3:80  7",
       "final -Ln --stats", "line 4"},
  }));
  Json json = performed_small_script();
  Json& value = json[Json::json_pointer(c.pointer)];
  if (c.from.empty()) {
    value = c.to;
  } else {
    std::string text = value.get<std::string>();
    const std::size_t at = text.find(c.from);
    REQUIRE(at != std::string::npos);
    value = text.replace(at, c.from.size(), c.to.get<std::string>());
  }
  const RecordingResult result = compared_script(json);
  INFO(c.name << "\n" << recording_text(result));
  CHECK_FALSE(result.equal());
  REQUIRE_FALSE(result.differences.empty());
  const Difference& first = result.differences.front();
  CHECK(first.where.rfind(c.where, 0) == 0);
  CHECK(first.what.rfind(c.what, 0) == 0);
  CHECK(first.recorded != first.simulated);
  CHECK_FALSE(result.state_before.empty());
  CHECK(recording_text(result).find("UNEQUAL") != std::string::npos);
  CHECK(recording_json(result)["equal"] == false);
}

TEST_CASE("what a failed command complained of is compared if it was recorded", "[ipvs][truth]") {
  Json json = performed_small_script();
  json["ops"][3]["stderr"] = "No such destination\n";
  CHECK(compared_script(json).equal());
  json["ops"][3]["stderr"] = "Service not defined\n";
  const RecordingResult result = compared_script(json);
  REQUIRE(result.differences.size() == 1);
  CHECK(result.differences[0].what == "stderr");
  CHECK(result.differences[0].simulated == "No such destination");
}

TEST_CASE("an expiry may differ by a second and no more", "[ipvs][truth]") {
  Json json = performed_small_script();
  std::string text = json["ops"][6]["out"];
  const std::size_t at = text.find("01:59");
  REQUIRE(at != std::string::npos);
  json["ops"][6]["out"] = text.replace(at, 5, "01:58");
  CHECK(compared_script(json).equal());
}

TEST_CASE("a command that cannot even be read is compared as one that fails", "[ipvs][truth]") {
  Json json = small_script();
  json["ops"][3]["args"] = "-A -t 10.1.10.3:0 -s rr";
  json["ops"][3]["rc"] = 2;
  json = performed(json, {});
  CHECK(json["ops"][3]["rc"] == 255);
  CHECK(compared_script(json).equal());
}

TEST_CASE("the search finds planted phases and instants", "[ipvs][truth]") {
  Choices planted;
  planted.jiffies_phase = 300;
  planted.statistics_phase = 77;
  planted.lasts = {milliseconds(200), milliseconds(700), milliseconds(900), milliseconds(900)};
  planted.listing_percents[8] = 80;
  const Json json = performed(small_script(), planted);
  const RecordingFiles files{read_recording(json), {}};
  const language::Scenario scenario = load_recording_scenario("planted", files.recording);
  CHECK_FALSE(compare_recording(files, scenario, {}).equal());
  const RecordingResult result = verify_recording("planted", files);
  INFO(recording_text(result));
  CHECK(result.equal());
}

TEST_CASE("each jiffy phase can be found by the batches in which entries go", "[ipvs][truth]") {
  const std::uint32_t phase = GENERATE(1U, 64U, 200U, 311U, 448U, 511U);
  Choices planted;
  planted.jiffies_phase = phase;
  planted.lasts.assign(4, kFirstLast);
  const Json json = performed(script_json("dir-wheel"), planted);
  const RecordingResult result = compared_script(json);
  INFO(recording_text(result));
  CHECK(result.equal());
}

TEST_CASE("a falsified frame of a capture is reported, whatever the field", "[ipvs][truth]") {
  struct Case {
    std::string field;
    void (*falsify)(std::vector<CapturedFrame>& frames, std::size_t at);
  };
  const auto c = GENERATE(values<Case>({
      {"ttl", [](auto& f, std::size_t i) { --f[i].frame.ip.ttl; }},
      {"tos", [](auto& f, std::size_t i) { f[i].frame.ip.tos = 4; }},
      {"fragment", [](auto& f, std::size_t i) { f[i].frame.ip.fragment = 0; }},
      {"length", [](auto& f, std::size_t i) { ++f[i].frame.ip.total_length; }},
      {"MAC destination", [](auto& f, std::size_t i) { f[i].frame.destination.octets[5] = 9; }},
      {"flags", [](auto& f, std::size_t i) { f[i].frame.tcp.flags |= TcpFlags::kPsh; }},
      {"inner ttl", [](auto& f, std::size_t i) { --f[i].frame.inner.ttl; }},
      {"source", [](auto& f, std::size_t i) { ++f[i].frame.ip.source.value; }},
      {"frame",
       [](auto& f, std::size_t i) { f.erase(f.begin() + static_cast<std::ptrdiff_t>(i)); }},
  }));
  RecordingFiles files = read_recording_files(script_file("dev-frames-tun-1"));
  const language::Scenario scenario = load_recording_scenario("tun", files.recording);
  const RecordingResult before = compare_recording(files, scenario, {});
  REQUIRE(before.counts.frames.equal == before.counts.frames.total);
  std::vector<CapturedFrame>& inside = files.captures[1].frames;
  std::size_t at = 0;
  while (inside[at].frame.is_arp() || inside[at].frame.source != director_mac(1)) ++at;
  c.falsify(inside, at);
  const RecordingResult result = compare_recording(files, scenario, {});
  INFO(c.field);
  CHECK_FALSE(result.equal());
  CHECK(result.counts.frames.equal < result.counts.frames.total);
  const auto found =
      std::any_of(result.differences.begin(), result.differences.end(), [&](const Difference& d) {
        return d.where == "captures" && d.what.find(c.field) != std::string::npos;
      });
  CHECK((found || c.field == "frame"));
}

TEST_CASE("a frame that the capture lacks or has too many is reported", "[ipvs][truth]") {
  RecordingFiles files = read_recording_files(script_file("dev-frames-nat-1"));
  const language::Scenario scenario = load_recording_scenario("nat", files.recording);
  std::vector<CapturedFrame>& outside = files.captures[0].frames;
  const auto sent = std::find_if(outside.begin(), outside.end(), [](const CapturedFrame& f) {
    return !f.frame.is_arp() && f.frame.source == director_mac(0);
  });
  const bool twice = GENERATE(true, false);
  const CapturedFrame copy = *sent;
  if (twice) {
    outside.insert(sent, copy);
  } else {
    outside.erase(sent);
  }
  const RecordingResult result = compare_recording(files, scenario, {});
  CHECK(result.counts.frames.equal < result.counts.frames.total);
}

TEST_CASE("a question of the director that the kernel's asked otherwise is reported",
          "[ipvs][truth]") {
  RecordingFiles files = read_recording_files(script_file("dev-frames-dr-1"));
  const language::Scenario scenario = load_recording_scenario("dr", files.recording);
  for (CapturedFrame& captured : files.captures[1].frames) {
    const bool asks = captured.frame.is_arp() && captured.frame.source == director_mac(1);
    if (!asks) continue;
    captured.frame.arp.sender = ipv4(10, 1, 10, 3);
    break;
  }
  const RecordingResult result = compare_recording(files, scenario, {});
  CHECK(result.counts.frames.equal + 2 == result.counts.frames.total);
}

std::string complaint_of(Json json) {
  try {
    read_recording(json);
  } catch (const RecordingError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("a bad recording is refused with the place of what is wrong", "[ipvs][truth]") {
  struct Case {
    const char* pointer;
    Json value;
    std::string complaint;
  };
  const auto c = GENERATE(values<Case>({
      {"/topology/mode", "fullnat", "topology.mode: \"fullnat\" is not nat, dr or tun"},
      {"/topology/rs", 0, "topology.rs: 0 is not a whole number from 1 to 100"},
      {"/rules/1", "-a\n-d", "rules[1]: \"-a\\n-d\" is not one line of text"},
      {"/rules", "-A", "rules: is not a list"},
      {"/ops/1/op", "sing", "ops[1].op: \"sing\" is no operation"},
      {"/ops/1/id", "a", "ops[1].id: \"a\" was opened before"},
      {"/ops/2/id", "z", "ops[2].id: \"z\" was not opened"},
      {"/ops/1/t", "soon", "ops[1].t: \"soon\" is not a number of seconds"},
      {"/ops/1/t", -1, "ops[1].t: -1 is not a number of seconds up to a day"},
      {"/ops/2/t", 0.01, "ops[2].t: is before that of the operation before it"},
      {"/ops/0/src", "172.20.0", "ops[0].src: \"172.20.0\" is not an address"},
      {"/ops/0/sport", 65536, "ops[0].sport: 65536 is not a whole number from 1 to 65535"},
      {"/ops/0/dst", "10.1.10.3:http", "ops[0].dst: \"10.1.10.3:http\" is not ADDRESS:PORT"},
      {"/ops/0/rport", nullptr, "ops[0].rport: null is not a whole number from 1 to 65535"},
      {"/ops/5/out", 7, "ops[5].out: 7 is not a text"},
      {"/final", nullptr, "final: is not an object"},
  }));
  Json json = small_script();
  json[Json::json_pointer(c.pointer)] = c.value;
  CHECK(complaint_of(json) == c.complaint);
  json = small_script();
  json["ops"][5].erase("args");
  CHECK(complaint_of(json) == "ops[5]: has no \"args\"");
}

TEST_CASE("a recording whose commands mean nothing here is reported as not simulated",
          "[ipvs][truth]") {
  Json json = small_script();
  json["rules"][0] = "-A -t 10.1.10.3:80 -s roundest";
  const RecordingResult result = compared_script(json);
  CHECK_FALSE(result.equal());
  CHECK(result.refused.find("roundest") != std::string::npos);
  CHECK(recording_text(result).find("not simulated") != std::string::npos);
}

TEST_CASE("the story of a difference names both answers, the operation and the reasons",
          "[ipvs][truth]") {
  Json json = performed_small_script();
  json["ops"][9]["rs"] = "rs1";
  const RecordingFiles files{read_recording(json), {}};
  const std::string story = explain(files, verify_recording("small.json", files));
  INFO(story);
  CHECK(story.find("ops[9] open 172.20.0.1:1002 -> 10.1.10.3:80 at 12s: decision") !=
        std::string::npos);
  CHECK(story.find("the kernel  rs1 port 80") != std::string::npos);
  CHECK(story.find("lvsim       rs2 port 80") != std::string::npos);
  CHECK(story.find("ops[8] show -Lnc at 11.5s") != std::string::npos);
  CHECK(story.find("the scheduler gives 172.20.0.1:1002 -> 10.1.10.3:80 to 192.168.184.130:80") !=
        std::string::npos);
  CHECK(story.find("weight 1 active 0 inactive") != std::string::npos);
}

}  // namespace
}  // namespace lvs::verify
