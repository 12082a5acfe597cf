// Finds where each character of a YAML scalar stands in the file.
#pragma once

#include <string>

#include "scenarios/language/text.hpp"

namespace lvs::language {

/// `value` is what YAML made of the scalar that begins at byte `offset` of `source`, which is at
/// `start`: plain, quoted or a block. YAML only changes blanks, line ends and escapes, so the other
/// characters are found in order.
Text place_scalar(const std::string& source, std::size_t offset, const SourcePosition& start,
                  const std::string& value);

}  // namespace lvs::language
