#include "results/write/output_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "sim/check.hpp"

namespace lvs {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const fs::path& path, int error) {
  throw OutputError("cannot " + what + " " + path.string() + ": " +
                    std::generic_category().message(error));
}

/// Where the folder really is: the links on the way are followed, so that what is replaced is what
/// they point to and not the link.
fs::path resolve(const fs::path& target) {
  std::error_code error;
  fs::path path = fs::absolute(target, error);
  if (!error) path = fs::weakly_canonical(path, error);
  if (error) fail("write to", target, error.value());
  if (path.filename().empty()) path = path.parent_path();  // "out/"
  return path;
}

/// The current folder and those above it cannot be replaced under the user's feet.
bool holds_current_folder(const fs::path& path) {
  std::error_code error;
  for (fs::path at = fs::current_path(error);; at = at.parent_path()) {
    if (at == path) return true;
    if (at == at.parent_path()) return false;
  }
}

/// A folder that may be deleted: empty, or written by a run.
bool is_ours(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return false;
  return fs::exists(folder / "manifest.json", error) || fs::is_empty(folder, error);
}

void write_all(int file, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      ::close(file);
      fail("write", path, error);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Both folders exist; each gets the other's name. False where the file system cannot do it at
/// once.
bool exchange(const fs::path& a, const fs::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) return false;
  fail("replace", b, errno);
}

/// ".NAME.PROCESS.NUMBER": no other process makes it, and an earlier one of ours exists no more.
fs::path unused_sibling(const fs::path& target) {
  const std::string stem =
      "." + target.filename().string() + "." + std::to_string(::getpid()) + ".";
  std::error_code error;
  for (int number = 0;; ++number) {
    fs::path path = target.parent_path() / (stem + std::to_string(number));
    if (!fs::exists(fs::symlink_status(path, error))) return path;
  }
}

void rename_or_fail(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("rename to", to, errno);
}

}  // namespace

OutputFolder::OutputFolder(const fs::path& target) : target_(resolve(target)) {
  std::error_code error;
  if (holds_current_folder(target_)) {
    throw OutputError("cannot write to " + target.string() +
                      ": it is, or holds, the current folder");
  }
  if (fs::exists(target_, error) && !fs::is_directory(target_, error)) {
    throw OutputError("cannot write to " + target.string() + ": it is not a folder");
  }
  const fs::path parent = target_.parent_path();
  for (fs::path at = parent; !fs::exists(at, error) && at != at.parent_path();
       at = at.parent_path()) {
    created_.insert(created_.begin(), at);
  }
  fs::create_directories(parent, error);
  int reason = error.value();
  if (!error) {
    temporary_ = unused_sibling(target_);
    if (::mkdir(temporary_.c_str(), 0777) == 0) return;
    reason = errno;
  }
  for (auto it = created_.rbegin(); it != created_.rend(); ++it) fs::remove(*it, error);
  fail("create a folder beside", target, reason);
}

OutputFolder::~OutputFolder() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  // remove() takes empty folders only: what somebody else put there stays.
  for (auto it = created_.rbegin(); it != created_.rend(); ++it) fs::remove(*it, ignored);
}

void OutputFolder::write(std::string_view name, std::string_view content) {
  LVS_REQUIRE(!committed_, "files are written before the folder is put in place");
  LVS_REQUIRE(!name.empty() && name.find('/') == std::string_view::npos, "a plain file name");
  const fs::path path = path_of(name);
  const fs::path shown = target_ / name;  // the name that the user asked for
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail("write", shown, errno);
  write_all(file, content, shown);
  if (::close(file) != 0) fail("write", shown, errno);
}

void OutputFolder::commit() {
  LVS_REQUIRE(!committed_, "a folder is put in place once");
  std::error_code error;
  if (!fs::exists(target_, error)) {
    rename_or_fail(temporary_, target_);
    committed_ = true;
    return;
  }
  const fs::path previous = target_.string() + ".1";
  const bool has_previous = fs::exists(fs::symlink_status(previous, error));
  if (has_previous && !is_ours(previous)) {
    throw OutputError("cannot keep the results before these as " + previous.string() +
                      ": something is there that no run wrote");
  }
  // Until the last rename has worked, everything can be put back.
  const fs::path aside = temporary_.string() + ".previous";
  if (has_previous) rename_or_fail(previous, aside);
  try {
    replace_target(previous);
  } catch (const OutputError&) {
    if (has_previous) fs::rename(aside, previous, error);
    throw;
  }
  committed_ = true;
  if (!has_previous) return;
  fs::remove_all(aside, error);
  if (error) fail("remove", aside, error.value());
}

void OutputFolder::replace_target(const fs::path& previous) {
  if (exchange(temporary_, target_)) {
    if (::rename(temporary_.c_str(), previous.c_str()) == 0) return;
    const int reason = errno;
    exchange(temporary_, target_);
    fail("rename to", previous, reason);
  }
  rename_or_fail(target_, previous);
  if (::rename(temporary_.c_str(), target_.c_str()) == 0) return;
  const int reason = errno;
  rename_or_fail(previous, target_);
  fail("replace", target_, reason);
}

}  // namespace lvs
