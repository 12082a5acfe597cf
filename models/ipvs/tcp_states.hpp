// The states of a connection as IPVS follows them, and the kernel's transition tables
// (spec/ipvs.md 4.3). What a director sees of TCP is not TCP's own state machine.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "models/packet/tcp.hpp"

namespace lvs {

/// In the kernel's numbering. A UDP connection stays in `none`.
enum class IpvsState : std::uint8_t {
  none,
  established,
  syn_sent,
  syn_received,
  fin_wait,
  time_wait,
  close,
  close_wait,
  last_ack,
  listen,
  synack,
};
inline constexpr std::size_t kIpvsStateCount = static_cast<std::size_t>(IpvsState::synack) + 1;

enum class IpvsDirection : std::uint8_t {
  input,       ///< from the client; the server's packets pass the director too
  output,      ///< from the server
  input_only,  ///< from the client; the server's packets have not been seen (DR, TUN)
};

/// What of a segment decides: RST, else SYN, else FIN, else ACK.
enum class IpvsTcpEvent : std::uint8_t { syn, fin, ack, rst, nothing };

constexpr IpvsTcpEvent tcp_event(const TcpSegment& segment) {
  if (segment.rst()) return IpvsTcpEvent::rst;
  if (segment.syn()) return IpvsTcpEvent::syn;
  if (segment.fin()) return IpvsTcpEvent::fin;
  if (segment.ack()) return IpvsTcpEvent::ack;
  return IpvsTcpEvent::nothing;
}

/// The sysctl secure_tcp: no client is taken for established before the server has seen its ACK
/// (4.3.2).
enum class TcpStrictness : std::uint8_t { normal, secure };

namespace detail {
using IpvsTransitions = std::array<std::array<IpvsState, kIpvsStateCount>, 4>;
/// By strictness and direction.
extern const std::array<std::array<IpvsTransitions, 3>, 2> kIpvsTransitions;
}  // namespace detail

/// The state after `event`; a segment without any of the four flags closes.
inline IpvsState next_state(IpvsDirection direction, IpvsTcpEvent event, IpvsState state,
                            TcpStrictness strictness = TcpStrictness::normal) {
  if (event == IpvsTcpEvent::nothing) return IpvsState::close;
  return detail::kIpvsTransitions[static_cast<std::size_t>(strictness)][static_cast<std::size_t>(
      direction)][static_cast<std::size_t>(event)][static_cast<std::size_t>(state)];
}

/// The same as DPVS has it, whose tables are the normal ones but for one event in one state: an ACK
/// in `none` closes (6.5). Its directors see both directions.
inline IpvsState next_state_dpvs(IpvsDirection direction, IpvsTcpEvent event, IpvsState state) {
  const bool from_client = direction != IpvsDirection::output;
  if (from_client && event == IpvsTcpEvent::ack && state == IpvsState::none) {
    return IpvsState::close;
  }
  return next_state(direction, event, state);
}

/// Whether a TCP connection in `state` counts as active.
constexpr bool is_active(IpvsState state) {
  return state == IpvsState::established || state == IpvsState::syn_sent ||
         state == IpvsState::syn_received || state == IpvsState::synack;
}

constexpr bool is_active_dpvs(IpvsState state) { return state == IpvsState::established; }

/// Default timeouts in seconds, by state.
inline constexpr std::array<std::uint32_t, kIpvsStateCount> kTcpTimeoutSeconds{
    2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120};
inline constexpr std::array<std::uint32_t, kIpvsStateCount> kDpvsTcpTimeoutSeconds{
    2, 90, 3, 30, 7, 7, 3, 7, 7, 120, 30};
inline constexpr std::uint32_t kUdpTimeoutSeconds = 300;

/// "ESTABLISHED": the name in listings of a TCP connection.
std::string_view name(IpvsState state);

}  // namespace lvs
