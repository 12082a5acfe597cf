#include "models/net/switch.hpp"

namespace lvs {

/// Sends copies out of every other port, the most recently added first (Linux's bridge, 8.1).
/// The original goes out of the last of them.
void Switch::flood(std::uint16_t arrival, FrameId frame) {
  std::size_t left = ports_.size() - 1;
  if (left == 0) return drop(frame, DropCause::not_for_this_mac);
  for (std::size_t port = ports_.size(); port-- > 0;) {
    if (port == arrival) continue;
    --left;
    cables_.transmit(ports_[port], left == 0 ? frame : frames_.copy(frame));
  }
}

}  // namespace lvs
