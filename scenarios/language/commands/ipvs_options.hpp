// The options of ipvsadm as its parser (popt) reads them: letters together (-Lnc, -At A:P), values
// in the same word or the next, long names with `=` or the next word.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "scenarios/language/commands/arguments.hpp"

namespace lvs::language {

enum class IpvsOption : std::uint8_t {
  // commands
  add_service,
  edit_service,
  delete_service,
  clear,
  list,
  add_server,
  edit_server,
  delete_server,
  zero,
  set,
  save,
  restore,
  add_local_address,
  // options
  tcp_service,
  udp_service,
  mark_service,
  scheduler,
  persistent,
  netmask,
  server,
  masquerading,
  ipip,
  gatewaying,
  fullnat,
  weight,
  upper,
  lower,
  numeric,
  connection,
  timeout,
  daemon,
  stats,
  rate,
  exact,
  sort,
  nosort,
  persistent_conn,
  thresholds,
  tun_info,
  tunnel_type,
  one_packet,
  engine,
  flags,
  local_address,
  device
};

struct IpvsGiven {
  IpvsOption option;
  Word at;               ///< the word that held the option
  std::string spelling;  ///< "-w" or "--weight"
  std::optional<Word> value;
};

/// The first option, which is the command, and the others in order. `operands` are words that
/// belong to no option (the two further numbers of --set).
struct IpvsWords {
  IpvsGiven command;
  std::vector<IpvsGiven> options;
  std::vector<Word> operands;
};

/// Throws ScenarioError for unknown options, missing values and a first word that is no command.
IpvsWords read_ipvs_words(const std::vector<Word>& words);

bool is_ipvs_command(IpvsOption option);
/// ipvsadm's name for the option in messages ("forwarding-method"); empty for sort, which it
/// ignores.
std::string_view ipvs_option_name(IpvsOption option);
/// ipvsadm's name for the command ("add-server", "flush").
std::string_view ipvs_command_name(IpvsOption command);

}  // namespace lvs::language
