#include "tools/verify/recording.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace lvs::verify {
namespace {

constexpr std::array<std::pair<std::string_view, Operation::Kind>, 9> kOperations{{
    {"open", Operation::Kind::open},
    {"close", Operation::Kind::close},
    {"reset", Operation::Kind::reset},
    {"server_close", Operation::Kind::server_close},
    {"send", Operation::Kind::send},
    {"udp", Operation::Kind::udp},
    {"ipvsadm", Operation::Kind::ipvsadm},
    {"show", Operation::Kind::show},
    {"sleep", Operation::Kind::sleep},
}};

constexpr int kMostServers = 100;        // .129 and following, in one /24
constexpr double kMostSeconds = 86'400;  // far beyond any timer of a director
constexpr std::int64_t kMostBytes = 1 << 20;

/// A command is one line: it goes into a scenario.
std::string read_line(const Json& value, const std::string& where) {
  std::string text = read_text(value, where);
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f'); });
  if (!plain) throw RecordingError(where, value.dump() + " is not one line of text");
  return text;
}

std::vector<std::string> read_lines(const Json& value, const std::string& where) {
  if (!value.is_array()) throw RecordingError(where, "is not a list");
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < value.size(); ++i) {
    lines.push_back(read_line(value[i], where + "[" + std::to_string(i) + "]"));
  }
  return lines;
}

/// Seconds with a fraction, rounded to the microsecond.
Duration read_seconds(const Json& value, const std::string& where) {
  if (!value.is_number()) throw RecordingError(where, value.dump() + " is not a number of seconds");
  const double s = value.get<double>();
  if (!(s >= 0 && s <= kMostSeconds)) {
    throw RecordingError(where, value.dump() + " is not a number of seconds up to a day");
  }
  return microseconds(std::llround(s * 1e6));
}

Port read_port(const Json& value, const std::string& where) {
  return Port{static_cast<std::uint16_t>(read_integer(value, where, 1, 65535))};
}

Endpoint read_endpoint(const Json& value, const std::string& where) {
  const std::string text = read_text(value, where);
  const std::size_t colon = text.find(':');
  const auto address = parse_ipv4_address(text.substr(0, colon));
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (!address || !digits || std::stoi(port) > 65535) {
    throw RecordingError(where, value.dump() + " is not ADDRESS:PORT");
  }
  return {*address, Port{static_cast<std::uint16_t>(std::stoi(port))}};
}

std::string read_decision(const Json& op, const std::string& where) {
  if (const Json* error = find(op, "error")) return read_text(*error, where + ".error");
  const std::string server = read_text(need(op, where, "rs"), where + ".rs");
  const Port port = read_port(need(op, where, "rport"), where + ".rport");
  return server + " port " + std::to_string(port.value);
}

/// Operations by the id of the connection they opened.
using Opened = std::map<std::string, std::size_t>;

void read_arguments(const Json& json, const std::string& where, Opened& opened, Operation& op) {
  const auto text = [&](const char* key) {
    return read_line(need(json, where, key), where + "." + key);
  };
  switch (op.kind) {
    case Operation::Kind::open:
      if (!opened.emplace(text("id"), op.number).second) {
        throw RecordingError(where + ".id", "\"" + text("id") + "\" was opened before");
      }
      [[fallthrough]];
    case Operation::Kind::udp:
      op.source = {read_address(need(json, where, "src"), where + ".src"),
                   read_port(need(json, where, "sport"), where + ".sport")};
      op.target = read_endpoint(need(json, where, "dst"), where + ".dst");
      op.decision = read_decision(json, where);
      break;
    case Operation::Kind::send:
      op.bytes = 100;
      if (const Json* bytes = find(json, "bytes")) {
        op.bytes =
            static_cast<std::uint32_t>(read_integer(*bytes, where + ".bytes", 1, kMostBytes));
      }
      [[fallthrough]];
    case Operation::Kind::close:
    case Operation::Kind::reset:
    case Operation::Kind::server_close: {
      const auto found = opened.find(text("id"));
      if (found == opened.end()) {
        throw RecordingError(where + ".id", "\"" + text("id") + "\" was not opened");
      }
      op.opened_by = found->second;
      break;
    }
    case Operation::Kind::ipvsadm:
      op.arguments = text("args");
      op.status = static_cast<int>(read_integer(need(json, where, "rc"), where + ".rc", 0, 255));
      if (const Json* complaint = find(json, "stderr")) {
        op.complaint = read_text(*complaint, where + ".stderr");
      }
      break;
    case Operation::Kind::show:
      op.arguments = text("args");
      op.output = read_text(need(json, where, "out"), where + ".out");
      break;
    case Operation::Kind::sleep:
      op.span = read_seconds(need(json, where, "s"), where + ".s");
      break;
  }
}

Operation read_operation(const Json& json, std::size_t number, Opened& opened) {
  const std::string where = "ops[" + std::to_string(number) + "]";
  Operation op;
  op.number = number;
  const std::string name = read_text(need(json, where, "op"), where + ".op");
  const auto known = std::find_if(kOperations.begin(), kOperations.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (known == kOperations.end()) {
    throw RecordingError(where + ".op", "\"" + name + "\" is no operation");
  }
  op.kind = known->second;
  op.at = read_seconds(need(json, where, "t"), where + ".t");
  read_arguments(json, where, opened, op);
  return op;
}

std::vector<Operation> read_operations(const Json& ops) {
  if (!ops.is_array()) throw RecordingError("ops", "is not a list");
  std::vector<Operation> operations;
  Opened opened;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    operations.push_back(read_operation(ops[i], i, opened));
    if (i > 0 && operations[i].at < operations[i - 1].at) {
      throw RecordingError("ops[" + std::to_string(i) + "].t",
                           "is before that of the operation before it");
    }
  }
  return operations;
}

void read_topology(const Json& file, Recording& recording) {
  const Json& topology = need(file, "", "topology");
  const std::string mode = read_text(need(topology, "topology", "mode"), "topology.mode");
  constexpr std::array<std::string_view, 3> kModes{"nat", "dr", "tun"};
  const auto known = std::find(kModes.begin(), kModes.end(), mode);
  if (known == kModes.end()) {
    throw RecordingError("topology.mode", "\"" + mode + "\" is not nat, dr or tun");
  }
  recording.kind = static_cast<ClusterKind>(known - kModes.begin());
  recording.servers = static_cast<int>(
      read_integer(need(topology, "topology", "rs"), "topology.rs", 1, kMostServers));
}

void read_addresses(const Json& file, Recording& recording) {
  recording.ports = {Port{80}};
  recording.vips = {ipv4(10, 1, 10, 3)};
  if (const Json* ports = find(file, "ports")) {
    if (!ports->is_array()) throw RecordingError("ports", "is not a list");
    recording.ports.clear();
    for (const Json& port : *ports) recording.ports.push_back(read_port(port, "ports"));
  }
  if (const Json* vips = find(file, "vips")) {
    if (!vips->is_array()) throw RecordingError("vips", "is not a list");
    recording.vips.clear();
    for (const Json& vip : *vips) recording.vips.push_back(read_address(vip, "vips"));
  }
}

void read_sysctls(const Json& file, Recording& recording) {
  const Json* sysctls = find(file, "sysctl");
  if (sysctls == nullptr) return;
  if (!sysctls->is_object()) throw RecordingError("sysctl", "is not an object");
  for (const auto& [name, value] : sysctls->items()) {
    const std::string where = "sysctl." + name;
    const std::string text = value.is_number_integer() ? value.dump() : read_line(value, where);
    if (name.find_first_of(" \t\n'\"") != std::string::npos) {
      throw RecordingError(where, "is no name of a sysctl");
    }
    recording.sysctls.emplace_back(name, text);
  }
}

std::string seconds_text(Duration d) {
  std::string digits = std::to_string(d / microseconds(1));
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  digits.insert(digits.size() - 6, ".");
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return digits + "s";
}

}  // namespace

std::string_view Operation::name() const {
  for (const auto& [text, known] : kOperations) {
    if (known == kind) return text;
  }
  return {};
}

std::string Operation::text() const {
  std::string text = "ops[" + std::to_string(number) + "] ";
  text += name();
  switch (kind) {
    case Kind::open:
    case Kind::udp: text += " " + to_string(source) + " -> " + to_string(target); break;
    case Kind::close:
    case Kind::reset:
    case Kind::server_close:
    case Kind::send: text += " of ops[" + std::to_string(opened_by) + "]"; break;
    case Kind::ipvsadm:
    case Kind::show: text += " " + arguments; break;
    case Kind::sleep: text += " " + seconds_text(span); break;
  }
  return text + " at " + seconds_text(at);
}

Recording read_recording(const Json& file) {
  Recording recording;
  recording.name = read_line(need(file, "", "name"), "name");
  read_topology(file, recording);
  read_sysctls(file, recording);
  if (const Json* setup = find(file, "setup")) recording.setup = read_lines(*setup, "setup");
  recording.rules = read_lines(need(file, "", "rules"), "rules");
  read_addresses(file, recording);
  recording.operations = read_operations(need(file, "", "ops"));
  const Json& last = need(file, "", "final");
  if (!last.is_object()) throw RecordingError("final", "is not an object");
  for (const auto& [arguments, text] : last.items()) {
    recording.last.emplace_back(read_line(Json(arguments), "final"),
                                read_text(text, "final[\"" + arguments + "\"]"));
  }
  return recording;
}

}  // namespace lvs::verify
