#include "results/run_facts.hpp"

namespace lvs {
namespace {

struct OutcomeName {
  Outcome outcome;
  std::string_view name;
};

constexpr std::array<OutcomeName, kOutcomeCount> kOutcomes{{
    {Outcome::completed, "completed"},
    {Outcome::refused_rst, "refused_rst"},
    {Outcome::refused_icmp, "refused_icmp"},
    {Outcome::connect_timeout, "connect_timeout"},
    {Outcome::no_port, "no_port"},
    {Outcome::reset, "reset"},
    {Outcome::timeout, "timeout"},
    {Outcome::unfinished, "unfinished"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    if (static_cast<std::size_t>(kOutcomes[i].outcome) != i) return false;
  }
  return true;
}
static_assert(in_order());

std::optional<double> busy_share(Duration busy, std::uint32_t cores, const RunWindow& window) {
  const double capacity = static_cast<double>(window.measured().length().count()) * cores;
  if (capacity <= 0) return std::nullopt;
  return static_cast<double>(busy.count()) / capacity;
}

}  // namespace

std::uint64_t OutcomeCounts::total() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t n : by) sum += n;
  return sum;
}

OutcomeCounts& OutcomeCounts::operator+=(const OutcomeCounts& other) {
  for (std::size_t i = 0; i < by.size(); ++i) by[i] += other.by[i];
  return *this;
}

std::string_view name(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)].name; }

std::optional<Outcome> parse_outcome(std::string_view text) {
  for (const OutcomeName& row : kOutcomes) {
    if (row.name == text) return row.outcome;
  }
  return std::nullopt;
}

std::string_view name(ConversationFacts::Outcome outcome) {
  constexpr std::array<std::string_view, 3> kNames{"answered", "failed", "pending"};
  return kNames[static_cast<std::size_t>(outcome)];
}

std::string_view name(LatencyKind kind) {
  switch (kind) {
    case LatencyKind::connect: return "connect";
    case LatencyKind::first_byte: return "first_byte";
    case LatencyKind::response: return "response";
    case LatencyKind::total: return "total";
  }
  return "";
}

LatencyFacts latency_facts(const Histogram& h) {
  return {.count = h.count(),
          .mean = h.mean(),
          .p50 = h.quantile(kP50),
          .p90 = h.quantile(kP90),
          .p99 = h.quantile(kP99),
          .p999 = h.quantile(kP999),
          .max = h.max()};
}

FlowFacts& FlowFacts::operator+=(const FlowFacts& other) {
  frames += other.frames;
  bytes += other.bytes;
  cpu += other.cpu;
  return *this;
}

FlowFacts DirectorFacts::all() const {
  FlowFacts sum = requests;
  sum += replies;
  sum += other;
  return sum;
}

std::optional<double> utilisation(const ServerFacts& server, const RunWindow& window) {
  return busy_share(server.busy, server.cores, window);
}

std::optional<double> utilisation(const DirectorFacts& director, const RunWindow& window) {
  return busy_share(director.all().cpu, director.cores, window);
}

}  // namespace lvs
