#include "scenarios/language/host_shell.hpp"

#include <fstream>
#include <iterator>
#include <utility>

namespace lvs::language {
namespace {

/// The text of a file with the place of each character.
Text text_of(const Word& file, const std::string& contents) {
  Text text("", {file.text, 1, 1});
  int line = 1;
  int column = 1;
  for (const char c : contents) {
    text.append(c, line, column);
    line += c == '\n' ? 1 : 0;
    column = c == '\n' ? 1 : column + 1;
  }
  return text;
}

}  // namespace

std::string HostShell::run(const Script& script) {
  std::string printed;
  int status = 0;
  for (const Step& step : script.steps) {
    const Connector connector = step.shell.connector;
    if (connector == Connector::if_success && status != 0) continue;
    if (connector == Connector::if_failure && status == 0) continue;
    CommandResult result = execute(step);
    status = result.status;
    if (status != 0 && !step.shell.failure_allowed) {
      std::string text = result.error.empty() ? result.output : result.error;
      while (!text.empty() && text.back() == '\n') text.pop_back();
      throw ScenarioError(step.where(),
                          host_.name() + ": " + step.shell.words.front().text + ": " + text);
    }
    if (step.shell.output) {
      write_output(*step.shell.output, result.output);
    } else {
      printed += result.output;
    }
  }
  return printed;
}

CommandResult HostShell::execute(const Step& step) {
  const Command& command = step.command;
  const ShellContext context{world_, host_, announcer_};
  if (is_ip_command(command)) return execute_ip(context, command);
  if (const auto* rules = std::get_if<ArpTables>(&command)) {
    return execute_arptables(context, *rules);
  }
  if (const auto* rules = std::get_if<IpTables>(&command)) return execute_iptables(context, *rules);
  if (const auto* write = std::get_if<SysctlWrite>(&command)) {
    return execute_sysctl(context, write->assignments);
  }
  if (const auto* read = std::get_if<SysctlRead>(&command)) return read_sysctl(context, *read);
  if (const auto* load = std::get_if<SysctlLoad>(&command)) {
    return execute_sysctl(context, parse_sysctl_file(text_of(load->file, read_file(load->file))));
  }
  if (const auto* echo = std::get_if<Echo>(&command)) return {0, echo->text, ""};
  if (const auto* cat = std::get_if<Cat>(&command)) {
    CommandResult result;
    if (cat->files.empty() && step.shell.input_text) result.output = step.shell.input_text->value();
    if (cat->files.empty() && step.shell.input_file) {
      result.output = read_file(*step.shell.input_file);
    }
    for (const Word& file : cat->files) result.output += read_file(file);
    return result;
  }
  if (const auto* nothing = std::get_if<NoOperation>(&command)) return {0, "", nothing->said};
  if (const auto* later = std::get_if<NotBuilt>(&command)) {
    throw ScenarioError(step.where(), later->feature + " is not built yet");
  }
  if (const auto* restore = std::get_if<IpvsRestore>(&command); restore && restore->from_file) {
    IpvsRestore filled = *restore;
    const Word& file = *step.shell.input_file;
    filled.lines = parse_ipvs_restore(text_of(file, read_file(file)));
    filled.from_file = false;
    return execute_ipvsadm(context, filled);
  }
  if (std::holds_alternative<BridgeFdbShow>(command)) {
    throw ScenarioError(step.where(), "bridge: " + host_.name() +
                                          " has no bridge; the switches are the networks: "
                                          "host: NETWORK");
  }
  return execute_ipvsadm(context, command);
}

/// A file of the host's own store, else one beside the scenario.
std::string HostShell::read_file(const Word& file) const {
  if (const auto own = files_.find(file.text); own != files_.end()) return own->second;
  std::ifstream beside(folder_ + "/" + file.text, std::ios::binary);
  if (!beside) {
    throw ScenarioError(file.where, file.text + ": No such file or directory (neither written by " +
                                        host_.name() + " before nor beside the scenario)");
  }
  return {std::istreambuf_iterator<char>(beside), std::istreambuf_iterator<char>()};
}

void HostShell::write_output(const OutputFile& to, const std::string& text) {
  std::string& file = files_[to.file.text];
  file = to.append ? file + text : text;
}

}  // namespace lvs::language
