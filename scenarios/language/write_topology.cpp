#include <algorithm>

#include "scenarios/language/quantity.hpp"
#include "scenarios/language/write_sections.hpp"
#include "scenarios/language/yaml_text.hpp"

namespace lvs::language {
namespace {

std::string write_cpu(const Cpu& cpu) {
  YamlFlow flow;
  flow.add("cores", std::to_string(cpu.cores));
  flow.add("per_frame", write_duration(cpu.per_frame));
  if (cpu.per_byte.count() != 0) flow.add("per_byte", write_duration(cpu.per_byte));
  if (cpu.per_connection.count() != 0) {
    flow.add("per_connection", write_duration(cpu.per_connection));
  }
  return flow.add("queue", write_queue(cpu.queue)).text();
}

// Only what differs from the network's cable.
std::string write_nic(const Nic& nic, const std::vector<Network>& networks) {
  YamlFlow flow;
  flow.add("network", nic.network.text).add("mac", yaml_quoted(to_string(nic.mac)));
  const auto network = std::find_if(networks.begin(), networks.end(), [&](const Network& n) {
    return n.name.text == nic.network.text;
  });
  const Cable& common = network->cable;
  if (nic.cable.rate != common.rate) flow.add("rate", to_string(nic.cable.rate));
  if (nic.cable.delay != common.delay) flow.add("delay", write_duration(nic.cable.delay));
  if (nic.cable.queue != common.queue) flow.add("queue", write_queue(nic.cable.queue));
  if (nic.cable.mtu != common.mtu) flow.add("mtu", to_string(nic.cable.mtu));
  return flow.text();
}

void add_work(const Serve& serve, YamlFlow& flow) {
  flow.add("cores", std::to_string(serve.cores));
  flow.add("discipline", serve.discipline == Discipline::ps ? "ps" : "fcfs");
  if (serve.workers) flow.add("workers", std::to_string(*serve.workers));
  if (serve.speed != 1) flow.add("speed", write_number(serve.speed));
  flow.add("service_time", write_law(serve.service_time));
  flow.add("response", write_law(serve.response));
  if (serve.protocol == Protocol::tcp) flow.add("backlog", std::to_string(serve.backlog));
  if (serve.warm) {
    YamlFlow warm;
    warm.add("for", write_duration(serve.warm->span));
    flow.add("warm", warm.add("factor", write_number(serve.warm->factor)).text());
  }
}

std::string write_serve(const Serve& serve) {
  YamlFlow flow;
  flow.add("port", to_string(serve.port) + "/" + to_string(serve.protocol));
  if (!serve.bind.is_any()) flow.add("bind", to_string(serve.bind));
  if (serve.greeting) {
    flow.add("greeting", to_string(*serve.greeting));
    if (serve.workers) flow.add("workers", std::to_string(*serve.workers));
    if (serve.protocol == Protocol::tcp) flow.add("backlog", std::to_string(serve.backlog));
    return flow.text();
  }
  add_work(serve, flow);
  return flow.text();
}

std::string write_health(const Health& health) {
  YamlFlow probe;
  probe.add("every", write_duration(health.every)).add("timeout", write_duration(health.timeout));
  probe.add("retries", std::to_string(health.retries));
  probe.add("between", write_duration(health.between));
  YamlFlow flow;
  flow.add("service", to_string(health.service)).add("tcp", probe.text());
  return flow.add("action", health.action == Health::Action::remove ? "remove" : "weight").text();
}

std::string write_reply_jitter(const Host& host) {
  if (host.reply_jitter_max.count() == 0) return "0us";
  const UniformLaw<Duration> law{host.reply_jitter_min, host.reply_jitter_max};
  return write_law(DurationLaw{law, {}});
}

}  // namespace

std::string write_network(const Network& network) {
  YamlFlow flow;
  if (network.kind == NetworkKind::cable) flow.add("kind", "cable");
  flow.add("rate", to_string(network.cable.rate));
  flow.add("delay", write_duration(network.cable.delay));
  flow.add("queue", write_queue(network.cable.queue));
  flow.add("mtu", to_string(network.cable.mtu));
  if (network.cable.loss != 0) flow.add("loss", write_share(network.cable.loss));
  if (network.cable.jitter) flow.add("jitter", write_law(*network.cable.jitter));
  return "  " + network.name.text + ": " + flow.text() + "\n";
}

std::string write_host(const Host& host, const std::vector<Network>& networks) {
  YamlFlow nics;
  for (const Nic& nic : host.nics) nics.add(nic.name.text, write_nic(nic, networks));
  std::string text = "  " + host.name.text + ":\n    nics: " + nics.text() + "\n";
  if (host.cpu) text += "    cpu: " + write_cpu(*host.cpu) + "\n";
  text += "    reply_jitter: " + write_reply_jitter(host) + "\n";
  if (host.jiffies_phase != 0) {
    text += "    jiffies_phase: " + std::to_string(host.jiffies_phase) + "\n";
  }
  if (host.statistics_phase != 0) {
    text += "    statistics_phase: " + std::to_string(host.statistics_phase) + "\n";
  }
  if (!host.setup.text.empty()) text += "    setup: " + yaml_block(host.setup.text, 6) + "\n";
  if (!host.serves.empty()) text += "    serves:\n";
  for (const Serve& serve : host.serves) text += "      - " + write_serve(serve) + "\n";
  if (host.health) text += "    health: " + write_health(*host.health) + "\n";
  return text;
}

}  // namespace lvs::language
