// The recorded ARP matrix, whole or in part, for tests that read or falsify it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tools/verify/verify.hpp"

namespace lvs::verify {

inline std::filesystem::path recorded_folder() {
  return std::filesystem::path(LVSIM_SOURCE_DIR) / "tests" / "truth" / "data" / "arp";
}

/// The recorded cluster with a few of its rows.
inline Json matrix_of(const std::vector<std::size_t>& rows) {
  std::ifstream in(recorded_folder() / "matrix.json");
  Json matrix = Json::parse(in);
  Json chosen = Json::array();
  for (const std::size_t row : rows) chosen.push_back(matrix["rows"][row]);
  matrix["rows"] = chosen;
  return matrix;
}

inline Json settings_of(const std::string& vip_device, const std::string& scope, int ignore,
                        int announce) {
  return {{"vip_device", vip_device},
          {"sysctl_scope", scope},
          {"arp_ignore", ignore},
          {"arp_announce", announce}};
}

inline MatrixResult compared(const Json& matrix) {
  return verify_matrix("file", read_matrix(matrix));
}

}  // namespace lvs::verify
