#include "scenarios/language/substitute.hpp"

#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

const Bindings kBindings{{{"n", "6"}, {"load", "400/s"}, {"down", "-2"}, {"cmd", "ip addr"}}, 3};

std::string value(const std::string& text, Dialect dialect = Dialect::value) {
  try {
    return substitute(Text(text, {"f", 5, 10}), "key", kBindings, dialect).value();
  } catch (const ScenarioError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("$(name) is the text of a parameter, wherever it stands", "[language][substitution]") {
  CHECK(value("$(load)") == "400/s");
  CHECK(value("a$(n)b$(cmd)c") == "a6bip addrc");
  CHECK(value("no dollar $n ${n} $ (n)") == "no dollar $n ${n} $ (n)");
}

TEST_CASE("$((EXPR)) is integer arithmetic as in the shell", "[language][substitution]") {
  CHECK(value("$((128+i))") == "131");
  CHECK(value("$((1 + 2 * 3))") == "7");
  CHECK(value("$(((1 + 2) * 3))") == "9");
  CHECK(value("$((7 / 2)).$((7 % 2))") == "3.1");
  CHECK(value("$((-7 / 2))") == "-3");  // toward zero
  CHECK(value("$((-7 % 2))") == "-1");
  CHECK(value("$((10 - 3 - 2))") == "5");
  CHECK(value("$((- -n + down))") == "4");
  CHECK(value("$(( $(n) * i ))") == "18");
  CHECK(value("$((n))$(n)") == "66");
}

TEST_CASE("arithmetic that has no integer answer is refused", "[language][substitution]") {
  CHECK(value("ab$((1/0))") == "f:5:12: key: $((1/0)): division by zero");
  CHECK(value("$((1 % (n - 6)))").find("division by zero") != std::string::npos);
  CHECK(value("$((load + 1))").find("\"load\" (400/s) is not an integer") != std::string::npos);
  CHECK(value("$((9223372036854775807 + 1))").find("64 bits") != std::string::npos);
  CHECK(value("$((1 +))").find("is missing at the end") != std::string::npos);
  CHECK(value("$((1 ** 2))").find("unexpected \"*\"") != std::string::npos);
  CHECK(value("$((1 2))").find("unexpected \"2\"") != std::string::npos);
  CHECK(value("$((0x10))").find("\"0x10\" is not an integer") != std::string::npos);
  CHECK(value("$((1 < 2))").find("unexpected \"<\"") != std::string::npos);
  CHECK(value("$((1)").find("\"$((\" without its \"))\"") != std::string::npos);
  CHECK(value("$(n").find("\"$(\" without its \")\"") != std::string::npos);
}

TEST_CASE("an unknown name lists the known ones", "[language][substitution]") {
  CHECK(value("x $(laod)") ==
        "f:5:12: key: unknown parameter \"laod\"; did you mean \"load\"? "
        "(known: n, load, down, cmd, i)");
  CHECK(value("$((m + 1))").find("unknown parameter \"m\"") != std::string::npos);
  const Bindings none;
  CHECK_THROWS_WITH(substitute(Text("$(x)", {"f", 1, 1}), "k", none, Dialect::value),
                    "f:1:1: k: unknown parameter \"x\" (there are no parameters)");
  CHECK_THROWS_WITH(substitute(Text("$((i))", {"f", 1, 1}), "k", none, Dialect::value),
                    "f:1:1: k: `i` has a value only in a range of hosts such as rs1..rs4");
}

TEST_CASE(
    "in a script, arithmetic over shell variables is left to the shell with parameters put in",
    "[language][substitution]") {
  CHECK(value("$((128+k))", Dialect::script) == "$((128+k))");
  CHECK(value("$((i*10+k+down))", Dialect::script) == "$((3*10+k+(-2)))");
  CHECK(value("$((i+1))", Dialect::script) == "4");
  CHECK(value("$(hostname)", Dialect::script).find("unknown parameter") != std::string::npos);
}

TEST_CASE("substituted text stands where its $ does, what follows where it was",
          "[language][substitution]") {
  const Text text = substitute(Text("a $(cmd) b", {"f", 5, 10}), "", kBindings, Dialect::value);
  CHECK(text.value() == "a ip addr b");
  CHECK(text.position(2).column == 12);
  CHECK(text.position(8).column == 12);
  CHECK(text.position(10).column == 19);
}

TEST_CASE("parameters work unquoted in flow maps, in every section, and as whole commands",
          "[language][substitution]") {
  const std::string text =
      "name: s-$(n)\n"
      "about: n is $(n)\n"
      "parameters: {n: 2, rate: 1Gbit/s, queue: 1000 frames, what: ip neigh flush all}\n"
      "time: {run: $((n*30))s}\n"
      "seed: $((n + 1))\n"
      "networks: {lan: {rate: $(rate), delay: $((n*2))us, queue: $(queue)}}\n"
      "hosts: {a1..a3: {nics: {eth0: lan}, cpu: {cores: $(n)}, setup: \"arp -d "
      "10.0.0.$((n*i))\"}}\n"
      "events: [{at: $(n)s, host: a1, run: $(what)}]\n";
  const Scenario s = load_scenario_text("s.yaml", text);
  CHECK(s.name == "s-2");
  CHECK(s.about == "n is 2");
  CHECK(s.seed == 3);
  CHECK(s.time.run == seconds(60));
  CHECK(s.networks.at(0).cable.queue.amount == 1000);
  CHECK(s.hosts.at(2).cpu->cores == 2);
  CHECK(s.hosts.at(2).setup.text == "arp -d 10.0.0.6");
  CHECK(std::get<RunAction>(s.events.at(0).action).script.text == "ip neigh flush all");
  const Scenario set = load_scenario_text("s.yaml", text, {{"n", "1"}});
  CHECK(set.hosts.at(2).setup.text == "arp -d 10.0.0.3");
  CHECK(set.parameters.at(0).value == "1");
}

TEST_CASE("keys are not substituted", "[language][substitution]") {
  const std::string error =
      loading_error("k.yaml", "name: k\nparameters: {key: seed}\ntime: {run: 1s}\n$(key): 3\n");
  CHECK(error.find("k.yaml:4:1: unknown key \"$(key)\"") == 0);
}

TEST_CASE("places inside blocks, quotes and folded texts are those of the file",
          "[language][positions]") {
  const auto error_in_setup = [](const std::string& setup) {
    return loading_error("p.yaml",
                         "name: p\ntime: {run: 1s}\nnetworks: {n: {rate: 1bit/s, delay: "
                         "0s}}\nhosts:\n  a:\n    nics: {e: n}\n    setup: " +
                             setup);
  };
  CHECK(error_in_setup("|\n      true\n\n        true; ipp\n").find("p.yaml:10:15: ") == 0);
  CHECK(error_in_setup("|-  # why\n     true\n     ipp\n").find("p.yaml:9:6: ") == 0);
  CHECK(error_in_setup("\"true; \\\n      ipp\"\n").find("p.yaml:8:7: ") == 0);
  CHECK(error_in_setup("\"echo \\\"\\\" 'ü' \\x41; ipp\"\n").find("p.yaml:7:34: ") == 0);
  CHECK(error_in_setup("'echo ''a''; ipp'\n").find("p.yaml:7:25: ") == 0);
  CHECK(error_in_setup("true;\n      ipp\n").find("p.yaml:8:7: ") == 0);
  CHECK(error_in_setup(">\n      true;\n      true;\n      ipp\n").find("p.yaml:10:7: ") == 0);
}

}  // namespace lvs::language::testing
