// The project's own four examples (data/) load as they are.
#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

Scenario example(const std::string& name, const Overrides& overrides = {}) {
  return load_scenario(example_path(name), overrides);
}

const Host& host(const Scenario& scenario, const std::string& name) {
  for (const Host& host : scenario.hosts) {
    if (host.name.text == name) return host;
  }
  throw std::runtime_error("no host " + name);
}

std::string scheduler(const Scenario& scenario) {
  for (const Host& host : scenario.hosts) {
    for (const Step& step : host.setup.steps) {
      if (const auto* set = std::get_if<IpvsServiceSet>(&step.command)) return set->scheduler.text;
    }
  }
  return "none";
}

}  // namespace

TEST_CASE("the NAT example gives the networks, the hosts and their commands", "[language]") {
  const Scenario s = example("article-nat");
  CHECK(s.name == "article-nat");
  CHECK(s.seed == 1);
  CHECK(s.time.run == seconds(60));
  CHECK_FALSE(s.time.warmup.has_value());
  CHECK(s.time.drain == seconds(10));
  REQUIRE(s.networks.size() == 2);
  CHECK(s.networks[0].cable.rate == gigabits_per_second(1));
  CHECK(s.networks[0].cable.delay == microseconds(50));
  CHECK(s.networks[0].cable.queue == QueueLimit{QueueLimit::Unit::bytes, 512 * 1024});
  CHECK(s.networks[1].cable.queue == s.networks[0].cable.queue);
  CHECK(s.networks[1].cable.mtu == bytes(1500));

  REQUIRE(s.hosts.size() == 4);
  CHECK(s.hosts[2].name.text == "rs1");
  CHECK(s.hosts[3].number == 4);
  CHECK(to_string(s.hosts[1].nics[1].mac) == "02:00:00:00:02:02");
  CHECK(to_string(s.hosts[3].nics[0].mac) == "02:00:00:00:04:01");
  CHECK(s.hosts[1].cpu->per_frame == microseconds(1));
  CHECK(s.hosts[1].cpu->queue == QueueLimit{QueueLimit::Unit::frames, 1000});
  CHECK_FALSE(s.hosts[0].cpu.has_value());
  CHECK(s.hosts[3].setup.text ==
        "ip addr add 192.168.184.130/24 dev eth0\nip route add default via 192.168.184.128\n");
}

TEST_CASE("the NAT example's director is configured by typed commands in order", "[language]") {
  const Scenario s = example("article-nat");
  const std::vector<Step>& steps = host(s, "director").setup.steps;
  REQUIRE(steps.size() == 6);
  const auto& address = std::get<IpAddrAdd>(steps[1].command);
  CHECK(to_string(address.address) == "192.168.184.128/24");
  CHECK(address.device.text == "eth1");
  const auto& forward = std::get<SysctlWrite>(steps[2].command);
  CHECK(forward.assignments.at(0).name == "net.ipv4.ip_forward");
  CHECK(forward.assignments.at(0).value == "1");
  const auto& service = std::get<IpvsServiceSet>(steps[3].command);
  CHECK(to_string(std::get<ServiceAddress>(service.service)) == "10.1.10.3:80/tcp");
  CHECK(service.scheduler.text == "rr");
  CHECK(to_string(service.scheduler.where.position) == example_path("article-nat") + ":24:37");
  const auto& server = std::get<IpvsServerSet>(steps[5].command);
  CHECK(to_string(server.server) == "192.168.184.130:80");
  CHECK(server.method == IpvsMethod::nat);
  CHECK(server.weight == 2);
  CHECK(to_string(steps[5].where().position) == example_path("article-nat") + ":26:7");
}

TEST_CASE("the NAT example's comment in a setup is no part of the command", "[language]") {
  const Scenario s = example("article-nat");
  const auto& route = std::get<IpRouteChange>(host(s, "client").setup.steps.at(1).command);
  CHECK(route.type == RouteType::local);
  CHECK(to_string(route.destination) == "10.1.10.128/25");
  CHECK(route.device->text == "lo");
  CHECK(host(s, "client").setup.steps.size() == 2);
}

TEST_CASE("the NAT example's servers, clients, event, expectations and study", "[language]") {
  const Scenario s = example("article-nat");
  const Serve& serve = host(s, "rs2").serves.at(0);
  CHECK(serve.port.value == 80);
  CHECK(serve.cores == 4);
  CHECK(serve.discipline == Discipline::ps);
  CHECK_FALSE(serve.workers.has_value());
  CHECK(serve.backlog == 511);
  CHECK(std::get<ExponentialLaw<Duration>>(serve.service_time.form).mean == milliseconds(8));
  CHECK(std::get<LognormalLaw<ByteCount>>(serve.response.form).mean == kibibytes(12));
  CHECK(std::get<LognormalLaw<ByteCount>>(serve.response.form).cv == 2.0);

  const ClientGroup& web = s.clients.at(0);
  CHECK(web.hosts.at(0).text == "client");
  CHECK(web.addresses.at(0).size() == 126);
  CHECK(to_string(web.addresses.at(0).last) == "10.1.10.254");
  CHECK(to_string(web.targets.at(0).service) == "10.1.10.3:80/tcp");
  CHECK(std::get<PoissonArrivals>(web.arrivals).per_second == 400.0);
  CHECK(std::get<ConstantLaw<ByteCount>>(web.request->form).value == bytes(300));
  CHECK(std::get<ConstantLaw<double>>(web.requests.form).value == 1.0);
  CHECK(web.timeout == seconds(10));
  CHECK(web.close == CloseBy::client);

  CHECK(s.events.at(0).at == seconds(25));
  const Script& shown = std::get<ShowAction>(s.events.at(0).action).script;
  CHECK(std::get<IpvsList>(shown.steps.at(0).command).what == IpvsListing::stats);
  const auto& share = std::get<MetricExpectation>(s.expect.at(1).what);
  CHECK(share.bound.low.value == 0.66);
  CHECK(share.bound.high.value == 0.674);
  CHECK(share.bound.high.unit == Measure::Unit::share);
  CHECK(s.study->vary.at(0).values.size() == 10);
  CHECK(s.study->replications == 10);
}

TEST_CASE("an expectation with `when` counts in the variants it names", "[language]") {
  const Scenario rr = example("article-nat");
  const Scenario wrr = example("article-nat", {{"scheduler", "wrr"}});
  CHECK(scheduler(wrr) == "wrr");
  CHECK(applies(rr.expect[0].when, rr));
  CHECK_FALSE(applies(rr.expect[1].when, rr));
  CHECK(applies(wrr.expect[1].when, wrr));
}

TEST_CASE("the DR example: a loop in a setup, and a parameter that is a whole command",
          "[language]") {
  const Scenario s = example("dr-arp");
  const std::vector<Step>& director = host(s, "director").setup.steps;
  REQUIRE(director.size() == 8);
  CHECK(to_string(std::get<IpvsServerSet>(director[7].command).server) == "192.168.184.132:80");
  CHECK(std::get<IpvsServerSet>(director[7].command).method == IpvsMethod::direct);
  const auto& sysctls = std::get<SysctlWrite>(host(s, "rs3").setup.steps.at(0).command);
  CHECK(sysctls.assignments.at(1).name == "net.ipv4.conf.all.arp_announce");
  CHECK(sysctls.assignments.at(1).value == "2");
  const auto& hidden = std::get<IpAddrAdd>(host(s, "rs3").setup.steps.at(2).command);
  CHECK(hidden.device.text == "lo");
  CHECK(to_string(host(s, "rs3").setup.steps.at(2).where().position) ==
        example_path("dr-arp") + ":34:7");
  const auto& jitter = std::get<UniformLaw<Duration>>(s.networks.at(1).cable.jitter->form);
  CHECK(jitter.high == microseconds(20));
  CHECK(std::holds_alternative<IpNeighFlush>(
      std::get<RunAction>(s.events.at(0).action).script.steps.at(0).command));
}

TEST_CASE("--set takes a value or the label that the study gives it", "[language]") {
  const std::string command = "ip addr add 192.168.184.100/32 dev eth0";
  const Scenario by_label = example("dr-arp", {{"hide", "eth0"}});
  const Scenario by_value = example("dr-arp", {{"hide", command}});
  CHECK(by_label == by_value);
  CHECK(by_label.parameters.at(3).value == command);
  const auto& address = std::get<IpAddrAdd>(host(by_label, "rs1").setup.steps.at(2).command);
  CHECK(address.device.text == "eth0");
  CHECK_FALSE(applies(by_label.expect[0].when, by_label));  // hide: lo
  CHECK(applies(example("dr-arp").expect[0].when, example("dr-arp")));
}

TEST_CASE("an unknown parameter in --set lists the known ones", "[language]") {
  CHECK(error_of([] {
          example("dr-arp", {{"lod", "1/s"}});
        }) == example_path("dr-arp") +
                  ": --set lod: unknown parameter; did you mean \"load\"? (known: load, ignore, "
                  "announce, hide)");
}

TEST_CASE("the TUN example: one-line setups, a here-document, closed users", "[language]") {
  const Scenario s = example("tun-failures");
  REQUIRE(s.hosts.size() == 7);
  CHECK(host(s, "client2").setup.text ==
        "ip addr add 10.9.0.12/24 dev eth0; ip route add default via 10.9.0.1");
  CHECK(host(s, "router").setup.steps.size() == 4);
  const Nic& nic = host(s, "director").nics.at(0);
  CHECK(to_string(nic.mac) == "02:00:00:00:0d:01");
  CHECK(nic.cable.rate == gigabits_per_second(1));
  CHECK(nic.cable.delay == microseconds(20));
  CHECK(nic.cable.queue == QueueLimit{QueueLimit::Unit::frames, 1000});
  const auto& restore = std::get<IpvsRestore>(host(s, "director").setup.steps.at(3).command);
  CHECK(restore.clear_first);
  REQUIRE(restore.lines.size() == 3);
  CHECK(std::get<IpvsServerSet>(restore.lines[2].rule).weight == 2);
  CHECK(to_string(restore.lines[2].where.position) == example_path("tun-failures") + ":19:7");
  CHECK(std::get<IpvsServiceSet>(restore.lines[0].rule).scheduler.text == "wlc");

  CHECK(s.clients.at(0).hosts.size() == 2);
  CHECK(std::get<ConstantLaw<double>>(s.clients.at(0).requests.form).value == 3.0);
  CHECK(std::get<ClosedUsers>(s.clients.at(1).arrivals).users == 20);
  CHECK(std::get<ConstantLaw<Duration>>(s.clients.at(1).think.form).value == seconds(1));
  CHECK(std::get<ServerAction>(s.events.at(0).action) == ServerAction::hang);
  CHECK(std::get<PowerAction>(s.events.at(3).action) == PowerAction::off);
  const auto& edit = std::get<IpvsServerSet>(
      std::get<RunAction>(s.events.at(2).action).script.steps.at(0).command);
  CHECK(edit.edit);
  CHECK(edit.weight == 0);
  const auto& check = std::get<ShowExpectation>(s.expect.at(2).what);
  CHECK(check.check.text == "FIN_WAIT");
  CHECK(check.at == seconds(100));
  CHECK(std::get<MetricExpectation>(s.expect.at(1).what).during->until == seconds(90));
}

TEST_CASE("the four examples can run, the last in every mode", "[language]") {
  for (const char* name : {"article-nat", "dr-arp", "tun-failures"}) {
    CHECK(error_of([&] { check_supported(example(name)); }) == "no error");
  }
  for (const char* mode : {"nat", "dr", "tun", "fullnat"}) {
    CHECK(error_of([&] {
            check_supported(example("modes-load", {{"mode", mode}}));
          }) == "no error");
  }
}

TEST_CASE("a study may name any scheduler there is; another one is refused", "[language]") {
  for (const char* scheduler : {"rr", "lblc", "lblcr", "fo", "ovf", "mh", "twos"}) {
    CHECK(error_of([&] {
            check_supported(example("article-nat", {{"scheduler", scheduler}}));
          }) == "no error");
  }
  CHECK(error_of([] {
          example("article-nat", {{"scheduler", "wlcc"}});
        })
            .find("24:37: hosts.director.setup: ipvsadm: Scheduler or persistence engine not "
                  "found (\"wlcc\"); did you mean \"wlc\"?") != std::string::npos);
}

}  // namespace lvs::language::testing
