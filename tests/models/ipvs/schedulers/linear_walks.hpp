// The six schedulers that look for one best server, written once more as the walks over the list
// that spec/ipvs.md 2.3 to 2.6, 2.11 and 2.12 tell, with the kernel's types. The schedulers'
// indices must agree with them.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/ipvs/destination.hpp"
#include "sim/check.hpp"

namespace lvs::walk {

inline std::int32_t overhead(const Destination& d) {
  return static_cast<std::int32_t>(d.active * 256 + d.inactive);
}
inline std::int32_t delay(const Destination& d) { return static_cast<std::int32_t>(d.active + 1); }

inline DestinationId lc(const DestinationList& list) {
  DestinationId least;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].overloaded || list[i].weight == 0) continue;
    const auto cost = static_cast<std::uint32_t>(overhead(list[i]));
    if (!least.valid() || cost < static_cast<std::uint32_t>(overhead(list.get(least)))) {
      least = list.id(i);
    }
  }
  return least;
}

/// The comparison of 2.4 and 2.5 over the list.
template <class CostOf>
DestinationId by_weight(const DestinationList& list, CostOf&& cost) {
  DestinationId least;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Destination& e = list[i];
    if (e.overloaded) continue;
    if (!least.valid()) {
      if (e.weight > 0) least = list.id(i);
      continue;
    }
    const Destination& l = list.get(least);
    if (std::int64_t{cost(l)} * e.weight > std::int64_t{cost(e)} * l.weight) least = list.id(i);
  }
  return least;
}

inline DestinationId wlc(const DestinationList& list) { return by_weight(list, overhead); }
inline DestinationId sed(const DestinationList& list) { return by_weight(list, delay); }

inline DestinationId nq(const DestinationList& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].overloaded && list[i].weight != 0 && list[i].active == 0) return list.id(i);
  }
  return sed(list);
}

inline DestinationId fo(const DestinationList& list) {
  DestinationId best;
  std::int32_t greatest = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].overloaded || list[i].weight <= greatest) continue;
    best = list.id(i);
    greatest = list[i].weight;
  }
  return best;
}

inline DestinationId ovf(const DestinationList& list) {
  DestinationId best;
  std::int32_t greatest = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Destination& e = list[i];
    if (e.overloaded || static_cast<std::int32_t>(e.active) > e.weight) continue;
    if (e.weight <= greatest) continue;
    best = list.id(i);
    greatest = e.weight;
  }
  return best;
}

inline DestinationId by_name(std::string_view scheduler, const DestinationList& list) {
  if (scheduler == "lc") return lc(list);
  if (scheduler == "wlc") return wlc(list);
  if (scheduler == "sed") return sed(list);
  if (scheduler == "nq") return nq(list);
  if (scheduler == "fo") return fo(list);
  LVS_REQUIRE(scheduler == "ovf", "six schedulers have a walk");
  return ovf(list);
}

}  // namespace lvs::walk
