#include "models/net/topology.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/undirected_dfs.hpp>
#include <map>

namespace lvs {
namespace {

using Graph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                          boost::property<boost::edge_color_t, boost::default_color_type>>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

/// Remembers the tree of the search and stops at the first edge that closes a loop.
class LoopFinder : public boost::default_dfs_visitor {
 public:
  LoopFinder(std::vector<Vertex>& parents, std::vector<Vertex>& found)
      : parents_(parents), found_(found) {}

  template <class Edge>
  void tree_edge(Edge edge, const Graph& graph) {
    parents_[target(edge, graph)] = source(edge, graph);
  }
  template <class Edge>
  void back_edge(Edge edge, const Graph& graph) {
    if (!found_.empty()) return;
    const Vertex end = target(edge, graph);
    for (Vertex at = source(edge, graph); at != end; at = parents_[at]) found_.push_back(at);
    found_.push_back(end);
  }

 private:
  std::vector<Vertex>& parents_;
  std::vector<Vertex>& found_;
};

}  // namespace

Topology::NodeId Topology::add_switch(std::string name) {
  nodes_.push_back({std::move(name), true});
  return {static_cast<std::uint32_t>(nodes_.size() - 1)};
}

Topology::NodeId Topology::add_host(std::string name) {
  nodes_.push_back({std::move(name), false});
  return {static_cast<std::uint32_t>(nodes_.size() - 1)};
}

void Topology::join(NodeId a, NodeId b) { cables_.push_back({a.value, b.value}); }

std::size_t Topology::switch_count() const {
  return static_cast<std::size_t>(
      std::count_if(nodes_.begin(), nodes_.end(), [](const Node& n) { return n.is_switch; }));
}

std::optional<std::vector<std::string>> Topology::loop() const {
  Graph graph(nodes_.size());
  for (const Cable& cable : cables_) {
    if (nodes_[cable.a].is_switch && nodes_[cable.b].is_switch) {
      boost::add_edge(cable.a, cable.b, graph);
    }
  }
  std::vector<Vertex> parents(nodes_.size());
  std::vector<Vertex> found;
  std::vector<boost::default_color_type> colours(nodes_.size());
  boost::undirected_dfs(
      graph, LoopFinder(parents, found),
      boost::make_iterator_property_map(colours.begin(), get(boost::vertex_index, graph)),
      get(boost::edge_color, graph));
  if (found.empty()) return std::nullopt;
  std::vector<std::string> names;
  for (const Vertex vertex : found) names.push_back(nodes_[vertex].name);
  return names;
}

std::vector<std::size_t> Topology::broadcast_domains() const {
  Graph graph(nodes_.size());
  for (const Cable& cable : cables_) {
    if (nodes_[cable.a].is_switch && nodes_[cable.b].is_switch) {
      boost::add_edge(cable.a, cable.b, graph);
    }
  }
  std::vector<std::size_t> component(nodes_.size());
  boost::connected_components(graph, component.data());
  std::vector<std::size_t> domains;
  std::map<std::size_t, std::size_t> numbers;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].is_switch) continue;
    domains.push_back(numbers.try_emplace(component[i], numbers.size()).first->second);
  }
  return domains;
}

}  // namespace lvs
