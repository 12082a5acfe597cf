// Numbers as text, one way everywhere in results/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/time.hpp"

namespace lvs {

/// For files: the shortest decimal that reads back as the same number; never an exponent between
/// 1e-6 and 1e15. Requires: finite.
std::string exact(double value);
/// For people: at most six significant digits, no trailing zeros, no exponent.
std::string shortest(double value);
/// "24 012": thousands apart by a blank, as people read counts.
std::string grouped(std::uint64_t count);
/// "0.0 %", "33.3 %": one decimal place.
std::string percent(double share);
/// Three significant digits and a unit: "812us", "1.23ms", "12.3ms", "4.50s".
std::string latency_text(Duration d);
/// "812 B", "1.24 MB": thousands, as network counters are.
std::string bytes_text(std::uint64_t count);
/// "1 connection", "2 connections".
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace lvs
