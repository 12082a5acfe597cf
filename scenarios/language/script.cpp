// Unrolls loops and puts variables in; what is left is the flat list of simple commands.
#include "scenarios/language/script.hpp"

#include <algorithm>
#include <map>

#include "scenarios/language/arithmetic.hpp"
#include "scenarios/language/script_tree.hpp"

namespace lvs::language {
namespace {

constexpr std::size_t kMostCommands = 100'000;

class Unrolling {
 public:
  Unrolling(const RawScript& script, const std::vector<std::string>& parameters)
      : script_(script), parameters_(parameters) {}

  std::vector<ShellCommand> run() {
    for (const RawCommand& command : script_.commands) emit(command);
    return std::move(result_);
  }

 private:
  void emit(const RawCommand& command) {
    if (command.loop_variable.empty()) return emit_simple(command);
    refuse_hidden(command.loop_variable, command.position);
    for (const Word& value : loop_values(command)) {
      variables_[command.loop_variable] = value.text;
      for (const RawCommand& inner : command.body) emit(inner);
    }
  }

  // A parameter's value is put in before the shell sees the text, so a variable of its name would
  // never be read where one expects it.
  void refuse_hidden(const std::string& name, const SourcePosition& position) const {
    if (std::find(parameters_.begin(), parameters_.end(), name) == parameters_.end()) return;
    const std::string what =
        name == "i" ? "`i` is the number of the host here" : "\"" + name + "\" is a parameter";
    throw ScenarioError(position, "", what + "; choose another name for the shell variable");
  }

  std::vector<Word> loop_values(const RawCommand& loop) {
    std::vector<Word> values;
    for (const RawWord& word : loop.words) {
      if (!braces(word, values)) fields(word, values);
    }
    return values;
  }

  // {A..B}, whole numbers in either direction.
  bool braces(const RawWord& word, std::vector<Word>& values) {
    if (word.parts.empty() || word.parts.front().quoted) return false;
    const std::string text = single(word).text;
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return false;
    const std::string inner = text.substr(1, text.size() - 2);
    const std::size_t dots = inner.find("..");
    const auto no_names = [](const std::string&) -> std::optional<std::string> { return {}; };
    try {
      if (dots == std::string::npos) throw ArithmeticError("");
      std::int64_t from = evaluate(inner.substr(0, dots), no_names);
      const std::int64_t to = evaluate(inner.substr(dots + 2), no_names);
      if (std::max(from, to) - std::min(from, to) >= 100'000) throw ArithmeticError("");
      for (const std::int64_t step = from <= to ? 1 : -1;; from += step) {
        values.push_back({std::to_string(from), {word.position}});
        if (from == to) return true;
      }
    } catch (const ArithmeticError&) {
      throw ScenarioError(word.position, "", "expected {A..B} with whole numbers, at most 100000");
    }
  }

  static bool is_assignment(const RawWord& word) {
    const RawPart& first = word.parts.front();
    if (first.kind != RawPart::Kind::literal || first.quoted) return false;
    const std::size_t equals = first.text.value().find('=');
    return equals != std::string::npos && is_shell_name(first.text.value().substr(0, equals));
  }

  void assign(const RawWord& word) {
    const Word whole = single(word);
    const std::size_t equals = whole.text.find('=');
    const std::string name = whole.text.substr(0, equals);
    refuse_hidden(name, word.position);
    variables_[name] = whole.text.substr(equals + 1);
  }

  void emit_simple(const RawCommand& raw) {
    std::size_t first = 0;
    while (first < raw.words.size() && is_assignment(raw.words[first])) ++first;
    if (first > 0 && (first < raw.words.size() || !raw.redirections.empty())) {
      throw ScenarioError(raw.position, "", "an assignment in front of a command; end it with `;`");
    }
    if (first > 0) {
      for (const RawWord& word : raw.words) assign(word);
      return;
    }
    ShellCommand command;
    for (const RawWord& word : raw.words) fields(word, command.words);
    if (command.words.empty()) throw ScenarioError(raw.position, "", "the command is empty");
    command.connector = raw.connector;
    command.failure_allowed = raw.failure_allowed;
    for (const RawRedirection& redirection : raw.redirections) redirect(redirection, command);
    if (raw.here_document) command.input_text = text(script_.here_documents[*raw.here_document]);
    if (result_.size() >= kMostCommands) {
      throw ScenarioError(raw.position, "", "the script has more than 100000 commands");
    }
    result_.push_back(std::move(command));
  }

  void redirect(const RawRedirection& redirection, ShellCommand& command) {
    const Word file = single(redirection.file);
    switch (redirection.kind) {
      case RawRedirection::Kind::input: command.input_file = file; return;
      case RawRedirection::Kind::output: command.output = OutputFile{file, false}; return;
      case RawRedirection::Kind::append: command.output = OutputFile{file, true}; return;
    }
  }

  std::string value_of(const RawPart& part) const {
    if (part.kind == RawPart::Kind::literal) return part.text.value();
    const auto lookup = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional{found->second};
    };
    if (part.kind == RawPart::Kind::variable) {
      const auto value = lookup(part.text.value());
      if (!value) throw unset(part);
      return *value;
    }
    try {
      return std::to_string(evaluate(part.text.value(), lookup));
    } catch (const ArithmeticError& problem) {
      throw ScenarioError(part.position, "",
                          "$((" + part.text.value() + ")): " + problem.what() + known() +
                              hint_about_i(problem.what()));
    }
  }

  static std::string hint_about_i(const std::string& problem) {
    const bool is_i = problem.find("\"i\"") != std::string::npos;
    return is_i ? "; i has a value only in a range of hosts such as rs1..rs4" : "";
  }

  std::string known() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : variables_) names.push_back(name);
    std::string text;
    if (!names.empty()) text = " (set here: " + join(names) + ")";
    if (!parameters_.empty()) text += " (parameters: " + join(parameters_) + ")";
    return text;
  }

  ScenarioError unset(const RawPart& part) const {
    const std::string& name = part.text.value();
    const bool parameter =
        std::find(parameters_.begin(), parameters_.end(), name) != parameters_.end();
    const std::string hint = parameter ? "; the parameter is written $(" + name + ")" : "";
    return {part.position, "", "the variable $" + name + " is not set" + hint + known()};
  }

  // One word as it is, blanks of variables included: assignments, file names.
  Word single(const RawWord& word) const { return {text(word.parts).value(), {word.position}}; }

  Text text(const std::vector<RawPart>& parts) const {
    Text result;
    for (const RawPart& part : parts) {
      if (part.kind == RawPart::Kind::literal) {
        result.append_part(part.text, 0, part.text.size());
      } else {
        result.append_from(value_of(part), part.position);
      }
    }
    return result;
  }

  // As the shell: blanks in the value of an unquoted variable separate words.
  void fields(const RawWord& word, std::vector<Word>& words) const {
    Word current{"", {word.position}};
    bool begun = false;
    for (const RawPart& part : word.parts) {
      const std::string value = value_of(part);
      const bool splits = part.kind == RawPart::Kind::variable && !part.quoted;
      if (!splits) {
        current.text += value;
        begun = true;
        continue;
      }
      for (const char c : value) {
        const bool blank = c == ' ' || c == '\t' || c == '\n';
        if (!blank) current.text += c;
        if (blank && begun) words.push_back(current), current.text.clear();
        begun = !blank;
      }
    }
    if (begun) words.push_back(current);
  }

  const RawScript& script_;
  const std::vector<std::string>& parameters_;
  std::map<std::string, std::string> variables_;
  std::vector<ShellCommand> result_;
};

}  // namespace

std::vector<ShellCommand> parse_script(const Text& text,
                                       const std::vector<std::string>& parameters) {
  const RawScript script = read_script_tree(text);
  return Unrolling(script, parameters).run();
}

}  // namespace lvs::language
