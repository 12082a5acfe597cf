// Throughput under random loss against the square-root formula, MSS / RTT * sqrt(3 / (2 b p)):
// Mathis, Semke, Mahdavi, Ott, "The macroscopic behavior of the TCP congestion avoidance algorithm"
// (1997); Padhye, Firoiu, Towsley, Kurose (1998), equation 20. b is the number of segments of which
// the window takes notice at once: 1, because our Reno, as Linux's, counts acknowledged segments
// and not ACKs, so delayed ACKs do not slow its growth.
#include <algorithm>
#include <cmath>

#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

struct Case {
  double loss;
  bool sack;
  std::int64_t segments;  ///< to transfer
};

/// Segments in a round trip, over the whole transfer.
double mean_window(const Case& c, std::uint64_t seed) {
  WayConfig there;
  there.rate = gigabits_per_second(10);  // the time of a window on the wire is negligible
  there.delay = milliseconds(50);
  there.queue = QueueLimit::frames(100'000);
  WayConfig back = there;
  back.loss = 0;
  there.loss = c.loss;
  TcpLab lab(there, back, seed);
  lab.world.observation().wanted = 0;
  for (Host* host : {&lab.client, &lab.server}) {
    sysctl(*host, "ipv4.tcp_congestion_control", HostSysctls::kReno);
    sysctl(*host, "ipv4.tcp_sack", c.sack ? 1 : 0);
  }
  lab.listen();
  const auto size = static_cast<std::uint32_t>(c.segments * 1448);
  Time begun{};
  lab.client_app.on_connected = [&](EndpointId e) {
    begun = lab.now();
    lab.tcp().send(e, size);
  };
  lab.connect();
  while (lab.server_app.bytes < size) lab.run_for(seconds(100));
  const Duration taken = lab.server_app.last_received - begun;
  return static_cast<double>(c.segments) * to_seconds(milliseconds(100)) / to_seconds(taken);
}

void check_against_formula(const Case& c) {
  CAPTURE(c.loss, c.sack);
  double mean = 0;
  constexpr int kSeeds = 4;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) mean += mean_window(c, seed) / kSeeds;
  const double formula = std::sqrt(1.5 / c.loss);
  CAPTURE(mean, formula);
  CHECK(mean / formula > 0.9);
  CHECK(mean / formula < 1.1);
}

}  // namespace

TEST_CASE("Reno's throughput under random loss is that of the square-root formula",
          "[validation][tcp]") {
  const bool sack = GENERATE(true, false);
  check_against_formula({0.003, sack, 150'000});
}

TEST_CASE("Reno's throughput is that of the square-root formula from 1 to 0.01 % of loss",
          "[.slow][validation][tcp]") {
  const bool sack = GENERATE(true, false);
  const double loss = GENERATE(0.01, 0.003, 0.001, 0.0003, 0.0001);
  // A thousand losses, as far as sequence numbers reach at once (2 GiB).
  const auto segments = static_cast<std::int64_t>(1000 / loss);
  check_against_formula({loss, sack, std::min<std::int64_t>(segments, 1'400'000)});
}

}  // namespace lvs
