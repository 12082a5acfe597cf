// An Observer that keeps everything: frames with their contents, decisions, ends of requests and
// connections. With it a test states the frames of one connection exactly.
#pragma once

#include <string>
#include <vector>

#include "models/world.hpp"
#include "tests/support/printers.hpp"

namespace lvs {

struct SeenFrame {
  Time time;
  HostId host;
  std::int64_t nic = -1;
  DropCause cause = DropCause::queue_full;  ///< of a dropped one
  Frame frame;
};

class Recording final : public Observer {
 public:
  /// Listens to everything that happens in `world`.
  explicit Recording(World& world);

  void observe(const Record& record) override;
  void request_ended(const RequestEnd& request) override { requests.push_back(request); }
  void connection_ended(const ConnectionEnd& end) override { connections.push_back(end); }
  void clear();

  /// What `host` sent (received), oldest first: each as lines() says.
  std::vector<std::string> sent_by(const Host& host) const { return lines(sent, &host); }
  std::vector<std::string> received_by(const Host& host) const { return lines(received, &host); }
  /// What all hosts sent.
  std::vector<std::string> all_sent() const { return lines(sent, nullptr); }
  /// When `host` sent the frames for which want(frame) holds.
  template <class Want>
  std::vector<Time> times_sent(const Host& host, Want&& want) const {
    std::vector<Time> times;
    for (const SeenFrame& s : sent) {
      if (s.host == host.id() && want(s.frame)) times.push_back(s.time);
    }
    return times;
  }
  std::size_t count(RecordKind kind) const;

  std::vector<SeenFrame> sent;
  std::vector<SeenFrame> received;
  std::vector<SeenFrame> dropped;  ///< at hosts
  std::vector<Record> decisions;
  std::vector<RequestEnd> requests;
  std::vector<ConnectionEnd> connections;

 private:
  std::vector<std::string> lines(const std::vector<SeenFrame>& frames, const Host* host) const;

  const FramePool& frames_;
};

/// A frame as text(frame) prints it, without MAC addresses (of IP), tag, DF and timestamps, and
/// with TCP numbers counted from the SYN of their side: the initial ones are as good as random.
class PlainText {
 public:
  std::string operator()(const Frame& frame);

 private:
  struct Flow {
    Endpoint from;
    Endpoint to;
    std::uint32_t first;
  };
  std::uint32_t* first_of(const Endpoint& from, const Endpoint& to);

  std::vector<Flow> flows_;
};

}  // namespace lvs
