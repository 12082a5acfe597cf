// Reads laws and popularities.
#pragma once

#include "scenarios/language/clients.hpp"
#include "scenarios/language/law.hpp"
#include "scenarios/language/yaml_reader.hpp"

namespace lvs::language {

// A quantity alone is the constant; otherwise a map of one law: {exponential: 8ms}, {lognormal:
// {mean: 12KiB, cv: 2}}, {uniform: [1ms, 2ms]}, {empirical: FILE} (one value with its unit per
// line, # comments, looked up beside the scenario) or {empirical: [1ms, 3ms]}.
DurationLaw read_duration_law(const YamlNode& node);
SizeLaw read_size_law(const YamlNode& node);
CountLaw read_count_law(const YamlNode& node);  ///< constants are whole and at least 1

/// `uniform` or {zipf: s}.
Popularity read_popularity(const YamlNode& node);

}  // namespace lvs::language
