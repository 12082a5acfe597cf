#include "scenarios/language/commands/arguments.hpp"
#include "scenarios/language/commands/sysctl.hpp"
#include "scenarios/language/commands/tools.hpp"

namespace lvs::language {

// `echo N > /proc/sys/…` writes a sysctl; any other echo is text for a file or the listing.
Command parse_echo(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  const bool newline = !arguments.take("-n");
  if (arguments.next_is("-e") || arguments.next_is("-E")) {
    throw arguments.error(arguments.peek(), "options other than -n are not supported");
  }
  std::string text;
  while (!arguments.done()) {
    text += arguments.next().text;
    if (!arguments.done()) text += ' ';
  }
  if (shell.output && shell.output->file.text.rfind("/proc/sys/", 0) == 0) {
    return SysctlWrite{
        {sysctl_assignment(shell.output->file.text, text, shell.output->file.where)}};
  }
  if (shell.output && shell.output->file.text.rfind("/proc/", 0) == 0) {
    throw ScenarioError(shell.output->file.where, "echo: only /proc/sys can be written");
  }
  return Echo{text + (newline ? "\n" : "")};
}

Command parse_cat(const ShellCommand& shell) {
  Arguments arguments(shell.words);
  Cat command;
  while (!arguments.done()) {
    const Word& word = arguments.next();
    if (word.text.rfind('-', 0) == 0) throw arguments.error(word, "options are not supported");
    command.files.push_back(word);
  }
  const bool has_input = shell.input_text || shell.input_file;
  if (command.files.empty() && !has_input) throw arguments.error("has no input here");
  if (!command.files.empty() && has_input) throw arguments.error("both files and input");
  return command;
}

}  // namespace lvs::language
