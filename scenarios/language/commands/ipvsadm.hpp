// `ipvsadm` as typed requests, with the defaults of ipvsadm 1.31 applied (spec/ipvs.md 7.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/packet/endpoint.hpp"
#include "scenarios/language/script.hpp"

namespace lvs::language {

struct FirewallMark {
  std::uint32_t value = 0;
  friend bool operator==(const FirewallMark&, const FirewallMark&) = default;
};
/// What a virtual service is known by: protocol, address and port (-t, -u), or a mark (-f).
using IpvsServiceKey = std::variant<ServiceAddress, FirewallMark>;

enum class IpvsMethod : std::uint8_t { nat, tunnel, direct, fullnat };  // -m -i -g -b

/// `-A` or `-E`: an edit resets what is not named, as the real tool does.
struct IpvsServiceSet {
  bool edit = false;
  IpvsServiceKey service;
  Word scheduler;                            ///< "wlc" when not given (then at the command's place)
  std::optional<std::uint32_t> persistence;  ///< seconds; absent = not persistent
  Ipv4Address netmask{0xffffffffU};
  bool one_packet = false;
  std::vector<std::string>
      flags;  ///< -b: sh-fallback sh-port mh-fallback mh-port flag-1 flag-2 flag-3
  std::string persistence_engine;  ///< --pe
  friend bool operator==(const IpvsServiceSet&, const IpvsServiceSet&) = default;
};
struct IpvsServiceDelete {
  IpvsServiceKey service;
  friend bool operator==(const IpvsServiceDelete&, const IpvsServiceDelete&) = default;
};
struct IpvsClear {
  friend bool operator==(const IpvsClear&, const IpvsClear&) = default;
};
/// `-Z`: zero the counters of one service or of all.
struct IpvsZero {
  std::optional<IpvsServiceKey> service;
  friend bool operator==(const IpvsZero&, const IpvsZero&) = default;
};
/// `-a` or `-e`. The port is already that of the service where the tool replaces it.
struct IpvsServerSet {
  bool edit = false;
  IpvsServiceKey service;
  Endpoint server;
  IpvsMethod method = IpvsMethod::direct;
  std::int64_t weight = 1;
  std::uint32_t upper_threshold = 0;
  std::uint32_t lower_threshold = 0;
  friend bool operator==(const IpvsServerSet&, const IpvsServerSet&) = default;
};
struct IpvsServerDelete {
  IpvsServiceKey service;
  Endpoint server;
  friend bool operator==(const IpvsServerDelete&, const IpvsServerDelete&) = default;
};
/// DPVS's `--add-laddr -z LIP -t VIP:port -F dev` (FULLNAT).
struct IpvsLocalAddressAdd {
  IpvsServiceKey service;
  Ipv4Address address;
  Word device;
  friend bool operator==(const IpvsLocalAddressAdd&, const IpvsLocalAddressAdd&) = default;
};

enum class IpvsListing : std::uint8_t {
  services,
  stats,
  rate,
  thresholds,
  persistent,
  connections,
  timeouts,
  daemon,
  tunnels
};
/// `-L` with its options.
struct IpvsList {
  IpvsListing what = IpvsListing::services;
  std::optional<IpvsServiceKey> service;
  bool numeric = false;
  bool exact = false;
  bool sorted = true;             ///< --nosort: the kernel's order
  bool persistence_data = false;  ///< -c --persistent-conn: two columns more
  friend bool operator==(const IpvsList&, const IpvsList&) = default;
};
struct IpvsSetTimeouts {  ///< seconds; 0 keeps the current value
  std::int64_t tcp = 0;
  std::int64_t tcp_fin = 0;
  std::int64_t udp = 0;
  friend bool operator==(const IpvsSetTimeouts&, const IpvsSetTimeouts&) = default;
};
struct IpvsSave {  ///< `-S`, ipvsadm-save
  bool numeric = false;
  friend bool operator==(const IpvsSave&, const IpvsSave&) = default;
};

/// One line of `ipvsadm-restore` input.
using IpvsRule = std::variant<IpvsServiceSet, IpvsServiceDelete, IpvsClear, IpvsZero, IpvsServerSet,
                              IpvsServerDelete, IpvsLocalAddressAdd, IpvsList, IpvsSetTimeouts>;
struct IpvsRestoreLine {
  IpvsRule rule;
  Where where;
  friend bool operator==(const IpvsRestoreLine&, const IpvsRestoreLine&) = default;
};
/// `ipvsadm -R`, ipvsadm-restore. A here-document is read at load into `lines`; a file (`< FILE`)
/// is known only when the command runs: then `lines` is empty and `from_file` set.
struct IpvsRestore {
  bool clear_first = false;  ///< ipvsadm-restore clears, plain -R does not
  bool from_file = false;
  std::vector<IpvsRestoreLine> lines;
  friend bool operator==(const IpvsRestore&, const IpvsRestore&) = default;
};

using IpvsCommand = std::variant<IpvsServiceSet, IpvsServiceDelete, IpvsClear, IpvsZero,
                                 IpvsServerSet, IpvsServerDelete, IpvsLocalAddressAdd, IpvsList,
                                 IpvsSetTimeouts, IpvsSave, IpvsRestore>;

/// Reads the text of a saved table, for `< FILE` at run time.
std::vector<IpvsRestoreLine> parse_ipvs_restore(const Text& text);

}  // namespace lvs::language
