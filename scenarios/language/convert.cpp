#include "scenarios/language/convert.hpp"

namespace lvs::language {
namespace {

double number(Duration d) { return static_cast<double>(d.count()); }
double number(ByteCount b) { return static_cast<double>(b.value); }
double number(double d) { return d; }

template <class Q>
struct ToLaw {
  RandomLaw operator()(const ConstantLaw<Q>& l) { return RandomLaw::constant(number(l.value)); }
  RandomLaw operator()(const ExponentialLaw<Q>& l) {
    return RandomLaw::exponential(number(l.mean));
  }
  RandomLaw operator()(const UniformLaw<Q>& l) {
    return RandomLaw::uniform({number(l.low), number(l.high)});
  }
  RandomLaw operator()(const LognormalLaw<Q>& l) {
    return RandomLaw::lognormal({number(l.mean), l.cv});
  }
  RandomLaw operator()(const HyperexponentialLaw<Q>& l) {
    return RandomLaw::hyperexponential({number(l.mean), l.cv});
  }
  RandomLaw operator()(const GammaLaw<Q>& l) { return RandomLaw::gamma({number(l.mean), l.cv}); }
  RandomLaw operator()(const ParetoLaw<Q>& l) {
    return RandomLaw::pareto({number(l.mean), l.alpha, number(l.max)});
  }
  RandomLaw operator()(const EmpiricalLaw<Q>& l) {
    std::vector<double> values;
    for (const Q& value : l.values) values.push_back(number(value));
    return RandomLaw::empirical(std::move(values));
  }
};

}  // namespace

RandomLaw to_law(const DurationLaw& law) { return std::visit(ToLaw<Duration>{}, law.form); }
RandomLaw to_law(const SizeLaw& law) { return std::visit(ToLaw<ByteCount>{}, law.form); }
RandomLaw to_law(const CountLaw& law) { return std::visit(ToLaw<double>{}, law.form); }

lvs::QueueLimit to_limit(const QueueLimit& limit) {
  return {limit.amount, limit.unit == QueueLimit::Unit::frames};
}

WayConfig to_way(const Cable& cable) {
  WayConfig way;
  way.rate = cable.rate;
  way.delay = cable.delay;
  way.queue = to_limit(cable.queue);
  way.mtu = cable.mtu;
  way.loss = cable.loss;
  if (cable.jitter) way.jitter = to_law(*cable.jitter);
  return way;
}

ProcessorConfig to_processor(const Cpu& cpu) {
  ProcessorConfig config;
  config.cores = static_cast<std::uint32_t>(cpu.cores);
  config.per_frame = cpu.per_frame;
  config.per_byte = cpu.per_byte;
  config.per_connection = cpu.per_connection;
  config.queue = to_limit(cpu.queue);
  return config;
}

}  // namespace lvs::language
