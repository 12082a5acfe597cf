// `health:` of a director, wired to the models.
#include "models/ipvs/director.hpp"
#include "scenarios/language/build.hpp"

namespace lvs::language {

void Simulation::build_health(const language::Host& host) {
  if (!host.health) return;
  const Health& health = *host.health;
  const lvs::Host& machine = world_.host(host_ids_.at(host.name.text));
  const ServiceKey key = service_key(health.service);
  if (machine.director() == nullptr || machine.director()->find_service(key) == nullptr) {
    const bool tcp = health.service.protocol == Protocol::tcp;
    throw ScenarioError(health.service_where,
                        "after its setup " + host.name.text + " has no service " +
                            to_string(health.service) + " whose real servers could be asked; " +
                            "its setup defines one with:  ipvsadm -A " + (tcp ? "-t " : "-u ") +
                            to_string(health.service.endpoint) + " -s wlc");
  }
  HealthConfig config;
  config.director = machine.id();
  config.service = key;
  config.every = health.every;
  config.timeout = health.timeout;
  config.retries = static_cast<std::uint32_t>(health.retries);
  config.between = health.between;
  config.action =
      health.action == Health::Action::remove ? HealthAction::remove : HealthAction::weight;
  world_.health().add(config);
}

}  // namespace lvs::language
