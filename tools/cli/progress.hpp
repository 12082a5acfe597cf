// One line on a terminal that says how far a run has come. Nothing where stderr is no terminal.
#pragma once

#include <chrono>
#include <string>

#include "sim/time.hpp"

namespace lvs::cli {

class Progress {
 public:
  Progress(std::string name, Time end);
  void show(Time now);
  /// Clears the line.
  void finish();

 private:
  std::string name_;
  Time end_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_ = begun_;
};

}  // namespace lvs::cli
