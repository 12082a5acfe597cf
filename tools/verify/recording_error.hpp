// A recording that cannot be read.
#pragma once

#include <stdexcept>
#include <string>

namespace lvs::verify {

/// `what()` is "where: message"; where is "rows[3].arp_ignore", preceded by the file once it is
/// known.
class RecordingError : public std::runtime_error {
 public:
  RecordingError(const std::string& where, const std::string& message)
      : std::runtime_error(where.empty() ? message : where + ": " + message) {}
};

}  // namespace lvs::verify
