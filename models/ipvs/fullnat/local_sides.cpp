#include "models/ipvs/fullnat/local_sides.hpp"

#include <algorithm>

namespace lvs {
namespace {

constexpr std::size_t kMostTries = 16;
constexpr std::uint64_t kSkipPercent = 5;
constexpr Duration kSequenceClock = nanoseconds(64);

/// A round of mixing as in connection_hash (models/ipvs/connection_table.hpp).
constexpr std::uint64_t mix(std::uint64_t x) {
  x *= 0x9e3779b97f4a7c15ULL;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  return x ^ x >> 32;
}

}  // namespace

LocalSides::LocalSides(StreamKey key, std::uint32_t director)
    : stream_(key, "director", "local addresses", director),
      secret_(RandomStream(key, "director", "fullnat secret", director).next()) {}

bool LocalSides::add(LocalAddressList& list, Ipv4Address address, const std::string& device) {
  const auto same = [address](const auto& item) { return item.address == address; };
  if (std::any_of(list.items.begin(), list.items.end(), same)) return false;
  const auto known = std::find_if(addresses_.begin(), addresses_.end(), same);
  const LocalAddressId id{static_cast<std::uint32_t>(known - addresses_.begin())};
  if (known == addresses_.end()) addresses_.push_back({address, {}});
  list.items.push_back({id, address, device});
  return true;
}

std::optional<LocalSides::Reservation> LocalSides::reserve(LocalAddressList& list, bool skips,
                                                           Endpoint real_server) {
  const std::size_t count = list.items.size();
  for (std::size_t tries = std::min(kMostTries, count); tries > 0; --tries) {
    // 1. The next address. Schedulers that go round would lock the turns of addresses and servers
    // together, were none ever left out.
    const bool skip = skips && stream_.below(100) < kSkipPercent;
    list.cursor = (list.cursor + (skip ? 2 : 1)) % count;
    // 2. A port of it.
    const LocalAddressId id = list.items[list.cursor].id;
    Address& from = addresses_[id.index()];
    if (const auto port = from.pool.take(real_server)) return {{{from.address, *port}, id}};
  }
  return std::nullopt;
}

std::uint32_t LocalSides::open(const Reservation& reservation) {
  std::uint32_t index = SidePool<Translation>::kNone;
  Translation& translation = translations_.ensure(index);
  translation.local = reservation.local;
  translation.pool = reservation.pool;
  ++in_use_;
  return index;
}

void LocalSides::close(std::uint32_t& translation, Endpoint real_server) {
  const Translation& t = translations_[translation];
  addresses_[t.pool.index()].pool.give_back(real_server, t.local.port);
  translations_.give(translation);
  --in_use_;
}

/// 6.3: hash of (L, R, lp, rp, secret) + clock / 64 ns. The hash is ours.
std::uint32_t LocalSides::sequence_number(Endpoint local, Endpoint real_server, Time now) const {
  const std::uint64_t addresses =
      static_cast<std::uint64_t>(local.address.value) << 32 | real_server.address.value;
  const std::uint64_t ports =
      static_cast<std::uint64_t>(local.port.value) << 16 | real_server.port.value;
  const std::uint64_t hash = mix(mix(addresses ^ secret_) ^ ports);
  const auto clock = static_cast<std::uint64_t>((now - kStart) / kSequenceClock);
  return static_cast<std::uint32_t>((hash >> 32) + clock);
}

}  // namespace lvs
