#include "models/server/service_queue.hpp"

#include <algorithm>
#include <cmath>

#include "models/event_kinds.hpp"
#include "sim/check.hpp"

namespace lvs {

namespace {
constexpr int kFraction = 32;              // the virtual clock counts 2^-32 ps
constexpr std::uint32_t kDone = 1u << 16;  // 2^-16 ps: less than this left is done
constexpr double kMostTerm = 1e6;          // of a speed's fraction; see progress() for why
constexpr double kSpeedTolerance = 1e-13;
}  // namespace

// Convergents of the continued fraction, until one is close enough or the next has too large terms.
ServiceQueue::Speed ServiceQueue::Speed::of(double speed) {
  LVS_REQUIRE(speed >= kLowestSpeed && speed <= kHighestSpeed, "a speed is within its range");
  double over = 1, over_before = 0;
  double under = 0, under_before = 1;
  for (double rest = speed;;) {
    const double whole = std::floor(rest);
    const double next_over = whole * over + over_before;
    const double next_under = whole * under + under_before;
    if (next_over > kMostTerm || next_under > kMostTerm) break;
    over_before = over, over = next_over;
    under_before = under, under = next_under;
    if (std::abs(over / under - speed) <= kSpeedTolerance * speed || rest == whole) break;
    rest = 1 / (rest - whole);
  }
  return {static_cast<std::uint32_t>(over), static_cast<std::uint32_t>(under)};
}

ServiceQueue::ServiceQueue(Simulator& simulator, std::uint32_t index, Settings settings)
    : simulator_(simulator),
      cores_(settings.cores),
      discipline_(settings.discipline),
      timer_(simulator.create_timer(code(EventKind::service_departure), index)),
      speed_(Speed::of(settings.speed)),
      advanced_to_(simulator.now()) {
  LVS_REQUIRE(cores_ >= 1 && cores_ <= kMostCores, "a number of cores is within its range");
}

ServiceQueue::~ServiceQueue() { simulator_.destroy_timer(timer_); }

JobId ServiceQueue::submit(std::uint32_t owner, Duration demand) {
  LVS_REQUIRE(demand >= Duration::zero(), "a job has a demand of at least 0");
  advance();
  const std::uint32_t at = new_slot();
  Job& job = jobs_[at];
  job.number = submitted_++;
  job.demand = demand;
  job.owner = owner;
  if (discipline_ == Discipline::ps || ends_.size() < cores_) {
    start_service(at);
    plan();
  } else {
    link_waiting(at);
  }
  return JobId{at};
}

void ServiceQueue::remove(JobId id) {
  const std::uint32_t at = id.value;
  LVS_REQUIRE(at < jobs_.size() && jobs_[at].place != kFree, "a removed job is in the queue");
  advance();
  if (jobs_[at].place == kWaiting) {
    unlink_waiting(at);
  } else {
    remove_end(jobs_[at].place);
    admit_waiting();
  }
  free_slot(at);
  ++removed_;
  plan();
}

std::optional<std::uint32_t> ServiceQueue::take_departure() {
  advance();
  if (!working() || ends_.front().at > clock_) {
    plan();
    return std::nullopt;
  }
  const std::uint32_t at = ends_.front().job;
  remove_end(0);
  admit_waiting();
  free_slot(at);
  ++completed_;
  return jobs_[at].owner;
}

void ServiceQueue::set_speed(double speed) {
  advance();
  speed_ = Speed::of(speed);
  plan();
}

void ServiceQueue::hang() {
  advance();
  hung_ = true;
  plan();
}

void ServiceQueue::resume() {
  advance();
  hung_ = false;
  plan();
}

void ServiceQueue::clear() {
  advance();
  removed_ += in_system();
  for (const End& end : ends_) free_slot(end.job);
  ends_.clear();
  while (waiting_ > 0) {
    const std::uint32_t at = first_waiting_;
    unlink_waiting(at);
    free_slot(at);
  }
  plan();
}

WeightedTime ServiceQueue::busy_core_time() const {
  const Duration span = simulator_.now() - advanced_to_;
  return busy_ + static_cast<WeightedTime>(span.count()) * busy_cores();
}

WeightedTime ServiceQueue::job_time() const {
  const Duration span = simulator_.now() - advanced_to_;
  return present_ + static_cast<WeightedTime>(span.count()) * in_system();
}

std::uint32_t ServiceQueue::busy_cores() const {
  return hung_ ? 0 : std::min(cores_, in_service());
}

// Each of n jobs runs at speed * min(1, cores / n). Within 128 bits: a span below 2^62, cores up to
// 2^12, terms of the speed below 2^20 and the fraction of 32.
ServiceQueue::Virtual ServiceQueue::progress(Duration span) const {
  const auto ticks = static_cast<Virtual>(span.count()) << kFraction;
  const std::uint64_t jobs = ends_.size();
  if (jobs <= cores_) {
    return speed_.over == speed_.under ? ticks : ticks * speed_.over / speed_.under;
  }
  return ticks * cores_ * speed_.over / (jobs * speed_.under);
}

/// Brings the clock and the integrals to now; before every change of what they depend on.
void ServiceQueue::advance() {
  const Duration span = simulator_.now() - advanced_to_;
  if (span == Duration::zero()) return;
  busy_ = busy_core_time();
  present_ = job_time();
  if (working()) clock_ += progress(span);
  advanced_to_ = simulator_.now();
}

void ServiceQueue::plan() {
  const Time due = first_departure();
  if (due == kNever) {
    simulator_.disarm(timer_);
  } else if (due != simulator_.deadline(timer_)) {
    simulator_.arm(timer_, due);
  }
}

/// The first tick at which the clock has reached the first end. Requires: the clock is at now.
Time ServiceQueue::first_departure() const {
  if (!working()) return kNever;
  const Virtual end = ends_.front().at;
  if (end <= clock_) return simulator_.now();
  const std::uint64_t jobs = std::max<std::uint64_t>(ends_.size(), cores_);
  const Virtual slower = static_cast<Virtual>(jobs) * speed_.under;
  const Virtual faster = (static_cast<Virtual>(cores_) * speed_.over) << kFraction;
  const Virtual left = end - clock_;
  // Where the product does not fit, the quotient is beyond 2^64 ticks.
  if (left > (~Virtual{0} - faster) / slower) return kNever;
  const Virtual span = (left * slower + faster - 1) / faster;
  const Duration longest = kNever - simulator_.now();
  if (span >= static_cast<Virtual>(longest.count())) return kNever;
  return simulator_.now() + Duration{static_cast<std::int64_t>(span)};
}

// Slots, and the jobs that wait

std::uint32_t ServiceQueue::new_slot() {
  if (free_ == kNone) {
    jobs_.emplace_back().next = kNone;
    return static_cast<std::uint32_t>(jobs_.size() - 1);
  }
  const std::uint32_t at = free_;
  free_ = jobs_[at].next;
  return at;
}

void ServiceQueue::free_slot(std::uint32_t at) {
  jobs_[at].place = kFree;
  jobs_[at].next = free_;
  free_ = at;
}

void ServiceQueue::start_service(std::uint32_t at) {
  const Job& job = jobs_[at];
  const Virtual demand = static_cast<Virtual>(job.demand.count()) << kFraction;
  ends_.push_back({});
  sift_up(in_service() - 1, {clock_ + demand - kDone, job.number, at});
}

void ServiceQueue::admit_waiting() {
  while (waiting_ > 0 && ends_.size() < cores_) {
    const std::uint32_t at = first_waiting_;
    unlink_waiting(at);
    start_service(at);
  }
}

void ServiceQueue::link_waiting(std::uint32_t at) {
  Job& job = jobs_[at];
  job.place = kWaiting;
  job.previous = last_waiting_;
  job.next = kNone;
  (last_waiting_ == kNone ? first_waiting_ : jobs_[last_waiting_].next) = at;
  last_waiting_ = at;
  ++waiting_;
}

void ServiceQueue::unlink_waiting(std::uint32_t at) {
  const Job& job = jobs_[at];
  (job.previous == kNone ? first_waiting_ : jobs_[job.previous].next) = job.next;
  (job.next == kNone ? last_waiting_ : jobs_[job.next].previous) = job.previous;
  --waiting_;
}

// The heap of ends: 4-ary, and every job knows its place

void ServiceQueue::put_end(std::uint32_t place, const End& end) {
  ends_[place] = end;
  jobs_[end.job].place = place;
}

void ServiceQueue::remove_end(std::uint32_t place) {
  const End last = ends_.back();
  ends_.pop_back();
  if (place == ends_.size()) return;
  if (place > 0 && last < ends_[(place - 1) / 4]) {
    sift_up(place, last);
  } else {
    sift_down(place, last);
  }
}

void ServiceQueue::sift_up(std::uint32_t place, const End& end) {
  while (place > 0) {
    const std::uint32_t parent = (place - 1) / 4;
    if (!(end < ends_[parent])) break;
    put_end(place, ends_[parent]);
    place = parent;
  }
  put_end(place, end);
}

void ServiceQueue::sift_down(std::uint32_t place, const End& end) {
  const std::uint32_t count = in_service();
  for (;;) {
    const std::uint32_t first = 4 * place + 1;
    if (first >= count) break;
    std::uint32_t least = first;
    for (std::uint32_t child = first + 1; child < std::min(first + 4, count); ++child) {
      if (ends_[child] < ends_[least]) least = child;
    }
    if (!(ends_[least] < end)) break;
    put_end(place, ends_[least]);
    place = least;
  }
  put_end(place, end);
}

}  // namespace lvs
