// The tables of real servers: work first, then connections, then what the director believes beside
// the servers' own sockets (design.md 4).
#include <fmt/format.h>

#include <algorithm>

#include "results/summary_parts.hpp"
#include "results/text.hpp"
#include "results/text_table.hpp"

namespace lvs::summary {
namespace {

using Align = TextTable::Align;

const ServerFacts* find_server(const RunFacts& facts, const std::string& host) {
  for (const ServerFacts& server : facts.servers) {
    if (server.host == host) return &server;
  }
  return nullptr;
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  return percent(static_cast<double>(part) / static_cast<double>(whole));
}

/// Core time and its share of the capacity: "-" for what is no server here.
struct Work {
  std::string time = "-";
  std::string share = "-";
};

Work work_of(const ServerFacts* server, const RunWindow& window) {
  if (server == nullptr) return {};
  const auto share = utilisation(*server, window);
  return {latency_text(server->busy), share ? percent(*share) : "-"};
}

/// The host, with its port where the service has it twice; the address where nobody has that.
std::string label_of(const DestinationFacts& d, const ServiceFacts& service) {
  if (d.host.empty()) return to_string(d.address);
  const auto same = std::count_if(service.destinations.begin(), service.destinations.end(),
                                  [&](const DestinationFacts& x) { return x.host == d.host; });
  return same > 1 ? d.host + ":" + to_string(d.address.port) : d.host;
}

std::string more_line(std::size_t all, std::size_t shown) {
  if (all <= shown) return "";
  return fmt::format("    ... and {} in servers.csv\n", counted(all - shown, "more server"));
}

std::string balance_line(const BalanceFacts& row) {
  std::string line =
      fmt::format("  {}: busiest {:.3f} x mean",
                  row.load == BalanceLoad::work ? "work" : "connections / weight", row.imbalance);
  if (row.chance) line += fmt::format(" (random scheduler: {:.3f})", *row.chance);
  return line + fmt::format(", CoV {}, Jain {:.4f}\n", percent(row.cov), row.jain);
}

std::string service_table(const ServiceFacts& service, const RunFacts& facts,
                          std::size_t most_servers) {
  TextTable table(
      {{"server", Align::left},
       {"CPU time"},
       {"of capacity"},
       {"number"},
       {"share"},
       {"by weight"},
       {"requests"},
       {"active"},
       {"inactive"},
       {"open"},
       {"other"}},
      {{1, 2, "work"}, {3, 5, "connections"}, {7, 8, "director believes"}, {9, 10, "own sockets"}});
  std::int64_t weights = 0;
  for (const DestinationFacts& d : service.destinations) weights += d.weight;
  for (const DestinationFacts& d : service.destinations) {
    if (&d - service.destinations.data() >= static_cast<std::ptrdiff_t>(most_servers)) break;
    const ServerFacts* server = find_server(facts, d.host);
    const Work work = work_of(server, facts.window);
    const std::string fair = fmt::format(
        "{}: {}", d.weight,
        share_text(static_cast<std::uint64_t>(d.weight), static_cast<std::uint64_t>(weights)));
    table.add({label_of(d, service), work.time, work.share, grouped(d.connections),
               share_text(d.connections, service.connections), d.weight == 0 ? "0: none" : fair,
               server == nullptr ? "-" : grouped(server->requests), grouped(d.active),
               grouped(d.inactive), server == nullptr ? "-" : grouped(server->sockets.established),
               server == nullptr ? "-" : grouped(server->sockets.other)});
  }
  std::string out = fmt::format("\n{} by {}, real servers in the director's order:\n", service.name,
                                service.scheduler);
  if (table.empty()) return out + "  none\n";
  out += table.text() + more_line(service.destinations.size(), most_servers);
  for (const BalanceFacts& row : service.balance) out += balance_line(row);
  return out;
}

bool in_a_service(const ServerFacts& server, const RunFacts& facts) {
  return std::any_of(facts.services.begin(), facts.services.end(), [&](const ServiceFacts& s) {
    return std::any_of(s.destinations.begin(), s.destinations.end(),
                       [&](const DestinationFacts& d) { return d.host == server.host; });
  });
}

std::string other_servers(const RunFacts& facts, std::size_t most_servers) {
  TextTable table({{"server", Align::left},
                   {"CPU time"},
                   {"of capacity"},
                   {"connections"},
                   {"requests"},
                   {"open"},
                   {"other"}},
                  {{1, 2, "work"}, {5, 6, "own sockets"}});
  std::size_t all = 0;
  for (const ServerFacts& server : facts.servers) {
    if (in_a_service(server, facts) || ++all > most_servers) continue;
    const Work work = work_of(&server, facts.window);
    table.add({server.host, work.time, work.share, grouped(server.connections),
               grouped(server.requests), grouped(server.sockets.established),
               grouped(server.sockets.other)});
  }
  if (table.empty()) return "";
  return fmt::format("\nServers behind no virtual service:\n{}{}", table.text(),
                     more_line(all, most_servers));
}

}  // namespace

std::string servers(const RunFacts& facts, std::size_t most_servers) {
  std::string out;
  for (const ServiceFacts& service : facts.services) {
    out += service_table(service, facts, most_servers);
  }
  return out + other_servers(facts, most_servers);
}

}  // namespace lvs::summary
