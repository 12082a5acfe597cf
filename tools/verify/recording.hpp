// A recording of a director ("kind": "ipvs-recording"): one cluster, and one script of operations
// with what each led to on a real kernel. The recordings' README says what each field is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/packet/endpoint.hpp"
#include "sim/time.hpp"
#include "tools/verify/json_reading.hpp"

namespace lvs::verify {

enum class ClusterKind : std::uint8_t { nat, dr, tun };

struct Operation {
  enum class Kind : std::uint8_t {
    open,
    close,
    reset,
    server_close,
    send,
    udp,
    ipvsadm,
    show,
    sleep,
  };

  Kind kind = Kind::sleep;
  Duration at{};              ///< since the start, when it began
  std::size_t number = 0;     ///< ops[number] of the file
  std::size_t opened_by = 0;  ///< close, reset, server_close, send: the number of its open
  Endpoint source;            ///< open, udp
  Endpoint target;            ///< open, udp
  std::string arguments;      ///< ipvsadm, show
  std::uint32_t bytes = 0;    ///< send
  Duration span{};            ///< sleep

  // what it led to
  std::string decision;                  ///< open, udp: "rs2 port 80", or the error
  int status = 0;                        ///< ipvsadm: rc
  std::optional<std::string> complaint;  ///< ipvsadm: stderr, if recorded
  std::string output;                    ///< show

  /// What it is called in the file: "server_close".
  std::string_view name() const;
  /// "ops[3] open 172.20.0.1:1000 -> 10.1.10.3:80 at 1.5s".
  std::string text() const;
  bool is_connection() const { return kind == Kind::open; }
};

struct Recording {
  std::string name;
  ClusterKind kind = ClusterKind::nat;
  int servers = 0;
  std::vector<std::pair<std::string, std::string>> sysctls;  ///< as `sysctl -w` takes them
  std::vector<std::string> setup;                            ///< commands before the rules
  std::vector<std::string> rules;                            ///< arguments of ipvsadm
  std::vector<Port> ports;                                   ///< of every real server
  std::vector<Ipv4Address> vips;
  std::vector<Operation> operations;
  std::vector<std::pair<std::string, std::string>> last;  ///< arguments of ipvsadm, what it printed
};

/// Throws RecordingError for whatever is missing or has another form.
Recording read_recording(const Json& file);

}  // namespace lvs::verify
