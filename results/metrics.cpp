// The table itself: a metric that is not here does not exist.
#include "results/metrics.hpp"

#include <fmt/format.h>

#include <functional>
#include <vector>

#include "results/metric_values.hpp"

namespace lvs {
namespace {

using U = ValueUnit;
using W = MetricWindow;

using Row = MetricRow;

constexpr unsigned kEnds = Of::kService | Of::kServer | Of::kWorkload;

std::function<Answer(const Scope&)> ended(Answer (*function)(const Scope&, Outcome), Outcome o) {
  return [function, o](const Scope& scope) { return function(scope, o); };
}

void add_connections(std::vector<Row>& rows) {
  const auto add = [&](std::string name, U unit, CauseKind cause, std::string definition,
                       std::function<Answer(const Scope&)> value) {
    rows.push_back(
        {{"connections." + name, unit, kEnds, false, cause, W::arrivals, std::move(definition)},
         std::move(value)});
  };
  const auto outcome = [&](Outcome o, std::string definition) {
    add(std::string(name(o)), U::number, CauseKind::none, std::move(definition),
        ended(connections_ended, o));
  };
  add("attempted", U::number, CauseKind::none,
      "connections that clients began, also those that got no source port", connections_attempted);
  add("established", U::number, CauseKind::none, "handshakes completed", connections_established);
  add("failed", U::number, CauseKind::outcome,
      "connections that did not end well, for whatever outcome; or for the one that cause names",
      connections_failed);
  add("failed_share", U::share, CauseKind::outcome, "connections.failed / connections.attempted",
      connections_failed_share);
  outcome(Outcome::refused_rst, "an RST answered the SYN");
  outcome(Outcome::refused_icmp, "an ICMP unreachable answered the SYN");
  outcome(Outcome::connect_timeout, "nothing answered the SYN in the client's time");
  outcome(Outcome::no_port, "the client had no source port left");
}

void add_requests(std::vector<Row>& rows) {
  const auto add = [&](std::string name, U unit, CauseKind cause, std::string definition,
                       std::function<Answer(const Scope&)> value) {
    rows.push_back(
        {{std::move(name), unit, kEnds, false, cause, W::arrivals, std::move(definition)},
         std::move(value)});
  };
  const auto outcome = [&](Outcome o, std::string definition) {
    add("requests." + std::string(name(o)), U::number, CauseKind::none, std::move(definition),
        ended(requests_ended, o));
  };
  add("requests.attempted", U::number, CauseKind::none, "requests that clients wanted",
      requests_attempted);
  outcome(Outcome::completed, "the whole response arrived in time");
  outcome(Outcome::reset, "an RST or an error ended the established connection");
  outcome(Outcome::timeout, "the response was not complete in the client's time");
  outcome(Outcome::unfinished, "still open when the run ended");
  add("requests.failed", U::number, CauseKind::outcome,
      "requests that were not completed, for whatever outcome; or for the one that cause names",
      requests_failed);
  add("requests.failed_share", U::share, CauseKind::outcome, "requests.failed / requests.attempted",
      requests_failed_share);
  add("requests.rate", U::per_second, CauseKind::none, "requests.completed / time of the window",
      requests_rate);
  add("goodput", U::bit_rate, CauseKind::none,
      "bits of the responses of completed requests / time of the window", goodput);
}

void add_latency(std::vector<Row>& rows) {
  struct Kind {
    LatencyKind kind;
    std::string definition;
  };
  struct Statistic {
    LatencyStatistic statistic;
    std::string name;
    std::string words;
  };
  const std::vector<Kind> kinds{
      {LatencyKind::connect, "SYN sent until SYN-ACK received"},
      {LatencyKind::first_byte, "request sent until the first byte of its response"},
      {LatencyKind::response, "request sent until the last byte of its response"},
      {LatencyKind::total, "SYN sent until the client is done with the connection"},
  };
  const std::vector<Statistic> statistics{
      {LatencyStatistic::count, "count", "how many samples: "},
      {LatencyStatistic::mean, "mean", "exact mean: "},
      {LatencyStatistic::p50, "p50", "nearest rank, within 0.1 %, from 20 samples on: "},
      {LatencyStatistic::p90, "p90", "nearest rank, within 0.1 %, from 100 samples on: "},
      {LatencyStatistic::p99, "p99", "nearest rank, within 0.1 %, from 1000 samples on: "},
      {LatencyStatistic::p999, "p999", "nearest rank, within 0.1 %, from 10000 samples on: "},
      {LatencyStatistic::max, "max", "exact maximum: "},
  };
  for (const Kind& k : kinds) {
    // By server only for what a server decides: the handshake is the director's choice as well.
    const unsigned of =
        Of::kService | Of::kWorkload | (k.kind == LatencyKind::response ? Of::kServer : 0U);
    for (const Statistic& s : statistics) {
      const U unit = s.statistic == LatencyStatistic::count ? U::number : U::time;
      rows.push_back({{fmt::format("latency.{}.{}", name(k.kind), s.name), unit, of, false,
                       CauseKind::none, W::arrivals, s.words + k.definition},
                      [kind = k.kind, statistic = s.statistic](const Scope& scope) {
                        return latency(scope, kind, statistic);
                      }});
    }
  }
}

void add_servers(std::vector<Row>& rows) {
  const auto add = [&](std::string name, U unit, W window, std::string definition,
                       std::function<Answer(const Scope&)> value) {
    rows.push_back({{"server." + name, unit, Of::kServer, true, CauseKind::none, window,
                     std::move(definition)},
                    std::move(value)});
  };
  add("share", U::share, W::arrivals,
      "connections that reached the server / connections to its services that reached any server",
      server_share);
  add("connections", U::number, W::arrivals, "connections that reached the server",
      server_connections);
  add("requests", U::number, W::arrivals, "requests that the server saw", server_requests);
  add("busy", U::time, W::measured, "core time spent on requests", server_busy);
  add("utilisation", U::share, W::measured, "server.busy / (cores * time of the window)",
      server_utilisation);
}

void add_balance(std::vector<Row>& rows) {
  const auto add = [&](std::string name, BalanceLoad load, BalanceStatistic statistic,
                       std::string definition) {
    const W window = load == BalanceLoad::work ? W::measured : W::arrivals;
    rows.push_back(
        {{"balance." + name, U::number, Of::kService, false, CauseKind::none, window,
          std::move(definition)},
         [load, statistic](const Scope& scope) { return balance(scope, load, statistic); }});
  };
  using L = BalanceLoad;
  using S = BalanceStatistic;
  add("imbalance", L::connections, S::imbalance,
      "max y / mean y, y = connections / weight of each server with weight > 0; 1 is perfect");
  add("chance", L::connections, S::chance,
      "the imbalance expected if each connection went to a server at random in proportion to "
      "weight");
  add("cov", L::connections, S::cov, "population standard deviation of y / mean y");
  add("jain", L::connections, S::jain, "(sum y)^2 / (N sum y^2) = 1 / (1 + cov^2)");
  add("work.imbalance", L::work, S::imbalance, "max y / mean y, y = server.utilisation");
  add("work.cov", L::work, S::cov, "population standard deviation of y / mean y, y as before");
  add("work.jain", L::work, S::jain, "(sum y)^2 / (N sum y^2), y as before");
}

void add_network(std::vector<Row>& rows) {
  const auto director = [&](std::string name, U unit, std::string definition,
                            std::function<Answer(const Scope&)> value) {
    rows.push_back({{"director." + name, unit, Of::kDirector, false, CauseKind::none, W::measured,
                     std::move(definition)},
                    std::move(value)});
  };
  director("cpu.busy", U::time, "core time of the director, all frames", director_busy);
  director("cpu.utilisation", U::share, "director.cpu.busy / (cores * time of the window)",
           director_utilisation);
  director("frames", U::number, "frames that the director handled, both directions",
           director_frames);
  director("bytes", U::size, "bytes of these frames", director_bytes);
  rows.push_back({{"drops", U::number, Of::kPlace, false, CauseKind::drop, W::whole,
                   "frames and packets lost, but for what networks drop all the time (copies of "
                   "flooded frames); or those of the cause named, whichever it is"},
                  drops});
  rows.push_back({{"capture_share", U::share, Of::kService, false, CauseKind::none, W::whole,
                   "frames to the service's address that were sent to a MAC address other than the "
                   "director's / all frames to it"},
                  capture_share});
}

void add_health(std::vector<Row>& rows) {
  const auto add = [&](std::string name, U unit, std::string definition,
                       std::function<Answer(const Scope&)> value) {
    rows.push_back({{"health." + name, unit, Of::kService | Of::kServer, false, CauseKind::none,
                     W::whole, std::move(definition)},
                    std::move(value)});
  };
  add("failures", U::number, "how often health checks took a real server out of use",
      health_failures);
  add("returns", U::number, "how often they took one into use again", health_returns);
  add("failed_at", U::time, "from the start of the run until they first took one out",
      health_failed_at);
  add("back_at", U::time, "from the start of the run until they last took one in again",
      health_back_at);
}

std::vector<Row> make_rows() {
  std::vector<Row> rows;
  add_connections(rows);
  add_requests(rows);
  add_latency(rows);
  add_servers(rows);
  add_balance(rows);
  add_network(rows);
  add_health(rows);
  return rows;
}

std::string of_column(const Metric& metric) {
  return of_text(metric) + (metric.needs_of ? " (required)" : "");
}

std::string_view cause_text(CauseKind cause) {
  switch (cause) {
    case CauseKind::none: return "";
    case CauseKind::outcome: return "outcome";
    case CauseKind::drop: return "drop";
  }
  return "";
}

std::string_view window_text(W window) {
  switch (window) {
    case W::arrivals: return "arrivals";
    case W::measured: return "measured";
    case W::whole: return "whole run";
  }
  return "";
}

}  // namespace

const std::vector<MetricRow>& metric_rows() {
  static const std::vector<Row> table = make_rows();
  return table;
}

std::string of_text(const Metric& metric) {
  std::string text;
  const auto add = [&](unsigned bit, std::string_view word) {
    if ((metric.of & bit) == 0) return;
    if (!text.empty()) text += ", ";
    text += word;
  };
  add(Of::kService, "service");
  add(Of::kServer, "server");
  add(Of::kWorkload, "client group");
  add(Of::kDirector, "director");
  add(Of::kPlace, "place");
  return text;
}

std::span<const Metric> metrics() {
  static const std::vector<Metric> table = [] {
    std::vector<Metric> all;
    for (const Row& row : metric_rows()) all.push_back(row.metric);
    return all;
  }();
  return table;
}

const Metric* find_metric(std::string_view metric) {
  for (const Metric& m : metrics()) {
    if (m.name == metric) return &m;
  }
  return nullptr;
}

std::string_view name(ValueUnit unit) {
  switch (unit) {
    case U::number: return "number";
    case U::time: return "time";
    case U::size: return "bytes";
    case U::bit_rate: return "bit/s";
    case U::per_second: return "1/s";
    case U::share: return "share";
  }
  return "";
}

std::string metrics_markdown() {
  std::string text =
      "# Metrics\n\n"
      "What `expect:`, `study:` and the files of a run call a number. This page is made from the "
      "table "
      "in metrics.cpp; a test holds the two together.\n\n"
      "- **unit**: how a bound is written in a scenario: a bare number, or a quantity with its "
      "unit.\n"
      "- **of**: what the metric can be asked of; without `of:` it is over everything.\n"
      "- **window**: *arrivals*: of what arrived in the measured time, followed to its end; "
      "`during: "
      "A..B` takes what arrived in [A, B) instead. *measured*: the measured time, cut at its ends. "
      "*whole run*: from time 0 to the end.\n"
      "- **cause**: an outcome (`timeout`) or the cause of a drop (`queue_full`).\n\n"
      "| metric | unit | of | cause | window | definition |\n"
      "|---|---|---|---|---|---|\n";
  for (const Metric& m : metrics()) {
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", m.name, name(m.unit), of_column(m),
                        cause_text(m.cause), window_text(m.window), m.definition);
  }
  return text;
}

std::string metrics_listing() {
  std::string text = fmt::format("{:<26} {:<7} {:<10} {}\n", "metric", "unit", "window", "of");
  for (const Metric& m : metrics()) {
    text += fmt::format("{:<26} {:<7} {:<10} {}\n    {}\n", m.name, name(m.unit),
                        window_text(m.window), of_column(m), m.definition);
  }
  return text;
}

}  // namespace lvs
