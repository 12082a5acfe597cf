#include "tests/bench/measure.hpp"

#include <sys/resource.h>

#include <cinttypes>
#include <cstdio>
#include <ctime>

namespace lvs {

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double peak_memory_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void print(const HoldResult& r) {
  std::printf("%-14s N=%-8zu holds=%-9zu ns/event=%8.2f  checksum=%016" PRIx64 "  rss=%.0fMiB\n",
              r.name.c_str(), r.pending, r.holds, r.seconds * 1e9 / static_cast<double>(r.holds),
              r.checksum, peak_memory_mebibytes());
}

}  // namespace lvs
