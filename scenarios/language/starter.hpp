// The scenario that `lvsim new MODE` writes for a first-time user.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lvs::language {

/// The forwarding modes, in the order they are listed: nat, dr, tun, fullnat.
const std::vector<std::string>& mode_names();

/// A commented scenario of a cluster in `mode`, which runs as it is and whose expectations hold.
/// `file` is the name that its comments call it by. Nothing for an unknown mode.
std::optional<std::string> starter_scenario(std::string_view mode, const std::string& file);

}  // namespace lvs::language
