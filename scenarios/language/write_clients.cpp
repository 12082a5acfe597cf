#include "scenarios/language/quantity.hpp"
#include "scenarios/language/write_sections.hpp"
#include "scenarios/language/yaml_text.hpp"

namespace lvs::language {
namespace {

struct ArrivalsWriter {
  YamlFlow& flow;

  void operator()(const PoissonArrivals& arrivals) const {
    one("poisson", write_per_second(arrivals.per_second));
  }
  void operator()(const DeterministicArrivals& arrivals) const {
    one("deterministic", write_per_second(arrivals.per_second));
  }
  void operator()(const MmppArrivals& arrivals) const {
    std::vector<std::string> rates;
    std::vector<std::string> means;
    for (const double rate : arrivals.rates) rates.push_back(write_per_second(rate));
    for (const Duration mean : arrivals.means) means.push_back(write_duration(mean));
    one("mmpp", YamlFlow().add("rates", yaml_list(rates)).add("means", yaml_list(means)).text());
  }
  void operator()(const TraceArrivals& arrivals) const { one("trace", yaml_scalar(arrivals.file)); }
  void operator()(const ClosedUsers& users) const {
    flow.add("users", std::to_string(users.users));
  }

 private:
  void one(const char* name, const std::string& value) const {
    flow.add("arrivals", YamlFlow().add(name, value).text());
  }
};

std::string write_hosts(const std::vector<Name>& hosts) {
  if (hosts.size() == 1) return hosts.front().text;
  std::vector<std::string> names;
  for (const Name& host : hosts) names.push_back(host.text);
  return yaml_list(names);
}

std::string write_addresses(const std::vector<AddressRange>& ranges) {
  std::vector<std::string> texts;
  for (const AddressRange& range : ranges) {
    texts.push_back(to_string(range.first) + ".." + to_string(range.last));
  }
  return texts.size() == 1 ? texts.front() : yaml_list(texts);
}

std::string write_retry(const Retry& retry) {
  std::vector<std::string> causes;
  if (retry.refused) causes.emplace_back("refused");
  if (retry.timeout) causes.emplace_back("timeout");
  YamlFlow flow;
  flow.add("on", yaml_list(causes)).add("after", write_duration(retry.after));
  return flow.add("times", std::to_string(retry.times)).text();
}

void add_targets(const ClientGroup& group, YamlFlow& flow) {
  const bool one = group.targets.size() == 1 && !group.popularity_targets;
  if (one) {
    flow.add("target", to_string(group.targets.front().service));
    return;
  }
  std::vector<std::string> targets;
  for (const Target& target : group.targets) targets.push_back(to_string(target.service));
  flow.add("targets", yaml_list(targets));
  if (group.popularity_targets) {
    flow.add("popularity_targets", write_popularity(*group.popularity_targets));
  }
}

void add_connection_use(const ClientGroup& group, YamlFlow& flow) {
  flow.add("close", group.close == CloseBy::client ? "client" : "server");
  if (group.idle) flow.add("idle", write_duration(*group.idle));
  if (group.retry) flow.add("retry", write_retry(*group.retry));
  if (group.streams != 1) flow.add("streams", std::to_string(group.streams));
  if (group.pool) flow.add("pool", std::to_string(*group.pool));
  if (group.flood_syn) flow.add("flood", "syn");
}

}  // namespace

std::string write_clients(const ClientGroup& group) {
  YamlFlow flow;
  flow.add("host", write_hosts(group.hosts));
  if (!group.addresses.empty()) flow.add("addresses", write_addresses(group.addresses));
  if (group.popularity.zipf) flow.add("popularity", write_popularity(group.popularity));
  add_targets(group, flow);
  std::visit(ArrivalsWriter{flow}, group.arrivals);
  flow.add("requests", write_law(group.requests));
  flow.add("think", write_law(group.think));
  if (group.hold) flow.add("hold", write_law(*group.hold));
  if (group.request) flow.add("request", write_law(*group.request));
  if (group.timeout) flow.add("timeout", write_duration(*group.timeout));
  add_connection_use(group, flow);
  return "  " + group.name.text + ": " + flow.text() + "\n";
}

}  // namespace lvs::language
