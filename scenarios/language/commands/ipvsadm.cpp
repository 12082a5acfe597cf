// ipvsadm: from options to requests, with the checks, defaults and error texts of ipvsadm 1.31.
// They were compared with the binary of Debian 12 (option checks happen before the kernel is
// asked); see spec/ipvs.md 7.3 and 7.6.
#include "scenarios/language/commands/ipvsadm.hpp"

#include <algorithm>
#include <array>

#include "scenarios/language/commands/ipvs_options.hpp"
#include "scenarios/language/commands/tools.hpp"
#include "scenarios/language/range.hpp"

namespace lvs::language {
namespace {

using O = IpvsOption;
constexpr std::int64_t kMaxTimeout = 31 * 24 * 3600;  // s; the tool's limit for -p and --set
constexpr std::int64_t kMaxInt = 0x7fffffff;
constexpr std::uint32_t kDefaultPersistence =
    360;  // s, for -p without value (the man page says 300)

// The schedulers of Linux 6.1 (spec/ipvs.md 2).
const std::vector<std::string> kSchedulers{"rr", "wrr",  "lc",    "wlc", "sed", "nq", "sh",
                                           "dh", "lblc", "lblcr", "fo",  "ovf", "mh", "twos"};

struct Legal {
  O command;
  std::vector<O> needed;  // by any option of the same name
  std::vector<O> allowed;
};
const std::vector<Legal>& legal_options() {
  static const std::vector<O> kService{O::scheduler,  O::persistent, O::netmask,
                                       O::one_packet, O::engine,     O::flags};
  static const std::vector<O> kServer{O::masquerading, O::weight, O::upper, O::lower,
                                      O::tunnel_type};
  static const std::vector<Legal> kLegal{
      {O::add_service, {O::tcp_service}, kService},
      {O::edit_service, {O::tcp_service}, kService},
      {O::delete_service, {O::tcp_service}, {}},
      {O::clear, {}, {}},
      {O::zero, {}, {O::tcp_service}},
      {O::add_server, {O::tcp_service, O::server}, kServer},
      {O::edit_server, {O::tcp_service, O::server}, kServer},
      {O::delete_server, {O::tcp_service, O::server}, {}},
      {O::list,
       {},
       {O::numeric, O::connection, O::tcp_service, O::timeout, O::daemon, O::stats, O::rate,
        O::exact, O::nosort, O::persistent_conn, O::thresholds, O::tun_info}},
      {O::set, {}, {}},
      {O::save, {}, {O::numeric}},
      {O::restore, {}, {}},
      {O::add_local_address, {O::tcp_service, O::local_address, O::device}, {}},
  };
  return kLegal;
}

bool contains_name(const std::vector<O>& options, std::string_view name) {
  return std::any_of(options.begin(), options.end(),
                     [&](O option) { return ipvs_option_name(option) == name; });
}

/// One command after the checks that ipvsadm makes before it looks at values' meaning.
class Request {
 public:
  explicit Request(const std::vector<Word>& words)
      : arguments_(words), read_(read_ipvs_words(words)) {
    refuse_repeated();
    if (read_.command.option != O::set && !read_.operands.empty()) {
      throw error(read_.operands.front(), "unexpected argument " + read_.operands.front().text);
    }
    check_legal();
  }

  O command() const { return read_.command.option; }
  const IpvsGiven& command_given() const { return read_.command; }
  const std::vector<Word>& operands() const { return read_.operands; }
  ScenarioError error(const Word& at, const std::string& message) const {
    return arguments_.error(at, message);
  }

  const IpvsGiven* find(O option) const {
    for (const IpvsGiven& given : read_.options) {
      if (given.option == option) return &given;
    }
    return nullptr;
  }
  const Word& value(O option) const { return *find(option)->value; }
  bool has(O option) const { return find(option) != nullptr; }
  bool has_service() const { return given_by_name("service-address") != nullptr; }

  std::int64_t number(O option, std::int64_t otherwise, const std::string& complaint) const {
    if (!has(option)) return otherwise;
    const auto number = parse_count(value(option).text, kMaxInt);
    if (!number) throw error(value(option), complaint);
    return *number;
  }

  std::int64_t timeout(const Word& word, std::int64_t least) const {
    const auto seconds = parse_count(word.text, kMaxTimeout);
    if (seconds && *seconds >= least) return *seconds;
    throw error(word, "invalid timeout value `" + word.text + "' specified");
  }

  const Word& service_word() const {
    for (const O option : {O::tcp_service, O::udp_service, O::mark_service}) {
      if (has(option)) return value(option);
    }
    return read_.command.at;
  }

  IpvsServiceKey service() const {
    if (const IpvsGiven* given = find(O::mark_service)) {
      const auto mark = parse_count(given->value->text, 0xffffffffLL);
      if (mark && *mark > 0) return FirewallMark{static_cast<std::uint32_t>(*mark)};
      throw error(*given->value, "invalid fwmark value `" + given->value->text + "' specified");
    }
    const bool tcp = has(O::tcp_service);
    const Word& word = value(tcp ? O::tcp_service : O::udp_service);
    return ServiceAddress{endpoint(word, "virtual"), tcp ? Protocol::tcp : Protocol::udp};
  }

  Endpoint endpoint(const Word& word, const std::string& what) const {
    const std::string ipv6 = ipv6_refusal(word.text);
    if (!ipv6.empty() || word.text.rfind('[', 0) == 0) {
      throw error(word, "\"" + word.text + "\": IPv6 is not supported");
    }
    if (const auto endpoint = parse_endpoint(word.text, true)) return *endpoint;
    throw error(word,
                "illegal " + what + " server address[:port] specified (\"" + word.text + "\")");
  }

 private:
  const IpvsGiven* given_by_name(std::string_view name) const {
    for (const IpvsGiven& given : read_.options) {
      if (ipvs_option_name(given.option) == name) return &given;
    }
    return nullptr;
  }

  void refuse_repeated() const {
    for (const IpvsGiven& given : read_.options) {
      const std::string_view name = ipvs_option_name(given.option);
      if (name.empty() || given_by_name(name) == &given) continue;
      throw error(given.at, "multiple '" + std::string(name) + "' options specified");
    }
  }

  void check_legal() const {
    const auto& legal = legal_options();
    const auto rules = std::find_if(legal.begin(), legal.end(),
                                    [&](const Legal& l) { return l.command == command(); });
    const std::string called(ipvs_command_name(command()));
    for (const O needed : rules->needed) {
      const std::string name(ipvs_option_name(needed));
      if (given_by_name(name) != nullptr) continue;
      throw error(read_.command.at,
                  "You need to supply the '" + name + "' option for the '" + called + "' command");
    }
    for (const IpvsGiven& given : read_.options) {
      const std::string name(ipvs_option_name(given.option));
      const bool harmless = name.empty() && command() == O::list;  // --sort is the default
      if (harmless || contains_name(rules->needed, name) || contains_name(rules->allowed, name)) {
        continue;
      }
      throw error(given.at, "Illegal '" + (name.empty() ? given.spelling.substr(2) : name) +
                                "' option with the '" + called + "' command");
    }
  }

  Arguments arguments_;
  IpvsWords read_;
};

Word read_scheduler(const Request& request) {
  if (!request.has(O::scheduler)) return {"wlc", request.command_given().at.where};
  const Word& word = request.value(O::scheduler);
  if (std::find(kSchedulers.begin(), kSchedulers.end(), word.text) != kSchedulers.end())
    return word;
  throw request.error(word, "Scheduler or persistence engine not found (\"" + word.text + "\")" +
                                did_you_mean(word.text, kSchedulers) +
                                " (known: " + join(kSchedulers) + ")");
}

// "sh-port,sh-fallback"; the named ones only with their scheduler.
std::vector<std::string> read_flags(const Request& request, const std::string& scheduler) {
  std::vector<std::string> flags;
  if (!request.has(O::flags)) return flags;
  const Word& word = request.value(O::flags);
  std::size_t at = 0;
  while (at <= word.text.size()) {
    const std::size_t end = std::min(word.text.find(',', at), word.text.size());
    const std::string flag = word.text.substr(at, end - at);
    at = end + 1;
    const bool any = flag == "flag-1" || flag == "flag-2" || flag == "flag-3";
    const bool named =
        flag == "sh-fallback" || flag == "sh-port" || flag == "mh-fallback" || flag == "mh-port";
    if (!any && !named) throw request.error(word, "invalid scheduler flag `" + flag + "'");
    if (named && flag.substr(0, 2) != scheduler) {
      throw request.error(word, "incompatible scheduler flag `" + flag + "'");
    }
    flags.push_back(flag);
  }
  return flags;
}

IpvsServiceSet service_set(const Request& request) {
  IpvsServiceSet set;
  set.edit = request.command() == O::edit_service;
  set.service = request.service();
  set.scheduler = read_scheduler(request);
  if (const IpvsGiven* given = request.find(O::persistent)) {
    set.persistence = kDefaultPersistence;
    if (given->value) {
      set.persistence = static_cast<std::uint32_t>(request.timeout(*given->value, 1));
    }
  }
  if (request.has(O::netmask)) {
    const Word& word = request.value(O::netmask);
    const auto mask = parse_ipv4_address(word.text);
    if (!mask) throw request.error(word, "illegal virtual server persistent mask specified");
    set.netmask = *mask;
  }
  if (request.has(O::engine)) set.persistence_engine = request.value(O::engine).text;
  set.one_packet = request.has(O::one_packet);
  set.flags = read_flags(request, set.scheduler.text);
  const auto* address = std::get_if<ServiceAddress>(&set.service);
  if (address != nullptr && address->endpoint.port.value == 0 && !set.persistence) {
    throw request.error(request.service_word(), "Zero port specified for non-persistent service");
  }
  if (set.one_packet && address != nullptr && address->protocol != Protocol::udp) {
    throw request.error(request.find(O::one_packet)->at,
                        "One-Packet Scheduling is only for UDP virtual services");
  }
  return set;
}

// No port given: that of the service, or 0 of a mark.
Endpoint read_server(const Request& request, const IpvsServiceKey& service) {
  const Word& word = request.value(O::server);
  Endpoint server = request.endpoint(word, "real");
  const auto* address = std::get_if<ServiceAddress>(&service);
  const bool has_port = word.text.find(':') != std::string::npos;
  if (!has_port && address != nullptr) server.port = address->endpoint.port;
  return server;
}

void check_tunnel_type(const Request& request) {
  const Word& word = request.value(O::tunnel_type);
  if (word.text == "ipip") return;
  if (word.text == "gue" || word.text == "gre") {
    throw request.error(word, "tunnels of type " + word.text + " are not supported (known: ipip)");
  }
  throw request.error(word, "illegal tunnel type specified");
}

IpvsServerSet server_set(const Request& request) {
  IpvsServerSet set;
  set.edit = request.command() == O::edit_server;
  set.service = request.service();
  set.server = read_server(request, set.service);
  if (request.has(O::masquerading)) set.method = IpvsMethod::nat;
  if (request.has(O::ipip)) set.method = IpvsMethod::tunnel;
  if (request.has(O::fullnat)) set.method = IpvsMethod::fullnat;
  if (request.has(O::tunnel_type)) check_tunnel_type(request);
  set.weight = request.number(O::weight, 1, "illegal weight specified");
  set.upper_threshold =
      static_cast<std::uint32_t>(request.number(O::upper, 0, "illegal u_threshold specified"));
  set.lower_threshold =
      static_cast<std::uint32_t>(request.number(O::lower, 0, "illegal l_threshold specified"));
  // -g and -i cannot change the port: the tool takes the service's without a word.
  const auto* address = std::get_if<ServiceAddress>(&set.service);
  const bool keeps = set.method == IpvsMethod::direct || set.method == IpvsMethod::tunnel;
  if (keeps && address != nullptr) set.server.port = address->endpoint.port;
  return set;
}

// The tool's order when several are asked for: statistics, rate, thresholds, persistent, tunnels.
IpvsListing read_listing(const Request& request) {
  if (request.has(O::connection)) return IpvsListing::connections;
  if (request.has(O::timeout)) return IpvsListing::timeouts;
  if (request.has(O::daemon)) return IpvsListing::daemon;
  if (request.has(O::stats)) return IpvsListing::stats;
  if (request.has(O::rate)) return IpvsListing::rate;
  if (request.has(O::thresholds)) return IpvsListing::thresholds;
  if (request.has(O::persistent_conn)) return IpvsListing::persistent;
  if (request.has(O::tun_info)) return IpvsListing::tunnels;
  return IpvsListing::services;
}

void refuse_conflicts(const Request& request) {
  struct Conflict {
    O first;
    O second;
  };
  constexpr std::array kConflicts{
      Conflict{O::tcp_service, O::connection},  Conflict{O::udp_service, O::connection},
      Conflict{O::mark_service, O::connection}, Conflict{O::timeout, O::tcp_service},
      Conflict{O::timeout, O::udp_service},     Conflict{O::timeout, O::mark_service},
      Conflict{O::timeout, O::connection},      Conflict{O::daemon, O::timeout},
      Conflict{O::daemon, O::connection}};
  for (const Conflict& conflict : kConflicts) {
    if (!request.has(conflict.first) || !request.has(conflict.second)) continue;
    throw request.error(
        request.find(conflict.second)->at,
        "The option '" + std::string(ipvs_option_name(conflict.first)) + "' conflicts with the '" +
            std::string(ipvs_option_name(conflict.second)) + "' option in the 'list' command");
  }
  const bool special =
      request.has(O::connection) || request.has(O::timeout) || request.has(O::daemon);
  const bool counts = request.has(O::stats) || request.has(O::rate) || request.has(O::thresholds);
  const bool persistent = request.has(O::persistent_conn) && !request.has(O::connection);
  if (special && (counts || persistent)) {
    throw request.error(request.command_given().at, "options conflicts in the list command");
  }
}

IpvsList list(const Request& request) {
  refuse_conflicts(request);
  IpvsList list;
  list.what = read_listing(request);
  if (request.has_service()) list.service = request.service();
  list.numeric = request.has(O::numeric);
  list.exact = request.has(O::exact);
  list.sorted = !request.has(O::nosort);
  list.persistence_data = request.has(O::persistent_conn);
  return list;
}

IpvsSetTimeouts set_timeouts(const Request& request) {
  const std::vector<Word>& others = request.operands();
  if (others.size() < 2) {
    throw request.error(request.command_given().at, "--set option requires 3 timeout values");
  }
  if (others.size() > 2) throw request.error(others[2], "unexpected argument " + others[2].text);
  return {request.timeout(*request.command_given().value, 0), request.timeout(others[0], 0),
          request.timeout(others[1], 0)};
}

IpvsLocalAddressAdd local_address(const Request& request) {
  const Word& word = request.value(O::local_address);
  const auto address = parse_ipv4_address(word.text);
  if (!address) throw request.error(word, "illegal local address \"" + word.text + "\"");
  return {request.service(), *address, request.value(O::device)};
}

}  // namespace

Command parse_ipvsadm(const ShellCommand& shell) {
  if (shell.words.size() == 1) return IpvsList{};
  const Request request(shell.words);
  const bool has_input = shell.input_text || shell.input_file;
  if (has_input && request.command() != O::restore) {
    throw ScenarioError(shell.where(), "ipvsadm: reads no input here");
  }
  switch (request.command()) {
    case O::add_service:
    case O::edit_service: return service_set(request);
    case O::delete_service: return IpvsServiceDelete{request.service()};
    case O::clear: return IpvsClear{};
    case O::zero:
      if (request.has_service()) return IpvsZero{request.service()};
      return IpvsZero{};
    case O::add_server:
    case O::edit_server: return server_set(request);
    case O::delete_server:
      return IpvsServerDelete{request.service(), read_server(request, request.service())};
    case O::list: return list(request);
    case O::set: return set_timeouts(request);
    case O::save: return IpvsSave{request.has(O::numeric)};
    case O::restore: return parse_ipvs_restore_command(shell, false);
    case O::add_local_address: return local_address(request);
    default: break;  // the other enumerators are options, never the first word
  }
  throw ScenarioError(shell.where(), "ipvsadm: no command");
}

}  // namespace lvs::language
