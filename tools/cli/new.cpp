// lvsim new: a first scenario, on stdout or into a file.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "results/write/output_folder.hpp"
#include "scenarios/language/error.hpp"
#include "scenarios/language/starter.hpp"
#include "tools/cli/commands.hpp"

namespace lvs::cli {
namespace {

/// Creates the file, or replaces it where `force` says so: "x" refuses one that is there without
/// a moment between looking and writing.
int write_file(const std::string& path, bool force, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), force ? "wb" : "wbx");
  if (file == nullptr && errno == EEXIST) {
    std::fprintf(stderr, "lvsim new: %s exists; --force replaces it\n", path.c_str());
    return ExitStatus::kWrongInput;
  }
  if (file == nullptr) throw OutputError("cannot write " + path + ": " + std::strerror(errno));
  const bool written = std::fputs(text.c_str(), file) >= 0;
  if (std::fclose(file) != 0 || !written) {
    throw OutputError("cannot write " + path + ": " + std::strerror(errno));
  }
  std::printf("Written: %s\nNow try: lvsim run %s\n", path.c_str(), path.c_str());
  return ExitStatus::kFine;
}

}  // namespace

int write_new(const NewOptions& options) {
  const std::string file = options.out.value_or(options.mode + ".yaml");
  const auto text = language::starter_scenario(options.mode, file);
  if (!text) {
    const std::vector<std::string>& modes = language::mode_names();
    std::fprintf(stderr, "lvsim new: unknown mode \"%s\"%s (known: %s)\n", options.mode.c_str(),
                 language::did_you_mean(options.mode, modes).c_str(),
                 language::join(modes).c_str());
    return ExitStatus::kWrongInput;
  }
  if (options.out) return write_file(*options.out, options.force, *text);
  std::fputs(text->c_str(), stdout);
  return ExitStatus::kFine;
}

}  // namespace lvs::cli
