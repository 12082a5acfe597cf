#include "tools/verify/recording_check.hpp"

#include <algorithm>

#include "models/ipvs/listing.hpp"
#include "tools/verify/frames.hpp"
#include "tools/verify/listings.hpp"
#include "tools/verify/statistics_phase.hpp"

namespace lvs::verify {
namespace {

/// Where a difference is, and in which operation.
struct Place {
  std::string text;
  std::size_t operation = 0;
};

void check_text(const Place& place, const std::string& arguments, const std::string& recorded,
                const std::string& simulated, RecordingResult& result) {
  const ListingComparison found = compare_listings(recorded, simulated);
  Count& texts = result.counts.listings[arguments];
  ++texts.total;
  texts.equal += found.differences.empty() ? 1 : 0;
  result.counts.rows.total += found.rows.total;
  result.counts.rows.equal += found.rows.equal;
  result.counts.rows_exact += found.rows_exact;
  const bool apart = !found.differences.empty() && shows_statistics(arguments) &&
                     acknowledgements_apart(recorded, simulated).has_value();
  for (const FieldDifference& d : found.differences) {
    result.differences.push_back(
        {place.text, d.field, d.recorded, d.simulated, apart, place.operation});
  }
}

void check_value(const Place& place, const std::string& what, const std::string& recorded,
                 const std::string& simulated, Count& count, RecordingResult& result) {
  ++count.total;
  if (recorded == simulated) {
    ++count.equal;
  } else {
    result.differences.push_back({place.text, what, recorded, simulated, false, place.operation});
  }
}

/// Whether a command succeeded, and what it complained of. Which status other than 0 the tool ends
/// with is no part of the rules that we have.
void check_command(const Replay& replay, const Operation& op, const Place& place,
                   RecordingResult& result) {
  const std::optional<std::string> complaint = replay.complaint(op);
  Count& count = result.counts.statuses;
  const bool fails = op.status != 0;
  ++count.total;
  if (fails != complaint.has_value()) {
    result.differences.push_back({place.text, "rc", std::to_string(op.status),
                                  complaint ? "not 0 (" + *complaint + ")" : "0", false,
                                  place.operation});
    return;
  }
  ++count.equal;
  if (!op.complaint) return;
  std::string recorded = *op.complaint;
  while (!recorded.empty() && recorded.back() == '\n') recorded.pop_back();
  const std::string name = "ipvsadm: ";
  std::string ours = complaint.value_or("");
  const std::size_t at = ours.find(name);
  if (at != std::string::npos) ours.erase(0, at + name.size());
  check_value(place, "stderr", recorded, ours, count, result);
}

}  // namespace

bool shows_statistics(const std::string& arguments) {
  return arguments.find("--stats") != std::string::npos ||
         arguments.find("--rate") != std::string::npos;
}

void check_operation(const Replay& replay, const Operation& op, Scope scope,
                     RecordingResult& result) {
  const Place place{op.text(), op.number};
  switch (op.kind) {
    case Operation::Kind::open:
    case Operation::Kind::udp:
      return check_value(place, "decision", op.decision, replay.decision(op),
                         result.counts.decisions, result);
    case Operation::Kind::ipvsadm: return check_command(replay, op, place, result);
    case Operation::Kind::show:
      if (scope == Scope::without_statistics && shows_statistics(op.arguments)) return;
      return check_text(place, op.arguments, op.output, replay.listing(op), result);
    case Operation::Kind::close:
    case Operation::Kind::reset:
    case Operation::Kind::server_close:
    case Operation::Kind::send:
    case Operation::Kind::sleep: return;
  }
}

void check_last(Replay& replay, const Recording& recording, RecordingResult& result) {
  for (std::size_t i = 0; i < recording.last.size(); ++i) {
    const auto& [arguments, recorded] = recording.last[i];
    const Time at = replay.last_instant(i);
    replay.run_to(at);
    check_text({"final " + arguments, recording.operations.size() + i}, arguments, recorded,
               replay.listing(arguments, at), result);
  }
}

bool Counts::all_equal() const {
  const auto whole = [](const Count& c) { return c.equal == c.total; };
  return whole(decisions) && whole(statuses) && whole(rows) && whole(frames) &&
         std::all_of(listings.begin(), listings.end(),
                     [&](const auto& listing) { return whole(listing.second); });
}

bool RecordingResult::equal_but_for_acknowledgements() const {
  return refused.empty() && !differences.empty() &&
         std::all_of(differences.begin(), differences.end(),
                     [](const Difference& d) { return d.by_acknowledgements; });
}

Counts& Counts::operator+=(const Counts& other) {
  const auto add = [](Count& to, const Count& more) {
    to.equal += more.equal;
    to.total += more.total;
  };
  add(decisions, other.decisions);
  add(statuses, other.statuses);
  for (const auto& [form, count] : other.listings) add(listings[form], count);
  add(rows, other.rows);
  rows_exact += other.rows_exact;
  add(frames, other.frames);
  return *this;
}

Time instant_of_difference(const Replay& replay, const Recording& recording,
                           const Difference& difference) {
  const std::vector<Operation>& ops = recording.operations;
  if (difference.operation < ops.size()) return replay.instant_of(ops[difference.operation]);
  if (recording.last.empty()) return replay.now();
  const std::size_t number = difference.operation - ops.size();
  return replay.last_instant(std::min(number, recording.last.size() - 1));
}

namespace {

/// What the director would have listed before the operation began.
std::string state_before(const RecordingFiles& files, const language::Scenario& scenario,
                         const RecordingResult& result) {
  const Difference& first = result.differences.front();
  Replay replay(files.recording, scenario, result.choices, {});
  replay.run_to(instant_of_difference(replay, files.recording, first));
  return director_state(replay.director());
}

}  // namespace

std::string director_state(const Director& director) {
  return list_services(director, {}) + list_connections(director);
}

RecordingResult compare_recording(const RecordingFiles& files, const language::Scenario& scenario,
                                  const Choices& choices) {
  RecordingResult result;
  result.name = files.recording.name;
  result.choices = choices;
  const bool captured = !files.captures.empty();
  Replay::Options options;
  options.frames = captured;
  Replay replay(files.recording, scenario, choices, options);
  for (const Operation& op : files.recording.operations) {
    replay.run_through(op);
    check_operation(replay, op, Scope::all, result);
  }
  check_last(replay, files.recording, result);
  if (captured) {
    replay.run_to_end();
    const FrameComparison frames = compare_frames(files.captures, replay.frames());
    result.counts.frames = frames.frames;
    result.frames_reordered = frames.reordered;
    for (const FieldDifference& d : frames.differences) {
      result.differences.push_back(
          {"captures", d.field, d.recorded, d.simulated, false,
           files.recording.operations.size() + files.recording.last.size()});
    }
  }
  if (!result.differences.empty()) result.state_before = state_before(files, scenario, result);
  return result;
}

}  // namespace lvs::verify
