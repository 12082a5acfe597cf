// lvsim verify: recordings of a real kernel against what we do.
#include "tools/verify/verify.hpp"

#include <cstdio>

#include "tools/cli/commands.hpp"
#include "tools/verify/explain.hpp"

namespace lvs::cli {
namespace {

using lvs::verify::RecordingFiles;
using lvs::verify::RecordingResult;

int status(bool holds) { return holds ? ExitStatus::kFine : ExitStatus::kExpectationFailed; }

/// One recording, under the best setting of its free parameters.
int verify_one(const VerifyOptions& options) {
  const RecordingFiles files = lvs::verify::read_recording_files(options.folder);
  const RecordingResult result = lvs::verify::verify_recording(options.folder, files);
  if (options.explain) {
    std::fputs(lvs::verify::explain(files, result).c_str(), stdout);
    return status(result.equal());
  }
  std::fputs(lvs::verify::recording_scenario(files.recording, result.choices).c_str(), stdout);
  return ExitStatus::kFine;
}

}  // namespace

int verify(const VerifyOptions& options) {
  try {
    if (options.explain || options.write_scenario) return verify_one(options);
    const lvs::verify::Verification found = lvs::verify::verify(options.folder);
    const std::string text = options.json ? lvs::verify::verification_json(found)
                                          : lvs::verify::verification_text(found);
    std::fputs(text.c_str(), stdout);
    return status(found.holds());
  } catch (const lvs::verify::RecordingError& error) {
    std::fprintf(stderr, "lvsim verify: %s\n", error.what());
    return ExitStatus::kWrongInput;
  }
}

}  // namespace lvs::cli
