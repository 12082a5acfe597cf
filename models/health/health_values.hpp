// What a health check does to a server that fails, and why one failed: plain values.
#pragma once

#include <cstdint>

namespace lvs {

enum class HealthAction : std::uint8_t { remove, weight };

/// Why an attempt failed.
enum class HealthFailure : std::uint8_t {
  no_answer,    ///< nothing came within `timeout`
  refused,      ///< RST, or ICMP port unreachable
  unreachable,  ///< no route, nobody answers ARP, or ICMP unreachable
};

}  // namespace lvs
