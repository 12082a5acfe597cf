#include "tests/support/recording.hpp"

#include <algorithm>

namespace lvs {

Recording::Recording(World& world) : frames_(world.frames()) {
  world.observation().observer = this;
  world.observation().wanted = Watch::kFrames | Watch::kDecisions | Watch::kExchanges;
}

void Recording::observe(const Record& record) {
  SeenFrame seen{record.time, record.host, record.values[0], {}, {}};
  switch (record.kind) {
    case RecordKind::frame_sent: seen.frame = frames_[record.frame]; return sent.push_back(seen);
    case RecordKind::frame_received:
      seen.frame = frames_[record.frame];
      return received.push_back(seen);
    case RecordKind::frame_dropped:
      seen.frame = frames_[record.frame];
      seen.cause = static_cast<DropCause>(record.reason);
      return dropped.push_back(seen);
    default: return decisions.push_back(record);
  }
}

void Recording::clear() {
  sent.clear();
  received.clear();
  dropped.clear();
  decisions.clear();
  requests.clear();
  connections.clear();
}

std::size_t Recording::count(RecordKind kind) const {
  return static_cast<std::size_t>(std::count_if(decisions.begin(), decisions.end(),
                                                [&](const Record& r) { return r.kind == kind; }));
}

std::vector<std::string> Recording::lines(const std::vector<SeenFrame>& frames,
                                          const Host* host) const {
  PlainText plain;
  // Numbers are counted from the SYNs, also where another host sent them.
  for (const SeenFrame& s : sent) plain(s.frame);
  std::vector<std::string> result;
  for (const SeenFrame& s : frames) {
    if (host == nullptr || s.host == host->id()) result.push_back(plain(s.frame));
  }
  return result;
}

std::uint32_t* PlainText::first_of(const Endpoint& from, const Endpoint& to) {
  const auto found = std::find_if(flows_.begin(), flows_.end(),
                                  [&](const Flow& f) { return f.from == from && f.to == to; });
  return found == flows_.end() ? nullptr : &found->first;
}

std::string PlainText::operator()(const Frame& frame) {
  Frame plain = frame;
  plain.tag = {};
  if (frame.is_arp()) {
    plain.source = plain.destination = MacAddress{};
    return text(plain);
  }
  plain.source = plain.destination = MacAddress{};
  plain.ip.fragment = 0;
  plain.inner.fragment = 0;
  const Ipv4Header& header = frame.innermost();
  if (header.protocol != Protocol::tcp) return text(plain);
  plain.tcp.timestamps = false;
  const Endpoint from{header.source, frame.tcp.source};
  const Endpoint to{header.destination, frame.tcp.destination};
  if (frame.tcp.syn()) {
    if (std::uint32_t* first = first_of(from, to)) {
      *first = frame.tcp.sequence;
    } else {
      flows_.push_back({from, to, frame.tcp.sequence});
    }
  }
  if (const std::uint32_t* first = first_of(from, to)) plain.tcp.sequence -= *first;
  const std::uint32_t* other = first_of(to, from);
  if (other != nullptr && frame.tcp.ack()) plain.tcp.acknowledgement -= *other;
  return text(plain);
}

}  // namespace lvs
