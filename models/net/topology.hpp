// The shape of the network as a graph: which switches and hosts are joined by which cables.
// Boost.Graph is included in topology.cpp alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lvs {

class Topology {
 public:
  struct NodeId {
    std::uint32_t value = 0;
  };

  NodeId add_switch(std::string name);
  NodeId add_host(std::string name);
  void join(NodeId a, NodeId b);

  /// The names of switches whose cables form a loop, in order around it: frames would circle for
  /// ever, since there is no spanning tree. Hosts do not bridge, so a way through a host is no
  /// loop.
  std::optional<std::vector<std::string>> loop() const;

  /// For each switch, in the order they were added, the number of its broadcast domain: switches
  /// joined by cables share one. Numbers count from 0 in order of first appearance.
  std::vector<std::size_t> broadcast_domains() const;

  std::size_t switch_count() const;

 private:
  struct Node {
    std::string name;
    bool is_switch;
  };
  struct Cable {
    std::uint32_t a;
    std::uint32_t b;
  };
  std::vector<Node> nodes_;
  std::vector<Cable> cables_;
};

}  // namespace lvs
