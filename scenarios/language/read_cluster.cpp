#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

// The servers' net has room for .129 to .253 (truth/README.md).
constexpr std::int64_t kMostServers = 125;

// `item` over `server`: the keys of one server replace those of all.
YamlNode put_over(const YamlNode& server, const YamlNode& item) {
  YamlNode merged = item;
  merged.entries.clear();
  for (const YamlEntry& entry : server.entries) {
    if (item.find(entry.key) == nullptr) merged.entries.push_back(entry);
  }
  for (const YamlEntry& entry : item.entries) {
    if (entry.key != "weight") merged.entries.push_back(entry);
  }
  return merged;
}

std::vector<ClusterServer> read_servers(const MapReader& map, const ServiceAddress& vip) {
  const YamlNode& node = map.need("real_servers");
  const YamlNode& common = need_map(map.need("server"));
  std::vector<ClusterServer> servers;
  if (node.kind != YamlNode::Kind::list) {
    const std::int64_t count = read_integer(node, 1, kMostServers);
    servers.assign(static_cast<std::size_t>(count), {1, read_cluster_serve(common, vip)});
    return servers;
  }
  if (node.items.empty() || static_cast<std::int64_t>(node.items.size()) > kMostServers) {
    throw node.error("expected 1 to " + std::to_string(kMostServers) + " servers");
  }
  for (const YamlNode& item : node.items) {
    ClusterServer server;
    if (const YamlNode* weight = need_map(item).find("weight")) {
      server.weight = read_integer(*weight, 0);
    }
    server.serve = read_cluster_serve(put_over(common, item), vip);
    servers.push_back(server);
  }
  return servers;
}

}  // namespace

Cluster read_cluster(const YamlNode& node) {
  const MapReader map(node, {"mode", "scheduler", "vip", "real_servers", "director", "server"});
  Cluster cluster;
  cluster.where = node.where();
  cluster.mode = read_choice<ClusterMode>(map.need("mode"), {{"nat", ClusterMode::nat},
                                                             {"dr", ClusterMode::dr},
                                                             {"tun", ClusterMode::tun},
                                                             {"fullnat", ClusterMode::fullnat}});
  cluster.scheduler = read_name(map.need("scheduler"));
  cluster.vip = read_service(map.need("vip"));
  cluster.real_servers = read_servers(map, cluster.vip);
  if (const YamlNode* director = map.get("director")) {
    const MapReader keys(*director, {"cpu"});
    if (const YamlNode* cpu = keys.get("cpu")) cluster.director_cpu = read_cpu(*cpu);
  }
  return cluster;
}

}  // namespace lvs::language
