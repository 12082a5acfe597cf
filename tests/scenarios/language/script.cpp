#include "scenarios/language/script.hpp"

#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

// Several lines need places of their own: line k of the text is line k of the file.
Text file_text(const std::string& value) {
  Text text("", {"f", 1, 1});
  int line = 1;
  int column = 1;
  for (const char c : value) {
    text.append(c, line, column++);
    if (c != '\n') continue;
    ++line;
    column = 1;
  }
  return text;
}

// Words in brackets, commands apart by their connector.
std::string flat(const std::string& script, const std::vector<std::string>& parameters = {}) {
  std::string result;
  try {
    for (const ShellCommand& command : parse_script(file_text(script), parameters)) {
      const Connector connector = command.connector;
      result += connector == Connector::if_success   ? "&&"
                : connector == Connector::if_failure ? "||"
                                                     : ";";
      if (command.failure_allowed) result += "?";
      for (const Word& word : command.words) result += "[" + word.text + "]";
      if (command.input_file) result += "<" + command.input_file->text;
      if (command.input_text) result += "<<(" + command.input_text->value() + ")";
      if (command.output)
        result += (command.output->append ? ">>" : ">") + command.output->file.text;
    }
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return result;
}

}  // namespace

TEST_CASE("words are separated by blanks and joined by quotes", "[language][script]") {
  CHECK(flat("a b\tc") == ";[a][b][c]");
  CHECK(flat("a 'b c' \"d e\" f\\ g") == ";[a][b c][d e][f g]");
  CHECK(flat("a x'y'\"z\"") == ";[a][xyz]");
  CHECK(flat("a '' \"\"") == ";[a][][]");
  CHECK(flat("a \"\\\"\\$x\\\\ \\n\"") == ";[a][\"$x\\ \\n]");
  CHECK(flat("a '\\n$x'") == ";[a][\\n$x]");
}

TEST_CASE("comments, continued lines and empty lines", "[language][script]") {
  CHECK(flat("# first\n\n  a b # rest\n\t\nc#d\n") == ";[a][b];[c#d]");
  CHECK(flat("a \\\n  b \\\n\tc") == ";[a][b][c]");
  CHECK(flat("a b\\\nc") == ";[a][bc]");
  CHECK(flat("") == "");
  CHECK(flat(" # only\n") == "");
}

TEST_CASE("commands of one line know how they depend on each other", "[language][script]") {
  CHECK(flat("a; b") == ";[a];[b]");
  CHECK(flat("a;") == ";[a]");
  CHECK(flat("a && b") == ";[a]&&[b]");
  CHECK(flat("a || true") == ";?[a]||[true]");
  CHECK(flat("a && b || c; d") == ";?[a]&&?[b]||[c];[d]");
  CHECK(flat("a || b && c") == ";?[a]||[b]&&[c]");
  CHECK(flat("a &&\n  # why\n  b") == ";[a]&&[b]");
}

TEST_CASE("variables are put in, and an unset one is an error", "[language][script]") {
  CHECK(flat("VIP=10.1.10.3\na $VIP ${VIP}:80 \"$VIP\" '$VIP'") ==
        ";[a][10.1.10.3][10.1.10.3:80][10.1.10.3][$VIP]");
  CHECK(flat("A=1 B=$A$A; a $B") == ";[a][11]");
  CHECK(flat("O='-m -w 1'; a $O \"$O\" x$O") == ";[a][-m][-w][1][-m -w 1][x-m][-w][1]");
  CHECK(flat("E=; a $E b \"$E\"") == ";[a][b][]");
  CHECK(flat("n=2; a $((n * 3 + $n))") == ";[a][8]");
  CHECK(flat("a\nb $X") == "f:2:3: the variable $X is not set");
  CHECK(flat("X=1; a $x") == "f:1:8: the variable $x is not set (set here: X)");
  CHECK(
      flat("a $load", {"load"}) ==
      "f:1:3: the variable $load is not set; the parameter is written $(load) (parameters: load)");
  CHECK(flat("a $((1 + y))").find("f:1:3: $((1 + y)): unknown name \"y\"") == 0);
}

TEST_CASE("a shell variable cannot hide a parameter or the host's number", "[language][script]") {
  CHECK(flat("load=1", {"load"}) ==
        "f:1:1: \"load\" is a parameter; choose another name for the shell variable");
  CHECK(flat("for i in {1..2}; do a; done", {"n", "i"}) ==
        "f:1:1: `i` is the number of the host here; choose another name for the shell variable");
  CHECK(flat("for i in {1..2}; do a $i; done", {"n"}) == ";[a][1];[a][2]");
}

TEST_CASE("loops are unrolled over ranges and words, on one line or several",
          "[language][script]") {
  CHECK(flat("for n in {1..3}; do a $n; done") == ";[a][1];[a][2];[a][3]");
  CHECK(flat("for n in {3..1}; do a $n; done") == ";[a][3];[a][2];[a][1]");
  CHECK(flat("for n in {-1..1}; do a $n; done") == ";[a][-1];[a][0];[a][1]");
  CHECK(flat("for d in eth0 'lo x'; do a $d \"$d\"; done; b") ==
        ";[a][eth0][eth0];[a][lo][x][lo x];[b]");
  CHECK(flat("for n in {1..2}\ndo\n  a $((128+n))\n  b # c\ndone\n") ==
        ";[a][129];[b];[a][130];[b]");
  CHECK(flat("for n in {1..2}; do for m in x y; do a $n$m; done; done") ==
        ";[a][1x];[a][1y];[a][2x];[a][2y]");
  CHECK(flat("L='1 2'; for n in $L {7..8}; do a $n; done") == ";[a][1];[a][2];[a][7];[a][8]");
  CHECK(flat("for n in; do a; done; b") == ";[b]");
  CHECK(flat("for n in {1..2}; do a || true; done") == ";?[a]||[true];?[a]||[true]");
}

TEST_CASE("a loop that is not whole is refused at the place that shows it", "[language][script]") {
  CHECK(flat("a\nfor n in {1..2}; do\na") == "f:2:1: `for` without its `done`");
  CHECK(flat("a; done") == "f:1:4: `done` without its `for`");
  CHECK(flat("for n in {1..2}; a; done") == "f:1:18: `do` is missing: for n in {1..4}; do …; done");
  CHECK(flat("for n of a; do a; done") == "f:1:7: `in` is missing after `for n`");
  CHECK(flat("for 1 in a; do a; done") == "f:1:1: `for` needs a name: for n in {1..4}; do …; done");
  CHECK(flat("for n in {a..c}; do a; done") ==
        "f:1:10: expected {A..B} with whole numbers, at most 100000");
  CHECK(flat("for n in {1..2}; do done") == "f:1:1: the loop is empty");
  CHECK(flat("for a in {1..400}; do for b in {1..400}; do x; done; done") ==
        "f:1:45: the script has more than 100000 commands");
}

TEST_CASE("redirections and here-documents go with their command", "[language][script]") {
  CHECK(flat("a > /tmp/f") == ";[a]>/tmp/f");
  CHECK(flat("a >> f b") == ";[a][b]>>f");
  CHECK(flat("F=g; a <f >$F.x") == ";[a]<f>g.x");
  CHECK(flat("a <<EOF\n x $((1+1)) \n\nEOF\nb") == ";[a]<<( x 2 \n\n);[b]");
  CHECK(flat("V=7; a <<EOF > f; b\n$V ${V} \\$V\nEOF\nc") == ";[a]<<(7 7 $V\n)>f;[b];[c]");
  CHECK(flat("a <<'EOF'\n$V `x`\nEOF") == ";[a]<<($V `x`\n)");
  CHECK(flat("a <<-E\n\t\tx\n\tE\nb") == ";[a]<<(x\n);[b]");
  CHECK(flat("a <<A; b <<B\n1\nA\n2\nB\n") == ";[a]<<(1\n);[b]<<(2\n)");
  CHECK(flat("for n in 1 2; do\na <<E\n$n\nE\ndone") == ";[a]<<(1\n);[a]<<(2\n)");
  CHECK(flat("a <<EOF\nx") == "f:1:3: the here-document has no end \"EOF\"");
  CHECK(flat("a <<EOF") == "f:1:3: the here-document has no end \"EOF\"");
}

TEST_CASE("text of a here-document knows its place", "[language][script]") {
  const auto commands = parse_script(file_text("V=abc\na <<EOF\n  $V x\nEOF\n"));
  const Text& text = *commands.at(0).input_text;
  CHECK(to_string(text.position(2)) == "f:3:3");
  CHECK(to_string(text.position(6)) == "f:3:6");
}

TEST_CASE("the rest of the shell is refused by name", "[language][script]") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a | b", "f:1:3: pipes (|) are not supported in a setup"},
      {"a & b", "f:1:3: `&` (in the background) is not supported in a setup"},
      {"(a)", "f:1:1: subshells and functions are not supported"},
      {"f() { a; }", "f:1:2: subshells and functions are not supported"},
      {"{ a; }", "f:1:1: the shell's `{` is not supported in a setup"},
      {"if a; then b; fi", "f:1:1: the shell's `if` is not supported in a setup"},
      {"while a; do b; done", "f:1:1: the shell's `while` is not supported in a setup"},
      {"! a", "f:1:1: the shell's `!` is not supported in a setup"},
      {"[ -f x ]", "f:1:1: the shell's `[` is not supported in a setup"},
      {"case x in y) a;; esac", "f:1:1: the shell's `case` is not supported in a setup"},
      {"a `b`", "f:1:3: command substitution (`…`) is not supported in a setup"},
      {"a \"$(b)\"", "f:1:4: command substitution $(…) is not supported in a setup"},
      {"a *.conf",
       "f:1:3: patterns of file names (* ?) are not supported in a setup; quote the character"},
      {"a {1..3}", "f:1:3: braces are expanded only in `for n in {A..B}`"},
      {"a {x,y}", "f:1:3: braces are expanded only in `for n in {A..B}`"},
      {"a $1", "f:1:3: $1… is not supported; only $NAME and ${NAME}"},
      {"a $?", "f:1:3: $?… is not supported; only $NAME and ${NAME}"},
      {"A=1; a ${A:-x}", "f:1:8: only the form ${NAME} is supported, without operators"},
      {"a 2> /dev/null", "f:1:3: redirections of a numbered file (2>) are not supported"},
      {"a >&2", "f:1:4: redirections to a descriptor are not supported"},
      {"a <<< x", "f:1:3: here-strings (<<<) are not supported"},
      {"a > f > g", "f:1:8: a second `>` of one command"},
      {"> f", "f:1:1: a redirection without a command"},
      {"a >", "f:1:4: a word is missing after `>`"},
      {"a && ", "f:1:6: a command is missing after &&"},
      {"a ;; b", "f:1:3: `;;` is not supported in a setup"},
      {"; a", "f:1:1: a command is missing before `;`"},
      {"A=1 a", "f:1:1: an assignment in front of a command; end it with `;`"},
      {"a 'b", "f:1:3: a quote (') without its end"},
      {"a \"b", "f:1:3: a quote (\") without its end"},
      {"for n in 1; do a; done && b", "f:1:24: && and || after a loop"},
      {"a && for n in 1; do a; done", "f:1:6: a loop after && or ||"},
      {"E=; $E", "f:1:5: the command is empty"},
  };
  for (const auto& [script, message] : cases) {
    INFO(script);
    CHECK(flat(script) == message);
  }
}

TEST_CASE("words stand where they begin in the file", "[language][script]") {
  const auto commands = parse_script(file_text("a  'b' $((1+1))\n\n  c \\\n    d\n"));
  CHECK(to_string(commands.at(0).words.at(1).where.position) == "f:1:4");
  CHECK(to_string(commands.at(0).words.at(2).where.position) == "f:1:8");
  CHECK(to_string(commands.at(1).words.at(0).where.position) == "f:3:3");
  CHECK(to_string(commands.at(1).words.at(1).where.position) == "f:4:5");
}

}  // namespace lvs::language::testing
