// W3: packets through the whole simulator (see w3.cpp).
#pragma once

#include <cstdint>
#include <string>

namespace lvs::bench {

struct W3Options {
  bool udp = false;
  std::uint32_t requests = 1000;  ///< per client
  std::string scheduler = "lc";
};

/// Runs and prints one line in the format of the reference harness. Returns the exit status.
int run_w3(const W3Options& options);

}  // namespace lvs::bench
