// The words of arptables and iptables as getopt_long takes them: letters together (-nvL), values in
// the same word, behind `=` or in the next, long names shortened while they are clear, `!` before
// an option or before its value.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/language/commands/arguments.hpp"
#include "scenarios/language/commands/xtables.hpp"

namespace lvs::language {

struct XtOptionName {
  char letter;  ///< NUL: none
  std::string_view spelling;
  std::string_view name;  ///< what it is called here: one for all spellings
};

struct XtOption {
  std::string_view name;
  Word at;
  std::string spelling;  ///< "-s" or "--source"
  bool inverted = false;
};

class XtWords {
 public:
  XtWords(const std::vector<Word>& words, const XtOptionName* names, std::size_t count)
      : arguments_(words), names_(names), count_(count) {}

  /// The next option; nothing at the end. Throws at a word that is no option.
  std::optional<XtOption> next();
  /// The value of `option`, which needs one.
  Word value(XtOption& option);
  /// A word that may follow (a chain after -L, a number after -D), unless it begins with - or !.
  std::optional<Word> operand();
  /// Throws unless `option` may be inverted; called for those that may not.
  void refuse_inversion(const XtOption& option) const;

  ScenarioError error(const Word& at, const std::string& message) const {
    return arguments_.error(at, message);
  }
  ScenarioError error(const std::string& message) const { return arguments_.error(message); }

 private:
  XtOption long_option(const Word& word);
  XtOption letter(const Word& word, int columns);

  Arguments arguments_;
  const XtOptionName* names_;
  std::size_t count_;
  bool inverted_ = false;
  /// What is left of the word: letters of a cluster, or the value of a long option.
  std::optional<Word> rest_;
  bool rest_is_value_ = false;
};

// The options that both tools have.
// clang-format off
inline constexpr std::array kXtCommon{
    XtOptionName{'A', "append", "append"},         XtOptionName{'I', "insert", "insert"},
    XtOptionName{'D', "delete", "delete"},         XtOptionName{'R', "replace", "replace"},
    XtOptionName{'C', "check", "check"},           XtOptionName{'L', "list", "list"},
    XtOptionName{'S', "list-rules", "list-rules"}, XtOptionName{'F', "flush", "flush"},
    XtOptionName{'Z', "zero", "zero"},             XtOptionName{'P', "policy", "policy"},
    XtOptionName{'N', "new-chain", "user-chain"},  XtOptionName{'X', "delete-chain", "user-chain"},
    XtOptionName{'E', "rename-chain", "user-chain"},
    XtOptionName{'t', "table", "table"},
    XtOptionName{'s', "source", "source"},         XtOptionName{0, "src", "source"},
    XtOptionName{'d', "destination", "destination"}, XtOptionName{0, "dst", "destination"},
    XtOptionName{'i', "in-interface", "in"},       XtOptionName{'o', "out-interface", "out"},
    XtOptionName{'j', "jump", "jump"},
    XtOptionName{'n', "numeric", "numeric"},       XtOptionName{'v', "verbose", "verbose"},
    XtOptionName{'x', "exact", "exact"},           XtOptionName{0, "line-numbers", "line-numbers"},
};
// clang-format on

/// Whether the action goes with a rule.
bool takes_rule(TableAction action);

/// Reads the words that both tools share into `command`: the action with its chain and number, and
/// what a listing shows. False for an option that is the tool's own.
template <class Command, class FindChain>
bool read_common_option(XtWords& words, XtOption& option, std::optional<Word>& action,
                        Command& command, FindChain&& find_chain);

/// The action that an option stands for; nothing for the others.
std::optional<TableAction> table_action(std::string_view name);

// Values with the tools' own errors.
/// "A", "A/LEN", "A/MASK", and several with commas; host bits are cut off.
std::vector<Ipv4Prefix> need_networks(const XtWords& words, const Word& word);
Ipv4Address need_host(const XtWords& words, const Word& word);
/// An interface, at most 15 characters; "eth+" for all that begin so.
std::string need_interface(const XtWords& words, const Word& word);
/// The addresses of a rule (-s, -d): lists make a rule for each pair, as the tool does.
class XtAddresses {
 public:
  void read(const XtWords& words, const XtOption& option, const Word& value);
  /// Sets both fields of `rule` to each pair in turn and calls act(). All addresses are no
  /// condition at all, as in the tool.
  template <class Rule, class Act>
  void for_each(Rule& rule, Act&& act) const {
    for (const Condition& source : source_) {
      for (const Condition& destination : destination_) {
        rule.source = source;
        rule.destination = destination;
        act();
      }
    }
  }

 private:
  using Condition = std::optional<Match<Ipv4Prefix>>;
  std::vector<Condition> source_{Condition{}};
  std::vector<Condition> destination_{Condition{}};
  bool source_given_ = false;
  bool destination_given_ = false;
};

std::uint32_t need_rule_number(const XtWords& words, const Word& word);
FilterVerdict need_policy(const XtWords& words, const Word& word);

// ---------------------------------------------------------------------------------------------

template <class Command, class FindChain>
bool read_common_option(XtWords& words, XtOption& option, std::optional<Word>& action,
                        Command& command, FindChain&& find_chain) {
  const auto flag = [&](bool& field) {
    words.refuse_inversion(option);
    field = true;
    return true;
  };
  if (option.name == "numeric") return flag(command.numeric);
  if (option.name == "verbose") return flag(command.verbose);
  if (option.name == "exact") return flag(command.exact);
  if (option.name == "line-numbers") return flag(command.line_numbers);
  const auto meant = table_action(option.name);
  if (!meant) return false;
  words.refuse_inversion(option);
  if (action) {
    throw words.error(option.at, "Cannot use " + option.spelling + " with " + action->text);
  }
  action = Word{option.spelling, option.at.where};
  command.action = *meant;
  const bool chain_needed = *meant != TableAction::list && *meant != TableAction::rules &&
                            *meant != TableAction::flush && *meant != TableAction::zero;
  if (chain_needed) {
    command.chain = find_chain(words.value(option));
  } else if (const auto chain = words.operand()) {
    command.chain = find_chain(*chain);
  }
  if (*meant == TableAction::policy) {
    const auto policy = words.operand();
    if (!policy) throw words.error(option.at, option.spelling + " requires a chain and a policy");
    command.policy = need_policy(words, *policy);
    return true;
  }
  if (!command.chain || *meant == TableAction::append || *meant == TableAction::check ||
      *meant == TableAction::flush) {
    return true;
  }
  if (const auto number = words.operand()) {
    command.number = need_rule_number(words, *number);
    if (*meant == TableAction::remove) command.action = TableAction::remove_at;
  } else if (*meant == TableAction::replace) {
    throw words.error(option.at, option.spelling + " requires a rule number");
  }
  return true;
}

}  // namespace lvs::language
