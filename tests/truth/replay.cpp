#include "tests/truth/replay.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <sstream>

#include "tests/truth/cluster.hpp"
#include "tests/truth/ipvsadm.hpp"

namespace lvs::truth {
namespace {

/// Between the end of one operation and the start of the next (README).
constexpr Duration kPause = milliseconds(30);

/// How long a listing takes in the recordings, about.
constexpr Duration kListing = milliseconds(150);

/// "TCP ... addresses" -> remaining seconds; several rows may be alike.
using Rows = std::multimap<std::string, int>;

Rows rows(const std::string& listing) {
  Rows result;
  std::istringstream in(listing);
  std::string line;
  std::getline(in, line);
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string protocol;
    std::string expire;
    std::string rest;
    fields >> protocol >> expire;
    std::getline(fields, rest);
    const std::size_t colon = expire.find(':');
    const int left = std::stoi(expire.substr(0, colon)) * 60 + std::stoi(expire.substr(colon + 1));
    result.emplace(protocol + rest, left);
  }
  return result;
}

void compare_rows(const std::string& recorded, const std::string& ours, const std::string& where,
                  Score& score) {
  Rows mine = rows(ours);
  for (const auto& [row, left] : rows(recorded)) {
    const auto [first, end] = mine.equal_range(row);
    const auto found = std::find_if(
        first, end, [left = left](const auto& r) { return std::abs(r.second - left) <= 1; });
    score.rows.add(found != end);
    if (found != end) {
      mine.erase(found);
    } else {
      score.differences.push_back(where + ": recorded only: " + std::to_string(left) + " " + row);
    }
  }
  for (const auto& [row, left] : mine) {
    score.rows.add(false);
    score.differences.push_back(where + ": ours only: " + std::to_string(left) + " " + row);
  }
}

/// Whether two --stats texts are equal but for ACKs of 52 bytes that real servers sent and ours did
/// not: one whose process was slow to see the end of input acknowledges the FIN first and closes
/// later, by chance.
bool equal_but_for_acks(const std::string& recorded, const std::string& ours) {
  std::istringstream a(recorded);
  std::istringstream b(ours);
  std::string line_a;
  std::string line_b;
  while (std::getline(a, line_a)) {
    if (!std::getline(b, line_b)) return false;
    if (line_a == line_b) continue;
    std::istringstream fields_a(line_a);
    std::istringstream fields_b(line_b);
    std::array<std::string, 2> names_a;
    std::array<std::string, 2> names_b;
    std::array<std::int64_t, 5> x{};  // connections, packets in and out, bytes in and out
    std::array<std::int64_t, 5> y{};
    for (std::string& name : names_a) fields_a >> name;
    for (std::string& name : names_b) fields_b >> name;
    for (std::int64_t& value : x) fields_a >> value;
    for (std::int64_t& value : y) fields_b >> value;
    const std::int64_t more = x[2] - y[2];
    const bool same_input = names_a == names_b && x[0] == y[0] && x[1] == y[1] && x[3] == y[3];
    if (!same_input || more < 0 || more > x[0] || x[4] - y[4] != 52 * more) return false;
  }
  return !std::getline(b, line_b);
}

void compare_listing(const std::string& arguments, const std::string& recorded,
                     const std::string& ours, const std::string& where, Score& score) {
  if (arguments == "-Lnc") return compare_rows(recorded, ours, where, score);
  if (arguments == "-Ln --stats") {
    score.statistics_exact.add(recorded == ours);
    if (equal_but_for_acks(recorded, ours)) return score.statistics.add(true);
  }
  (arguments == "-Ln --stats" ? score.statistics : score.listings).add(recorded == ours);
  if (recorded != ours) {
    score.differences.push_back(where + "\nrecorded:\n" + recorded + "ours:\n" + ours);
  }
}

Time within(Time begin, Time end, int percent) {
  return begin + std::max(end - kPause - begin, Duration{}) / 100 * percent;
}

void compare_decision(const Operation& op, const std::string& ours, const std::string& where,
                      Score& score) {
  score.decisions.add(ours == op.outcome);
  if (ours == op.outcome) return;
  score.differences.push_back(where + " " + op.id + ": recorded " + op.outcome + ", ours " + ours);
}

void perform(Cluster& cluster, const Operation& op, Time next, const Choices& choices,
             Score& score) {
  const std::string where = op.kind + " at " + to_string(op.time);
  cluster.run_until(op.time);
  if (op.kind == "open") {
    compare_decision(op, cluster.open(op), where, score);
  } else if (op.kind == "udp") {
    compare_decision(op, cluster.udp(op), where, score);
  } else if (op.kind == "close") {
    cluster.close(op.id);
  } else if (op.kind == "reset") {
    cluster.reset(op.id);
  } else if (op.kind == "server_close") {
    cluster.server_close(op.id);
  } else if (op.kind == "send") {
    cluster.send(op.id, op.bytes);
  } else if (op.kind == "ipvsadm") {
    cluster.run_until(within(op.time, next, choices.command_percent));
    configure(cluster.director(), op.arguments);
  } else if (op.kind == "show") {
    cluster.run_until(within(op.time, next, choices.listing_percent));
    compare_listing(op.arguments, op.outcome, show(cluster.director(), op.arguments), where, score);
  }
}

}  // namespace

std::uint64_t Score::wrong() const {
  const auto missing = [](Count c) { return c.all - c.equal; };
  return missing(decisions) + missing(listings) + missing(statistics) + missing(rows);
}

bool Score::agrees() const {
  const auto complete = [](Count c) { return c.all == c.equal; };
  return complete(decisions) && complete(listings) && complete(rows);
}

Score& Score::operator+=(const Score& other) {
  decisions += other.decisions;
  listings += other.listings;
  statistics += other.statistics;
  statistics_exact += other.statistics_exact;
  rows += other.rows;
  return *this;
}

Score replay(const Recording& recording, const Choices& choices) {
  Score score;
  Cluster cluster(recording, choices.phases);
  for (const std::string& rule : recording.rules) configure(cluster.director(), rule);
  const std::vector<Operation>& operations = recording.operations;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const bool is_last = i + 1 == operations.size();
    const Time next = is_last ? operations[i].time + choices.last : operations[i + 1].time;
    perform(cluster, operations[i], next, choices, score);
  }
  Time at = operations.back().time + choices.last;
  for (const auto& [arguments, recorded] : recording.last) {
    cluster.run_until(at);
    at += kListing;
    compare_listing(arguments, recorded, show(cluster.director(), arguments), "final " + arguments,
                    score);
  }
  return score;
}

Score replay_best(const Recording& recording, Choices& choices) {
  Choices best = choices;
  Score score = replay(recording, best);
  const auto consider = [&](const Choices& candidate) {
    if (score.wrong() == 0) return;
    Score other = replay(recording, candidate);
    if (other.wrong() >= score.wrong()) return;
    score = std::move(other);
    best = candidate;
  };
  const std::array percents{0, 80, 100};
  const std::array last{300, 150, 600, 1000, 2000, 3000, 4000, 5000};
  for (const int command : percents) {
    for (const int listing : percents) {
      for (const int milli : last) {
        Choices candidate = best;
        candidate.command_percent = command;
        candidate.listing_percent = listing;
        candidate.last = milliseconds(milli);
        consider(candidate);
      }
    }
  }
  for (const int listing : percents) {
    for (Jiffies phase = 0; phase < 4096 && !score.agrees(); phase += 4) {
      Choices candidate = best;
      candidate.listing_percent = listing;
      candidate.phases.jiffies = phase;
      consider(candidate);
    }
  }
  for (const int milli : {300, 1300, 2300}) {
    for (Jiffies phase = 0; phase < kTickPeriod; ++phase) {
      Choices candidate = best;
      candidate.last = milliseconds(milli);
      candidate.phases.statistics = phase;
      consider(candidate);
    }
  }
  choices = best;
  return score;
}

}  // namespace lvs::truth
