// ICMP of a host: which errors it sends and how often, echo, and what it does with those it hears.
// Source: spec/linux-host.md 5.7; spec/ipvs.md 3.6 d, 5.1.
#pragma once

#include <cstdint>
#include <optional>

#include <tsl/robin_map.h>

#include "models/host/interface.hpp"
#include "models/packet/frame_pool.hpp"
#include "sim/time.hpp"

namespace lvs {

class Host;
struct Environment;

/// An error about a packet, to be sent to its source.
struct IcmpError {
  IcmpType type = IcmpType::unreachable;
  std::uint8_t code = 0;
  std::uint16_t mtu = 0;  ///< fragmentation needed
  Ipv4Address gateway{};  ///< redirect
};

class Icmp {
 public:
  Icmp(const Environment& environment, Host& host) : environment_(environment), host_(host) {}

  /// Sends the error about `offender` if the rules allow (5.7); does not consume the frame.
  void send_error(const Frame& offender, const IcmpError& error);

  /// Tells the source of a packet that is forwarded that `gateway` is on its own link (5.6), as
  /// often as the rules allow; does not consume the frame.
  void send_redirect(const Frame& packet, Ipv4Address gateway);

  /// A message addressed to this host. Consumes the frame.
  void receive(InterfaceId arrival, FrameId frame);

  /// The host lost power.
  void forget();

  std::uint64_t errors_suppressed() const { return errors_suppressed_; }

 private:
  /// A bucket of tokens in time: `tokens` is the time saved up, at most burst * interval.
  struct Bucket {
    Duration tokens{};
    Time filled = kStart;
  };

  /// Redirects sent to one source, and when the last was.
  struct Redirects {
    int sent = 0;
    Time last = kStart;
  };

  bool is_exempt(const Frame& offender) const;
  bool may_send(Ipv4Address to, const IcmpError& error);
  void answer_echo(FrameId frame);
  void hear_error(InterfaceId arrival, const Frame& frame);

  const Environment& environment_;
  Host& host_;
  tsl::robin_map<std::uint32_t, Bucket> buckets_;
  std::optional<Bucket> all_;
  tsl::robin_map<std::uint32_t, Redirects> redirects_;  ///< by source
  std::uint64_t errors_suppressed_ = 0;
};

}  // namespace lvs
