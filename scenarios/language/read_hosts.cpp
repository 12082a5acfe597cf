#include <algorithm>

#include "models/ipvs/director.hpp"
#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"
#include "scenarios/language/read_law.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

// Linux: at most 15 characters; not lo or tunl0, which every host has.
void check_nic_name(const YamlEntry& entry, const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    return ScenarioError(entry.key_position, path, "\"" + entry.key + "\" " + why);
  };
  if (entry.key.empty() || entry.key.size() > 15) throw refuse("is no interface name");
  if (entry.key == "lo" || entry.key == "tunl0") throw refuse("is on every host already");
  if (entry.key.find_first_of(" /:.$()") != std::string::npos) {
    throw refuse("is no interface name (VLAN and alias names are not supported)");
  }
}

const Network& need_network(const YamlNode& node, const std::vector<Network>& networks) {
  std::vector<std::string> known;
  for (const Network& network : networks) {
    if (network.name.text == need_scalar(node)) return network;
    known.push_back(network.name.text);
  }
  throw node.error("unknown network \"" + node.scalar() + "\"" +
                   did_you_mean(node.scalar(), known) + " (known: " + join(known) + ")");
}

MacAddress read_mac(const YamlNode& node) {
  const auto mac = parse_mac_address(need_scalar(node));
  if (!mac) throw node.error("\"" + node.scalar() + "\" is no address such as 02:00:00:00:0d:01");
  if (mac->is_group() || mac->is_zero()) throw node.error("is no address of one station");
  return *mac;
}

Nic read_nic(const YamlEntry& entry, const std::vector<Network>& networks) {
  Nic nic;
  nic.name = {entry.key, {entry.key_position}};
  if (entry.value.kind == YamlNode::Kind::scalar) {
    const Network& network = need_network(entry.value, networks);
    nic.network = {network.name.text, entry.value.where()};
    nic.cable = network.cable;
    return nic;
  }
  const MapReader map(entry.value, {"network", "mac", "rate", "delay", "queue", "mtu"});
  const Network& network = need_network(map.need("network"), networks);
  nic.network = {network.name.text, map.need("network").where()};
  nic.cable = read_nic_cable(map, network.cable);
  if (const YamlNode* mac = map.get("mac")) nic.mac = read_mac(*mac);
  return nic;
}

void read_reply_jitter(const YamlNode& node, Host& host) {
  const DurationLaw law = read_duration_law(node);
  if (const auto* constant = std::get_if<ConstantLaw<Duration>>(&law.form)) {
    if (constant->value.count() == 0) {
      host.reply_jitter_min = host.reply_jitter_max = Duration{};
      return;
    }
  }
  if (const auto* uniform = std::get_if<UniformLaw<Duration>>(&law.form)) {
    host.reply_jitter_min = uniform->low;
    host.reply_jitter_max = uniform->high;
    return;
  }
  throw node.error("expected 0us or {uniform: [0us, 50us]}");
}

Script read_setup(const YamlNode& node, const Bindings& bindings) {
  need_scalar(node);
  return with_path(node, [&] { return read_script(node.text, bindings.names()); });
}

Host read_host(const YamlNode& node, const HostRangeItem& item, const Where& where,
               const Bindings& bindings, const std::vector<Network>& networks) {
  const MapReader map(node, {"nics", "cpu", "reply_jitter", "jiffies_phase", "statistics_phase",
                             "setup", "serves", "health"});
  Host host;
  host.name = {item.name, where};
  for (const YamlEntry& entry : need_map(map.need("nics")).entries) {
    check_nic_name(entry, map.need("nics").path);
    host.nics.push_back(read_nic(entry, networks));
  }
  if (host.nics.empty()) throw map.need("nics").error("a host needs a nic");
  if (const YamlNode* cpu = map.get("cpu")) host.cpu = read_cpu(*cpu);
  if (const YamlNode* jitter = map.get("reply_jitter")) read_reply_jitter(*jitter, host);
  if (const YamlNode* phase = map.get("jiffies_phase")) {
    host.jiffies_phase = static_cast<std::uint32_t>(read_integer(*phase, 0, kMostJiffyPhase));
  }
  if (const YamlNode* phase = map.get("statistics_phase")) {
    host.statistics_phase = static_cast<std::uint32_t>(read_integer(*phase, 0, kTickPeriod - 1));
  }
  if (const YamlNode* setup = map.get("setup")) host.setup = read_setup(*setup, bindings);
  if (const YamlNode* serves = map.get("serves")) {
    for (const YamlNode& serve : need_list(*serves).items) {
      host.serves.push_back(read_serve(serve));
    }
  }
  if (const YamlNode* health = map.get("health")) host.health = read_health(*health);
  return host;
}

// `rs1: {setup_more: …}`: further lines for a host that the cluster has made.
void extend_setup(const YamlNode& node, const Bindings& bindings, Host& host) {
  const MapReader map(node, {"setup_more"});
  const Script more = read_setup(map.need("setup_more"), bindings);
  if (!host.setup.text.empty() && host.setup.text.back() != '\n') host.setup.text += "\n";
  host.setup.text += more.text;
  host.setup.steps.insert(host.setup.steps.end(), more.steps.begin(), more.steps.end());
}

Host* find_host(std::vector<Host>& hosts, const std::string& name) {
  const auto found = std::find_if(hosts.begin(), hosts.end(),
                                  [&](const Host& host) { return host.name.text == name; });
  return found == hosts.end() ? nullptr : &*found;
}

}  // namespace

void read_hosts(const YamlNode& node, const Bindings& bindings,
                const std::vector<Network>& networks, std::vector<Host>& hosts) {
  const auto made_by_cluster = static_cast<std::ptrdiff_t>(hosts.size());
  for (const YamlEntry& entry : need_map(node).entries) {
    for (const auto& item : read_host_range(entry.key, entry.key_position, node.path)) {
      Bindings names = bindings;
      names.i = item.i;
      const YamlNode host = substitute(entry.value, names);
      Host* earlier = find_host(hosts, item.name);
      if (earlier == nullptr) {
        hosts.push_back(read_host(host, item, {entry.key_position}, names, networks));
      } else if (host.find("setup_more") != nullptr && earlier - hosts.data() < made_by_cluster) {
        extend_setup(host, names, *earlier);
      } else {
        const SourcePosition& first = earlier->name.where.position;
        throw ScenarioError(entry.key_position, node.path,
                            "the host \"" + item.name +
                                "\" is defined twice; the first is in line " +
                                std::to_string(first.line));
      }
    }
  }
}

void number_hosts(std::vector<Host>& hosts) {
  int host_number = 0;
  for (Host& host : hosts) {
    host.number = ++host_number;
    std::uint8_t nic_number = 0;
    for (Nic& nic : host.nics) {
      ++nic_number;
      if (!nic.mac.is_zero()) continue;
      const auto high = static_cast<std::uint8_t>(host_number >> 8);
      nic.mac.octets = {0x02, 0, 0, high, static_cast<std::uint8_t>(host_number), nic_number};
    }
  }
}

namespace {
void check_macs(const std::vector<Host>& hosts) {
  std::vector<std::pair<MacAddress, const Nic*>> seen;
  for (const Host& host : hosts) {
    for (const Nic& nic : host.nics) seen.emplace_back(nic.mac, &nic);
  }
  std::stable_sort(seen.begin(), seen.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t k = 1; k < seen.size(); ++k) {
    if (seen[k].first != seen[k - 1].first) continue;
    throw ScenarioError(seen[k].second->name.where,
                        "the MAC address " + to_string(seen[k].first) + " is in use by two nics");
  }
}
}  // namespace

void check_networks(const std::vector<Network>& networks, const std::vector<Host>& hosts) {
  check_macs(hosts);
  for (const Network& network : networks) {
    if (network.kind != NetworkKind::cable) continue;
    std::int64_t ends = 0;
    for (const Host& host : hosts) {
      ends += std::count_if(host.nics.begin(), host.nics.end(),
                            [&](const Nic& nic) { return nic.network.text == network.name.text; });
    }
    if (ends == 2) continue;
    throw ScenarioError(network.name.where, "the cable \"" + network.name.text + "\" has " +
                                                std::to_string(ends) + " nics; it needs two");
  }
}

}  // namespace lvs::language
