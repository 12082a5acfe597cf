#include "scenarios/language/quantity.hpp"
#include "scenarios/language/range.hpp"
#include "scenarios/language/read_law.hpp"
#include "scenarios/language/read_sections.hpp"

namespace lvs::language {
namespace {

constexpr int kMostWorkers = 1'000'000;

constexpr double kMostFactor = 1000;

Warm read_warm(const YamlNode& node) {
  const MapReader map(node, {"for", "factor"});
  Warm warm{read_positive_duration(map.need("for")),
            read_number(map.need("factor"), 1, kMostFactor), node.where()};
  return warm;
}

/// Datagrams come without connections that a worker could hold or a backlog keep.
void refuse_connections(const MapReader& map, const Serve& serve) {
  if (serve.protocol != Protocol::udp) return;
  for (const char* key : {"accept", "workers", "backlog"}) {
    if (const YamlNode* v = map.get(key)) {
      throw v->error("belongs to tcp: a udp server has no connections");
    }
  }
}

void read_accept(const MapReader& map, Serve& serve) {
  refuse_connections(map, serve);
  const YamlNode* accept = map.get("accept");
  const YamlNode* workers = map.get("workers");
  if (accept != nullptr && need_scalar(*accept) != "immediate") {
    throw accept->error("\"" + accept->scalar() +
                        "\" is not immediate; a prefork server is written workers: N instead");
  }
  if (accept != nullptr && workers != nullptr) {
    throw workers->error("not together with accept: immediate");
  }
  if (workers != nullptr) serve.workers = static_cast<int>(read_integer(*workers, 1, kMostWorkers));
}

constexpr int kMostBacklog = 65'535;

void read_backlog(const MapReader& map, Serve& serve) {
  // listen(2) of a backlog is at most net.core.somaxconn, at most 2^31 - 1; 65535 covers practice.
  if (const YamlNode* v = map.get("backlog")) {
    serve.backlog = static_cast<int>(read_integer(*v, 1, kMostBacklog));
  }
}

void read_work(const MapReader& map, Serve& serve) {
  if (const YamlNode* v = map.get("cores")) {
    serve.cores = static_cast<int>(read_integer(*v, 1, 1024));
  }
  if (const YamlNode* v = map.get("discipline")) {
    serve.discipline =
        read_choice<Discipline>(*v, {{"fcfs", Discipline::fcfs}, {"ps", Discipline::ps}});
  }
  read_accept(map, serve);
  if (const YamlNode* v = map.get("speed")) serve.speed = read_speed(*v);
  serve.service_time = read_duration_law(map.need("service_time"));
  serve.response = read_size_law(map.need("response"));
  read_backlog(map, serve);
  if (const YamlNode* v = map.get("warm")) serve.warm = read_warm(*v);
  serve.where = map.node().where();
}

// Servers that greet say one line; what a datagram can carry is more than enough, and over UDP it
// fits one Ethernet frame, so that one answer is one datagram.
constexpr std::int64_t kMostGreeting = 65'507;
constexpr std::int64_t kMostDatagram = 1472;

void read_greeting(const MapReader& map, Serve& serve) {
  for (const char* key : {"cores", "discipline", "speed", "service_time", "response", "warm"}) {
    if (const YamlNode* v = map.get(key)) {
      throw v->error("not together with greeting: a server that greets serves no requests");
    }
  }
  const YamlNode& greeting = map.need("greeting");
  serve.greeting = read_size(greeting);
  const std::int64_t most = serve.protocol == Protocol::udp ? kMostDatagram : kMostGreeting;
  if (serve.greeting->value < 1 || serve.greeting->value > most) {
    throw greeting.error("must be 1B.." + std::to_string(most) + "B");
  }
  read_accept(map, serve);
  read_backlog(map, serve);
  serve.where = map.node().where();
}

}  // namespace

Serve read_serve(const YamlNode& node) {
  const MapReader map(node, {"port", "bind", "greeting", "cores", "discipline", "accept", "workers",
                             "speed", "service_time", "response", "backlog", "warm"});
  Serve serve;
  read_port(map.need("port"), serve.port, serve.protocol);
  if (const YamlNode* bind = map.get("bind")) serve.bind = read_address(*bind);
  if (map.get("greeting") != nullptr) {
    read_greeting(map, serve);
  } else {
    read_work(map, serve);
  }
  return serve;
}

Serve read_cluster_serve(const YamlNode& node, const ServiceAddress& vip) {
  const MapReader map(node, {"cores", "discipline", "accept", "workers", "speed", "service_time",
                             "response", "backlog", "warm"});
  Serve serve;
  serve.port = vip.endpoint.port;
  serve.protocol = vip.protocol;
  read_work(map, serve);
  return serve;
}

Health read_health(const YamlNode& node) {
  const MapReader map(node, {"service", "tcp", "action"});
  Health health;
  health.where = node.where();
  health.service = read_service(map.need("service"));
  health.service_where = map.need("service").where();
  const MapReader probe(map.need("tcp"), {"every", "timeout", "retries", "between"});
  health.every = read_positive_duration(probe.need("every"));
  health.timeout = read_positive_duration(probe.need("timeout"));
  health.retries = static_cast<int>(read_integer(probe.need("retries"), 0, 1000));
  health.between = read_duration(probe.need("between"));
  health.action = read_choice<Health::Action>(
      map.need("action"), {{"remove", Health::Action::remove}, {"weight", Health::Action::weight}});
  return health;
}

}  // namespace lvs::language
