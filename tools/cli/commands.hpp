// The subcommands of lvsim; one file each. They take their options as plain values, so that CLI11
// stays in main.cpp, and return the exit status of design.md 1.2.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lvs::cli {

struct ExitStatus {
  static constexpr int kFine = 0;
  static constexpr int kExpectationFailed = 1;
  static constexpr int kWrongInput = 2;
  static constexpr int kEnvironment = 3;
  static constexpr int kInternal = 4;
  static constexpr int kInterrupted = 130;
};

struct RunOptions {
  std::string file;
  std::map<std::string, std::string> set;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> out;  ///< else out/NAME
  bool json = false;
  bool timing = false;
};
int run(const RunOptions& options);

struct ShowOptions {
  std::string file;
  std::map<std::string, std::string> set;
};
int show(const ShowOptions& options);

struct VerifyOptions {
  std::string folder;  ///< or one recording
  bool json = false;
  bool explain = false;         ///< the first difference of one recording, as a story
  bool write_scenario = false;  ///< one recording as a scenario
};
int verify(const VerifyOptions& options);

struct NewOptions {
  std::string mode;
  std::optional<std::string> out;  ///< else stdout
  bool force = false;              ///< replaces a file that is there
};
int write_new(const NewOptions& options);

/// `what`: schedulers, modes, metrics or commands.
int list(const std::string& what);

}  // namespace lvs::cli
