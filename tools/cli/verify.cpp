// lvsim verify: recordings of a real kernel against what we do.
#include "tools/verify/verify.hpp"

#include <cstdio>

#include "tools/cli/commands.hpp"

namespace lvs::cli {

int verify(const VerifyOptions& options) {
  try {
    const lvs::verify::Verification found = lvs::verify::verify(options.folder);
    const std::string text = options.json ? lvs::verify::verification_json(found)
                                          : lvs::verify::verification_text(found);
    std::fputs(text.c_str(), stdout);
    return found.holds() ? ExitStatus::kFine : ExitStatus::kExpectationFailed;
  } catch (const lvs::verify::RecordingError& error) {
    std::fprintf(stderr, "lvsim verify: %s\n", error.what());
    return ExitStatus::kWrongInput;
  }
}

}  // namespace lvs::cli
