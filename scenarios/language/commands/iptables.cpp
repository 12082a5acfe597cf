// iptables: the filter table, and -t mangle PREROUTING for marks. Words and errors as iptables
// 1.8.9 (Debian 12) has them. What needs connection tracking, NAT, other tables or chains of one's
// own is refused by name.
#include "scenarios/language/commands/iptables_matches.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

using Chain = IpFilter::Chain;

const std::vector<XtOptionName>& option_names() {
  static const std::vector<XtOptionName> kNames = [] {
    std::vector<XtOptionName> names(kXtCommon.begin(), kXtCommon.end());
    names.insert(names.end(), kIptablesOptions.begin(), kIptablesOptions.end());
    return names;
  }();
  return kNames;
}

class IpTablesReader {
 public:
  explicit IpTablesReader(const std::vector<Word>& words)
      : words_(words, option_names().data(), option_names().size()), matches_(words_) {}

  Command read() {
    while (auto option = words_.next()) read_option(*option);
    if (!action_) throw words_.error("no command specified");
    if (chain_) command_.chain = need_chain(*chain_);
    check();
    if (takes_rule(command_.action)) command_.rules = matches_.rules(*action_);
    return command_;
  }

 private:
  void read_option(XtOption& option) {
    // What a chain's name means depends on the table, which may be named behind it.
    const auto chain = [this](const Word& word) {
      chain_ = word;
      return Chain::input;
    };
    if (read_common_option(words_, option, action_, command_, chain)) return;
    if (option.name == "table") {
      read_table(words_.value(option));
    } else if (option.name == "user-chain") {
      throw words_.error(option.at, "chains of one's own are not modelled");
    } else if (option.name == "goto") {
      throw words_.error(option.at, "-g is not modelled: there are no chains of one's own");
    } else if (option.name == "wait") {
      words_.refuse_inversion(option);
      if (const auto seconds = words_.operand()) need_rule_number(words_, *seconds);
    } else if (option.name == "ipv4") {
      words_.refuse_inversion(option);
    } else {
      matches_.read(option);
    }
  }

  void read_table(const Word& table) {
    command_.mangle = table.text == "mangle";
    if (command_.mangle || table.text == "filter") return;
    if (table.text == "nat") throw words_.error(table, "NAT rules (-t nat) are not modelled");
    if (table.text == "raw" || table.text == "security") {
      throw words_.error(table, "the table " + table.text + " is not modelled");
    }
    throw words_.error(table, "table '" + table.text + "' does not exist" +
                                  did_you_mean(table.text, {"filter", "mangle"}));
  }

  Chain need_chain(const Word& word) const {
    if (command_.mangle) {
      if (word.text == "PREROUTING") return Chain::mangle_prerouting;
      for (const std::string_view other : {"INPUT", "FORWARD", "OUTPUT", "POSTROUTING"}) {
        if (word.text == other) {
          throw words_.error(word, "of -t mangle only PREROUTING is modelled");
        }
      }
      throw no_chain(word, {"PREROUTING"});
    }
    if (word.text == "INPUT") return Chain::input;
    if (word.text == "FORWARD") return Chain::forward;
    if (word.text == "OUTPUT") return Chain::output;
    throw no_chain(word, {"INPUT", "FORWARD", "OUTPUT"});
  }

  ScenarioError no_chain(const Word& word, const std::vector<std::string>& known) const {
    return words_.error(word, "No chain/target/match by that name (\"" + word.text + "\")" +
                                  did_you_mean(word.text, known));
  }

  void check() const {
    if (matches_.given() && !takes_rule(command_.action)) {
      throw words_.error(*action_, action_->text + " takes no rule");
    }
    const bool comes_in =
        command_.chain == Chain::input || command_.chain == Chain::mangle_prerouting;
    if (comes_in && matches_.out_at()) {
      throw words_.error(*matches_.out_at(), std::string("Can't use -o with ") +
                                                 (command_.mangle ? "PREROUTING" : "INPUT"));
    }
    if (command_.chain == Chain::output && matches_.in_at()) {
      throw words_.error(*matches_.in_at(), "Can't use -i with OUTPUT");
    }
  }

  XtWords words_;
  IpTables command_;
  IptablesMatches matches_;
  std::optional<Word> action_;
  std::optional<Word> chain_;
};

}  // namespace

Command parse_iptables(const ShellCommand& shell) { return IpTablesReader(shell.words).read(); }

}  // namespace lvs::language
