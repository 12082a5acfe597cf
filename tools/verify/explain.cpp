#include "tools/verify/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "models/ipvs/listing.hpp"
#include "tools/verify/frames.hpp"
#include "tools/verify/recording_check.hpp"

namespace lvs::verify {
namespace {

constexpr std::size_t kOperationsShown = 6;
constexpr std::size_t kRecordsShown = 60;

Endpoint endpoint(std::int64_t address, std::int64_t port) {
  return {{static_cast<std::uint32_t>(address)}, {static_cast<std::uint16_t>(port)}};
}

std::string state_text(std::int64_t state) {
  return std::string(name(static_cast<IpvsState>(state)));
}

/// What a record of the director says; nothing for other kinds.
std::string record_text(const Record& r) {
  const Endpoint client = endpoint(r.values[0], r.values[1]);
  switch (r.kind) {
    case RecordKind::ipvs_scheduled:
      return fmt::format("the scheduler gives {} -> {} to {}", to_string(client),
                         to_string(endpoint(r.values[2], r.values[3])),
                         to_string(endpoint(r.values[4], r.values[5])));
    case RecordKind::ipvs_no_server:
      return fmt::format("the scheduler finds no server for {} -> {}", to_string(client),
                         to_string(endpoint(r.values[2], r.values[3])));
    case RecordKind::ipvs_state:
      return fmt::format(
          "{} goes from {} to {}, by a packet of the {}", to_string(client),
          state_text(r.values[2]), state_text(r.values[3]),
          static_cast<IpvsDirection>(r.values[4]) == IpvsDirection::output ? "server" : "client");
    case RecordKind::ipvs_expired:
      return fmt::format("the entry of {} goes, in {}", to_string(client), state_text(r.values[2]));
    case RecordKind::frame_sent:
    case RecordKind::frame_received:
    case RecordKind::frame_dropped:
    case RecordKind::arp_answered:
    case RecordKind::arp_ignored:
    case RecordKind::arp_asked:
    case RecordKind::neighbour_changed:
    case RecordKind::tcp_state: break;
  }
  return {};
}

bool is_about_client(const Record& r, const Endpoint& client) {
  const bool ipvs = r.kind == RecordKind::ipvs_scheduled || r.kind == RecordKind::ipvs_no_server ||
                    r.kind == RecordKind::ipvs_state || r.kind == RecordKind::ipvs_expired;
  return ipvs && endpoint(r.values[0], r.values[1]) == client;
}

/// What the director saw, did and sent.
class Story {
 public:
  void hear(const Record& record, const std::string& text) {
    if (text.empty()) return;
    lines_.push_back({record, fmt::format("{:>12}  {}", lvs::to_string(record.time), text)});
  }

  /// Those from `from` on, and those about the client before.
  std::string text(Time from, const std::optional<Endpoint>& client) const {
    std::deque<std::string> chosen;
    for (const Line& line : lines_) {
      const bool earlier = line.record.time < from;
      if (earlier && !(client && is_about_client(line.record, *client))) continue;
      chosen.push_back(line.text);
    }
    std::string result;
    if (chosen.size() > kRecordsShown) {
      result = fmt::format("  … {} more before\n", chosen.size() - kRecordsShown);
      chosen.erase(chosen.begin(), chosen.end() - static_cast<std::ptrdiff_t>(kRecordsShown));
    }
    for (const std::string& line : chosen) result += "  " + line + "\n";
    return result.empty() ? "  nothing\n" : result;
  }

 private:
  struct Line {
    Record record;
    std::string text;
  };
  std::vector<Line> lines_;
};

std::string led_to(const Operation& op) {
  switch (op.kind) {
    case Operation::Kind::open:
    case Operation::Kind::udp: return ": " + op.decision;
    case Operation::Kind::ipvsadm: return fmt::format(": rc {}", op.status);
    default: return "";
  }
}

std::string operations_before(const Recording& recording, std::size_t number) {
  const std::size_t from = number > kOperationsShown ? number - kOperationsShown : 0;
  std::string text = from > 0 ? fmt::format("  … {} before, all equal\n", from) : "";
  for (std::size_t i = from; i < std::min(number, recording.operations.size()); ++i) {
    const Operation& op = recording.operations[i];
    text += "  " + op.text() + led_to(op) + "\n";
  }
  return text.empty() ? "  only the rules\n" : text;
}

/// The client in "row TCP ESTABLISHED 172.20.0.1:1000 …", if the difference is about a row.
std::optional<Endpoint> client_of_row(const std::string& what) {
  if (what.rfind("row ", 0) != 0) return {};
  for (std::size_t at = 0; at < what.size();) {
    const std::size_t end = std::min(what.find(' ', at), what.size());
    const std::string word = what.substr(at, end - at);
    const std::size_t colon = word.find(':');
    const auto address = parse_ipv4_address(word.substr(0, colon));
    if (address && colon != std::string::npos) {
      return endpoint(address->value, std::atoi(word.c_str() + colon + 1));
    }
    at = end + 1;
  }
  return {};
}

/// The timers of the entries of one client, or of all.
std::string timers_text(const Director& director, const std::optional<Endpoint>& client) {
  std::string text;
  const Jiffies now = director.jiffies();
  director.connections().each([&](const Connection& c) {
    if (client && c.client() != *client) return;
    const auto left = static_cast<std::int32_t>(c.expires - now);
    const auto fires = static_cast<std::int32_t>(firing_jiffy(c.expires, c.timeout) - now);
    text += fmt::format("  {} {}: timeout {} jiffies, {} left, fires in {}; packets in {}{}\n",
                        to_string(c.client()), name(c.state), c.timeout, left, fires, c.packets_in,
                        c.controlled > 0 ? fmt::format(", controls {}", c.controlled) : "");
  });
  return text;
}

std::string servers_text(const Director& director) {
  std::string text;
  for (const Service* service : director.services()) {
    for (const Destination& d : director.destinations(*service)) {
      const TrafficCounters& live = d.statistics.live;
      text += fmt::format(
          "  {} weight {} active {} inactive {} persistent {}{}, {}..{}; counted {} connections, "
          "packets {} in {} out, bytes {} in {} out\n",
          to_string(d.address), d.weight, d.active, d.inactive, d.persistent,
          d.overloaded ? " OVERLOAD" : "", d.lower_threshold, d.upper_threshold, live.connections,
          live.packets_in, live.packets_out, live.bytes_in, live.bytes_out);
    }
  }
  return text;
}

}  // namespace

std::string explain(const RecordingFiles& files, const RecordingResult& result) {
  const Recording& recording = files.recording;
  if (!result.refused.empty()) {
    return fmt::format("{} cannot be simulated: {}\n", result.file, result.refused);
  }
  if (result.differences.empty()) {
    return fmt::format("{}: everything is equal; there is nothing to explain.\n", result.file);
  }
  const Difference& first = result.differences.front();
  const bool in_script = first.operation < recording.operations.size();
  const Operation* op = in_script ? &recording.operations[first.operation] : nullptr;
  std::optional<Endpoint> client = client_of_row(first.what);
  if (op != nullptr && (op->kind == Operation::Kind::open || op->kind == Operation::Kind::udp)) {
    client = op->source;
  }

  const language::Scenario scenario = load_recording_scenario(result.file, recording);
  Story story;
  const FramePool* pool = nullptr;
  HostId director_id;
  Replay::Options options;
  options.wanted = Watch::kDecisions | Watch::kFrames;
  options.sink = [&](const Record& r) {
    if (pool == nullptr || r.host != director_id) return;
    const bool passes = r.kind == RecordKind::frame_sent || r.kind == RecordKind::frame_received;
    if (r.kind == RecordKind::frame_dropped && r.frame.valid()) {
      story.hear(r, fmt::format("drops ({}) {}", name(static_cast<DropCause>(r.reason)),
                                frame_text((*pool)[r.frame])));
    } else if (passes) {
      story.hear(
          r, fmt::format("{} eth{}: {}", r.kind == RecordKind::frame_sent ? "sends on" : "gets on",
                         r.values[0], frame_text((*pool)[r.frame])));
    } else {
      story.hear(r, record_text(r));
    }
  };
  Replay replay(recording, scenario, result.choices, options);
  pool = &replay.frames_pool();
  director_id = replay.director_id();
  const Time at = instant_of_difference(replay, recording, first);
  replay.run_to(at);
  const std::string timers = timers_text(replay.director(), client);
  const std::string servers = servers_text(replay.director());
  if (in_script) {
    replay.run_through(*op);
  } else {
    replay.run_to_end();
  }

  std::string text = fmt::format(
      "{}: the first of {} differences\n\nDone before it:\n{}\n{}: {}\n  the kernel  {}\n  lvsim  "
      "     {}\n\n",
      result.file, result.differences.size(), operations_before(recording, first.operation),
      first.where, first.what, first.recorded, first.simulated);
  text += "The simulated director before it:\n" + result.state_before + "\n";
  text += "Its servers:\n" + servers + "\n";
  if (!timers.empty()) text += "Its entries:\n" + timers + "\n";
  const Time from = in_script ? at : at - seconds(3);
  text += "What it did:\n" + story.text(from, client);
  return text;
}

}  // namespace lvs::verify
