// Recordings of a director for tests that read, falsify or make them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tools/verify/replay.hpp"
#include "tools/verify/verify.hpp"

namespace lvs::verify {

inline std::filesystem::path script_folder() {
  return std::filesystem::path(LVSIM_SOURCE_DIR) / "tests" / "truth" / "data" / "ipvs";
}
inline std::filesystem::path script_file(const std::string& name) {
  return script_folder() / (name + ".json");
}
inline Json script_json(const std::string& name) {
  std::ifstream in(script_file(name));
  return Json::parse(in);
}

inline RecordingResult compared_script(const Json& json) {
  return verify_recording("file", {read_recording(json), {}});
}

/// Two servers by rr, clients that stay, leave and are refused, and a command that fails.
inline Json small_script() {
  const auto open = [](double t, const char* id, int sport) {
    return Json{{"op", "open"},          {"id", id}, {"src", "172.20.0.1"}, {"sport", sport},
                {"dst", "10.1.10.3:80"}, {"t", t},   {"rs", "rs1"},         {"rport", 80}};
  };
  const auto call = [](double t, const char* arguments) {
    return Json{{"op", "ipvsadm"}, {"args", arguments}, {"t", t}, {"rc", 0}};
  };
  const auto show = [](double t, const char* arguments) {
    return Json{{"op", "show"}, {"args", arguments}, {"t", t}, {"out", ""}};
  };
  Json json;
  json["kind"] = "ipvs-recording";
  json["name"] = "small";
  json["topology"] = {{"mode", "nat"}, {"rs", 2}};
  json["rules"] = {"-A -t 10.1.10.3:80 -s rr", "-a -t 10.1.10.3:80 -r 192.168.184.129 -m -w 1",
                   "-a -t 10.1.10.3:80 -r 192.168.184.130 -m -w 1"};
  json["ops"] = {open(0, "a", 1000),
                 open(0.05, "b", 1001),
                 {{"op", "reset"}, {"id", "b"}, {"t", 0.1}},
                 call(0.15, "-d -t 10.1.10.3:80 -r 192.168.184.177"),
                 {{"op", "close"}, {"id", "a"}, {"t", 0.2}},
                 show(0.3, "-Ln"),
                 show(0.6, "-Lnc"),
                 {{"op", "sleep"}, {"s", 10}, {"t", 0.9}},
                 show(11.5, "-Lnc"),
                 open(12, "c", 1002)};
  json["final"] = {{"-Ln", ""}, {"-Ln --stats", ""}, {"-Lnc", ""}, {"-Sn", ""}};
  return json;
}

/// The same script with what it leads to here, under this setting of the free parameters.
inline Json performed(Json json, const Choices& choices) {
  const Recording recording = read_recording(json);
  // What is recorded of commands decides how they are written, so all may fail.
  const language::Scenario scenario = load_recording_scenario("performed", recording);
  Replay replay(recording, scenario, choices, {});
  for (const Operation& op : recording.operations) {
    replay.run_through(op);
    Json& to = json["ops"][op.number];
    if (op.kind == Operation::Kind::open || op.kind == Operation::Kind::udp) {
      const std::string decision = replay.decision(op);
      const std::size_t port = decision.find(" port ");
      for (const char* key : {"rs", "rport", "error"}) to.erase(key);
      if (port == std::string::npos) {
        to["error"] = decision;
      } else {
        to["rs"] = decision.substr(0, port);
        to["rport"] = std::stoi(decision.substr(port + 6));
      }
    } else if (op.kind == Operation::Kind::ipvsadm) {
      to["rc"] = replay.complaint(op) ? 255 : 0;
    } else if (op.kind == Operation::Kind::show) {
      to["out"] = replay.listing(op);
    }
  }
  for (std::size_t i = 0; i < recording.last.size(); ++i) {
    replay.run_to(replay.last_instant(i));
    const std::string& arguments = recording.last[i].first;
    json["final"][arguments] = replay.listing(arguments, replay.last_instant(i));
  }
  return json;
}

}  // namespace lvs::verify
