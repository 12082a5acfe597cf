// The readers of the sections of a scenario. All take nodes in which parameters have been
// substituted
// (`hosts` excepted, which needs `i`) and throw ScenarioError.
#pragma once

#include <string>
#include <vector>

#include "scenarios/language/scenario.hpp"
#include "scenarios/language/substitute.hpp"
#include "scenarios/language/yaml_reader.hpp"

namespace lvs::language {

// read_topology.cpp
std::vector<Network> read_networks(const YamlNode& node);
Cpu read_cpu(const YamlNode& node);
/// `cable` with the keys rate, delay, queue and mtu of a nic put over it.
Cable read_nic_cable(const MapReader& map, Cable cable);

// read_hosts.cpp
/// The hosts of a `hosts:` map before substitution; numbers and default MAC addresses are given by
/// number_hosts, once all hosts are known. `setup_more` extends a host that is already in `hosts`.
void read_hosts(const YamlNode& node, const Bindings& bindings,
                const std::vector<Network>& networks, std::vector<Host>& hosts);
/// File order from 1; nics without an address get 02:00:00:HH:HH:NN.
void number_hosts(std::vector<Host>& hosts);
void check_networks(const std::vector<Network>& networks, const std::vector<Host>& hosts);

// read_serves.cpp
/// One item of `serves:`.
Serve read_serve(const YamlNode& node);
/// The `server:` of a cluster, which listens on the port of the service.
Serve read_cluster_serve(const YamlNode& node, const ServiceAddress& vip);
Health read_health(const YamlNode& node);

// read_clients.cpp
std::vector<ClientGroup> read_clients(const YamlNode& node);

// read_events.cpp
std::vector<Event> read_events(const YamlNode& node, const Bindings& bindings);

// read_conversations.cpp
/// Whether the event has one of the keys connect, datagram, send, close and reset.
bool is_conversation(const MapReader& map);
/// Reads the action, and its host and time but for `host:` of a step, which the connection names.
void read_conversation(const MapReader& map, Event& event);
/// Refuses ids that are used twice or before their connection is opened; gives each step the host
/// of its connection.
void connect_steps(std::vector<Event>& events);

// read_expect.cpp
std::vector<Expectation> read_expectations(const YamlNode& node, const Bindings& bindings);
std::vector<Condition> read_conditions(const YamlNode& node);

// read_study.cpp
Study read_study(const YamlNode& node, const std::vector<Parameter>& parameters);

// read_cluster.cpp
Cluster read_cluster(const YamlNode& node);

}  // namespace lvs::language
