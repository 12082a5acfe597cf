#include "tools/verify/print_recording.hpp"

#include <fmt/format.h>

namespace lvs::verify {
namespace {

std::string of(const Count& count) { return fmt::format("{} of {}", count.equal, count.total); }

/// "decisions 40 of 40, rc 3 of 3, -Ln 2 of 2, …": what there is of it.
std::string counts_text(const Counts& counts) {
  std::string text;
  const auto add = [&](const std::string& name, const Count& count) {
    if (count.total > 0) text += (text.empty() ? "" : ", ") + name + " " + of(count);
  };
  add("decisions", counts.decisions);
  add("rc", counts.statuses);
  for (const auto& [form, count] : counts.listings) add(form, count);
  add("rows", counts.rows);
  add("frames", counts.frames);
  return text;
}

/// "listings at the start" or "listings at the start but ops[7] 80 %, ops[9] 100 %".
std::string listings_text(const Choices& c) {
  std::string text = "listings at the start";
  const char* separator = " but ops[";
  for (const auto& [op, percent] : c.listing_percents) {
    text += fmt::format("{}{}] at {} %", separator, op, percent);
    separator = ", ops[";
  }
  return text;
}

std::string choices_text(const RecordingResult& result) {
  const Choices& c = result.choices;
  std::string lasts;
  for (const Duration last : c.lasts) lasts += " " + lvs::to_string(last);
  return fmt::format("jiffies {}, statistics {}, commands at {} %, {}, last after{}; {} runs",
                     c.jiffies_phase, c.statistics_phase, c.command_percent, listings_text(c),
                     lasts, result.settings_tried);
}

std::string indented(const std::string& text) {
  std::string result = "    ";
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "    ";
  }
  while (!result.empty() && (result.back() == ' ' || result.back() == '\n')) result.pop_back();
  return result + "\n";
}

Json choices_json(const RecordingResult& result) {
  const Choices& c = result.choices;
  Json json;
  json["jiffies_phase"] = c.jiffies_phase;
  json["statistics_phase"] = c.statistics_phase;
  json["command_percent"] = c.command_percent;
  json["listing_percents"] = Json::object();  // 0 for those that are not here
  for (const auto& [op, percent] : c.listing_percents) {
    json["listing_percents"][std::to_string(op)] = percent;
  }
  json["lasts_ms"] = Json::array();
  for (const Duration last : c.lasts) json["lasts_ms"].push_back(last / milliseconds(1));
  json["runs"] = result.settings_tried;
  return json;
}

Json counts_json(const Counts& counts) {
  Json json;
  json["decisions"] = count_json(counts.decisions);
  json["rc"] = count_json(counts.statuses);
  json["listings"] = Json::object();
  for (const auto& [form, count] : counts.listings) json["listings"][form] = count_json(count);
  json["rows"] = count_json(counts.rows);
  json["rows_equal_to_the_second"] = counts.rows_exact;
  json["frames"] = count_json(counts.frames);
  return json;
}

}  // namespace

Json count_json(const Count& count) { return {{"equal", count.equal}, {"total", count.total}}; }

std::string recording_text(const RecordingResult& r) {
  if (!r.refused.empty()) {
    return fmt::format("{}: not simulated: {}\n", r.file, r.refused);
  }
  std::string text = fmt::format("{}: {}: {} ({})\n", r.file, r.equal() ? "equal" : "UNEQUAL",
                                 counts_text(r.counts), choices_text(r));
  if (r.differences.empty()) return text;
  const Difference& first = r.differences.front();
  text += fmt::format("  {}: {}:\n    recorded  {}\n    simulated {}\n", first.where, first.what,
                      first.recorded, first.simulated);
  if (r.differences.size() > 1) {
    text += fmt::format("  and {} more differences\n", r.differences.size() - 1);
  }
  if (r.equal_but_for_acknowledgements()) {
    text +=
        "  All that differs are bare ACKs that the recorded servers sent before their FIN: their "
        "process closed after the next jiffy. When it ran is not recorded.\n";
  }
  if (!r.state_before.empty()) {
    text += "  the simulated director before it:\n" + indented(r.state_before);
  }
  return text;
}

std::string totals_text(const std::vector<RecordingResult>& results) {
  Counts all;
  Count recordings;
  std::size_t refused = 0;
  std::size_t apart = 0;
  std::size_t reordered = 0;
  for (const RecordingResult& r : results) {
    ++recordings.total;
    recordings.equal += r.equal() ? 1 : 0;
    refused += r.refused.empty() ? 0 : 1;
    apart += r.equal_but_for_acknowledgements() ? 1 : 0;
    all += r.counts;
    reordered += r.frames_reordered;
  }
  std::string text = fmt::format("recordings: {} equal", of(recordings));
  if (apart > 0) {
    text += fmt::format(", {} more but for bare ACKs of the recorded servers", apart);
  }
  if (refused > 0) text += fmt::format(", {} not simulated", refused);
  text += "\n" + counts_text(all) + "\n";
  text += fmt::format("rows equal to the second: {}\n", of({all.rows_exact, all.rows.total}));
  if (reordered > 0) {
    text += fmt::format(
        "{} frames are equal within their connection, but stand among others as the hosts spoke\n",
        reordered);
  }
  return text;
}

Json recording_json(const RecordingResult& r) {
  Json json;
  json["file"] = r.file;
  json["kind"] = "ipvs-recording";
  json["equal"] = r.equal();
  if (!r.refused.empty()) {
    json["refused"] = r.refused;
    return json;
  }
  json["equal_but_for_acknowledgements"] = r.equal_but_for_acknowledgements();
  json["choices"] = choices_json(r);
  json["counts"] = counts_json(r.counts);
  json["frames_reordered"] = r.frames_reordered;
  json["differences"] = Json::array();
  for (const Difference& d : r.differences) {
    json["differences"].push_back({{"where", d.where},
                                   {"what", d.what},
                                   {"recorded", d.recorded},
                                   {"simulated", d.simulated}});
  }
  if (!r.state_before.empty()) json["state_before"] = r.state_before;
  return json;
}

}  // namespace lvs::verify
