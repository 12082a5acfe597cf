#include "results/write/tables.hpp"

#include <algorithm>

#include "results/write/csv.hpp"

namespace lvs {
namespace {

std::optional<double> share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

const ServerFacts* find_server(const RunFacts& facts, const std::string& host) {
  for (const ServerFacts& server : facts.servers) {
    if (server.host == host) return &server;
  }
  return nullptr;
}

/// The columns of a row that are about the host: requests to sockets.
void append_host(CsvLine& line, const ServerFacts* server, const RunWindow& window) {
  if (server == nullptr) {
    line.none().none().none().none().none().none();
    return;
  }
  line.number(server->requests).number(to_seconds(server->busy)).number(server->cores);
  line.number(utilisation(*server, window));
  line.number(server->sockets.established).number(server->sockets.other);
}

void append_percentile(std::string& out, const std::string& group, std::string_view latency,
                       std::string_view percent, const Quantile& q, std::uint64_t samples) {
  CsvLine line(out);
  line.text(group).text(latency).text("percentile").text(percent);
  line.microseconds(q.value).number(samples).none();
}

void append_latency(std::string& out, const std::string& group, LatencyKind kind,
                    const LatencyFacts& facts, const Histogram& histogram) {
  const std::string_view latency = name(kind);
  if (facts.count == 0) return;
  CsvLine(out)
      .text(group)
      .text(latency)
      .text("mean")
      .none()
      .microseconds(facts.mean)
      .number(facts.count)
      .none();
  append_percentile(out, group, latency, "50", facts.p50, facts.count);
  append_percentile(out, group, latency, "90", facts.p90, facts.count);
  append_percentile(out, group, latency, "99", facts.p99, facts.count);
  append_percentile(out, group, latency, "99.9", facts.p999, facts.count);
  CsvLine(out)
      .text(group)
      .text(latency)
      .text("max")
      .none()
      .microseconds(facts.max)
      .number(facts.count)
      .none();
  for (const CcdfPoint& point : histogram.ccdf()) {
    CsvLine(out)
        .text(group)
        .text(latency)
        .text("ccdf")
        .none()
        .microseconds(point.value)
        .number(facts.count)
        .number(share(point.above, facts.count));
  }
}

void append_cell(CsvLine& line, const SeriesCell& cell) {
  line.number(cell.connections.total()).number(cell.requests.total()).number(cell.finished);
  for (const std::uint64_t n : cell.requests.by) line.number(n);
  for (const std::uint64_t n : cell.connections.by) line.number(n);
  const std::uint64_t completed = cell.requests[Outcome::completed];
  if (completed == 0) {
    line.none();
    return;
  }
  const auto mean = cell.response_sum / static_cast<detail::Int128>(completed);
  line.microseconds(Duration{static_cast<std::int64_t>(mean)});
}

}  // namespace

std::string servers_csv(const RunFacts& facts) {
  std::string out =
      "service,server,address,method,weight,weight_share,connections,connections_share,"
      "requests,cpu_busy_s,cores,utilisation_share,sockets_established,sockets_other,"
      "director_active,director_inactive,ipvs_conns,ipvs_in_packets,ipvs_out_packets,"
      "ipvs_in_bytes,ipvs_out_bytes\n";
  std::vector<std::string> in_services;
  for (const ServiceFacts& service : facts.services) {
    std::uint64_t weights = 0;
    for (const auto& d : service.destinations) weights += static_cast<std::uint64_t>(d.weight);
    for (const DestinationFacts& d : service.destinations) {
      in_services.push_back(d.host);
      CsvLine line(out);
      line.text(service.name).text(d.host).text(to_string(d.address)).text(d.method);
      line.number(d.weight).number(share(static_cast<std::uint64_t>(d.weight), weights));
      line.number(d.connections).number(share(d.connections, service.connections));
      append_host(line, find_server(facts, d.host), facts.window);
      line.number(d.active).number(d.inactive).number(d.conns);
      line.number(d.in_packets).number(d.out_packets).number(d.in_bytes).number(d.out_bytes);
    }
  }
  for (const ServerFacts& server : facts.servers) {
    if (std::find(in_services.begin(), in_services.end(), server.host) != in_services.end())
      continue;
    CsvLine line(out);
    line.none().text(server.host).none().none().none().none().number(server.connections).none();
    append_host(line, &server, facts.window);
    line.none().none().none().none().none().none().none();
  }
  return out;
}

std::string latency_csv(const RunFacts& facts, const Recorder& recorder) {
  std::string out = "client_group,latency,row,percentile_percent,value_us,samples,share_above\n";
  for (std::size_t w = 0; w < facts.workloads.size(); ++w) {
    for (std::size_t k = 0; k < kLatencyKinds; ++k) {
      const auto kind = static_cast<LatencyKind>(k);
      append_latency(out, facts.workloads[w].name, kind, facts.workloads[w].latency[k],
                     recorder.measured().latency(w, kind));
    }
  }
  return out;
}

std::string series_csv(const RunFacts& facts, const Recorder& recorder) {
  std::string out =
      "start_s,length_s,server,connections_arrived,requests_arrived,requests_finished";
  for (const char* prefix : {",requests_", ",connections_"}) {
    for (std::size_t i = 0; i < kOutcomeCount; ++i) {
      out += std::string(prefix) + std::string(name(static_cast<Outcome>(i)));
    }
  }
  out += ",response_mean_us\n";
  const Series& series = recorder.series();
  for (std::size_t bin = 0; bin < series.bins(); ++bin) {
    if (bin > 0 && series.start_of(bin) >= facts.window.ended) break;
    for (std::size_t s = 0; s <= facts.servers.size(); ++s) {
      CsvLine line(out);
      line.number(to_seconds(series.start_of(bin).time_since_epoch()));
      line.number(to_seconds(series.bin()));
      line.text(s == facts.servers.size() ? "none" : facts.servers[s].host);
      append_cell(line, series.at(bin, s));
    }
  }
  return out;
}

}  // namespace lvs
