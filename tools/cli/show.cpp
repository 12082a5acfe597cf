#include <cstdio>

#include "scenarios/language/scenario.hpp"
#include "scenarios/language/write.hpp"
#include "tools/cli/commands.hpp"

namespace lvs::cli {

int show(const ShowOptions& options) {
  const language::Scenario scenario = language::load_scenario(options.file, options.set);
  std::fputs(language::write_scenario(scenario).c_str(), stdout);
  return ExitStatus::kFine;
}

}  // namespace lvs::cli
