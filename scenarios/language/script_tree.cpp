#include "scenarios/language/script_tree.hpp"

#include <array>

#include "scenarios/language/script_words.hpp"

namespace lvs::language {
namespace {

// Words that begin something of the shell that is not in the subset (design.md 1.1, hosts).
constexpr std::array<std::string_view, 19> kRefusedWords{
    "if", "then", "else",     "elif", "fi", "while", "until", "case", "esac", "select",
    "do", "in",   "function", "{",    "}",  "!",     "[",     "[[",   "time"};

class TreeReader {
 public:
  explicit TreeReader(const Text& text) : words_(text) {}

  RawScript run() {
    script_.commands = list(nullptr);
    return std::move(script_);
  }

 private:
  struct PendingHere {
    std::string end;
    bool literal;     // the delimiter was quoted: nothing is expanded
    bool strip_tabs;  // <<-
    SourcePosition position;
  };

  // Commands up to the end of the text, or up to `done` of the loop that began at `loop`.
  std::vector<RawCommand> list(const SourcePosition* loop) {
    std::vector<RawCommand> commands;
    while (true) {
      skip_lines();
      if (words_.at_end()) {
        if (loop != nullptr) throw ScenarioError(*loop, "", "`for` without its `done`");
        return commands;
      }
      if (at_keyword("done")) {
        if (loop == nullptr) throw words_.error("`done` without its `for`");
        words_.skip(4);
        return commands;
      }
      chain(commands);
      end_of_chain();
    }
  }

  // a && b || c: each knows how it depends on the one before; those with a `||` behind them may
  // fail.
  void chain(std::vector<RawCommand>& commands) {
    const std::size_t first = commands.size();
    Connector connector = Connector::always;
    while (true) {
      commands.push_back(command());
      commands.back().connector = connector;
      words_.skip_blanks();
      const bool both = words_.starts_with("&&");
      if (!both && !words_.starts_with("||")) return;
      if (!commands.back().loop_variable.empty()) throw words_.error("&& and || after a loop");
      connector = both ? Connector::if_success : Connector::if_failure;
      if (!both) {
        for (std::size_t k = first; k < commands.size(); ++k) commands[k].failure_allowed = true;
      }
      words_.skip(2);
      skip_lines();
      if (words_.at_end())
        throw words_.error(both ? "a command is missing after &&"
                                : "a command is missing after ||");
      if (at_keyword("for")) throw words_.error("a loop after && or ||");
    }
  }

  void end_of_chain() {
    words_.skip_blanks();
    const char c = words_.peek();
    if (c == '\0' || c == '\n') return;
    if (words_.starts_with(";;")) throw words_.error("`;;` is not supported in a setup");
    if (c == ';') return words_.skip(1);
    refuse_operator();
  }

  [[noreturn]] void refuse_operator() const {
    const char c = words_.peek();
    if (c == '|') throw words_.error("pipes (|) are not supported in a setup");
    if (c == '&') throw words_.error("`&` (in the background) is not supported in a setup");
    if (c == '(' || c == ')') throw words_.error("subshells and functions are not supported");
    if (c == ';') throw words_.error("a command is missing before `;`");
    throw words_.error(std::string("unexpected `") + c + "`");
  }

  bool at_keyword(std::string_view keyword) const {
    if (!words_.starts_with(keyword)) return false;
    const char after = words_.peek(keyword.size());
    return after == '\0' || std::string_view(" \t\n;&|").find(after) != std::string_view::npos;
  }

  // Blanks, comments and line ends; at a line end the here-documents announced in it are read.
  void skip_lines() {
    while (true) {
      words_.skip_blanks();
      if (words_.peek() != '\n') return;
      words_.skip(1);
      read_here_documents();
    }
  }

  RawCommand command() {
    if (at_keyword("for")) return loop();
    for (const std::string_view word : kRefusedWords) {
      if (at_keyword(word)) {
        throw words_.error("the shell's `" + std::string(word) + "` is not supported in a setup");
      }
    }
    RawCommand command;
    command.position = words_.position();
    while (true) {
      words_.skip_blanks();
      const char c = words_.peek();
      if (c == '<' || c == '>') {
        redirection(command);
      } else if (c == '\0' || std::string_view("\n;&|()").find(c) != std::string_view::npos) {
        break;
      } else {
        command.words.push_back(words_.word());
        refuse_descriptor(command.words.back());
        refuse_braces(command.words.back());
      }
    }
    if (command.words.empty() && command.redirections.empty() && !command.here_document) {
      refuse_operator();
    }
    if (command.words.empty()) {
      throw ScenarioError(command.position, "", "a redirection without a command");
    }
    return command;
  }

  void refuse_descriptor(const RawWord& word) const {
    const char c = words_.peek();
    const std::string text = word.bare();
    const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (number && (c == '<' || c == '>')) {
      throw ScenarioError(word.position, "",
                          "redirections of a numbered file (" + text + c + ") are not supported");
    }
  }

  static void refuse_braces(const RawWord& word) {
    const std::string text = word.bare();
    const std::size_t open = text.find('{');
    if (open == std::string::npos) return;
    const std::size_t close = text.find('}', open);
    const std::string inner = text.substr(open, close - open);
    if (close == std::string::npos ||
        (inner.find("..") == std::string::npos && inner.find(',') == std::string::npos)) {
      return;
    }
    throw ScenarioError(word.position, "", "braces are expanded only in `for n in {A..B}`");
  }

  RawWord need_word(const std::string& after) {
    words_.skip_blanks();
    RawWord word = words_.word();
    if (word.parts.empty()) throw words_.error("a word is missing after " + after);
    return word;
  }

  void redirection(RawCommand& command) {
    if (words_.starts_with("<<<")) throw words_.error("here-strings (<<<) are not supported");
    if (words_.starts_with("<<")) return here_document(command);
    RawRedirection::Kind kind = RawRedirection::Kind::input;
    std::string sign = "<";
    if (words_.peek() == '>') {
      kind = RawRedirection::Kind::output;
      sign = ">";
    }
    if (words_.starts_with(">>")) {
      kind = RawRedirection::Kind::append;
      sign = ">>";
    }
    words_.skip(sign.size());
    if (words_.peek() == '&') throw words_.error("redirections to a descriptor are not supported");
    const bool input = kind == RawRedirection::Kind::input;
    for (const RawRedirection& earlier : command.redirections) {
      if ((earlier.kind == RawRedirection::Kind::input) == input) {
        throw words_.error("a second `" + sign + "` of one command");
      }
    }
    if (input && command.here_document) throw words_.error("both `<<` and `<`");
    command.redirections.push_back({kind, need_word("`" + sign + "`")});
  }

  void here_document(RawCommand& command) {
    const SourcePosition start = words_.position();
    words_.skip(2);
    const bool strip_tabs = words_.peek() == '-';
    if (strip_tabs) words_.skip(1);
    const RawWord word = need_word("`<<`");
    PendingHere pending{"", word.bare().empty(), strip_tabs, start};
    for (const RawPart& part : word.parts) {
      if (part.kind != RawPart::Kind::literal) throw ScenarioError(start, "", "`<<` needs a word");
      pending.end += part.text.value();
    }
    if (command.here_document) throw ScenarioError(start, "", "a second `<<` of one command");
    command.here_document = script_.here_documents.size() + pending_.size();
    pending_.push_back(pending);
  }

  void read_here_documents() {
    for (const PendingHere& pending : pending_) {
      Text body("", words_.position());
      while (true) {
        if (words_.at_end()) {
          throw ScenarioError(pending.position, "",
                              "the here-document has no end \"" + pending.end + "\"");
        }
        Text line = words_.line();
        if (pending.strip_tabs) {
          const std::size_t first = line.value().find_first_not_of('\t');
          line = line.part(first == std::string::npos ? line.size() : first, line.size());
        }
        if (line.value() == pending.end) break;
        body.append_part(line, 0, line.size());
        body.append_from("\n", line.position(line.size()));
      }
      std::vector<RawPart> parts{{RawPart::Kind::literal, body, true, body.position()}};
      if (!pending.literal) parts = WordReader::expansions(body);
      script_.here_documents.push_back(std::move(parts));
    }
    pending_.clear();
  }

  // for NAME in WORDS; do LIST; done
  RawCommand loop() {
    RawCommand loop;
    loop.position = words_.position();
    words_.skip(3);
    words_.skip_blanks();
    loop.loop_variable = words_.word().bare();
    if (!is_shell_name(loop.loop_variable)) {
      throw ScenarioError(loop.position, "", "`for` needs a name: for n in {1..4}; do …; done");
    }
    words_.skip_blanks();
    if (!at_keyword("in"))
      throw words_.error("`in` is missing after `for " + loop.loop_variable + "`");
    words_.skip(2);
    while (true) {
      words_.skip_blanks();
      RawWord word = words_.word();
      if (word.parts.empty()) break;
      loop.words.push_back(std::move(word));
    }
    if (words_.peek() == ';') words_.skip(1);
    skip_lines();
    if (!at_keyword("do")) throw words_.error("`do` is missing: for n in {1..4}; do …; done");
    words_.skip(2);
    loop.body = list(&loop.position);
    if (loop.body.empty()) throw ScenarioError(loop.position, "", "the loop is empty");
    words_.skip_blanks();
    if (words_.peek() == '<' || words_.peek() == '>') {
      throw words_.error("redirections of a loop are not supported");
    }
    return loop;
  }

  WordReader words_;
  RawScript script_;
  std::vector<PendingHere> pending_;

 public:
  /// A here-document announced in the last line has no text.
  void need_no_pending() const {
    if (pending_.empty()) return;
    throw ScenarioError(pending_.front().position, "",
                        "the here-document has no end \"" + pending_.front().end + "\"");
  }
};

}  // namespace

RawScript read_script_tree(const Text& text) {
  TreeReader reader(text);
  RawScript script = reader.run();
  reader.need_no_pending();
  return script;
}

}  // namespace lvs::language
