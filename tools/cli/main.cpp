// lvsim: reads the command line and runs one subcommand.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "results/write/output_folder.hpp"
#include "scenarios/language/error.hpp"
#include "sim/check.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/version.hpp"

namespace lvs::cli {
namespace {

/// "load=400/s" -> {"load", "400/s"}.
std::map<std::string, std::string> assignments(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> values;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw CLI::ValidationError("--set", "\"" + text + "\" is not NAME=VALUE, as in load=400/s");
    }
    values[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return values;
}

struct Line {
  CLI::App app{"Discrete-event, packet-level simulator of Linux Virtual Server (IPVS) clusters",
               "lvsim"};
  RunOptions run;
  ShowOptions show;
  VerifyOptions verify;
  NewOptions new_scenario;
  std::string list_what;
  std::vector<std::string> set;
  CLI::App* run_command =
      app.add_subcommand("run", "Run a scenario once: who served whom, how fast, how evenly");
  CLI::App* show_command = app.add_subcommand(
      "show", "Print the expanded scenario: parameters, ranges and cluster: filled in");
  CLI::App* new_command =
      app.add_subcommand("new", "Write a first scenario: commented, complete, ready to run");
  CLI::App* verify_command =
      app.add_subcommand("verify", "Replay recordings of a real kernel and compare every decision");
  CLI::App* list_command = app.add_subcommand("list", "Print what exists");

  Line() {
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string(kVersion));
    run_command->add_option("FILE", run.file, "the scenario, a YAML file")->required();
    run_command->add_option("--set", set, "NAME=VALUE: another value for a parameter")
        ->allow_extra_args(false);
    run_command->add_option("--seed", run.seed, "another seed than the scenario's");
    run_command->add_option("--out", run.out, "folder for the results (default: out/NAME)");
    run_command->add_flag("--json", run.json, "print the summary as JSON");
    run_command->add_flag("--timing", run.timing, "with --json: wall time, events, memory as well");
    show_command->add_option("FILE", show.file, "the scenario, a YAML file")->required();
    show_command->add_option("--set", set, "NAME=VALUE: another value for a parameter")
        ->allow_extra_args(false);
    add_new();
    verify_command->add_option("DIR", verify.folder, "every *.json below it is a recording")
        ->required();
    CLI::Option* json =
        verify_command->add_flag("--json", verify.json, "print the comparison as JSON");
    CLI::Option* explain = verify_command->add_flag(
        "--explain", verify.explain, "tell how the first difference of one recording came about");
    verify_command
        ->add_flag("--write-scenario", verify.write_scenario,
                   "print one recording as a scenario that `lvsim run` takes")
        ->excludes(json)
        ->excludes(explain);
    explain->excludes(json);
    list_command->add_option("WHAT", list_what, "schedulers, modes, metrics or commands")
        ->required()
        ->check(CLI::IsMember({"schedulers", "modes", "metrics", "commands"}));
  }

  void add_new() {
    new_command->add_option("MODE", new_scenario.mode, "nat, dr, tun or fullnat")->required();
    new_command->add_option("-o,--out", new_scenario.out, "the file to write (default: stdout)");
    new_command->add_flag("--force", new_scenario.force, "replace the file if it is there");
  }

  int execute() {
    if (run_command->parsed()) {
      run.set = assignments(set);
      return cli::run(run);
    }
    if (show_command->parsed()) {
      show.set = assignments(set);
      return cli::show(show);
    }
    if (new_command->parsed()) return cli::write_new(new_scenario);
    if (verify_command->parsed()) return cli::verify(verify);
    return cli::list(list_what);
  }
};

int main_checked(int argc, char** argv) {
  Line line;
  try {
    line.app.parse(argc, argv);
    return line.execute();
  } catch (const CLI::ParseError& error) {
    // --help and --version are "errors" with status 0; all others are the user's input.
    return line.app.exit(error) == 0 ? ExitStatus::kFine : ExitStatus::kWrongInput;
  } catch (const language::ScenarioError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return ExitStatus::kWrongInput;
  } catch (const OutputError& error) {
    std::fprintf(stderr, "lvsim: %s\n", error.what());
    return ExitStatus::kEnvironment;
  } catch (const InternalError& error) {
    std::fprintf(stderr,
                 "lvsim: a check inside the simulator failed; this is a defect of ours, please "
                 "report it with the scenario:\n  %s\n",
                 error.what());
    return ExitStatus::kInternal;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lvsim: %s\n", error.what());
    return ExitStatus::kInternal;
  }
}

}  // namespace
}  // namespace lvs::cli

int main(int argc, char** argv) { return lvs::cli::main_checked(argc, argv); }
