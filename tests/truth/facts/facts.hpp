// The single observations of a real kernel (`facts` in the recorded ARP matrix), each repeated on
// our hosts. One file a section; a test ends with all_used(), so that no fact is left out.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs::truth {

using Json = nlohmann::json;

class Facts {
 public:
  explicit Facts(const std::string& section);

  /// What was recorded under `key`, which must exist.
  const Json& operator[](const std::string& key);
  /// Checks that we observe the same.
  void equal(const std::string& key, const Json& observed);
  /// Checks times in seconds: the recorded ones are late by the kernel's timers and by the
  /// recording itself, by `late` at most, and early by rounding, 0.06 s at most.
  void times(const std::string& key, const std::vector<double>& observed, double late);
  /// Every fact of the section was asked for.
  void all_used() const;

 private:
  std::string section_;
  Json facts_;
  std::set<std::string> used_;
};

/// The recorded LAN: hosts with the recorded MAC addresses on one switch, and a port that says
/// anything.
struct FactLan : Lan {
  /// With a MAC address that ends in `last`.
  Host& machine(const std::string& name, const std::string& prefix, std::uint8_t last);
  /// `ip neigh show A dev X` as the recordings have it: mac, owner, state; null if there is none.
  Json entry(const Host& at, const std::string& of, const std::string& card = "eth0") const;
  /// "rs1" for a MAC address of one of the machines, else the address as text.
  std::string owner(MacAddress mac) const;
  /// A UDP packet of `from`, with this source address, so that a next hop is asked for.
  void send(Host& from, const std::string& source, const std::string& destination);
  /// Runs a command on the host, as scenarios do; what it printed.
  std::string type(Host& at, const std::string& command);
  /// Seconds since the start.
  double seconds_now() const;

  struct Named {
    MacAddress mac;
    std::string name;
  };
  std::vector<Named> machines;
};

inline MacAddress mac(std::uint8_t last) { return {{2, 0, 0, 0, 0, last}}; }
double in_seconds(Duration span);

}  // namespace lvs::truth
