#include "tools/verify/recording_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace lvs::verify {
namespace {

/// Between the end of an operation and the beginning of the next.
constexpr Duration kPause = milliseconds(30);
/// How long a listing took that is the last operation: what others took, about.
constexpr Duration kLastListing = milliseconds(150);
/// From the last listings to the end of the client's process.
constexpr Duration kBeforeEnd = milliseconds(500);

/// Much faster than the processes behind it, as the recorded cluster's.
constexpr const char* kCable = "{rate: 10Gbit/s, delay: 20us}";

constexpr const char* kClient = "10.1.10.2";
constexpr const char* kDirector = "10.1.10.1";
constexpr const char* kDirectorInside = "192.168.184.128";
constexpr const char* kRouter = "10.1.10.254";
constexpr const char* kRouterInside = "192.168.184.1";
constexpr int kFirstServer = 129;
constexpr const char* kMarkedNet = "10.1.20.0/24";
constexpr const char* kClientNet = "172.20.0.0/14";

/// MAC addresses: 02:00:00:00:NN:HH, NN the network, HH the last octet of the first address there.
std::string card(const std::string& name, bool inside, int last_octet) {
  return fmt::format("{}: {{network: {}, mac: 02:00:00:00:{}:{:02x}}}", name,
                     inside ? "inside" : "outside", inside ? "b8" : "0a", last_octet);
}

/// The recorded servers were processes that took some ms to answer. Ours: a frame takes a jiffy, so
/// that a tick of the statistics can fall between a request and its answer, as it did there.
constexpr const char* kServerCpu = "    cpu: {cores: 1, per_frame: 4ms}\n";

std::string host(const std::string& name, const std::string& cards, const std::string& keys,
                 const std::string& setup) {
  std::string text = fmt::format("  {}:\n    nics: {{{}}}\n    reply_jitter: 0us\n{}    setup: |\n",
                                 name, cards, keys);
  for (std::size_t at = 0; at < setup.size();) {
    const std::size_t end = setup.find('\n', at);
    text += "      " + setup.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return text;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string client(const Recording& recording) {
  std::string setup = fmt::format(
      "ip addr add {}/24 dev eth0\n"
      "ip route add local {} dev lo\n"
      "ip route add {} via {}\n"
      "# It knows the director's MAC address: no capture has a question of it.\n"
      "ip neigh replace {} lladdr 02:00:00:00:0a:01 dev eth0 nud permanent\n",
      kClient, kClientNet, kMarkedNet, kDirector, kDirector);
  for (const Ipv4Address vip : recording.vips) {
    setup += fmt::format("ip neigh replace {} lladdr 02:00:00:00:0a:01 dev eth0 nud permanent\n",
                         to_string(vip));
  }
  return host("client", card("eth0", false, 2), "", setup);
}

std::string director(const Recording& recording, const Choices& choices) {
  std::string setup = fmt::format("ip addr add {}/24 dev eth0\n", kDirector);
  for (const Ipv4Address vip : recording.vips) {
    setup += fmt::format("ip addr add {}/32 dev eth0\n", to_string(vip));
  }
  setup += fmt::format(
      "ip addr add {}/24 dev eth1\n"
      "sysctl -w net.ipv4.ip_forward=1\n"
      "sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0"
      " net.ipv4.conf.eth1.send_redirects=0\n"
      "sysctl -w net.ipv4.conf.all.rp_filter=0\n"
      "ip route add {} via {}\n"
      "ip route add local {} dev lo\n",
      kDirectorInside, kClientNet, kClient, kMarkedNet);
  for (const auto& [name, value] : recording.sysctls) {
    setup += fmt::format("sysctl -w {}={}\n", name, value);
  }
  for (const std::string& command : recording.setup) setup += command + "\n";
  for (const std::string& rule : recording.rules) setup += "ipvsadm " + rule + "\n";
  const std::string phases = fmt::format("    jiffies_phase: {}\n    statistics_phase: {}\n",
                                         choices.jiffies_phase, choices.statistics_phase);
  return host("director", card("eth0", false, 1) + ", " + card("eth1", true, 128), phases, setup);
}

std::string router() {
  return host("router", card("eth0", false, 254) + ", " + card("eth1", true, 1), "",
              fmt::format("ip addr add {}/24 dev eth0\n"
                          "ip addr add {}/24 dev eth1\n"
                          "sysctl -w net.ipv4.ip_forward=1\n"
                          "sysctl -w net.ipv4.conf.all.rp_filter=0\n"
                          "ip route add {} via {}\n",
                          kRouter, kRouterInside, kClientNet, kClient));
}

/// "rs3 80" and a line feed.
std::size_t greeting_length(int server, Port port) {
  return fmt::format("rs{} {}\n", server, port.value).size();
}

std::string serves(const Recording& recording, int server) {
  std::string text = std::string(kServerCpu) + "    serves:\n";
  for (const char* protocol : {"tcp", "udp"}) {
    for (const Port port : recording.ports) {
      text += fmt::format("      - {{port: {}/{}, greeting: {}B}}\n", port.value, protocol,
                          greeting_length(server, port));
    }
  }
  return text;
}

std::string real_server(const Recording& recording, int server) {
  const int octet = kFirstServer + server - 1;
  std::string setup = fmt::format(
      "ip addr add 192.168.184.{}/24 dev eth0\n"
      "sysctl -w net.ipv4.conf.all.rp_filter=0\n",
      octet);
  if (recording.kind == ClusterKind::nat) {
    setup += fmt::format("ip route add default via {}\n", kDirectorInside);
    return host(fmt::format("rs{}", server), card("eth0", true, octet), serves(recording, server),
                setup);
  }
  setup += fmt::format(
      "ip route add default via {}\n"
      "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2\n"
      "ip route add local {} dev lo\n",
      kRouterInside, kMarkedNet);
  for (const Ipv4Address vip : recording.vips) {
    setup += fmt::format("ip addr add {}/32 dev lo\n", to_string(vip));
  }
  if (recording.kind == ClusterKind::tun) {
    setup +=
        "modprobe ipip\n"
        "ip link set tunl0 up\n"
        "sysctl -w net.ipv4.conf.tunl0.rp_filter=0\n";
  }
  return host(fmt::format("rs{}", server), card("eth0", true, octet), serves(recording, server),
              setup);
}

std::string instant(Duration at) { return fmt::format("{}us", at / microseconds(1)); }

std::string operation_event(const Operation& op) {
  const auto conversation = [&](const char* verb, const char* protocol, const char* more) {
    return fmt::format("host: client, {}: {{id: op{}, from: {}, to: {}/{}{}}}", verb, op.number,
                       to_string(op.source), to_string(op.target), protocol, more);
  };
  switch (op.kind) {
    case Operation::Kind::open: return conversation("connect", "tcp", "");
    case Operation::Kind::udp: return conversation("datagram", "udp", ", bytes: 1B");
    case Operation::Kind::send:
      return fmt::format("send: {{id: op{}, bytes: {}B}}", op.opened_by, op.bytes);
    case Operation::Kind::close: return fmt::format("close: op{}", op.opened_by);
    case Operation::Kind::reset: return fmt::format("reset: op{}", op.opened_by);
    case Operation::Kind::server_close:
      return fmt::format("close: {{id: op{}, by: server}}", op.opened_by);
    case Operation::Kind::ipvsadm:
      if (usage_error(op)) return "host: director, run: \"true\"";
      return "host: director, run: " +
             quoted("ipvsadm " + op.arguments + (op.status == 0 ? "" : " || true"));
    case Operation::Kind::show: return "host: director, show: " + quoted("ipvsadm " + op.arguments);
    case Operation::Kind::sleep: break;
  }
  return {};
}

std::string events(const Recording& recording, const Choices& choices) {
  const std::vector<Duration> instants = event_instants(recording, choices);
  std::string text = "events:\n";
  std::size_t next = 0;
  const auto event = [&](const std::string& what) {
    text += fmt::format("  - {{at: {}, {}}}\n", instant(instants[next]), what);
    ++next;
  };
  for (const Operation& op : recording.operations) {
    if (op.kind != Operation::Kind::sleep) event(operation_event(op));
  }
  for (const auto& [arguments, output] : recording.last) {
    event("host: director, show: " + quoted("ipvsadm " + arguments));
  }
  for (const std::size_t op : left_open(recording)) event(fmt::format("reset: op{}", op));
  return next == 0 ? "" : text;
}

}  // namespace

std::optional<std::string> usage_error(const Operation& op) {
  if (op.kind != Operation::Kind::ipvsadm || op.status == 0) return {};
  try {
    language::read_script(language::Text("ipvsadm " + op.arguments, {op.text(), 1, 1}));
    return {};
  } catch (const language::ScenarioError& error) {
    return error.message();
  }
}

language::Scenario load_recording_scenario(const std::string& name, const Recording& recording) {
  language::Scenario scenario =
      language::load_scenario_text(name, recording_scenario(recording, {}));
  language::check_supported(scenario);
  return scenario;
}

MacAddress director_mac(std::size_t card) {
  return card == 0 ? MacAddress{{2, 0, 0, 0, 0x0a, 0x01}} : MacAddress{{2, 0, 0, 0, 0xb8, 0x80}};
}

std::vector<std::size_t> left_open(const Recording& recording) {
  std::set<std::size_t> open;
  for (const Operation& op : recording.operations) {
    if (op.kind == Operation::Kind::open) open.insert(op.number);
    const bool ends = op.kind == Operation::Kind::close || op.kind == Operation::Kind::reset;
    if (ends) open.erase(op.opened_by);
  }
  return {open.begin(), open.end()};
}

/// An operation was over a pause before the next began.
Duration instant_within(const Recording& recording, const Operation& op, int percent) {
  const std::vector<Operation>& ops = recording.operations;
  const bool is_last = op.number + 1 == ops.size();
  const Duration next = is_last ? op.at + kPause + kLastListing : ops[op.number + 1].at;
  const Duration into = (std::max(next - kPause, op.at) - op.at) / 100 * percent;
  return op.at + into / microseconds(1) * microseconds(1);  // as the text says it
}

Duration last_instant(const Recording& recording, Duration last) {
  const std::vector<Operation>& ops = recording.operations;
  return (ops.empty() ? Duration{} : ops.back().at) + last;
}

std::vector<Duration> event_instants(const Recording& recording, const Choices& choices) {
  std::vector<Duration> instants;
  for (const Operation& op : recording.operations) {
    Duration at = op.at;
    if (op.kind == Operation::Kind::sleep) continue;
    if (op.kind == Operation::Kind::ipvsadm) {
      at = instant_within(recording, op, choices.command_percent);
    } else if (op.kind == Operation::Kind::show) {
      const auto found = choices.listing_percents.find(op.number);
      const int percent = found == choices.listing_percents.end() ? 0 : found->second;
      at = instant_within(recording, op, percent);
    }
    instants.push_back(at);
  }
  Duration last = last_instant(recording, kFirstLast);
  for (std::size_t i = 0; i < recording.last.size(); ++i) {
    if (i < choices.lasts.size()) last = last_instant(recording, choices.lasts[i]);
    instants.push_back(last);
  }
  instants.insert(instants.end(), left_open(recording).size(), last + kBeforeEnd);
  return instants;
}

std::string recording_scenario(const Recording& recording, const Choices& choices) {
  const std::vector<Duration> instants = event_instants(recording, choices);
  const Duration end = (instants.empty() ? Duration{} : instants.back()) + seconds(1);
  std::string text = fmt::format(
      "name: {}\n"
      "about: \"A recorded script, as a scenario: the listings are what a director prints.\"\n"
      "time: {{run: {}, warmup: 0s, drain: 0s}}\n"
      "networks:\n"
      "  outside: {}\n"
      "  inside: {}\n"
      "hosts:\n",
      quoted(recording.name), instant(end), kCable, kCable);
  text += client(recording) + director(recording, choices) + router();
  for (int server = 1; server <= recording.servers; ++server) {
    text += real_server(recording, server);
  }
  return text + events(recording, choices);
}

}  // namespace lvs::verify
