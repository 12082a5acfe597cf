#include "models/ipvs/statistics.hpp"

namespace lvs {
namespace {

/// One step of the estimator: a quarter of the way to the new sample. The right shift of a negative
/// number rounds towards minus infinity, as the kernel's.
void approach(std::int64_t& average, std::uint64_t growth, int scale) {
  const auto sample = static_cast<std::int64_t>(growth << scale);
  average += (sample - average) >> 2;
}

// 2^10 per second over 2 s is a shift by 9; 2^5 per second by 4 (spec/ipvs.md 7.2).
constexpr int kCountScale = 9;
constexpr int kByteScale = 4;

std::uint64_t rounded(std::int64_t average, int scale) {
  return static_cast<std::uint64_t>((average + (std::int64_t{1} << (scale - 1)) - 1) >> scale);
}

}  // namespace

void Statistics::tick() {
  approach(connection_rate_, live.connections - snapshot_.connections, kCountScale);
  approach(packet_in_rate_, live.packets_in - snapshot_.packets_in, kCountScale);
  approach(packet_out_rate_, live.packets_out - snapshot_.packets_out, kCountScale);
  approach(byte_in_rate_, live.bytes_in - snapshot_.bytes_in, kByteScale);
  approach(byte_out_rate_, live.bytes_out - snapshot_.bytes_out, kByteScale);
  snapshot_ = live;
}

void Statistics::zero() {
  zero_ = snapshot_;
  connection_rate_ = packet_in_rate_ = packet_out_rate_ = byte_in_rate_ = byte_out_rate_ = 0;
}

TrafficCounters Statistics::shown() const {
  return {.connections = snapshot_.connections - zero_.connections,
          .packets_in = snapshot_.packets_in - zero_.packets_in,
          .packets_out = snapshot_.packets_out - zero_.packets_out,
          .bytes_in = snapshot_.bytes_in - zero_.bytes_in,
          .bytes_out = snapshot_.bytes_out - zero_.bytes_out};
}

TrafficRates Statistics::rates() const {
  return {.connections = rounded(connection_rate_, kCountScale + 1),
          .packets_in = rounded(packet_in_rate_, kCountScale + 1),
          .packets_out = rounded(packet_out_rate_, kCountScale + 1),
          .bytes_in = rounded(byte_in_rate_, kByteScale + 1),
          .bytes_out = rounded(byte_out_rate_, kByteScale + 1)};
}

}  // namespace lvs
