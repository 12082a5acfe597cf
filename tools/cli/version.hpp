// The version of the program, as --version and every result say it.
#pragma once

#include <string_view>

namespace lvs::cli {

inline constexpr std::string_view kVersion = "lvsim 0.1.0";

}  // namespace lvs::cli
