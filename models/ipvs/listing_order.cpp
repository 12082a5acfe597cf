#include "models/ipvs/listing_order.hpp"

#include <algorithm>
#include <cstddef>

namespace lvs {
namespace {

/// ipvsadm subtracts addresses and looks at the sign of the 32-bit result, so 192.0.2.1 comes
/// before 10.0.0.1 and 10.0.0.1 before 127.0.0.1.
int compare(Endpoint a, Endpoint b) {
  const auto difference = static_cast<std::int32_t>(a.address.value - b.address.value);
  if (difference != 0) return difference < 0 ? -1 : 1;
  return static_cast<int>(a.port.value) - static_cast<int>(b.port.value);
}

int compare(const ServiceKey& a, const ServiceKey& b) {
  if (a.mark != b.mark) return a.mark < b.mark ? -1 : 1;
  if (a.protocol != b.protocol) return a.protocol < b.protocol ? -1 : 1;
  return compare(a.address, b.address);
}

/// A merge sort, because that order is no ordering: with three addresses it can go round in a
/// circle, and the result depends on the algorithm. The C library's qsort merges halves, the left
/// one the shorter.
template <class Item, class Compare>
void merge_sort(std::vector<Item>& items, std::size_t begin, std::size_t end, Compare&& order) {
  if (end - begin < 2) return;
  const std::size_t middle = begin + (end - begin) / 2;
  merge_sort(items, begin, middle, order);
  merge_sort(items, middle, end, order);
  std::vector<Item> merged;
  std::size_t left = begin;
  std::size_t right = middle;
  while (left < middle && right < end) {
    merged.push_back(order(items[left], items[right]) <= 0 ? items[left++] : items[right++]);
  }
  while (left < middle) merged.push_back(items[left++]);
  // What is left of the right half is in its place.
  std::copy(merged.begin(), merged.end(), items.begin() + static_cast<std::ptrdiff_t>(begin));
}

/// The kernel's table of services has 256 buckets (spec/ipvs.md 1.1).
std::uint32_t bucket(const ServiceKey& key) {
  const std::uint32_t port = key.address.port.value;
  const auto protocol = static_cast<std::uint32_t>(key.protocol);
  return (protocol ^ key.address.address.value ^ (port >> 8) ^ port) & 255;
}

}  // namespace

std::vector<const Service*> services_in_kernel_order(const Director& director) {
  std::vector<const Service*> services = director.services();
  std::sort(services.begin(), services.end(), [](const Service* a, const Service* b) {
    const std::uint32_t bucket_a = bucket(a->key);
    const std::uint32_t bucket_b = bucket(b->key);
    // Services live in one array in the order of their making.
    return bucket_a != bucket_b ? bucket_a < bucket_b : a > b;
  });
  return services;
}

std::vector<const Service*> services_sorted(const Director& director) {
  std::vector<const Service*> services = services_in_kernel_order(director);
  merge_sort(services, 0, services.size(),
             [](const Service* a, const Service* b) { return compare(a->key, b->key); });
  return services;
}

std::vector<const Destination*> destinations_in_order(const Director& director,
                                                      const Service& service, bool sorted) {
  std::vector<const Destination*> result;
  for (const Destination& d : director.destinations(service)) result.push_back(&d);
  if (sorted) {
    merge_sort(result, 0, result.size(), [](const Destination* a, const Destination* b) {
      return compare(a->address, b->address);
    });
  }
  return result;
}

}  // namespace lvs
