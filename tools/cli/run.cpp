// lvsim run: one run, a summary, and a folder of results.
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "results/checks.hpp"
#include "results/metrics.hpp"
#include "results/summary.hpp"
#include "results/write/json.hpp"
#include "results/write/run_folder.hpp"
#include "scenarios/language/build.hpp"
#include "scenarios/language/write.hpp"
#include "tools/cli/claims.hpp"
#include "tools/cli/collect.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/progress.hpp"

namespace lvs::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int) { interrupted = 1; }

/// Runs up to `until`, in slices, so that progress shows and ^C is heard. Slices change nothing:
/// the order of events does not depend on them.
void run_to(World& world, Time until, Progress& progress) {
  constexpr int kSlices = 50;
  const Time from = world.simulator().now();
  const Duration slice = std::max((until - from) / kSlices, milliseconds(10));
  while (!world.ended() && interrupted == 0 && world.simulator().now() < until) {
    world.run_until(std::min(until, world.simulator().now() + slice));
    progress.show(world.simulator().now());
  }
}

/// What to type to get the same run again.
std::string repeat_command(const RunOptions& options, std::uint64_t seed) {
  std::string command = "tools/lvsim run " + options.file;
  for (const auto& [name, value] : options.set) {
    const bool plain = value.find_first_of(" $&;|<>()\"'*?") == std::string::npos;
    command += plain ? " --set " + name + "=" + value : " --set '" + name + "=" + value + "'";
  }
  return command + " --seed " + std::to_string(seed);
}

void fill_identity(RunFacts& facts, const RunOptions& options, const language::Scenario& scenario) {
  facts.identity.scenario = scenario.name;
  facts.identity.about = scenario.about;
  for (const language::Parameter& p : scenario.parameters) {
    facts.identity.parameters.emplace_back(p.name, p.value);
  }
  facts.identity.seed = scenario.seed;
  facts.identity.command = repeat_command(options, scenario.seed);
}

void print_shown(const language::Simulation& simulation) {
  for (const language::ShownText& shown : simulation.shown()) {
    if (shown.expectation) continue;
    std::printf("%s %s# %s\n%s\n", lvs::to_string(shown.at).c_str(), shown.host.c_str(),
                shown.command.c_str(), shown.text.c_str());
  }
}

CostFacts cost_since(std::chrono::steady_clock::time_point begun, const World& world) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  CostFacts cost;
  cost.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  cost.events = world.simulator().executed();
  cost.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  return cost;
}

int verdict_of(const RunFacts& facts) {
  if (!all_hold(self_checks(facts))) return ExitStatus::kInternal;
  for (const Verdict& verdict : facts.verdicts) {
    if (!verdict.holds) return ExitStatus::kExpectationFailed;
  }
  return ExitStatus::kFine;
}

/// Adds the simulated time, the event number and the seed to a broken invariant.
[[noreturn]] void rethrow_with_place(const InternalError& error, const World& world,
                                     std::uint64_t seed) {
  throw InternalError(std::string(error.what()) + " at " + lvs::to_string(world.simulator().now()) +
                      ", event " + std::to_string(world.simulator().executed()) + ", seed " +
                      std::to_string(seed));
}

}  // namespace

int run(const RunOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  language::Scenario scenario = language::load_scenario(options.file, options.set);
  if (options.seed) scenario.seed = *options.seed;
  language::check_supported(scenario);
  const std::vector<Claim> claims = metric_claims(scenario);
  language::Simulation simulation(scenario, {scenario.seed, 0});
  World& world = simulation.world();
  const language::RunTimes& times = simulation.times();
  Collector collector(simulation);
  Recorder recorder(collector.plan(claims));
  const std::filesystem::path target = options.out ? *options.out : "out/" + scenario.name;
  OutputFolder folder(target);  // before the run: a folder that cannot be written is known at once
  std::signal(SIGINT, on_interrupt);
  simulation.start(recorder, Watch::kExchanges);
  Progress progress(scenario.name, times.latest_end());
  try {
    // Counters are read just before the first and the last instant of the measured time.
    if (times.warmup > Duration{}) run_to(world, times.measured_from() - Duration{1}, progress);
    collector.measured_begins();
    run_to(world, times.measured_until() - Duration{1}, progress);
    if (interrupted == 0) {
      collector.measured_ends();
      run_to(world, times.latest_end(), progress);
    }
    world.clients().finish();
  } catch (const InternalError& error) {
    rethrow_with_place(error, world, scenario.seed);
  }
  progress.finish();
  RunFacts facts = collector.facts(recorder);
  facts.window.partial = interrupted != 0;
  LVS_REQUIRE(facts.conservation.holds(), "sent + copied = delivered + dropped + in flight");
  fill_identity(facts, options, scenario);
  for (const Claim& claim : claims) facts.verdicts.push_back(judge(claim, facts, recorder));
  for (Verdict& verdict : show_verdicts(simulation)) facts.verdicts.push_back(std::move(verdict));
  facts.cost = cost_since(begun, world);
  write_run(folder, facts, recorder);
  folder.write("resolved.yaml", language::write_scenario(scenario));
  folder.commit();
  if (options.json) {
    std::fputs(summary_json(facts, {options.timing}).c_str(), stdout);
  } else {
    print_shown(simulation);
    std::fputs(summary_text(facts).c_str(), stdout);
    std::printf("Files: %s/\n", target.string().c_str());
  }
  return interrupted != 0 ? ExitStatus::kInterrupted : verdict_of(facts);
}

}  // namespace lvs::cli
