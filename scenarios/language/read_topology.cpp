#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"
#include "scenarios/language/read_law.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

// An Ethernet frame must carry at least the smallest IPv4 datagram that hosts accept (RFC 791: 68
// bytes); 65535 is the largest datagram.
ByteCount read_mtu(const YamlNode& node) {
  const ByteCount mtu = read_size(node);
  if (mtu.value < 68 || mtu.value > 65535) {
    throw node.error("\"" + node.scalar() + "\" is out of range; accepted: 68B to 65535B");
  }
  return mtu;
}

Network read_network(const YamlEntry& entry) {
  const MapReader map(entry.value, {"kind", "rate", "delay", "queue", "mtu", "loss", "jitter"});
  Network network;
  network.name = {entry.key, {entry.key_position}};
  if (const YamlNode* kind = map.get("kind")) {
    network.kind = read_choice<NetworkKind>(
        *kind, {{"switch", NetworkKind::switched}, {"cable", NetworkKind::cable}});
  }
  network.cable.rate = read_bit_rate(map.need("rate"));
  network.cable.delay = read_duration(map.need("delay"));
  if (const YamlNode* queue = map.get("queue")) network.cable.queue = read_queue(*queue);
  if (const YamlNode* mtu = map.get("mtu")) network.cable.mtu = read_mtu(*mtu);
  if (const YamlNode* loss = map.get("loss")) network.cable.loss = read_probability(*loss);
  if (const YamlNode* jitter = map.get("jitter")) network.cable.jitter = read_duration_law(*jitter);
  return network;
}

}  // namespace

std::vector<Network> read_networks(const YamlNode& node) {
  std::vector<Network> networks;
  for (const YamlEntry& entry : need_map(node).entries) {
    const auto items = read_host_range(entry.key, entry.key_position, node.path);
    if (items.size() > 1 || items.front().i) {
      throw ScenarioError(entry.key_position, node.path, "a range of networks is not possible");
    }
    networks.push_back(read_network(entry));
  }
  return networks;
}

Cable read_nic_cable(const MapReader& map, Cable cable) {
  if (const YamlNode* rate = map.get("rate")) cable.rate = read_bit_rate(*rate);
  if (const YamlNode* delay = map.get("delay")) cable.delay = read_duration(*delay);
  if (const YamlNode* queue = map.get("queue")) cable.queue = read_queue(*queue);
  if (const YamlNode* mtu = map.get("mtu")) cable.mtu = read_mtu(*mtu);
  return cable;
}

Cpu read_cpu(const YamlNode& node) {
  const MapReader map(node, {"cores", "per_frame", "per_byte", "per_connection", "queue"});
  Cpu cpu;
  cpu.where = node.where();
  if (const YamlNode* cores = map.get("cores")) {
    cpu.cores = static_cast<int>(read_integer(*cores, 1, 1024));
  }
  if (const YamlNode* v = map.get("per_frame")) cpu.per_frame = read_duration(*v);
  if (const YamlNode* v = map.get("per_byte")) cpu.per_byte = read_duration(*v);
  if (const YamlNode* v = map.get("per_connection")) cpu.per_connection = read_duration(*v);
  if (const YamlNode* v = map.get("queue")) cpu.queue = read_queue(*v);
  return cpu;
}

}  // namespace lvs::language
