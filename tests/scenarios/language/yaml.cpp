// What YAML allows and the language does not.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {

TEST_CASE("what is not strict YAML is refused at its place", "[language][yaml]") {
  struct Case {
    const char* name;
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases{
      {"nothing", "", "y.yaml: is empty"},
      {"only a comment", "# x\n", "y.yaml: is empty"},
      {"two documents", "name: a\n---\nname: b\n", "y.yaml:3:1: a second YAML document"},
      {"a list", "- a\n", "y.yaml:1:1: is a list; expected a map of keys and values"},
      {"an anchor", "name: &a x\n", "y.yaml:1:7: name: YAML anchors are not supported"},
      {"a tag", "name: !!str x\n", "y.yaml:1:7: name: YAML tags are not supported"},
      {"a merge key", "time: {run: 1s}\n<<: {a: 1}\n",
       "y.yaml:2:1: merge keys (<<) are not supported"},
      {"a list as key", "? [a]\n: b\n", "y.yaml:1:3: a key is one word"},
      {"a duplicate key", "name: a\ntime: {run: 1s}\nname: b\n",
       "y.yaml:3:1: duplicate key \"name\"; the first is in line 1"},
      {"a duplicate key deep inside", small("seed: 1\nclients: {w: {host: a, host: a}}\n"),
       "y.yaml:7:24: clients.w: duplicate key \"host\"; the first is in line 7"},
      {"an open flow", "name: [a,\nb: c\n",
       "y.yaml:3:1: not valid YAML: end of sequence flow not found"},
      {"a tab", "time:\n\trun: 1s\n", "y.yaml:2:5: not valid YAML: illegal map value"},
      {"zero bytes", std::string("name: a\0b\n", 10),
       "y.yaml: is not a text in UTF-8 (it has zero bytes)"},
      {"no value", small("seed:\n"), "y.yaml:6:1: seed: has no value"},
      {"null", small("seed: null\n"), "y.yaml:6:1: seed: has no value"},
      {"a map for a value", small("seed: {a: 1}\n"),
       "y.yaml:6:7: seed: is a map; expected a single value"},
      {"a value for a list", small("events: none\n"),
       "y.yaml:6:9: events: is a single value; expected a list [a, b]"},
      {"a null in a list", small("events: [~]\n"),
       "y.yaml:6:10: events[0]: has no value; expected a map of keys and values"},
      {"a value for a map", small("clients: [web]\n"),
       "y.yaml:6:10: clients: is a list; expected a map of keys and values"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(loading_error("y.yaml", c.text) == c.message); }
  }
}

TEST_CASE("a byte-order mark and Windows line ends change nothing", "[language][yaml]") {
  const std::string text = small("seed: 7\n");
  std::string windows;
  for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Scenario plain = load_scenario_text("y.yaml", text);
  CHECK(load_scenario_text("y.yaml", "\xEF\xBB\xBF" + text) == plain);
  CHECK(load_scenario_text("y.yaml", windows) == plain);
  CHECK(loading_error("y.yaml",
                      "\xEF\xBB\xBF"
                      "nam: x\n")
            .find("y.yaml:1:1: unknown key") == 0);
}

TEST_CASE("a file that is not there or is a folder is named", "[language][yaml]") {
  CHECK(error_of([] { load_scenario("/no/such.yaml"); }) == "/no/such.yaml: cannot read the file");
  CHECK(error_of([] { load_scenario("/tmp"); }) == "/tmp: cannot read the file");
}

namespace {

struct WrongSection {
  const char* name;
  std::string rest;
  std::string message;
};
const std::string kTo = "target: 10.0.0.1:80/tcp, ";
const std::vector<WrongSection> kWrongSections{
    {"a request in a flood",
     "clients: {w: {host: a, " + kTo + "users: 1, flood: syn, request: 1B}}\n",
     "6:80: clients.w.request: a flood of SYNs sends no request"},
    {"neither target nor targets", "clients: {w: {host: a, users: 1, request: 1B}}\n",
     "6:14: clients.w: one of these keys is needed: target, targets"},
    {"popularity of one target",
     "clients: {w: {host: a, " + kTo + "popularity_targets: uniform, users: 1, request: 1B}}\n",
     "6:69: clients.w.popularity_targets: needs targets:, there is one target"},
    {"overlapping addresses",
     "clients: {w: {host: a, addresses: [10.0.0.0/24, 10.0.0.9], " + kTo +
         "users: 1, request: 1B}}\n",
     "6:49: clients.w.addresses[1]: overlaps with an earlier range"},
    {"one rate of an MMPP",
     "clients: {w: {host: a, " + kTo +
         "arrivals: {mmpp: {rates: [1/s], means: [1s]}}, "
         "request: 1B}}\n",
     "6:66: clients.w.arrivals.mmpp: expected as many rates as means, at least two of each"},
    {"a fraction of a request",
     "clients: {w: {host: a, " + kTo + "users: 1, requests: 0.5, request: 1B}}\n",
     "6:69: clients.w.requests: \"0.5\" is not a bare whole number; expected a whole number "
     "without a unit"},
    {"a host named twice", "clients: {w: {host: [a, a], " + kTo + "users: 1, request: 1B}}\n",
     "6:25: clients.w.host[1]: \"a\" is named twice"},
    {"an event of an unknown nic", "events: [{at: 1s, host: a, cable: {nic: eth1, state: cut}}]\n",
     "6:41: unknown nic \"eth1\"; did you mean \"eth0\"? (known: eth0)"},
    {"a cable event that does nothing", "events: [{at: 1s, host: a, cable: {nic: eth0}}]\n",
     "6:35: events[0].cable: changes nothing; expected state, loss or delay"},
    {"a server event where nothing serves", "events: [{at: 1s, host: a, server: hang}]\n",
     "6:25: the host \"a\" serves nothing"},
    {"speed zero", "events: [{at: 1s, host: a, speed: 0}]\n",
     "6:35: events[0].speed: \"0\" is out of range; accepted: 0.001 to 1000"},
    {"a YAML 1.1 truth value", "events: [{at: 1s, host: a, power: yes}]\n",
     "6:35: events[0].power: \"yes\" is not one of off, on"},
    {"an expectation of nothing", "expect: [{metric: m}]\n",
     "6:10: expect[0]: one of these keys is needed: at_most, at_least, below, above, equals, "
     "between"},
    {"a bound with a wrong unit", "expect: [{metric: m, at_most: 3 ms}]\n",
     "6:31: expect[0].at_most: \"3 ms\" is no value; expected a number, or one with a unit such "
     "as 10ms, 12KiB, 400/s, 5%"},
    {"a window and an instant", "expect: [{metric: m, during: 1s..2s, at: 1s, equals: 0}]\n",
     "6:42: expect[0].at: not together with during:"},
    {"an empty when", "expect: [{metric: m, equals: 0, when: {}}]\n",
     "6:39: expect[0].when: is empty"},
    {"setup_more without a cluster", "  a2: {setup_more: true}\n",
     "6:8: hosts.a2: unknown key \"setup_more\" (known: nics, cpu, "
     "reply_jitter, jiffies_phase, statistics_phase, setup, serves, health)"},
    {"no nic", "  b: {nics: {}}\n", "6:13: hosts.b.nics: a host needs a nic"},
    {"lo as a nic", "  b: {nics: {lo: lan}}\n",
     "6:14: hosts.b.nics: \"lo\" is on every host "
     "already"},
    {"a VLAN", "  b: {nics: {eth0.7: lan}}\n",
     "6:14: hosts.b.nics: \"eth0.7\" is no interface name (VLAN and alias names are not "
     "supported)"},
    {"one MAC address twice", "  b: {nics: {eth0: {network: lan, mac: \"02:00:00:00:01:01\"}}}\n",
     "6:14: the MAC address 02:00:00:00:01:01 is in use by two nics"},
    {"prefork written as a value",
     "  b: {nics: {eth0: lan}, serves: [{port: 80/tcp, accept: workers, service_time: 1ms, "
     "response: 1B}]}\n",
     "6:58: hosts.b.serves[0].accept: \"workers\" is not immediate; a prefork server is written "
     "workers: N instead"},
    {"a network without rate", "networks2: {}\n",
     "6:1: unknown key \"networks2\"; did you mean \"networks\"? (known: name, about, "
     "parameters, time, seed, cluster, networks, hosts, clients, events, expect, study)"},
};

}  // namespace

TEST_CASE("sections and values out of their rules are refused", "[language]") {
  for (const WrongSection& c : kWrongSections) {
    DYNAMIC_SECTION(c.name) {
      CHECK(loading_error("y.yaml", small(c.rest)) == "y.yaml:" + c.message);
    }
  }
}

TEST_CASE("a cable joins exactly two nics", "[language]") {
  const std::string head =
      "name: c\ntime: {run: 1s}\nnetworks: {w: {kind: cable, rate: 1bit/s, delay: 0s}}\nhosts: {";
  const std::string a = "a: {nics: {e: w}}";
  const std::string b = "b: {nics: {e: w}}";
  CHECK(loading_error("c.yaml", head + a + ", " + b + "}\n") == "no error");
  CHECK(loading_error("c.yaml", head + a + "}\n") ==
        "c.yaml:3:12: the cable \"w\" has 1 nics; it needs two");
  CHECK(loading_error("c.yaml", head + a + ", " + b + ", c: {nics: {e: w}}}\n") ==
        "c.yaml:3:12: the cable \"w\" has 3 nics; it needs two");
}

TEST_CASE("a study names parameters, couples equal lists and has its baseline among the values",
          "[language]") {
  const auto study = [](const std::string& text) {
    return loading_error("y.yaml", small("parameters: {p: 1, q: 2}\nstudy: " + text + "\n"));
  };
  CHECK(study("{vary: {p: [1, 2], q: [3, 4]}, zip: [[p, q]]}") == "no error");
  CHECK(study("{vary: {p: [1, 2], q: [3]}, zip: [[p, q]]}") ==
        "y.yaml:7:42: study.zip[0]: couples keys with different numbers of values");
  CHECK(study("{vary: {p: [1, 2]}, zip: [[p, q]]}") ==
        "y.yaml:7:38: study.zip[0]: \"q\" is not varied (varied: p)");
  CHECK(study("{vary: {r: [1]}}") ==
        "y.yaml:7:16: study.vary: unknown parameter \"r\" (known: p, q)");
  CHECK(study("{vary: {p: [1, 1]}}") == "y.yaml:7:19: study.vary.p: \"1\" is named twice");
  CHECK(study("{vary: {p: []}}") == "y.yaml:7:19: study.vary.p: has no values");
  CHECK(study("{vary: {p: [$(q)]}}") ==
        "y.yaml:7:20: study.vary.p[0]: the value of a parameter cannot refer to parameters");
  CHECK(study("{vary: {p: [1]}, baseline: {p: 2}}") ==
        "y.yaml:7:36: study.baseline.p: is not one of the varied values");
}

}  // namespace lvs::language::testing
