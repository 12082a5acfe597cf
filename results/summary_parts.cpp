#include "results/summary_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "results/text.hpp"
#include "results/text_table.hpp"

namespace lvs::summary {
namespace {

constexpr std::size_t kWidth = 100;
using Align = TextTable::Align;

/// "12 failed (10 timeout, 2 refused_rst)"; "none failed".
std::string failures(const OutcomeCounts& counts) {
  if (counts.failed() == 0) return "none failed";
  std::string kinds;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (outcome == Outcome::completed || counts[outcome] == 0) continue;
    kinds +=
        fmt::format("{}{} {}", kinds.empty() ? "" : ", ", grouped(counts[outcome]), name(outcome));
  }
  return fmt::format("{} failed ({})", grouped(counts.failed()), kinds);
}

std::string workload_text(const OutcomeCounts& connections, std::uint64_t established,
                          const OutcomeCounts& requests) {
  std::string text = counted(connections.total(), "connection");
  if (established != connections.total()) {
    text += fmt::format(" ({} established)", grouped(established));
  }
  if (connections == requests) {
    return text + fmt::format(" of one request each, {}", failures(requests));
  }
  return text + fmt::format(", {}; {}, {}", failures(connections),
                            counted(requests.total(), "request"), failures(requests));
}

std::string window_text(const RunWindow& window) {
  const TimeSpan span = window.measured();
  return fmt::format("{} (from {} to {})", to_string(span.length()), to_string(span.from),
                     to_string(span.until));
}

}  // namespace

std::string title(const RunFacts& facts) {
  const RunWindow& window = facts.window;
  std::string out;
  if (window.partial) {
    out += fmt::format("PARTIAL: stopped at {}; what follows is of the part that ran.\n",
                       to_string(window.ended));
  }
  const RunIdentity& run = facts.identity;
  out += wrapped(run.about.empty() ? run.scenario : run.scenario + ": " + run.about, kWidth);
  std::string parameters;
  for (const auto& [key, value] : run.parameters) {
    parameters += fmt::format("{}{}={}", parameters.empty() ? "" : "  ", key, value);
  }
  if (!parameters.empty()) out += wrapped("with " + parameters, kWidth);
  if (!window.warmup_reason.empty()) {
    out += wrapped(fmt::format("Warm-up {} ({}).", to_string(window.warmup), window.warmup_reason),
                   kWidth);
  }
  if (window.transient > Duration{}) {
    out += fmt::format("MSER-5 dropped another {} of transient.\n", to_string(window.transient));
  }
  const std::string measured = "Measured " + window_text(window);
  if (facts.workloads.size() == 1) {
    const WorkloadFacts& w = facts.workloads.front();
    return out + wrapped(fmt::format("{}: {}.", measured,
                                     workload_text(w.connections, w.established, w.requests)),
                         kWidth);
  }
  if (facts.workloads.empty()) return out + measured + "; there are no groups of clients.\n";
  out += measured + ":\n";
  for (const WorkloadFacts& w : facts.workloads) {
    out += wrapped(
        fmt::format("{}: {}.", w.name, workload_text(w.connections, w.established, w.requests)),
        kWidth, "  ");
  }
  return out;
}

std::string listing(const DirectorFacts& director, const RunWindow& window,
                    std::size_t most_servers) {
  if (director.listing.empty()) return "";
  std::string out =
      fmt::format("\n{}# ipvsadm -Ln --stats    (at {}; counts since 0s, as of its last 2s tick)\n",
                  director.host, to_string(window.measured().until));
  std::size_t servers = 0;
  std::size_t hidden = 0;
  const auto close = [&] {
    if (hidden > 0)
      out += fmt::format("    ... and {} in servers.csv\n", counted(hidden, "more row"));
    servers = hidden = 0;
  };
  std::size_t at = 0;
  while (at < director.listing.size()) {
    const std::size_t end = std::min(director.listing.find('\n', at), director.listing.size());
    const std::string line = director.listing.substr(at, end - at);
    at = end + 1;
    const bool is_server = line.rfind("  -> ", 0) == 0 && line != "  -> RemoteAddress:Port";
    if (!is_server) close();
    if (is_server && ++servers > most_servers) {
      ++hidden;
    } else {
      out += "  " + line + "\n";
    }
  }
  close();
  return out;
}

std::string latencies(const RunFacts& facts) {
  TextTable table({{"latency", Align::left},
                   {"samples"},
                   {"mean"},
                   {"p50"},
                   {"p90"},
                   {"p99"},
                   {"p99.9"},
                   {"max"}});
  std::map<std::uint64_t, std::string> refused;  // what it takes -> the percentile
  const auto cell = [&](const Quantile& q, const std::string& percentile) -> std::string {
    if (q.value) return latency_text(*q.value);
    refused[q.needed] = percentile;
    return "-";
  };
  for (const WorkloadFacts& w : facts.workloads) {
    for (std::size_t k = 0; k < kLatencyKinds; ++k) {
      const LatencyFacts& l = w.latency[k];
      if (l.count == 0) continue;
      std::string label(name(static_cast<LatencyKind>(k)));
      std::replace(label.begin(), label.end(), '_', ' ');
      if (facts.workloads.size() > 1) label = w.name + " " + label;
      table.add({label, grouped(l.count), latency_text(*l.mean), cell(l.p50, "p50"),
                 cell(l.p90, "p90"), cell(l.p99, "p99"), cell(l.p999, "p99.9"),
                 latency_text(*l.max)});
    }
  }
  if (table.empty() && facts.workloads.empty() && !facts.conversations.empty()) return "";
  if (table.empty()) return "\nNo latency: no connection was established.\n";
  std::string out = "\n" + table.text();
  out +=
      "  connect: SYN to SYN-ACK; first byte, response: since the request; total: SYN to close\n";
  for (const auto& [needed, percentile] : refused) {
    out +=
        fmt::format("  -: too few samples for {}, which needs {}\n", percentile, grouped(needed));
  }
  return out;
}

std::string director(const DirectorFacts& director, const RunWindow& window) {
  TextTable table({{director.host + " handled", Align::left},
                   {"frames"},
                   {"bytes"},
                   {"CPU time"},
                   {"of its CPU"}});
  const double capacity = to_seconds(window.measured().length()) * director.cores;
  const auto add = [&](const std::string& label, const FlowFacts& flow) {
    const bool timed = director.cores > 0 && capacity > 0;
    table.add({label, grouped(flow.frames), bytes_text(flow.bytes),
               timed ? latency_text(flow.cpu) : "-",
               timed ? percent(to_seconds(flow.cpu) / capacity) : "-"});
  };
  add("requests, to servers", director.requests);
  add("replies, to clients", director.replies);
  add("other (ARP, ICMP, ...)", director.other);
  const std::string cores =
      director.cores == 0 ? "; no cpu: takes no time" : "; " + counted(director.cores, "core");
  add("together" + cores, director.all());
  return "\n" + table.text();
}

std::string expectations(const RunFacts& facts) {
  if (facts.verdicts.empty()) return "";
  const auto held = std::count_if(facts.verdicts.begin(), facts.verdicts.end(),
                                  [](const Verdict& v) { return v.holds; });
  std::string out = fmt::format("\nExpectations: {} of {} hold\n", held, facts.verdicts.size());
  std::size_t width = 0;
  for (const Verdict& v : facts.verdicts) width = std::max(width, v.text.size());
  for (const Verdict& v : facts.verdicts) {
    std::string line = fmt::format("  {}  {:<{}}", v.holds ? "holds" : "FAILS", v.text,
                                   std::min<std::size_t>(width, 60));
    if (!v.measured.empty()) line += "  measured " + v.measured;
    if (!v.reason.empty()) line += "  no value: " + v.reason;
    if (!v.holds && !v.source.empty()) line += "  (" + v.source + ")";
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string closing(const RunFacts& facts, bool cost) {
  std::string out = "\n";
  if (facts.window.too_short && !facts.workloads.empty()) {
    out += "Note: MSER-5 found no steady state; a longer run would tell more.\n";
  }
  for (const std::string& note : facts.notes) out += wrapped("Note: " + note, kWidth);
  if (cost) {
    out += fmt::format(
        "{} in {} of wall time, {} of memory at most.\n", counted(facts.cost.events, "event"),
        latency_text(from_seconds(facts.cost.wall_s)), bytes_text(facts.cost.peak_memory_bytes));
  }
  out += fmt::format("Seed {}. The same again: {}\n", facts.identity.seed, facts.identity.command);
  return out;
}

}  // namespace lvs::summary
