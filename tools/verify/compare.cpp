#include "tools/verify/compare.hpp"

#include <utility>

namespace lvs::verify {
namespace {

constexpr const char* kUnknown = "(no such field is observed)";
constexpr const char* kNotRecorded = "(not recorded)";

/// Entries that are read after connections, whose packets pass at instants of their own.
bool is_read_after_packets(const std::string& field) {
  return field == "router_vip_entry_after_first_connection" || field == "router_vip_entry_end";
}

class Comparer {
 public:
  /// Whole values first; objects that both sides have, by their members.
  void compare(const std::string& field, const Json& recorded, const Json& simulated) {
    if (recorded.is_object() && simulated.is_object()) {
      return compare_members(field, recorded, simulated);
    }
    ++result.fields.total;
    if (recorded == simulated) {
      ++result.fields.equal;
    } else {
      result.differences.push_back({field, recorded.dump(), simulated.dump()});
    }
  }

  void unknown(const std::string& field, const Json& recorded) {
    ++result.fields.total;
    result.differences.push_back({field, recorded.dump(), kUnknown});
  }

  Comparison result;

 private:
  void compare_members(const std::string& field, const Json& recorded, const Json& simulated) {
    for (const auto& [key, value] : recorded.items()) {
      const std::string name = field + "." + key;
      const auto found = simulated.find(key);
      if (found == simulated.end()) {
        unknown(name, value);
      } else if (key == "state" && is_read_after_packets(field) && is_later(recorded, simulated)) {
        ++result.fields.total;
        ++result.fields.equal;
        ++result.later_states;
      } else {
        compare(name, value, *found);
      }
    }
    for (const auto& [key, value] : simulated.items()) {
      if (recorded.contains(key)) continue;
      ++result.fields.total;
      result.differences.push_back({field + "." + key, kNotRecorded, value.dump()});
    }
  }

  static bool is_later(const Json& recorded, const Json& simulated) {
    const Json& ours = simulated["state"];
    return recorded["state"] == "DELAY" && (ours == "REACHABLE" || ours == "STALE") &&
           recorded.contains("mac") && recorded["mac"] == simulated["mac"];
  }
};

}  // namespace

Comparison compare_row(const Json& recorded, const Json& simulated) {
  Comparer comparer;
  for (const auto& [key, value] : recorded.items()) {
    const auto found = simulated.find(key);
    if (found == simulated.end()) {
      comparer.unknown(key, value);
    } else {
      comparer.compare(key, value, *found);
    }
  }
  return std::move(comparer.result);
}

}  // namespace lvs::verify
