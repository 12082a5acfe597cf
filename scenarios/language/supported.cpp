// What the language has and this version cannot simulate, in one table: an issue that builds a
// thing removes its row (or, for a whole command, gives it a reader).
#include <algorithm>
#include <array>

#include "scenarios/language/scenario.hpp"

namespace lvs::language {
namespace {

constexpr std::array kNotBuilt{
    std::string_view("arrivals: mmpp"),
    std::string_view("arrivals: trace"),
    std::string_view("retry"),
    std::string_view("streams"),
    std::string_view("pool"),
    std::string_view("flood"),
    std::string_view("idle"),
    std::string_view("targets"),
    std::string_view("popularity_targets"),
    std::string_view("ipvsadm --pe (persistence engines)"),
};

struct Use {
  std::string feature;
  Where where;
  bool no_reader = false;  ///< a command that is only known by name
};

/// Walks a scenario and notes each thing that the table may name.
class Uses {
 public:
  std::vector<Use> of(const Scenario& scenario) {
    for (const Host& host : scenario.hosts) visit(host);
    for (const ClientGroup& group : scenario.clients) visit(group);
    for (const Event& event : scenario.events) {
      if (const auto* run = std::get_if<RunAction>(&event.action)) visit(run->script);
      if (const auto* show = std::get_if<ShowAction>(&event.action)) visit(show->script);
    }
    for (const Expectation& expectation : scenario.expect) {
      if (const auto* show = std::get_if<ShowExpectation>(&expectation.what)) visit(show->show);
    }
    return std::move(uses_);
  }

 private:
  void note(const std::string& feature, const Where& where) {
    uses_.push_back({feature, where, false});
  }

  void visit(const Host& host) { visit(host.setup); }

  void visit(const ClientGroup& group) {
    if (std::holds_alternative<MmppArrivals>(group.arrivals)) {
      note("arrivals: mmpp", group.arrivals_where);
    }
    if (std::holds_alternative<TraceArrivals>(group.arrivals)) {
      note("arrivals: trace", group.arrivals_where);
    }
    if (group.targets.size() > 1) note("targets", group.targets.front().where);
    if (group.popularity_targets) note("popularity_targets", group.popularity_targets->where);
    if (group.retry) note("retry", group.retry->where);
    if (group.streams > 1) note("streams", group.streams_where);
    if (group.pool) note("pool", group.pool_where);
    if (group.flood_syn) note("flood", group.flood_where);
    if (group.idle) note("idle", group.idle_where);
  }

  void visit(const Script& script) {
    for (const Step& step : script.steps) {
      std::visit([&](const auto& command) { look(command, step.where()); }, step.command);
    }
  }

  template <class T>
  void look(const T&, const Where&) {}  // every other command is built

  void look(const NotBuilt& command, const Where& where) {
    uses_.push_back({command.feature, where, true});
  }
  void look(const IpvsServiceSet& set, const Where& where) {
    if (!set.persistence_engine.empty()) note("ipvsadm --pe (persistence engines)", where);
  }
  void look(const IpvsRestore& restore, const Where&) {
    for (const IpvsRestoreLine& line : restore.lines) {
      std::visit([&](const auto& rule) { look(rule, line.where); }, line.rule);
    }
  }
  std::vector<Use> uses_;
};

bool is_built(const Use& use) {
  return !use.no_reader &&
         std::find(kNotBuilt.begin(), kNotBuilt.end(), use.feature) == kNotBuilt.end();
}

}  // namespace

void check_supported(const Scenario& scenario) {
  const Use* first = nullptr;
  const std::vector<Use> uses = Uses().of(scenario);
  const auto before = [](const Use& a, const Use& b) {
    const SourcePosition& p = a.where.position;
    const SourcePosition& q = b.where.position;
    return p.line != q.line ? p.line < q.line : p.column < q.column;
  };
  for (const Use& use : uses) {
    if (is_built(use)) continue;
    if (first == nullptr || before(use, *first)) first = &use;
  }
  if (first == nullptr) return;
  throw ScenarioError(first->where, first->feature + " is not built yet");
}

}  // namespace lvs::language
