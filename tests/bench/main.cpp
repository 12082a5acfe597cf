// lvsim_bench WORKLOAD ARGUMENTS: one measurement per process, printed as one line of key=value.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/bench/w1.hpp"

namespace {

int usage() {
  std::fputs(
      "usage: lvsim_bench w1 N HOLDS       hold model on the event queue\n"
      "       lvsim_bench w1-heap N HOLDS  the same on one heap\n"
      "       lvsim_bench w1b N HOLDS      hold model through the simulator\n",
      stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using lvs::EventQueue;
  if (argc != 4) return usage();
  const std::string workload = argv[1];
  const lvs::HoldSize size{std::strtoull(argv[2], nullptr, 10),
                           std::strtoull(argv[3], nullptr, 10)};
  if (size.pending == 0 || size.holds == 0) return usage();
  if (workload == "w1") {
    lvs::run_w1(size, EventQueue::Structure::calendar);
  } else if (workload == "w1-heap") {
    lvs::run_w1(size, EventQueue::Structure::plain_heap);
  } else if (workload == "w1b") {
    lvs::run_w1b(size);
  } else {
    return usage();
  }
  return 0;
}
