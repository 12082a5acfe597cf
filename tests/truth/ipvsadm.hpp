// The forms of ipvsadm that recordings use, applied to a director.
#pragma once

#include <string>

#include "models/ipvs/director.hpp"

namespace lvs::truth {

/// Whether the director has what the command asks for: no persistence, marks or one-packet
/// services, and a scheduler that exists.
bool is_supported(const std::string& arguments);

/// Runs a configuration command. Throws std::runtime_error on a form that no recording uses.
IpvsError configure(Director& director, const std::string& arguments);

/// What a listing command prints.
std::string show(const Director& director, const std::string& arguments);

}  // namespace lvs::truth
