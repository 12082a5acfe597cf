// The service queue against queueing theory (Kleinrock; Harchol-Balter 2013): mean service time 1,
// Poisson arrivals. A simulated mean must lie within its own 99 % confidence interval, widened
// threefold because many such checks must all hold, and the interval must be narrow enough to mean
// something.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "models/event_kinds.hpp"
#include "models/server/service_queue.hpp"
#include "models/workload/arrivals.hpp"
#include "models/workload/law.hpp"

namespace lvs {
namespace {

constexpr double kUnit = 1e9;  // ticks per mean service time: one is a millisecond

struct Load {
  ServiceQueue::Settings settings;
  RandomLaw demand = RandomLaw::constant(kUnit);
  double utilisation = 0.8;
  int jobs = 200'000;
};

struct Observed {
  std::vector<double> responses;  ///< in mean service times, in the order of arrival
  std::vector<double> demands;
  double present = 0;      ///< time average of jobs in the system, by the queue's own integral
  double utilisation = 0;  ///< busy core-time / capacity
  double rate = 0;         ///< jobs per mean service time
};

// Runs until all jobs have left; everything is counted, the start from empty included.
Observed observe(const Load& load) {
  Simulator simulator;
  ServiceQueue queue(simulator, 0, load.settings);
  const StreamFamily demands({.seed = 1, .replication = 0}, "queue", "demand");
  RandomStream gaps({.seed = 1, .replication = 0}, "queue", "arrivals");
  ArrivalProcess arrivals = ArrivalProcess::poisson(load.utilisation * load.settings.cores * 1e3);
  std::vector<Time> arrived;
  Observed result;
  result.responses.resize(static_cast<std::size_t>(load.jobs));
  constexpr EventCode kArrival = code(EventKind::connection_arrival);
  simulator.at(kStart + arrivals.next_gap(gaps), kArrival, 0, 0);
  simulator.run_until(kStart + kLongestRun, [&](const Event& event) {
    if (event.kind() == kArrival) {
      const auto number = static_cast<std::uint32_t>(arrived.size());
      RandomStream stream = demands.item(number);
      const Duration demand = load.demand.sample_duration(stream);
      arrived.push_back(simulator.now());
      result.demands.push_back(static_cast<double>(demand.count()) / kUnit);
      queue.submit(number, demand);
      if (arrived.size() < result.responses.size()) {
        simulator.at(simulator.now() + arrivals.next_gap(gaps), kArrival, 0, 0);
      }
      return true;
    }
    while (const auto owner = queue.take_departure()) {
      const Duration response = simulator.now() - arrived[*owner];
      result.responses[*owner] = static_cast<double>(response.count()) / kUnit;
    }
    return queue.completed() < result.responses.size();
  });
  const auto span = static_cast<double>((simulator.now() - kStart).count());
  result.present = static_cast<double>(queue.job_time()) / span;
  result.utilisation = static_cast<double>(queue.busy_core_time()) / (span * load.settings.cores);
  result.rate = load.jobs / (span / kUnit);
  return result;
}

struct Estimate {
  double mean = 0;
  double half_width = 0;  ///< 99 %, from 20 batch means
};
Estimate estimate(const std::vector<double>& values) {
  constexpr std::size_t kBatches = 20;
  constexpr double kStudent = 2.861;  // 99 %, 19 degrees of freedom
  const std::size_t length = values.size() / kBatches;
  std::array<double, kBatches> means{};
  double sum = 0;
  for (std::size_t b = 0; b < kBatches; ++b) {
    for (std::size_t i = 0; i < length; ++i) means[b] += values[b * length + i];
    means[b] /= static_cast<double>(length);
    sum += means[b];
  }
  const double mean = sum / kBatches;
  double squares = 0;
  for (const double m : means) squares += (m - mean) * (m - mean);
  return {mean, kStudent * std::sqrt(squares / (kBatches - 1) / kBatches)};
}

// `width` is the widest relative half width that is accepted.
void check_mean(const std::vector<double>& values, double exact, double width) {
  const Estimate e = estimate(values);
  CAPTURE(e.mean, e.half_width, exact);
  CHECK(std::abs(e.mean - exact) <= e.half_width);
  CHECK(e.half_width <= width * exact);
}

double quantile(std::vector<double> values, double p) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size()));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

RandomLaw law_of(const std::string& name) {
  if (name == "deterministic") return RandomLaw::constant(kUnit);
  if (name == "exponential") return RandomLaw::exponential(kUnit);
  if (name == "gamma, cv^2 = 4") return RandomLaw::gamma({kUnit, 2});
  return RandomLaw::hyperexponential({kUnit, 4});
}

using Discipline = ServiceQueue::Discipline;

}  // namespace

TEST_CASE("M/M/1: mean, median and tail of the response time", "[validation]") {
  const Observed seen = observe({{1, Discipline::fcfs, 1}, RandomLaw::exponential(kUnit)});
  check_mean(seen.responses, 5, 0.06);
  CHECK(quantile(seen.responses, 0.5) == Approx(3.466).epsilon(0.04));
  CHECK(quantile(seen.responses, 0.99) == Approx(23.026).epsilon(0.07));
  CHECK(seen.utilisation == Approx(0.8).epsilon(0.01));
}

TEST_CASE("M/M/c: one queue before several cores", "[validation]") {
  struct Case {
    std::uint32_t cores;
    double utilisation;
    double exact;
  };
  const auto c = GENERATE(values<Case>(
      {{2, 0.8, 2.777778}, {4, 0.5, 1.086957}, {4, 0.8, 1.745541}, {16, 0.9, 1.369590}}));
  CAPTURE(c.cores, c.utilisation);
  const Observed seen =
      observe({{c.cores, Discipline::fcfs, 1}, RandomLaw::exponential(kUnit), c.utilisation});
  check_mean(seen.responses, c.exact, 0.06);
}

TEST_CASE("M/G/1 first come first served: Pollaczek and Khinchine", "[validation]") {
  struct Case {
    std::string law;
    double exact;
    double width;
  };
  const auto c = GENERATE(values<Case>({{"deterministic", 3, 0.04},
                                        {"exponential", 5, 0.06},
                                        {"gamma, cv^2 = 4", 11, 0.09},
                                        {"hyperexponential, cv^2 = 16", 35, 0.18}}));
  CAPTURE(c.law);
  check_mean(observe({{1, Discipline::fcfs, 1}, law_of(c.law)}).responses, c.exact, c.width);
}

TEST_CASE("M/G/1 processor sharing: the mean does not depend on the law", "[validation]") {
  const std::string law =
      GENERATE(as<std::string>{}, "deterministic", "exponential", "hyperexponential, cv^2 = 16");
  CAPTURE(law);
  const Observed seen = observe({{1, Discipline::ps, 1}, law_of(law)});
  check_mean(seen.responses, 5, 0.12);
  // A job of size x takes x / (1 - 0.8) in the mean: in each class of sizes, response / size is 5.
  if (law == "deterministic") return;
  for (const auto& [low, high] : {std::pair{0.3, 0.6}, std::pair{1.0, 2.0}, std::pair{4.0, 1e9}}) {
    std::vector<double> slowdowns;
    for (std::size_t i = 0; i < seen.responses.size(); ++i) {
      if (seen.demands[i] < low || seen.demands[i] >= high) continue;
      slowdowns.push_back(seen.responses[i] / seen.demands[i]);
    }
    CAPTURE(low);
    check_mean(slowdowns, 5, 0.12);
  }
}

TEST_CASE("M/G/c processor sharing with exponential demands is M/M/c", "[validation]") {
  // The number in the system is the same chain, so the mean is, though who leaves when is not.
  const Observed seen = observe({{4, Discipline::ps, 1}, RandomLaw::exponential(kUnit)});
  check_mean(seen.responses, 1.745541, 0.04);
}

TEST_CASE("a faster server is the same queue on a shorter scale", "[validation]") {
  // Twice the demand at twice the speed.
  const Observed seen = observe({{1, Discipline::ps, 2}, RandomLaw::exponential(2 * kUnit)});
  check_mean(seen.responses, 5, 0.06);
}

TEST_CASE("Little's law holds to rounding in every run", "[validation]") {
  const auto settings = GENERATE(ServiceQueue::Settings{1, Discipline::fcfs, 1},
                                 ServiceQueue::Settings{4, Discipline::fcfs, 1},
                                 ServiceQueue::Settings{1, Discipline::ps, 1},
                                 ServiceQueue::Settings{3, Discipline::ps, 0.7});
  const Observed seen =
      observe({settings, RandomLaw::hyperexponential({kUnit * settings.speed, 4}), 0.7, 50'000});
  double sum = 0;
  for (const double response : seen.responses) sum += response;
  const double mean = sum / static_cast<double>(seen.responses.size());
  CHECK(seen.present == Approx(seen.rate * mean).epsilon(1e-9));
}

}  // namespace lvs
