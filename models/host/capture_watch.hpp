// Counts who takes the clients' packets for a virtual service: the director, or a real server that
// answered or poisoned ARP (capture share, results/metrics.md).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/packet/frame.hpp"

namespace lvs {

class CaptureWatch {
 public:
  struct Counts {
    std::uint64_t addressed =
        0;                       ///< frames for the service that reached any host that owns its VIP
    std::uint64_t captured = 0;  ///< of these, sent past the director
  };

  CaptureWatch(std::vector<ServiceAddress> services, std::vector<MacAddress> director_cards)
      : services_(std::move(services)),
        director_cards_(std::move(director_cards)),
        counts_(services_.size()) {}

  /// A packet off the cable was delivered locally, at a director or elsewhere. What a director
  /// sends on to a real server shows its MAC address as source and is not counted again.
  void delivered(const Frame& frame, bool at_director) {
    const auto service = find(frame);
    if (service == services_.end()) return;
    const bool from_director = std::find(director_cards_.begin(), director_cards_.end(),
                                         frame.source) != director_cards_.end();
    if (from_director) return;
    Counts& counts = counts_[static_cast<std::size_t>(service - services_.begin())];
    ++counts.addressed;
    if (!at_director) ++counts.captured;
  }

  const std::vector<ServiceAddress>& services() const { return services_; }
  const std::vector<Counts>& counts() const { return counts_; }

 private:
  std::vector<ServiceAddress>::const_iterator find(const Frame& frame) const {
    return std::find_if(services_.begin(), services_.end(), [&](const ServiceAddress& s) {
      if (s.protocol != frame.ip.protocol) return false;
      const Port port = s.protocol == Protocol::tcp ? frame.tcp.destination : frame.udp.destination;
      return s.endpoint == Endpoint{frame.ip.destination, port};
    });
  }

  std::vector<ServiceAddress> services_;
  std::vector<MacAddress> director_cards_;
  std::vector<Counts> counts_;
};

}  // namespace lvs
