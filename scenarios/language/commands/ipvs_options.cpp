#include "scenarios/language/commands/ipvs_options.hpp"

#include <array>

namespace lvs::language {
namespace {

enum class Takes { nothing, value, perhaps };

struct Row {
  char letter;  // '\0': long form only
  std::string_view name;
  Takes takes;
  IpvsOption option;
  std::string_view group;  // ipvsadm's own name in messages
};
using O = IpvsOption;
constexpr std::array kRows{
    Row{'A', "add-service", Takes::nothing, O::add_service, "add-service"},
    Row{'E', "edit-service", Takes::nothing, O::edit_service, "edit-service"},
    Row{'D', "delete-service", Takes::nothing, O::delete_service, "delete-service"},
    Row{'C', "clear", Takes::nothing, O::clear, "flush"},
    Row{'L', "list", Takes::nothing, O::list, "list"},
    Row{'l', "list", Takes::nothing, O::list, "list"},
    Row{'a', "add-server", Takes::nothing, O::add_server, "add-server"},
    Row{'e', "edit-server", Takes::nothing, O::edit_server, "edit-server"},
    Row{'d', "delete-server", Takes::nothing, O::delete_server, "delete-server"},
    Row{'Z', "zero", Takes::nothing, O::zero, "zero"},
    Row{'\0', "set", Takes::value, O::set, "set"},
    Row{'S', "save", Takes::nothing, O::save, "save"},
    Row{'R', "restore", Takes::nothing, O::restore, "restore"},
    Row{'\0', "add-laddr", Takes::nothing, O::add_local_address, "add-laddr"},
    Row{'t', "tcp-service", Takes::value, O::tcp_service, "service-address"},
    Row{'u', "udp-service", Takes::value, O::udp_service, "service-address"},
    Row{'f', "fwmark-service", Takes::value, O::mark_service, "service-address"},
    Row{'s', "scheduler", Takes::value, O::scheduler, "scheduler"},
    Row{'p', "persistent", Takes::perhaps, O::persistent, "persistent"},
    Row{'M', "netmask", Takes::value, O::netmask, "netmask"},
    Row{'r', "real-server", Takes::value, O::server, "real-server"},
    Row{'m', "masquerading", Takes::nothing, O::masquerading, "forwarding-method"},
    Row{'i', "ipip", Takes::nothing, O::ipip, "forwarding-method"},
    Row{'g', "gatewaying", Takes::nothing, O::gatewaying, "forwarding-method"},
    Row{'\0', "fullnat", Takes::nothing, O::fullnat, "forwarding-method"},
    Row{'w', "weight", Takes::value, O::weight, "weight"},
    Row{'x', "u-threshold", Takes::value, O::upper, "u-threshold"},
    Row{'y', "l-threshold", Takes::value, O::lower, "l-threshold"},
    Row{'n', "numeric", Takes::nothing, O::numeric, "numeric"},
    Row{'c', "connection", Takes::nothing, O::connection, "connection"},
    Row{'\0', "timeout", Takes::nothing, O::timeout, "timeout"},
    Row{'\0', "daemon", Takes::nothing, O::daemon, "daemon"},
    Row{'\0', "stats", Takes::nothing, O::stats, "stats"},
    Row{'\0', "rate", Takes::nothing, O::rate, "rate"},
    Row{'\0', "exact", Takes::nothing, O::exact, "exact"},
    Row{'\0', "sort", Takes::nothing, O::sort, ""},
    Row{'\0', "nosort", Takes::nothing, O::nosort, "nosort"},
    Row{'\0', "persistent-conn", Takes::nothing, O::persistent_conn, "persistent-conn"},
    Row{'\0', "thresholds", Takes::nothing, O::thresholds, "thresholds"},
    Row{'\0', "tun-info", Takes::nothing, O::tun_info, "tun-info"},
    Row{'\0', "tun-type", Takes::value, O::tunnel_type, "tun-type"},
    Row{'o', "ops", Takes::nothing, O::one_packet, "ops"},
    Row{'\0', "pe", Takes::value, O::engine, "pe"},
    Row{'b', "sched-flags", Takes::value, O::flags, "sched-flags"},
    Row{'z', "local-address", Takes::value, O::local_address, "local-address"},
    Row{'F', "ifname", Takes::value, O::device, "ifname"},
};
// DPVS: on -a and -e, -b chooses FULLNAT and has no value (design.md 4).
constexpr Row kFullnat{'b', "fullnat", Takes::nothing, O::fullnat, "forwarding-method"};

struct Refused {
  std::string_view spelling;
  std::string_view why;
};
constexpr std::array kRefused{
    Refused{"-6", "IPv6 is not supported"},
    Refused{"--ipv6", "IPv6 is not supported"},
    Refused{"--sctp-service", "SCTP is not supported"},
    Refused{"--start-daemon", "connection synchronisation is not built yet"},
    Refused{"--stop-daemon", "connection synchronisation is not built yet"},
    Refused{"--tun-port", "tunnels other than IPIP are not supported"},
    Refused{"--tun-nocsum", "tunnels other than IPIP are not supported"},
    Refused{"--tun-csum", "tunnels other than IPIP are not supported"},
    Refused{"--tun-remcsum", "tunnels other than IPIP are not supported"},
};

class OptionReader {
 public:
  explicit OptionReader(const std::vector<Word>& words) : arguments_(words) {}

  IpvsWords run() {
    while (!arguments_.done()) {
      const Word& word = arguments_.next();
      if (word.text.rfind("--", 0) == 0) {
        long_option(word);
      } else if (word.text.size() > 1 && word.text[0] == '-') {
        letters(word);
      } else {
        if (given_.empty()) throw not_a_command(word);
        result_.operands.push_back(word);
      }
    }
    result_.command = given_.front();
    result_.options.assign(given_.begin() + 1, given_.end());
    return std::move(result_);
  }

 private:
  ScenarioError not_a_command(const Word& word) const {
    return arguments_.error(word,
                            "the first option must be a command: -A -E -D -C -a -e -d -L -Z "
                            "-S -R --set (ipvsadm -h)");
  }

  void refuse_known(const Word& word, const std::string& spelling) const {
    for (const Refused& refused : kRefused) {
      if (spelling == refused.spelling) {
        throw arguments_.error(word, spelling + ": " + std::string(refused.why));
      }
    }
  }

  void add(const Row& row, const Word& word, const std::string& spelling,
           std::optional<Word> value) {
    if (given_.empty() && !is_ipvs_command(row.option)) throw not_a_command(word);
    if (!given_.empty() && is_ipvs_command(row.option)) {
      throw arguments_.error(word, "invalid option `" + word.text + "'");
    }
    given_.push_back({row.option, word, spelling, std::move(value)});
  }

  // The value in the next word; an optional one is not taken from a word that is an option.
  std::optional<Word> next_value(const Row& row, const Word& word, const std::string& spelling) {
    if (row.takes == Takes::nothing) return std::nullopt;
    const bool missing = arguments_.done();
    if (row.takes == Takes::perhaps && (missing || arguments_.peek().text.rfind('-', 0) == 0)) {
      return std::nullopt;
    }
    if (missing) throw arguments_.error(word, spelling + ": missing argument");
    return arguments_.next();
  }

  void long_option(const Word& word) {
    const std::size_t equals = word.text.find('=');
    const std::string spelling = word.text.substr(0, equals);
    refuse_known(word, spelling);
    std::vector<std::string> known;
    for (const Row& row : kRows) {
      known.push_back("--" + std::string(row.name));
      if (spelling != known.back()) continue;
      std::optional<Word> value;
      if (equals != std::string::npos) {
        if (row.takes == Takes::nothing)
          throw arguments_.error(word, spelling + ": takes no value");
        value = Word{word.text.substr(equals + 1), word.where};
      } else {
        value = next_value(row, word, spelling);
      }
      return add(row, word, spelling, value);
    }
    throw arguments_.error(word, spelling + ": unknown option" + did_you_mean(spelling, known));
  }

  const Row* row_of(char letter) const {
    const bool server = !given_.empty() && (given_.front().option == O::add_server ||
                                            given_.front().option == O::edit_server);
    if (letter == 'b' && server) return &kFullnat;
    for (const Row& row : kRows) {
      if (row.letter == letter) return &row;
    }
    return nullptr;
  }

  // "-Lnc", "-At", "-w2", "-t=A:P".
  void letters(const Word& word) {
    for (std::size_t k = 1; k < word.text.size(); ++k) {
      const std::string spelling{'-', word.text[k]};
      refuse_known(word, spelling);
      const Row* row = row_of(word.text[k]);
      if (row == nullptr) throw arguments_.error(word, spelling + ": unknown option");
      const bool last = k + 1 == word.text.size();
      if (row->takes == Takes::nothing || last) {
        add(*row, word, spelling, next_value(*row, word, spelling));
        continue;
      }
      const std::size_t first = k + (word.text[k + 1] == '=' ? 2 : 1);
      return add(*row, word, spelling, Word{word.text.substr(first), word.where});
    }
  }

  Arguments arguments_;
  std::vector<IpvsGiven> given_;
  IpvsWords result_{{O::list, {}, "", {}}, {}, {}};
};

}  // namespace

IpvsWords read_ipvs_words(const std::vector<Word>& words) { return OptionReader(words).run(); }

bool is_ipvs_command(IpvsOption option) { return option <= IpvsOption::add_local_address; }

std::string_view ipvs_option_name(IpvsOption option) {
  for (const Row& row : kRows) {
    if (row.option == option) return row.group;
  }
  return "";
}

std::string_view ipvs_command_name(IpvsOption command) { return ipvs_option_name(command); }

}  // namespace lvs::language
