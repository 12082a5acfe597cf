// How a failing check prints what has no printer of its own. Include it, or packets.hpp, in every
// test file that compares one of these.
#pragma once

#include <ostream>
#include <string>

#include "models/drop_cause.hpp"
#include "models/packet/frame.hpp"
#include "sim/event.hpp"

namespace lvs {

/// A frame in one line, for comparing with what a test expects:
/// "10.1.10.129:40000 > 10.1.10.3:80 tcp S seq 0 len 0"; MAC addresses, options, TTL and the like
/// are added where they differ from the default of the builders.
std::string text(const Frame& frame);

std::ostream& operator<<(std::ostream& out, const Frame& frame);
std::ostream& operator<<(std::ostream& out, const Event& event);
std::ostream& operator<<(std::ostream& out, DropCause cause);

}  // namespace lvs
