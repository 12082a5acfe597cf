// The folder a run leaves: it appears whole or not at all.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lvs {

/// The files cannot be written; what() is a sentence that names the path and the reason.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes into a temporary sibling of the target and puts it in place at once. Whatever fails
/// throws OutputError and leaves what was there before; the temporary folder goes with the object.
class OutputFolder {
 public:
  /// Creates the temporary folder, and the parents of `target` where they are missing.
  explicit OutputFolder(const std::filesystem::path& target);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// Writes one file. Requires: not committed; `name` is a plain file name.
  void write(std::string_view name, std::string_view content);
  /// Where a file of the folder is while it is being written (captures).
  std::filesystem::path path_of(std::string_view name) const { return temporary_ / name; }
  /// Puts the folder in place; what was there before is kept as TARGET.1, and the TARGET.1 before
  /// that is removed if a run wrote it.
  void commit();

 private:
  /// Swaps the temporary folder with the target, which becomes `previous`.
  void replace_target(const std::filesystem::path& previous);

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  std::vector<std::filesystem::path> created_;  // parents that were missing, outermost first
  bool committed_ = false;
};

}  // namespace lvs
