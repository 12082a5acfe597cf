// ipvsadm-save and ipvsadm-restore. ipvsadm-restore clears the table first, plain `ipvsadm -R` does
// not; lines that begin with # are comments.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "scenarios/language/commands/arguments.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

// The words of one line, separated by blanks.
std::vector<Word> words_of(const Text& text, std::size_t first, std::size_t last) {
  std::vector<Word> words;
  bool inside = false;
  for (std::size_t at = first; at < last; ++at) {
    const bool blank = text[at] == ' ' || text[at] == '\t' || text[at] == '\r';
    if (!blank && !inside) words.push_back({"", {text.position(at)}});
    if (!blank) words.back().text += text[at];
    inside = !blank;
  }
  return words;
}

struct ToRule {
  const Where& where;

  template <class T>
  IpvsRule operator()(T&& command) const {
    using Plain = std::decay_t<T>;
    if constexpr (std::is_constructible_v<IpvsRule, Plain>) {
      return IpvsRule(std::forward<T>(command));
    } else {
      throw ScenarioError(where, "ipvsadm: this command cannot stand in a saved table");
    }
  }
};

}  // namespace

std::vector<IpvsRestoreLine> parse_ipvs_restore(const Text& text) {
  std::vector<IpvsRestoreLine> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.value().find('\n', at), text.size());
    std::vector<Word> words = words_of(text, at, end);
    const bool comment = text[at] == '#';
    at = end + 1;
    if (words.empty() || comment) continue;
    const Where where = words.front().where;
    if (words.front().text != "ipvsadm") words.insert(words.begin(), Word{"ipvsadm", where});
    ShellCommand shell;
    shell.words = std::move(words);
    lines.push_back({std::visit(ToRule{where}, parse_ipvsadm(shell)), where});
  }
  return lines;
}

IpvsRestore parse_ipvs_restore_command(const ShellCommand& shell, bool clear_first) {
  IpvsRestore restore;
  restore.clear_first = clear_first;
  restore.from_file = shell.input_file.has_value();
  if (shell.input_text) restore.lines = parse_ipvs_restore(*shell.input_text);
  if (!shell.input_text && !shell.input_file) {
    throw ScenarioError(shell.where(), shell.words.front().text +
                                           ": has no input here; give it one with < FILE or <<EOF");
  }
  return restore;
}

Command parse_ipvsadm_restore(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  if (!arguments.done()) throw arguments.unknown(arguments.peek(), {"< FILE", "<<EOF"});
  return parse_ipvs_restore_command(shell, true);
}

Command parse_ipvsadm_save(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  IpvsSave save;
  save.numeric = arguments.take("-n");
  if (!arguments.done()) throw arguments.unknown(arguments.peek(), {"-n"});
  return save;
}

}  // namespace lvs::language
