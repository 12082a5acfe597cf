#include "tests/truth/facts/facts.hpp"

#include <fstream>

#include "scenarios/language/host_shell.hpp"

namespace lvs::truth {

Facts::Facts(const std::string& section) : section_(section) {
  std::ifstream file(std::string(LVSIM_SOURCE_DIR) + "/tests/truth/data/arp/matrix.json");
  facts_ = Json::parse(file).at("facts").at(section);
}

const Json& Facts::operator[](const std::string& key) {
  INFO(section_ << ": " << key);
  REQUIRE(facts_.contains(key));
  used_.insert(key);
  return facts_.at(key);
}

void Facts::equal(const std::string& key, const Json& observed) {
  const Json& recorded = (*this)[key];
  INFO(section_ << ": " << key);
  CHECK(observed.dump() == recorded.dump());
}

void Facts::times(const std::string& key, const std::vector<double>& observed, double late) {
  const Json& recorded = (*this)[key];
  INFO(section_ << ": " << key << " recorded " << recorded.dump() << " observed "
                << Json(observed).dump());
  REQUIRE(recorded.size() == observed.size());
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double lag = recorded[i].get<double>() - observed[i];
    CHECK(lag >= -0.06);
    CHECK(lag <= late);
  }
}

void Facts::all_used() const {
  for (const auto& [key, value] : facts_.items()) {
    INFO(section_ << ": " << key << " is not reproduced");
    CHECK(used_.count(key) == 1);
  }
}

double in_seconds(Duration span) { return static_cast<double>(span.count()) / 1e12; }

Host& FactLan::machine(const std::string& name, const std::string& prefix, std::uint8_t last) {
  Host& made = host(name, prefix);
  made.state().set_mac(device(made, "eth0"), mac(last));
  machines.push_back({mac(last), name});
  return made;
}

std::string FactLan::owner(MacAddress address) const {
  for (const Named& named : machines) {
    if (named.mac == address) return named.name;
  }
  return to_string(address);
}

Json FactLan::entry(const Host& at, const std::string& of, const std::string& card) const {
  const Neighbour* n = at.neighbours().find(address(of), device(at, card));
  if (n == nullptr) return nullptr;
  Json shown{{"mac", nullptr}, {"owner", nullptr}, {"state", std::string(name(n->state))}};
  if (n->valid()) {
    shown["mac"] = to_string(n->mac);
    shown["owner"] = owner(n->mac);
  }
  return shown;
}

void FactLan::send(Host& from, const std::string& source, const std::string& destination) {
  originate(from, udp().from(address(source), 5000).to(address(destination), 9).payload(bytes(20)));
}

namespace {

/// Nothing that a fact types goes on after the command.
class NothingLater final : public language::Announcer {
 public:
  void announce_later(Host&, const language::Arping&) override {
    LVS_REQUIRE(false, "a fact announces once at a time");
  }
};

}  // namespace

std::string FactLan::type(Host& at, const std::string& command) {
  NothingLater later;
  language::HostShell shell(world, at, later, ".");
  return shell.run(language::read_script(language::Text(command, {"typed", 1, 1})));
}

double FactLan::seconds_now() const { return in_seconds(now() - kStart); }

}  // namespace lvs::truth
