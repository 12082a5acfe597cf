// Ranges `A..B`: of hosts, addresses and instants; and service addresses A:P/proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/packet/endpoint.hpp"
#include "scenarios/language/basics.hpp"
#include "scenarios/language/clients.hpp"
#include "scenarios/language/yaml_reader.hpp"

namespace lvs::language {

struct HostRangeItem {
  std::string name;
  std::optional<std::int64_t> i;  ///< the number; absent when the text was one name, not a range
};

/// "rs1..rs4" as rs1, rs2, rs3, rs4; one name as itself. Leading zeros keep their width. Throws
/// ScenarioError at `where` on different prefixes, a descending range, more than 4096 hosts, or a
/// name that is not letters, digits, - and _ beginning with a letter.
std::vector<HostRangeItem> read_host_range(const std::string& text, const SourcePosition& where,
                                           const std::string& path);

/// One name, a range, or a list of both.
std::vector<Name> read_host_names(const YamlNode& node);

/// "10.9.0.129..10.9.0.254", "172.20.0.0/22" (all its addresses), one address, or a list of these.
std::vector<AddressRange> read_addresses(const YamlNode& node);

/// "10s..20s"; the end comes after the beginning.
Window read_window(const YamlNode& node);

/// "10.1.10.3:80/tcp".
ServiceAddress read_service(const YamlNode& node);
/// "80/tcp".
void read_port(const YamlNode& node, Port& port, Protocol& protocol);
Ipv4Address read_address(const YamlNode& node);
/// A single name; not a range.
Name read_name(const YamlNode& node);

/// Reads "A.B.C.D:PORT" or, where `port_optional`, "A.B.C.D" as port 0; nothing on any other text.
std::optional<Endpoint> parse_endpoint(std::string_view text, bool port_optional);
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace lvs::language
