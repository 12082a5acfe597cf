#include "tests/truth/recording.hpp"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/ipvs/schedulers/registry.hpp"
#include "tests/truth/ipvsadm.hpp"

namespace lvs::truth {
namespace {

using Json = nlohmann::json;

Endpoint endpoint(const std::string& text) {
  const std::size_t colon = text.find(':');
  return {parse_ipv4_address(text.substr(0, colon)).value(),
          Port{static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)))}};
}

std::string outcome(const Json& json) {
  if (json.contains("rs")) {
    return json["rs"].get<std::string>() + ":" + std::to_string(json["rport"].get<int>());
  }
  if (json.contains("error")) return json["error"];
  return json.value("out", "");
}

Operation operation(const Json& json) {
  Operation op;
  op.kind = json["op"];
  // Times have four decimals.
  op.time = kStart + microseconds(100) * std::llround(json["t"].get<double>() * 1e4);
  op.id = json.value("id", "");
  if (json.contains("src")) {
    op.source = {parse_ipv4_address(json["src"].get<std::string>()).value(),
                 Port{json["sport"].get<std::uint16_t>()}};
    op.target = endpoint(json["dst"]);
  }
  op.arguments = json.value("args", "");
  op.bytes = json.value("bytes", std::uint16_t{100});
  op.outcome = outcome(json);
  return op;
}

}  // namespace

std::optional<Recording> read_recording(const std::filesystem::path& file) {
  std::ifstream in(file);
  const Json json = Json::parse(in);
  if (json.value("kind", "") != "ipvs-recording") return {};
  Recording recording;
  recording.name = json["name"];
  recording.mode = json["topology"]["mode"];
  recording.servers = json["topology"]["rs"];
  recording.ports = json.value("ports", std::vector<std::uint16_t>{80});
  const std::string prefix = "net.ipv4.vs.";
  if (json.contains("sysctl")) {
    for (const auto& [name, value] : json["sysctl"].items()) {
      recording.sysctls[name.substr(prefix.size())] = value;
    }
  }
  recording.rules = json["rules"].get<std::vector<std::string>>();
  for (const Json& op : json["ops"]) recording.operations.push_back(operation(op));
  for (const char* arguments : {"-Ln", "-Ln --stats", "-Lnc", "-Sn"}) {
    recording.last.emplace_back(arguments, json["final"][arguments].get<std::string>());
  }
  if (!json.value("setup", Json::array()).empty()) return {};  // firewall marks
  for (const std::string& rule : recording.rules) {
    if (!is_supported(rule)) return {};
  }
  for (const Operation& op : recording.operations) {
    if (op.kind == "ipvsadm" && !is_supported(op.arguments)) return {};
  }
  return recording;
}

}  // namespace lvs::truth
