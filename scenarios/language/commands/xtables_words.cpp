#include "scenarios/language/commands/xtables_words.hpp"

#include "scenarios/language/commands/ip_words.hpp"

namespace lvs::language {

std::optional<XtOption> XtWords::next() {
  if (rest_ && !rest_is_value_) return letter(*rest_, 1);
  if (rest_) throw error(*rest_, "this option takes no value");
  while (!arguments_.done()) {
    const Word& word = arguments_.next();
    if (word.text == "!") {
      if (inverted_) throw error(word, "multiple consecutive ! not allowed");
      inverted_ = true;
      continue;
    }
    if (word.text.rfind("--", 0) == 0 && word.text.size() > 2) return long_option(word);
    if (word.text.size() > 1 && word.text[0] == '-') {
      return letter({word.text.substr(1), word.where}, 2);
    }
    throw error(word, "Bad argument `" + word.text + "'");
  }
  if (inverted_) throw error("nothing appropriate following !");
  return std::nullopt;
}

XtOption XtWords::long_option(const Word& word) {
  const std::size_t equals = word.text.find('=');
  const std::string_view text =
      std::string_view(word.text).substr(2, equals == std::string::npos ? equals : equals - 2);
  const XtOptionName* found = nullptr;
  bool clear = true;
  std::vector<std::string> known;
  for (std::size_t i = 0; i < count_; ++i) {
    const XtOptionName& name = names_[i];
    known.push_back("--" + std::string(name.spelling));
    if (name.spelling == text) {
      found = &name;
      clear = true;
      break;
    }
    if (name.spelling.substr(0, text.size()) != text) continue;
    if (found != nullptr && found->name != name.name) clear = false;
    if (found == nullptr) found = &name;
  }
  const std::string spelling = "--" + std::string(text);
  if (found == nullptr) {
    throw error(word, "unknown option \"" + spelling + "\"" + did_you_mean(spelling, known));
  }
  if (!clear) throw error(word, "option \"" + spelling + "\" is ambiguous");
  if (equals != std::string::npos) {
    Where where = word.where;
    where.position.column += static_cast<int>(equals) + 1;
    rest_ = Word{word.text.substr(equals + 1), where};
    rest_is_value_ = true;
  }
  XtOption option{found->name, word, "--" + std::string(found->spelling), inverted_};
  inverted_ = false;
  return option;
}

/// The first letter of `word`, which stands without its dash; the others, `columns` further on,
/// stay in rest_.
XtOption XtWords::letter(const Word& word, int columns) {
  const Word cluster = word;  // `word` may be rest_
  for (std::size_t i = 0; i < count_; ++i) {
    if (names_[i].letter == 0 || names_[i].letter != cluster.text[0]) continue;
    rest_.reset();
    if (cluster.text.size() > 1) {
      Where where = cluster.where;
      where.position.column += columns;
      rest_ = Word{cluster.text.substr(1), where};
      rest_is_value_ = false;
    }
    XtOption option{names_[i].name, cluster, std::string("-") + cluster.text[0], inverted_};
    inverted_ = false;
    return option;
  }
  throw error(cluster, std::string("unknown option \"-") + cluster.text[0] + "\"");
}

Word XtWords::value(XtOption& option) {
  if (rest_) {
    Word value = *rest_;
    rest_.reset();
    rest_is_value_ = false;
    return value;
  }
  if (arguments_.next_is("!")) {  // the older place of `!`
    const Word& mark = arguments_.next();
    if (option.inverted) throw error(mark, "multiple consecutive ! not allowed");
    option.inverted = true;
  }
  if (arguments_.done()) {
    throw error(option.at, "option \"" + option.spelling + "\" requires an argument");
  }
  return arguments_.next();
}

std::optional<Word> XtWords::operand() {
  if (rest_) {
    std::optional<Word> value = rest_;
    rest_.reset();
    rest_is_value_ = false;
    return value;
  }
  if (arguments_.done()) return std::nullopt;
  const std::string& text = arguments_.peek().text;
  if (text.empty() || text[0] == '-' || text[0] == '!') return std::nullopt;
  return arguments_.next();
}

void XtWords::refuse_inversion(const XtOption& option) const {
  if (option.inverted) {
    throw error(option.at, "unexpected ! flag before " + option.spelling);
  }
}

std::optional<TableAction> table_action(std::string_view name) {
  if (name == "append") return TableAction::append;
  if (name == "insert") return TableAction::insert;
  if (name == "replace") return TableAction::replace;
  if (name == "delete") return TableAction::remove;
  if (name == "check") return TableAction::check;
  if (name == "list") return TableAction::list;
  if (name == "list-rules") return TableAction::rules;
  if (name == "flush") return TableAction::flush;
  if (name == "zero") return TableAction::zero;
  if (name == "policy") return TableAction::policy;
  return std::nullopt;
}

bool takes_rule(TableAction action) {
  return action == TableAction::append || action == TableAction::insert ||
         action == TableAction::replace || action == TableAction::remove ||
         action == TableAction::check;
}

namespace {

std::optional<std::uint8_t> mask_length(const std::string& text) {
  if (const auto length = parse_count(text, 32)) return static_cast<std::uint8_t>(*length);
  const auto mask = parse_ipv4_address(text);
  for (unsigned length = 0; mask && length <= 32; ++length) {
    if (prefix_mask(length) == mask->value) return static_cast<std::uint8_t>(length);
  }
  return std::nullopt;
}

Ipv4Prefix need_network(const XtWords& words, const Word& word) {
  const std::string ipv6 = ipv6_refusal(word.text);
  if (!ipv6.empty()) throw words.error(word, ipv6);
  const std::size_t slash = word.text.find('/');
  const std::string host = word.text.substr(0, slash);
  const auto address = parse_ipv4_address(host);
  if (!address) throw words.error(word, "host/network `" + host + "' not found");
  if (slash == std::string::npos) return {*address, 32};
  const std::string mask = word.text.substr(slash + 1);
  const auto length = mask_length(mask);
  if (!length) {
    const bool has_holes = parse_ipv4_address(mask).has_value();
    throw words.error(word, "invalid mask `" + mask + "' specified" +
                                (has_holes ? " (masks with holes are not supported)" : ""));
  }
  return {{address->value & prefix_mask(*length)}, *length};
}

}  // namespace

std::vector<Ipv4Prefix> need_networks(const XtWords& words, const Word& word) {
  std::vector<Ipv4Prefix> networks;
  std::size_t at = 0;
  while (true) {
    const std::size_t comma = word.text.find(',', at);
    Where where = word.where;
    where.position.column += static_cast<int>(at);
    networks.push_back(need_network(words, {word.text.substr(at, comma - at), where}));
    if (comma == std::string::npos) return networks;
    at = comma + 1;
  }
}

Ipv4Address need_host(const XtWords& words, const Word& word) {
  if (const auto address = parse_ipv4_address(word.text)) return *address;
  throw words.error(word, "host/network `" + word.text + "' not found");
}

std::string need_interface(const XtWords& words, const Word& word) {
  if (word.text.size() <= 15 && !word.text.empty()) return word.text;
  throw words.error(word, "interface name `" + word.text + "' must be shorter than IFNAMSIZ (15)");
}

void XtAddresses::read(const XtWords& words, const XtOption& option, const Word& value) {
  const bool is_source = option.name == "source";
  bool& given = is_source ? source_given_ : destination_given_;
  if (given) throw words.error(option.at, "multiple " + option.spelling + " flags not allowed");
  given = true;
  const std::vector<Ipv4Prefix> networks = need_networks(words, value);
  if (option.inverted && networks.size() > 1) {
    throw words.error(value, "! not allowed with multiple source or destination IP addresses");
  }
  std::vector<Condition>& conditions = is_source ? source_ : destination_;
  conditions.clear();
  for (const Ipv4Prefix& network : networks) {
    if (network.length == 0 && option.inverted) {
      throw words.error(value, "Invalid argument: no address is outside of all");
    }
    conditions.emplace_back();
    if (network.length > 0) conditions.back() = Match<Ipv4Prefix>{network, option.inverted};
  }
}

std::uint32_t need_rule_number(const XtWords& words, const Word& word) {
  const auto number = parse_count(word.text, 0x7fffffff);
  if (number && *number > 0) return static_cast<std::uint32_t>(*number);
  throw words.error(word, "Invalid rule number `" + word.text + "'");
}

FilterVerdict need_policy(const XtWords& words, const Word& word) {
  if (word.text == "ACCEPT") return FilterVerdict::accept;
  if (word.text == "DROP") return FilterVerdict::drop;
  throw words.error(word, "Bad policy name `" + word.text + "' (known: ACCEPT, DROP)");
}

}  // namespace lvs::language
