#include "scenarios/language/quantity.hpp"
#include "scenarios/language/write_sections.hpp"
#include "scenarios/language/yaml_text.hpp"

namespace lvs::language {
namespace {

std::string write_window(Duration from, Duration until) {
  return write_duration(from) + ".." + write_duration(until);
}

struct ActionWriter {
  YamlFlow& flow;

  void operator()(const RunAction& action) const {
    flow.add("run", yaml_quoted(action.script.text));
  }
  void operator()(const ShowAction& action) const {
    flow.add("show", yaml_quoted(action.script.text));
  }
  void operator()(ServerAction action) const {
    constexpr const char* kNames[] = {"hang", "resume", "refuse", "accept"};
    flow.add("server", kNames[static_cast<int>(action)]);
  }
  void operator()(const SpeedAction& action) const {
    flow.add("speed", write_number(action.speed));
  }
  void operator()(PowerAction action) const {
    flow.add("power", action == PowerAction::off ? "off" : "on");
  }
  void operator()(const CableAction& action) const {
    YamlFlow cable;
    cable.add("nic", yaml_scalar(action.nic.text));
    if (action.state) {
      cable.add("state", *action.state == CableAction::State::cut ? "cut" : "join");
    }
    if (action.loss) cable.add("loss", write_share(*action.loss));
    if (action.delay) cable.add("delay", write_duration(*action.delay));
    flow.add("cable", cable.text());
  }
  void operator()(const ConnectAction& action) const {
    const bool tcp = action.to.protocol == Protocol::tcp;
    YamlFlow ask;
    ask.add("id", yaml_scalar(action.id.text)).add("from", to_string(action.from));
    ask.add("to", to_string(action.to));
    if (!tcp) ask.add("bytes", to_string(action.bytes));
    ask.add("timeout", write_duration(action.timeout));
    flow.add(tcp ? "connect" : "datagram", ask.text());
  }
  void operator()(const SendAction& action) const {
    YamlFlow send;
    send.add("id", yaml_scalar(action.id.text)).add("bytes", to_string(action.bytes));
    flow.add("send", send.text());
  }
  void operator()(const EndAction& action) const {
    const std::string id = yaml_scalar(action.id.text);
    switch (action.how) {
      case EndAction::How::close: flow.add("close", id); return;
      case EndAction::How::reset: flow.add("reset", id); return;
      case EndAction::How::close_by_server:
        flow.add("close", YamlFlow().add("id", id).add("by", "server").text());
        return;
    }
  }
};

/// The steps of a connection are its host's; they do not say so.
bool says_host(const Event& event) {
  return !std::holds_alternative<SendAction>(event.action) &&
         !std::holds_alternative<EndAction>(event.action);
}

std::string write_conditions(const std::vector<Condition>& conditions) {
  YamlFlow flow;
  for (const Condition& condition : conditions) {
    std::vector<std::string> values;
    for (const std::string& value : condition.values) values.push_back(yaml_scalar(value));
    flow.add(condition.parameter, values.size() == 1 ? values.front() : yaml_list(values));
  }
  return flow.text();
}

void add_metric(const MetricExpectation& expected, YamlFlow& flow) {
  flow.add("metric", yaml_scalar(expected.metric.text));
  if (expected.of) flow.add("of", yaml_scalar(expected.of->text));
  if (expected.cause) flow.add("cause", yaml_scalar(expected.cause->text));
  if (expected.during) {
    flow.add("during", write_window(expected.during->from, expected.during->until));
  }
  if (expected.at) flow.add("at", write_duration(*expected.at));
  constexpr const char* kNames[] = {"at_most", "at_least", "below", "above", "equals", "between"};
  const std::string low = yaml_scalar(write_measure(expected.bound.low));
  const std::string high = yaml_scalar(write_measure(expected.bound.high));
  const bool between = expected.bound.kind == Bound::Kind::between;
  flow.add(kNames[static_cast<int>(expected.bound.kind)], between ? yaml_list({low, high}) : low);
}

void add_show(const ShowExpectation& expected, YamlFlow& flow) {
  flow.add("show", yaml_quoted(expected.show.text)).add("host", expected.host.text);
  flow.add("at", write_duration(expected.at));
  constexpr const char* kNames[] = {"contains", "lacks", "equals"};
  flow.add(kNames[static_cast<int>(expected.check.kind)], yaml_quoted(expected.check.text));
}

std::string write_names(const std::vector<Name>& names) {
  std::vector<std::string> texts;
  for (const Name& name : names) texts.push_back(yaml_scalar(name.text));
  return yaml_list(texts);
}

std::string write_vary(const VaryKey& key) {
  YamlFlow labelled;
  std::vector<std::string> values;
  for (const VaryValue& value : key.values) {
    labelled.add(yaml_scalar(value.label), yaml_scalar(value.value));
    values.push_back(yaml_scalar(value.value));
  }
  return "    " + key.parameter.text + ": " + (key.labelled ? labelled.text() : yaml_list(values)) +
         "\n";
}

}  // namespace

std::string write_event(const Event& event) {
  YamlFlow flow;
  if (event.every) {
    flow.add("every", write_duration(*event.every));
    flow.add("during", write_window(event.at, *event.until));
  } else {
    flow.add("at", write_duration(event.at));
  }
  if (says_host(event)) flow.add("host", event.host.text);
  std::visit(ActionWriter{flow}, event.action);
  return "  - " + flow.text() + "\n";
}

std::string write_expectation(const Expectation& expectation) {
  YamlFlow flow;
  if (const auto* metric = std::get_if<MetricExpectation>(&expectation.what)) {
    add_metric(*metric, flow);
  } else {
    add_show(std::get<ShowExpectation>(expectation.what), flow);
  }
  if (!expectation.when.empty()) flow.add("when", write_conditions(expectation.when));
  return "  - " + flow.text() + "\n";
}

std::string write_study(const Study& study) {
  std::string text = "study:\n  vary:\n";
  for (const VaryKey& key : study.vary) text += write_vary(key);
  std::vector<std::string> groups;
  for (const auto& group : study.zip) groups.push_back(write_names(group));
  if (!groups.empty()) text += "  zip: " + yaml_list(groups) + "\n";
  if (!study.filters.empty()) text += "  where: " + write_names(study.filters) + "\n";
  if (!study.baseline.empty()) text += "  baseline: " + write_conditions(study.baseline) + "\n";
  if (study.replications) text += "  replications: " + std::to_string(*study.replications) + "\n";
  if (study.precision) {
    YamlFlow flow;
    flow.add("metric", yaml_scalar(study.precision->metric.text));
    flow.add("relative", write_share(study.precision->relative));
    text += "  precision: " + flow.add("at_most", std::to_string(study.precision->at_most)).text() +
            "\n";
  }
  if (!study.metrics.empty()) text += "  metrics: " + write_names(study.metrics) + "\n";
  return text;
}

}  // namespace lvs::language
