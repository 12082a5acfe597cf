// A recording of the ARP problem of LVS-DR ("kind": "arp-matrix"): a cluster, and rows of settings
// with what a real kernel did under them. The recordings' README says what each field is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/packet/mac_address.hpp"
#include "tools/verify/json_reading.hpp"

namespace lvs::verify {

/// Addresses are in one /24 on each side of the router.
struct MatrixTopology {
  Ipv4Address client;
  Ipv4Address router_outside;
  Ipv4Address router_inside;
  Ipv4Address director;
  Ipv4Address rs1;
  Ipv4Address rs2;
  Ipv4Address vip;
  /// Stations of the switch, "rt" "dir" "rs1" "rs2", in the order in which their ports were added.
  std::vector<std::string> ports;
  std::vector<std::pair<std::string, MacAddress>> macs;  ///< by station

  MacAddress mac_of(const std::string& station) const;
  /// "rs1", or the address itself if no station has it.
  std::string owner_of(MacAddress mac) const;
};

/// `vip_device`: DEVICE[:ALIAS][/LENGTH][-first][-scope-SCOPE].
struct VipPlace {
  std::string device;  ///< lo, dummy0, eth0, tunl0
  std::string label;   ///< lo:0; empty: the device
  int length = 32;
  bool first = false;  ///< added before the real server's own address, else after it
  std::string scope;   ///< empty: that of `ip addr add`
};

struct MatrixSettings {
  VipPlace vip;
  /// Names and values as `sysctl -w` takes them, in the order in which they are written.
  std::vector<std::pair<std::string, std::string>> sysctls;
  std::string text;  ///< the settings as recorded, for messages
};

struct MatrixRow {
  MatrixSettings settings;
  Json observed;  ///< every field that is no setting
};

struct Matrix {
  MatrixTopology topology;
  std::vector<MatrixRow> rows;
  std::size_t facts = 0;        ///< entries of the groups under `facts`
  std::size_t fact_groups = 0;  ///< single observations, compared by tests and not here
};

/// Throws RecordingError for whatever is missing or has another form.
Matrix read_matrix(const Json& file);
/// "eth0/24-first". Nothing for other forms.
std::optional<VipPlace> read_vip_place(std::string text);

}  // namespace lvs::verify
