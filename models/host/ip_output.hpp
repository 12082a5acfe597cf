// The last step of sending, for the parts of IpStack that forward: to the next hop of a decision.
#pragma once

#include "models/host/host.hpp"

namespace lvs {

/// The neighbour of a decision is looked up once: one that goes changes the generation.
template <class Entry>
void IpStack::output_forwarded(Entry& way, FrameId id) {
  if (!way.neighbour.valid()) [[unlikely]] {
    const auto found =
        host_.neighbours().find_or_create(way.decision.next_hop, way.decision.device);
    if (!found) return host_.drop(id, DropCause::neighbour_table_full);
    way.neighbour = *found;
  }
  host_.neighbours().output(way.neighbour, id, true);
}

template <class Entry>
void IpStack::output_in_pieces(Entry& way, FrameId id) {
  const std::uint32_t mtu = way.decision.mtu;
  if (environment_.frames[id].ip.total_length <= mtu) return output_forwarded(way, id);
  const auto next = host_.neighbours().find_or_create(way.decision.next_hop, way.decision.device);
  if (!next) return host_.drop(id, DropCause::neighbour_table_full);
  output_fragments(*next, id, mtu, true);
}

}  // namespace lvs
