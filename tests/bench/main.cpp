// lvsim_bench WORKLOAD ARGUMENTS: one measurement per process, printed as one line of key=value.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/bench/pick.hpp"
#include "tests/bench/w1.hpp"
#include "tests/bench/w3.hpp"

namespace {

int usage() {
  std::fputs(
      "usage: lvsim_bench w1 N HOLDS       hold model on the event queue\n"
      "       lvsim_bench w1-heap N HOLDS  the same on one heap\n"
      "       lvsim_bench w1b N HOLDS      hold model through the simulator\n"
      "       lvsim_bench w3 {tcp|udp} REQUESTS [SCHEDULER]\n"
      "                                    clients, director and servers; requests per client\n"
      "       lvsim_bench pick SCHEDULER SERVERS CONNECTIONS\n"
      "                                    a scheduler with the hooks of each connection\n",
      stderr);
  return 2;
}

int w3(int argc, char** argv) {
  const std::string protocol = argc > 2 ? argv[2] : "";
  if (argc < 4 || argc > 5 || (protocol != "tcp" && protocol != "udp")) return usage();
  lvs::bench::W3Options options;
  options.udp = protocol == "udp";
  options.requests = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  if (argc == 5) options.scheduler = argv[4];
  return options.requests == 0 ? usage() : lvs::bench::run_w3(options);
}

int pick(int argc, char** argv) {
  if (argc != 5) return usage();
  lvs::bench::PickOptions options;
  options.scheduler = argv[2];
  options.servers = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  options.connections = std::strtoull(argv[4], nullptr, 10);
  if (options.servers == 0 || options.connections == 0) return usage();
  return lvs::bench::run_pick(options);
}

}  // namespace

int main(int argc, char** argv) {
  using lvs::EventQueue;
  const std::string workload = argc > 1 ? argv[1] : "";
  if (workload == "w3") return w3(argc, argv);
  if (workload == "pick") return pick(argc, argv);
  if (argc != 4) return usage();
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
