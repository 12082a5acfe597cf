// A real server of one virtual service, and the services' lists of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/ipvs/forwarding_method.hpp"
#include "models/ipvs/jiffies.hpp"
#include "models/ipvs/statistics.hpp"
#include "models/packet/endpoint.hpp"
#include "sim/id.hpp"

namespace lvs {

struct ServiceTag;
using ServiceId = Id<ServiceTag>;
struct DestinationTag;
using DestinationId = Id<DestinationTag>;

struct alignas(64) Destination {
  // set by ipvsadm; what schedulers read comes first
  std::int32_t weight = 1;  ///< 0: quiesced
  // changes as events run: what the director believes (spec/ipvs.md 1.4)
  std::uint32_t active = 0;
  std::uint32_t inactive = 0;
  bool available = true;    ///< false once deleted: it waits in the trash (1.6)
  bool overloaded = false;  ///< the OVERLOAD flag (1.5, 9.1)
  ForwardingMethod method = ForwardingMethod::direct;
  Endpoint address;                   ///< RIP and rport
  std::uint32_t upper_threshold = 0;  ///< 0: none
  std::uint32_t lower_threshold = 0;  ///< 0: three quarters of the upper one
  std::int32_t last_weight = 0;  ///< the last weight that was not 0; mh builds its table from it
  std::uint32_t persistent = 0;  ///< templates bound to it
  ServiceId service;             ///< the service it belongs to, or belonged to when deleted
  std::uint32_t references = 0;  ///< connections and scheduler caches: what keeps it in the trash
  Jiffies idle_since = 0;        ///< in the trash, 0: not yet seen without references

  Statistics statistics;

  /// Whether a scheduler may choose it ("eligible" in spec/ipvs.md 2).
  bool eligible() const { return weight > 0 && !overloaded; }
  std::uint32_t connections() const { return active + inactive; }
  /// The load of lc and wlc: an inactive connection costs 1/256 of an active one. 32 bits, as
  /// there.
  std::uint32_t overhead() const { return active * 256 + inactive; }

  /// Sets or clears `overloaded` by the rule of 6.1.187 and later (9.1).
  void update_overload();
};

/// Every destination of a director, by id; slots are used again after the trash let go of them.
using DestinationPool = std::vector<Destination>;

/// The destinations of one service in the kernel's order: the newest first (1.2). A view: valid
/// until the next configuration command.
class DestinationList {
 public:
  DestinationList(const DestinationPool& pool, const std::vector<DestinationId>& order)
      : pool_(pool), order_(order) {}

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = Destination;
    using pointer = const Destination*;
    using reference = const Destination&;
    using iterator_category = std::forward_iterator_tag;
    Iterator(const DestinationPool& pool, const DestinationId* at) : pool_(&pool), at_(at) {}
    const Destination& operator*() const { return (*pool_)[at_->index()]; }
    Iterator& operator++() { return ++at_, *this; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const DestinationPool* pool_;
    const DestinationId* at_;
  };

  bool empty() const { return order_.empty(); }
  std::size_t size() const { return order_.size(); }
  Iterator begin() const { return {pool_, order_.data()}; }
  Iterator end() const { return {pool_, order_.data() + order_.size()}; }
  /// By position in the list.
  const Destination& operator[](std::size_t position) const {
    return pool_[order_[position].index()];
  }
  DestinationId id(std::size_t position) const { return order_[position]; }
  const Destination& get(DestinationId id) const { return pool_[id.index()]; }

 private:
  const DestinationPool& pool_;
  const std::vector<DestinationId>& order_;
};

}  // namespace lvs
