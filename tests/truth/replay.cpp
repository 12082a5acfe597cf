#include "tests/truth/replay.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

#include "tests/truth/cluster.hpp"
#include "tests/truth/ipvsadm.hpp"

namespace lvs::truth {
namespace {

/// Between the end of one operation and the start of the next (README).
constexpr Duration kPause = milliseconds(30);

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

void compare_listing(const std::string& arguments, const std::string& recorded,
                     const std::string& ours, const std::string& where, Score& score) {
  if (arguments == "-Lnc") return compare_rows(recorded, ours, where, score);
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

Score& Score::operator+=(const Score& other) {
  decisions += other.decisions;
  listings += other.listings;
  statistics += other.statistics;
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
  cluster.run_until(operations.back().time + choices.last);
  for (const auto& [arguments, recorded] : recording.last) {
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
  // One parameter after the other, twice: they hardly depend on each other.
  for (int round = 0; round < 2 && score.wrong() > 0; ++round) {
    for (const int command : {0, 80, 100}) {
      for (const int listing : {0, 80, 100}) {
        for (const int last : {300, 600, 1000, 1500, 2000, 3000, 4000, 5000}) {
          Choices candidate = best;
          candidate.command_percent = command;
          candidate.listing_percent = listing;
          candidate.last = milliseconds(last);
          consider(candidate);
        }
      }
    }
    for (Jiffies phase = 0; phase < 504; phase += 8) {
      Choices candidate = best;
      candidate.phases.statistics = phase;
      consider(candidate);
    }
    for (Jiffies phase = 0; phase < 4096; phase += 7) {
      Choices candidate = best;
      candidate.phases.jiffies = phase;
      consider(candidate);
    }
  }
  choices = best;
  return score;
}

}  // namespace lvs::truth
