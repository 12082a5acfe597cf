// The ports of one local address, as DPVS deals them out (spec/ipvs.md 6.2 step 3). A real server
// R:rp always uses the same one of 16 sub-pools, each with a complete set of ports; so no two
// connections between L and R:rp share a port, and one address carries more than 64511 of them.
// One CPU core: every sub-pool has all ports.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "models/packet/endpoint.hpp"

namespace lvs {

/// First in, first out: the port that has been free for the longest comes first. The free ports are
/// those that were never used, in ascending order, and then those that came back. Memory for the
/// latter is taken when the first port is; pages of it are touched as ports come back.
class FreePorts {
 public:
  static constexpr std::uint16_t kFirst = 1025;
  static constexpr std::uint16_t kLast = 65535;
  static constexpr std::uint32_t kCount = kLast - kFirst + 1;

  /// None if all are in use.
  std::optional<Port> take();
  /// Requires: `port` was taken and not given back since.
  void give_back(Port port);
  std::uint32_t in_use() const { return used_ - returned_; }

 private:
  std::uint32_t used_ = 0;      ///< ports that were ever taken for the first time
  std::uint32_t returned_ = 0;  ///< of these, those that are free: a ring from oldest_ on
  std::uint32_t oldest_ = 0;
  std::unique_ptr<std::uint16_t[]> ring_;
};

class PortPool {
 public:
  static constexpr unsigned kSubPools = 16;  // DPVS's default of 1..128
  static constexpr unsigned sub_pool(Endpoint real_server) {
    return ((real_server.address.value & 0xffff) + real_server.port.value) % kSubPools;
  }

  /// A port towards that server; none if all of its sub-pool are in use.
  std::optional<Port> take(Endpoint real_server) { return pools_[sub_pool(real_server)].take(); }
  void give_back(Endpoint real_server, Port port) { pools_[sub_pool(real_server)].give_back(port); }
  std::uint32_t in_use() const;

 private:
  std::array<FreePorts, kSubPools> pools_;
};

}  // namespace lvs
