// The writers of the sections; each returns whole lines, or one value.
#pragma once

#include <string>

#include "scenarios/language/scenario.hpp"

namespace lvs::language {

// write_laws.cpp
std::string write_law(const DurationLaw& law);
std::string write_law(const SizeLaw& law);
std::string write_law(const CountLaw& law);
std::string write_popularity(const Popularity& popularity);

// write_topology.cpp
std::string write_network(const Network& network);
std::string write_host(const Host& host, const std::vector<Network>& networks);

// write_clients.cpp
std::string write_clients(const ClientGroup& group);

// write_events.cpp
std::string write_event(const Event& event);
std::string write_expectation(const Expectation& expectation);
std::string write_study(const Study& study);

}  // namespace lvs::language
