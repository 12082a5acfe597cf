// Every scheduler by name.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "models/ipvs/scheduler.hpp"

namespace lvs {

struct SchedulerEntry {
  std::string_view name;
  std::string_view description;  ///< one line, for people
  std::unique_ptr<Scheduler> (*make)();
};

/// In the order `lvsim list schedulers` prints them.
std::span<const SchedulerEntry> schedulers();
/// Null if there is no scheduler of that name.
const SchedulerEntry* find_scheduler(std::string_view name);

std::unique_ptr<Scheduler> make_rr();
std::unique_ptr<Scheduler> make_wrr();
std::unique_ptr<Scheduler> make_lc();
std::unique_ptr<Scheduler> make_wlc();
std::unique_ptr<Scheduler> make_sed();
std::unique_ptr<Scheduler> make_nq();
std::unique_ptr<Scheduler> make_sh();
std::unique_ptr<Scheduler> make_dh();
std::unique_ptr<Scheduler> make_lblc();
std::unique_ptr<Scheduler> make_lblcr();
std::unique_ptr<Scheduler> make_fo();
std::unique_ptr<Scheduler> make_ovf();
std::unique_ptr<Scheduler> make_mh();
std::unique_ptr<Scheduler> make_twos();

}  // namespace lvs
