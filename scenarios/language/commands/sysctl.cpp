#include "scenarios/language/commands/sysctl.hpp"

#include "scenarios/language/commands/arguments.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Command load(Arguments& arguments, const Word& option) {
  Word file{"/etc/sysctl.conf", option.where};
  if (!arguments.done()) file = arguments.next();
  if (!arguments.done()) throw arguments.error(arguments.peek(), "only one file is read");
  return SysctlLoad{file};
}

}  // namespace

Command parse_sysctl(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  SysctlWrite write;
  SysctlRead read;
  bool writing = false;
  while (!arguments.done()) {
    const Word& word = arguments.next();
    const std::size_t equals = word.text.find('=');
    if (word.text == "-w" || word.text == "--write") {
      writing = true;
    } else if (word.text == "-q" || word.text == "--quiet") {
      continue;
    } else if (word.text == "-qw" || word.text == "-wq") {
      writing = true;
    } else if (word.text == "-n" || word.text == "--values") {
      read.values_only = true;
    } else if (word.text == "-p" || word.text == "--load") {
      if (writing || !write.assignments.empty()) throw arguments.error(word, "-p after -w");
      return load(arguments, word);
    } else if (word.text == "-a" || word.text == "--system" || word.text == "-e") {
      return NotBuilt{"sysctl " + word.text};
    } else if (word.text.rfind('-', 0) == 0) {
      throw arguments.unknown(word, {"-w", "-p", "-q", "-n"});
    } else if (equals != std::string::npos) {
      write.assignments.push_back(
          sysctl_assignment(word.text.substr(0, equals), word.text.substr(equals + 1), word.where));
    } else if (writing) {
      throw arguments.error(word, "\"" + word.text + "\" must be of the form name=value");
    } else {
      read.names.push_back({sysctl_name(word.text, word.where), "", word.where});
    }
  }
  if (!write.assignments.empty() && !read.names.empty()) {
    throw arguments.error("reads and writes in one command");
  }
  if (!write.assignments.empty()) return write;
  if (read.names.empty()) throw arguments.error("no variables specified");
  return read;
}

std::vector<SysctlAssignment> parse_sysctl_file(const Text& text) {
  std::vector<SysctlAssignment> assignments;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = text.value().find('\n', at);
    if (end == std::string::npos) end = text.size();
    const std::string line = trimmed(text.value().substr(at, end - at));
    const std::size_t first = text.value().find_first_not_of(" \t", at);
    at = end + 1;
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    const Where where{text.position(first)};
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) {
      throw ScenarioError(where, "sysctl: \"" + line + "\" must be of the form name=value");
    }
    const std::string name =
        trimmed(line.substr(line[0] == '-' ? 1 : 0, equals - (line[0] == '-')));
    assignments.push_back(sysctl_assignment(name, trimmed(line.substr(equals + 1)), where));
  }
  return assignments;
}

}  // namespace lvs::language
