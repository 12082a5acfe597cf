#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"
#include "scenarios/language/read_law.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

MmppArrivals read_mmpp(const YamlNode& node) {
  const MapReader map(node, {"rates", "means"});
  MmppArrivals mmpp;
  for (const YamlNode& rate : need_list(map.need("rates")).items) {
    mmpp.rates.push_back(read_per_second(rate));
  }
  for (const YamlNode& mean : need_list(map.need("means")).items) {
    mmpp.means.push_back(read_positive_duration(mean));
  }
  if (mmpp.rates.size() < 2 || mmpp.rates.size() != mmpp.means.size()) {
    throw node.error("expected as many rates as means, at least two of each");
  }
  return mmpp;
}

Arrivals read_open_arrivals(const YamlNode& node) {
  const MapReader map(node, {"poisson", "deterministic", "mmpp", "trace"});
  const YamlNode& form = map.need_one_of({"poisson", "deterministic", "mmpp", "trace"});
  if (&form == map.get("poisson")) return PoissonArrivals{read_per_second(form)};
  if (&form == map.get("deterministic")) return DeterministicArrivals{read_per_second(form)};
  if (&form == map.get("mmpp")) return read_mmpp(form);
  return TraceArrivals{need_scalar(form)};
}

Retry read_retry(const YamlNode& node) {
  const MapReader map(node, {"on", "after", "times"});
  Retry retry;
  retry.where = node.where();
  for (const YamlNode& cause : need_list(map.need("on")).items) {
    bool& chosen =
        *read_choice<bool*>(cause, {{"refused", &retry.refused}, {"timeout", &retry.timeout}});
    if (chosen) throw cause.error("\"" + cause.scalar() + "\" is named twice");
    chosen = true;
  }
  if (!retry.refused && !retry.timeout) throw map.need("on").error("is empty");
  retry.after = read_duration(map.need("after"));
  retry.times = static_cast<int>(read_integer(map.need("times"), 1, 1000));
  return retry;
}

// `targets:` is a list of services, or one range A..B:P/proto.
std::vector<Target> read_targets(const YamlNode& node) {
  std::vector<Target> targets;
  if (node.kind == YamlNode::Kind::list) {
    for (const YamlNode& item : node.items) targets.push_back({read_service(item), item.where()});
    if (targets.empty()) throw node.error("is an empty list");
    return targets;
  }
  const std::string& text = need_scalar(node);
  const std::size_t dots = text.find("..");
  const std::size_t colon = text.find(':');
  if (dots == std::string::npos || colon == std::string::npos || colon < dots) {
    throw node.error("\"" + text + "\" is no list [A:P/proto, …] or range A..B:P/proto");
  }
  YamlNode last = node;
  last.text = node.text.part(dots + 2, node.text.size());
  ServiceAddress service = read_service(last);
  const auto first = parse_ipv4_address(std::string_view(text).substr(0, dots));
  if (!first || service.endpoint.address < *first) throw node.error("\"" + text + "\" descends");
  if (service.endpoint.address.value - first->value >= 65536) {
    throw node.error("\"" + text + "\" is more than 65536 targets");
  }
  for (std::uint32_t a = first->value; a <= service.endpoint.address.value; ++a) {
    targets.push_back({{{Ipv4Address{a}, service.endpoint.port}, service.protocol}, node.where()});
  }
  return targets;
}

void read_where_to(const MapReader& map, ClientGroup& group) {
  group.hosts = read_host_names(map.need("host"));
  if (const YamlNode* v = map.get("addresses")) group.addresses = read_addresses(*v);
  if (const YamlNode* v = map.get("popularity")) group.popularity = read_popularity(*v);
  const YamlNode& to = map.need_one_of({"target", "targets"});
  group.targets = &to == map.get("target") ? std::vector<Target>{{read_service(to), to.where()}}
                                           : read_targets(to);
  if (const YamlNode* v = map.get("popularity_targets")) {
    if (map.get("target") != nullptr) throw v->error("needs targets:, there is one target");
    group.popularity_targets = read_popularity(*v);
  }
}

void read_pace(const MapReader& map, ClientGroup& group) {
  const YamlNode& source = map.need_one_of({"arrivals", "users"});
  group.arrivals_where = source.where();
  if (&source == map.get("users")) {
    group.arrivals = ClosedUsers{read_integer(source, 1, 10'000'000)};
  } else {
    group.arrivals = read_open_arrivals(source);
  }
  const YamlNode* requests = map.get("requests");
  group.requests = requests != nullptr ? read_count_law(*requests) : constant_law(1.0);
  const YamlNode* think = map.get("think");
  group.think = think != nullptr ? read_duration_law(*think) : constant_law(Duration{});
  if (const YamlNode* v = map.get("hold")) group.hold = read_duration_law(*v);
  if (const YamlNode* v = map.get("timeout")) group.timeout = read_positive_duration(*v);
  if (const YamlNode* v = map.get("close")) {
    group.close =
        read_choice<CloseBy>(*v, {{"client", CloseBy::client}, {"server", CloseBy::server}});
  }
}

void read_connection_use(const MapReader& map, ClientGroup& group) {
  if (const YamlNode* v = map.get("idle")) {
    group.idle = read_positive_duration(*v);
    group.idle_where = v->where();
  }
  if (const YamlNode* v = map.get("retry")) group.retry = read_retry(*v);
  if (const YamlNode* v = map.get("streams")) {
    group.streams = static_cast<int>(read_integer(*v, 1, 100'000));
    group.streams_where = v->where();
  }
  if (const YamlNode* v = map.get("pool")) {
    group.pool = static_cast<int>(read_integer(*v, 1, 1'000'000));
    group.pool_where = v->where();
  }
}

// SYNs without a stack behind them send no request; everything else does.
void read_request(const MapReader& map, ClientGroup& group) {
  if (const YamlNode* flood = map.get("flood")) {
    group.flood_syn = read_choice<bool>(*flood, {{"syn", true}});
    group.flood_where = flood->where();
    if (const YamlNode* request = map.get("request")) {
      throw request->error("a flood of SYNs sends no request");
    }
    return;
  }
  group.request = read_size_law(map.need("request"));
}

}  // namespace

std::vector<ClientGroup> read_clients(const YamlNode& node) {
  std::vector<ClientGroup> groups;
  for (const YamlEntry& entry : need_map(node).entries) {
    const MapReader map(
        entry.value, {"host", "addresses", "popularity", "target", "targets", "popularity_targets",
                      "arrivals", "users", "requests", "think", "hold", "request", "timeout",
                      "close", "idle", "retry", "streams", "pool", "flood"});
    const auto names = read_host_range(entry.key, entry.key_position, node.path);
    if (names.size() > 1 || names.front().i) {
      throw ScenarioError(entry.key_position, node.path,
                          "a range of client groups is not possible");
    }
    ClientGroup group;
    group.name = {entry.key, {entry.key_position}};
    read_where_to(map, group);
    read_pace(map, group);
    read_connection_use(map, group);
    read_request(map, group);
    groups.push_back(group);
  }
  return groups;
}

}  // namespace lvs::language
