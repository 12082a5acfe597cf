#include "tools/verify/matrix.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace lvs::verify {
namespace {

using Assignments = std::vector<std::pair<std::string, std::string>>;

/// A value of a sysctl, however it was written: 1, "1" or true.
std::string read_value(const Json& value, const std::string& where) {
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  const std::string text = value.is_string() ? value.get<std::string>() : std::string();
  const std::string digits = text.substr(text.find_first_not_of('-') == 1 ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) {
    throw RecordingError(where, value.dump() + " is not a whole number");
  }
  return text;
}

MatrixTopology read_topology(const Json& file) {
  const std::string where = "topology";
  const Json& source = need(file, "", where);
  const auto address = [&](const std::string& key) {
    return read_address(need(source, where, key), where + "." + key);
  };
  MatrixTopology topology;
  topology.client = address("client");
  topology.director = address("director");
  topology.rs1 = address("rs1");
  topology.rs2 = address("rs2");
  topology.vip = address("vip");
  const Json& router = need(source, where, "router");
  if (!router.is_array() || router.size() != 2) {
    throw RecordingError(where + ".router", "expected two addresses: towards the client, inside");
  }
  topology.router_outside = read_address(router[0], where + ".router[0]");
  topology.router_inside = read_address(router[1], where + ".router[1]");
  const Json& macs = need(source, where, "macs");
  constexpr std::array<std::string_view, 4> kStations{"rt", "dir", "rs1", "rs2"};
  for (const std::string_view station : kStations) {
    const std::string key(station);
    const std::string at = where + ".macs." + key;
    const auto mac = parse_mac_address(read_text(need(macs, where + ".macs", key), at));
    if (!mac) throw RecordingError(at, "is not a MAC address");
    topology.macs.emplace_back(key, *mac);
  }
  const Json& ports = need(source, where, "switch_port_order");
  for (const Json& port : ports) {
    topology.ports.push_back(read_text(port, where + ".switch_port_order"));
  }
  if (!std::is_permutation(topology.ports.begin(), topology.ports.end(), kStations.begin(),
                           kStations.end())) {
    throw RecordingError(where + ".switch_port_order", "expected rt, dir, rs1 and rs2, once each");
  }
  return topology;
}

/// "all", "eth0", "all+lo": the conf directories into which the two levels were written.
std::vector<std::string> read_scope(const Json& value, const std::string& where) {
  std::vector<std::string> scope;
  if (value.is_array()) {
    for (const Json& directory : value) scope.push_back(read_text(directory, where));
    return scope;
  }
  const std::string text = read_text(value, where);
  constexpr std::string_view kBetween = "+,;& ";
  for (std::size_t at = text.find_first_not_of(kBetween); at != std::string::npos;) {
    const std::size_t end = text.find_first_of(kBetween, at);
    const std::string name = text.substr(at, end - at);
    if (name != "none") scope.push_back(name);
    at = end == std::string::npos ? end : text.find_first_not_of(kBetween, end);
  }
  return scope;
}

/// "conf.eth0.arp_ignore", "net/ipv4/conf/all/rp_filter", "/proc/sys/net/ipv4/ip_forward": the name
/// that `sysctl -w` takes.
std::string sysctl_name(std::string name) {
  std::replace(name.begin(), name.end(), '/', '.');
  for (const std::string_view prefix : {".proc.sys.", "net.", "ipv4."}) {
    if (std::string_view(name).substr(0, prefix.size()) == prefix) name.erase(0, prefix.size());
  }
  return "net.ipv4." + name;
}

/// {"conf.all.rp_filter": 2}, the same in nested objects, or ["conf.all.rp_filter=2"].
void read_sysctls(const Json& value, const std::string& name, const std::string& where,
                  Assignments& into) {
  if (value.is_null() && name.empty()) return;
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) {
      read_sysctls(inner, name.empty() ? key : name + "." + key, where, into);
    }
    return;
  }
  if (name.empty() && value.is_array()) {
    for (const Json& item : value) {
      const std::string text = read_text(item, where);
      const std::size_t equals = text.find('=');
      if (equals == std::string::npos) throw RecordingError(where, text + " is not NAME=VALUE");
      const auto trimmed = [](const std::string& part) {
        const std::size_t first = part.find_first_not_of(' ');
        return first == std::string::npos
                   ? std::string()
                   : part.substr(first, part.find_last_not_of(' ') - first + 1);
      };
      read_sysctls(trimmed(text.substr(equals + 1)), trimmed(text.substr(0, equals)), where, into);
    }
    return;
  }
  if (name.empty()) throw RecordingError(where, value.dump() + " names no sysctl");
  into.emplace_back(sysctl_name(name), read_value(value, where + "." + name));
}

constexpr std::array<std::string_view, 6> kSettings{
    "vip_device", "sysctl_scope", "arp_ignore", "arp_announce", "variant", "extra_sysctls"};

bool is_setting(std::string_view key) {
  return std::find(kSettings.begin(), kSettings.end(), key) != kSettings.end();
}

MatrixSettings read_settings(const Json& row, const std::string& where) {
  MatrixSettings settings;
  const std::string device = read_text(need(row, where, "vip_device"), where + ".vip_device");
  const auto place = read_vip_place(device);
  if (!place) {
    throw RecordingError(where + ".vip_device",
                         "\"" + device +
                             "\" is not DEVICE[:ALIAS][/LENGTH][-first][-scope-"
                             "SCOPE], as eth0/24-first or lo-scope-host");
  }
  settings.vip = *place;
  const Json& scope = need(row, where, "sysctl_scope");
  for (const char* key : {"arp_ignore", "arp_announce"}) {
    const std::string value = read_value(need(row, where, key), where + "." + key);
    for (const std::string& directory : read_scope(scope, where + ".sysctl_scope")) {
      settings.sysctls.emplace_back("net.ipv4.conf." + directory + "." + key, value);
    }
  }
  if (const auto extra = row.find("extra_sysctls"); extra != row.end()) {
    read_sysctls(*extra, "", where + ".extra_sysctls", settings.sysctls);
  }
  for (const std::string_view key : kSettings) {
    const auto found = row.find(std::string(key));
    if (found == row.end()) continue;
    const std::string value = found->is_string() ? found->get<std::string>() : found->dump();
    settings.text += (settings.text.empty() ? "" : " ") + std::string(key) + "=" + value;
  }
  return settings;
}

MatrixRow read_row(const Json& row, const std::string& where) {
  MatrixRow read;
  read.settings = read_settings(row, where);
  read.observed = Json::object();
  for (const auto& [key, value] : row.items()) {
    if (!is_setting(key)) read.observed[key] = value;
  }
  if (read.observed.empty()) throw RecordingError(where, "has settings and no observation");
  return read;
}

}  // namespace

MacAddress MatrixTopology::mac_of(const std::string& station) const {
  for (const auto& [name, mac] : macs) {
    if (name == station) return mac;
  }
  return {};
}

std::string MatrixTopology::owner_of(MacAddress mac) const {
  for (const auto& [name, owned] : macs) {
    if (owned == mac) return name;
  }
  return to_string(mac);
}

std::optional<VipPlace> read_vip_place(std::string text) {
  VipPlace place;
  if (const std::size_t at = text.find("-scope-"); at != std::string::npos) {
    place.scope = text.substr(at + 7);
    text.erase(at);
    constexpr std::array<std::string_view, 4> kScopes{"global", "site", "link", "host"};
    if (std::find(kScopes.begin(), kScopes.end(), place.scope) == kScopes.end()) return {};
  }
  if (const std::size_t at = text.find("-first"); at != std::string::npos) {
    if (at + 6 != text.size()) return {};
    place.first = true;
    text.erase(at);
  }
  if (const std::size_t at = text.find('/'); at != std::string::npos) {
    const std::string length = text.substr(at + 1);
    const bool digits = length.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || length.empty() || length.size() > 2 || std::stoi(length) > 32) return {};
    place.length = std::stoi(length);
    text.erase(at);
  }
  if (const std::size_t at = text.find(':'); at != std::string::npos) {
    place.label = text;
    text.erase(at);
  }
  constexpr std::array<std::string_view, 4> kDevices{"lo", "dummy0", "eth0", "tunl0"};
  if (std::find(kDevices.begin(), kDevices.end(), text) == kDevices.end()) return {};
  place.device = text;
  return place;
}

Matrix read_matrix(const Json& file) {
  Matrix matrix;
  matrix.topology = read_topology(file);
  const Json& rows = need(file, "", "rows");
  if (!rows.is_array()) throw RecordingError("rows", "is not a list");
  if (rows.empty()) throw RecordingError("rows", "is empty");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    matrix.rows.push_back(read_row(rows[i], "rows[" + std::to_string(i) + "]"));
  }
  if (const auto facts = file.find("facts"); facts != file.end()) {
    if (!facts->is_object()) throw RecordingError("facts", "is not an object");
    matrix.fact_groups = facts->size();
    for (const Json& group : *facts) matrix.facts += group.size();
  }
  return matrix;
}

}  // namespace lvs::verify
