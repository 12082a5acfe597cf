#include "models/host/route_exceptions.hpp"

#include <algorithm>

namespace lvs {

void RouteExceptions::redirect(Ipv4Address destination, const OutputRoute& way, Ipv4Address gateway,
                               Time now) {
  Exception& e = exceptions_[destination.value];
  e.device = way.device;
  e.next_hop = way.next_hop;
  e.gateway = gateway;
  e.gateway_expires = now + kRedirectLifetime;
}

void RouteExceptions::shrink(Ipv4Address destination, std::uint32_t mtu, Time expires) {
  Exception& e = exceptions_[destination.value];
  e.mtu = mtu;
  e.mtu_expires = expires;
}

std::optional<Ipv4Address> RouteExceptions::gateway(Ipv4Address destination, InterfaceId device,
                                                    Ipv4Address next_hop, Time now) const {
  const auto found = exceptions_.find(destination.value);
  if (found == exceptions_.end()) return std::nullopt;
  const Exception& e = found->second;
  const bool same_way = e.device == device && e.next_hop == next_hop;
  if (e.gateway_expires <= now || !same_way) return std::nullopt;
  return e.gateway;
}

std::uint32_t RouteExceptions::mtu(Ipv4Address destination, Time now) const {
  const auto found = exceptions_.find(destination.value);
  return found != exceptions_.end() && found->second.mtu_expires > now ? found->second.mtu : 0;
}

void RouteExceptions::apply(OutputRoute& way, Ipv4Address destination, Time now) const {
  if (exceptions_.empty() || way.kind != OutputRoute::Kind::direct) return;
  const auto found = exceptions_.find(destination.value);
  if (found == exceptions_.end()) return;
  const Exception& e = found->second;
  if (const auto better = gateway(destination, way.device, way.next_hop, now)) {
    way.next_hop = *better;
    way.by_gateway = true;
    way.redirected = true;
    way.expires = std::min(way.expires, e.gateway_expires);
  }
  if (e.mtu_expires > now) {
    way.learned_mtu = e.mtu;
    way.mtu = std::min(way.mtu, e.mtu);
    way.expires = std::min(way.expires, e.mtu_expires);
  }
}

Time RouteExceptions::next_expiry(Time now) const {
  Time next = kNever;  // the least of them, so the order of the map does not matter
  for (const auto& [destination, e] : exceptions_) {
    if (e.gateway_expires > now) next = std::min(next, e.gateway_expires);
    if (e.mtu_expires > now) next = std::min(next, e.mtu_expires);
  }
  return next;
}

}  // namespace lvs
