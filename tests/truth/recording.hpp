// A recording of a real kernel, as the recordings' README describes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/packet/endpoint.hpp"
#include "sim/time.hpp"

namespace lvs::truth {

struct Operation {
  std::string kind;  ///< open close reset server_close send udp ipvsadm show sleep
  Time time;         ///< when it began
  std::string id;    ///< of a TCP connection
  Endpoint source{};
  Endpoint target{};
  std::string arguments;    ///< of ipvsadm
  std::uint16_t bytes = 0;  ///< of send
  std::string outcome;      ///< "rs2:80", or the error; what ipvsadm printed; empty for the others
};

struct Recording {
  std::string name;
  std::string mode;  ///< nat dr tun
  unsigned servers = 0;
  std::vector<std::uint16_t> ports;
  std::map<std::string, int> sysctls;  ///< of net.ipv4.vs
  std::vector<std::string> rules;
  std::vector<Operation> operations;
  std::vector<std::pair<std::string, std::string>>
      last;  ///< ipvsadm's arguments and what it printed
};

/// Nothing if the file is not a recording that the director's present features cover.
std::optional<Recording> read_recording(const std::filesystem::path& file);

}  // namespace lvs::truth
