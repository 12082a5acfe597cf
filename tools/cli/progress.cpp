#include "tools/cli/progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace lvs::cli {

Progress::Progress(std::string name, Time end)
    : name_(std::move(name)), end_(end), terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::show(Time now) {
  if (!terminal_) return;
  const auto wall = std::chrono::steady_clock::now();
  constexpr std::chrono::milliseconds kBetween{200};
  if (wall - last_ < kBetween) return;
  last_ = wall;
  shown_ = true;
  const double done = to_seconds(now - kStart) / to_seconds(end_ - kStart);
  const double spent = std::chrono::duration<double>(wall - begun_).count();
  const double left = done > 0 ? spent * (1 - done) / done : 0;
  std::fprintf(stderr, "\r\033[K%s: %.1f s of %.1f s simulated, %.0f s left at most", name_.c_str(),
               to_seconds(now - kStart), to_seconds(end_ - kStart), left);
  std::fflush(stderr);
}

void Progress::finish() {
  if (!shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace lvs::cli
