#include "sim/check.hpp"

namespace lvs::detail {

void require_failed(const char* what, const char* file, int line) {
  throw InternalError(std::string(what) + " (" + file + ":" + std::to_string(line) + ")");
}

}  // namespace lvs::detail
