// arptables: rules for ARP packets. Words and errors as arptables-nft 1.8.9 (Debian 12) has them;
// besides, the chains IN and OUT and the target CONTINUE of the older arptables, which how-tos for
// LVS still use.
#include "scenarios/language/commands/tools.hpp"
#include "scenarios/language/commands/xtables_words.hpp"

namespace lvs::language {
namespace {

using Chain = ArpFilter::Chain;

const std::vector<XtOptionName>& option_names() {
  static const std::vector<XtOptionName> kNames = [] {
    std::vector<XtOptionName> names(kXtCommon.begin(), kXtCommon.end());
    for (const XtOptionName& own :
         {XtOptionName{0, "source-ip", "source"}, XtOptionName{0, "src-ip", "source"},
          XtOptionName{0, "destination-ip", "destination"},
          XtOptionName{0, "dst-ip", "destination"}, XtOptionName{0, "source-mac", "source-mac"},
          XtOptionName{0, "src-mac", "source-mac"},
          XtOptionName{0, "destination-mac", "destination-mac"},
          XtOptionName{0, "dst-mac", "destination-mac"}, XtOptionName{0, "opcode", "opcode"},
          XtOptionName{'l', "h-length", "constant"}, XtOptionName{0, "h-type", "constant"},
          XtOptionName{0, "proto-type", "constant"}, XtOptionName{0, "mangle-ip-s", "mangle-ip-s"},
          XtOptionName{0, "mangle-ip-d", "mangle-ip-d"},
          XtOptionName{0, "mangle-mac-s", "mangle-mac-s"},
          XtOptionName{0, "mangle-mac-d", "mangle-mac-d"},
          XtOptionName{0, "mangle-hw-s", "mangle-mac-s"},
          XtOptionName{0, "mangle-hw-d", "mangle-mac-d"},
          XtOptionName{0, "mangle-target", "mangle-target"}}) {
      names.push_back(own);
    }
    return names;
  }();
  return kNames;
}

class ArpTablesReader {
 public:
  explicit ArpTablesReader(const std::vector<Word>& words)
      : words_(words, option_names().data(), option_names().size()) {}

  Command read() {
    while (auto option = words_.next()) read_option(*option);
    if (!action_) throw words_.error("no command specified");
    check();
    make_rules();
    return command_;
  }

 private:
  void read_option(XtOption& option) {
    const auto chain = [this](const Word& word) { return need_chain(word); };
    if (read_common_option(words_, option, action_, command_, chain)) return;
    if (option.name == "table") {
      const Word table = words_.value(option);
      if (table.text != "filter") {
        throw words_.error(table, "table '" + table.text + "' does not exist (known: filter)");
      }
    } else if (option.name == "user-chain") {
      throw words_.error(option.at, "chains of one's own are not modelled");
    } else if (option.name == "constant") {
      throw words_.error(option.at, option.spelling +
                                        " is not modelled: every ARP packet here is "
                                        "of IPv4 over Ethernet; leave it out");
    } else if (option.name.substr(0, 6) == "mangle") {
      read_mangling(option);
    } else {
      read_match(option);
    }
  }

  template <class Value>
  void once(std::optional<Match<Value>>& field, const XtOption& option, const Value& value) {
    if (field) throw words_.error(option.at, "multiple " + option.spelling + " flags not allowed");
    field = Match<Value>{value, option.inverted};
  }

  void read_match(XtOption& option) {
    rule_given_ = true;
    const Word value = words_.value(option);
    if (option.name == "source" || option.name == "destination") {
      addresses_.read(words_, option, value);
    } else if (option.name == "source-mac") {
      once(rule_.source_mac, option, need_mac(value, "source"));
    } else if (option.name == "destination-mac") {
      once(rule_.destination_mac, option, need_mac(value, "destination"));
    } else if (option.name == "opcode") {
      once(rule_.operation, option, need_operation(value));
    } else if (option.name == "in") {
      once(rule_.in, option, need_interface(words_, value));
      interface_at_ = option;
    } else if (option.name == "out") {
      once(rule_.out, option, need_interface(words_, value));
      interface_at_ = option;
    } else {  // jump
      words_.refuse_inversion(option);
      if (target_given_) throw words_.error(option.at, "multiple -j flags not allowed");
      target_given_ = true;
      rule_.target = need_target(value, true);
    }
  }

  void read_mangling(XtOption& option) {
    if (rule_.target != ArpRule::Target::mangle) {
      throw words_.error(option.at,
                         "unknown option \"" + option.spelling + "\" (it goes behind -j mangle)");
    }
    const Word value = words_.value(option);
    words_.refuse_inversion(option);
    if (option.name == "mangle-ip-s") rule_.mangle_source = need_host(words_, value);
    if (option.name == "mangle-ip-d") rule_.mangle_destination = need_host(words_, value);
    if (option.name == "mangle-mac-s") rule_.mangle_source_mac = need_plain_mac(value, "source");
    if (option.name == "mangle-mac-d") {
      rule_.mangle_destination_mac = need_plain_mac(value, "destination");
    }
    if (option.name == "mangle-target") rule_.after_mangle = need_target(value, false);
  }

  Chain need_chain(const Word& word) const {
    if (word.text == "INPUT" || word.text == "IN") return Chain::input;
    if (word.text == "OUTPUT" || word.text == "OUT") return Chain::output;
    if (word.text == "FORWARD") return Chain::forward;
    throw words_.error(word, "No chain/target/match by that name (\"" + word.text + "\")" +
                                 did_you_mean(word.text, {"INPUT", "OUTPUT", "FORWARD"}));
  }

  MacAddress need_plain_mac(const Word& word, const std::string& which) const {
    if (const auto mac = parse_mac_address(word.text)) return *mac;
    throw words_.error(word, "invalid " + which + " MAC (\"" + word.text + "\")");
  }

  MaskedMac need_mac(const Word& word, const std::string& which) const {
    const std::size_t slash = word.text.find('/');
    const auto address = parse_mac_address(word.text.substr(0, slash));
    const auto mask = slash == std::string::npos ? std::optional{MacAddress::broadcast()}
                                                 : parse_mac_address(word.text.substr(slash + 1));
    if (address && mask) return {*address, *mask};
    throw words_.error(word, "Problem with specified " + which + " mac (\"" + word.text + "\")");
  }

  ArpOperation need_operation(const Word& word) const {
    if (word.text == "1" || word.text == "Request") return ArpOperation::request;
    if (word.text == "2" || word.text == "Reply") return ArpOperation::reply;
    throw words_.error(word, "Problem with specified opcode (\"" + word.text +
                                 "\"; modelled: 1 or Request, 2 or Reply)");
  }

  ArpRule::Target need_target(const Word& word, bool jump) const {
    if (word.text == "ACCEPT") return ArpRule::Target::accept;
    if (word.text == "DROP") return ArpRule::Target::drop;
    if (word.text == "CONTINUE") return ArpRule::Target::proceed;
    if (!jump) throw words_.error(word, "bad target for --mangle-target (\"" + word.text + "\")");
    if (word.text == "RETURN") return ArpRule::Target::back;
    if (word.text == "mangle") return ArpRule::Target::mangle;
    const std::vector<std::string> known{"ACCEPT", "DROP", "CONTINUE", "RETURN", "mangle"};
    throw words_.error(word, "Chain '" + word.text + "' does not exist" +
                                 did_you_mean(word.text, known) + " (known: " + join(known) + ")");
  }

  void check() const {
    if (rule_given_ && !takes_rule(command_.action)) {
      throw words_.error(*action_, action_->text + " takes no rule");
    }
    if (command_.chain == Chain::input && rule_.out) {
      throw words_.error(interface_at_->at, "Can't use -o with INPUT");
    }
    if (command_.chain == Chain::output && rule_.in) {
      throw words_.error(interface_at_->at, "Can't use -i with OUTPUT");
    }
    const bool mangles = rule_.mangle_source || rule_.mangle_destination ||
                         rule_.mangle_source_mac || rule_.mangle_destination_mac;
    if (rule_.target == ArpRule::Target::mangle && !mangles) {
      throw words_.error("RULE_APPEND failed (Invalid argument): -j mangle changes nothing");
    }
  }

  void make_rules() {
    if (!takes_rule(command_.action)) return;
    if (!target_given_) rule_.target = ArpRule::Target::proceed;  // it only counts
    addresses_.for_each(rule_, [&] { command_.rules.push_back(rule_); });
  }

  XtWords words_;
  ArpTables command_;
  ArpRule rule_;
  XtAddresses addresses_;
  std::optional<Word> action_;
  std::optional<XtOption> interface_at_;
  bool rule_given_ = false;
  bool target_given_ = false;
};

}  // namespace

Command parse_arptables(const ShellCommand& shell) { return ArpTablesReader(shell.words).read(); }

}  // namespace lvs::language
