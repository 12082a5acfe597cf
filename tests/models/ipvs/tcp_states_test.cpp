#include "models/ipvs/tcp_states.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <sstream>
#include <string>

namespace lvs {
namespace {

const std::map<std::string, IpvsState> kByName{
    {"NO", IpvsState::none},         {"ES", IpvsState::established}, {"SS", IpvsState::syn_sent},
    {"SR", IpvsState::syn_received}, {"FW", IpvsState::fin_wait},    {"TW", IpvsState::time_wait},
    {"CL", IpvsState::close},        {"CW", IpvsState::close_wait},  {"LA", IpvsState::last_ack},
    {"LI", IpvsState::listen},       {"SA", IpvsState::synack}};

/// The tables of spec/ipvs.md 4.3.1 as they are printed there.
const std::map<IpvsDirection, std::string> kPrinted{
    {IpvsDirection::input, R"(| INPUT | NO | ES | SS | SR | FW | TW | CL | CW | LA | LI | SA |
| SYN | SR | ES | ES | SR | SR | SR | SR | SR | SR | SR | SR |
| FIN | CL | CW | SS | TW | TW | TW | CL | CW | LA | LI | TW |
| ACK | ES | ES | SS | ES | FW | TW | CL | CW | CL | LI | ES |
| RST | CL | CL | CL | SR | CL | CL | CL | CL | LA | LI | SR |)"},
    {IpvsDirection::output, R"(| OUTPUT | NO | ES | SS | SR | FW | TW | CL | CW | LA | LI | SA |
| SYN | SS | ES | SS | SR | SS | SS | SS | SS | SS | LI | SR |
| FIN | TW | FW | SS | TW | FW | TW | CL | TW | LA | LI | TW |
| ACK | ES | ES | SS | ES | FW | TW | CL | CW | LA | ES | ES |
| RST | CL | CL | SS | CL | CL | TW | CL | CL | CL | CL | CL |)"},
    {IpvsDirection::input_only,
     R"(| INPUT-ONLY | NO | ES | SS | SR | FW | TW | CL | CW | LA | LI | SA |
| SYN | SR | ES | ES | SR | SR | SR | SR | SR | SR | SR | SR |
| FIN | CL | FW | SS | TW | FW | TW | CL | CW | LA | LI | TW |
| ACK | ES | ES | SS | ES | FW | TW | CL | CW | CL | LI | ES |
| RST | CL | CL | CL | SR | CL | CL | CL | CL | LA | LI | CL |)"}};

const std::map<std::string, IpvsTcpEvent> kEvents{{"SYN", IpvsTcpEvent::syn},
                                                  {"FIN", IpvsTcpEvent::fin},
                                                  {"ACK", IpvsTcpEvent::ack},
                                                  {"RST", IpvsTcpEvent::rst}};

TEST_CASE("DPVS's tables are the normal ones, but an ACK of a client in NONE closes",
          "[ipvs][tcp][fullnat]") {
  int others = 0;
  for (const auto direction :
       {IpvsDirection::input, IpvsDirection::output, IpvsDirection::input_only}) {
    for (const auto event : {IpvsTcpEvent::syn, IpvsTcpEvent::fin, IpvsTcpEvent::ack,
                             IpvsTcpEvent::rst, IpvsTcpEvent::nothing}) {
      for (std::size_t number = 0; number < kIpvsStateCount; ++number) {
        const auto state = static_cast<IpvsState>(number);
        const IpvsState next = next_state_dpvs(direction, event, state);
        if (next == next_state(direction, event, state)) continue;
        ++others;
        CHECK(next == IpvsState::close);
        CHECK(event == IpvsTcpEvent::ack);
        CHECK(state == IpvsState::none);
        CHECK(direction != IpvsDirection::output);
      }
    }
  }
  CHECK(others == 2);
}

TEST_CASE("for DPVS only ESTABLISHED is active, and its timeouts are short",
          "[ipvs][tcp][fullnat]") {
  struct Row {
    IpvsState state;
    std::uint32_t seconds;
  };
  const std::vector<Row> rows{
      {IpvsState::none, 2},          {IpvsState::established, 90}, {IpvsState::syn_sent, 3},
      {IpvsState::syn_received, 30}, {IpvsState::fin_wait, 7},     {IpvsState::time_wait, 7},
      {IpvsState::close, 3},         {IpvsState::close_wait, 7},   {IpvsState::last_ack, 7},
      {IpvsState::listen, 120},      {IpvsState::synack, 30}};
  REQUIRE(rows.size() == kIpvsStateCount);
  for (const Row& row : rows) {
    INFO(name(row.state));
    CHECK(kDpvsTcpTimeoutSeconds[static_cast<std::size_t>(row.state)] == row.seconds);
    CHECK(is_active_dpvs(row.state) == (row.state == IpvsState::established));
  }
}

TEST_CASE("every cell of the transition tables is the kernel's", "[ipvs][tcp]") {
  int cells = 0;
  for (const auto& [direction, printed] : kPrinted) {
    std::istringstream lines(printed);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      std::istringstream fields(line);
      std::string bar;
      std::string event;
      fields >> bar >> event;
      for (std::size_t state = 0; state < kIpvsStateCount; ++state) {
        std::string next;
        fields >> bar >> next;
        INFO(printed.substr(0, 12) << " " << event << " in state " << state);
        CHECK(next_state(direction, kEvents.at(event), static_cast<IpvsState>(state)) ==
              kByName.at(next));
        ++cells;
      }
    }
  }
  CHECK(cells == 132);
}

TEST_CASE("secure_tcp takes a client for established when the server was seen to answer",
          "[ipvs][tcp][defence]") {
  using S = IpvsState;
  using D = IpvsDirection;
  using E = IpvsTcpEvent;
  const auto secure = [](D direction, E event, S state) {
    return next_state(direction, event, state, TcpStrictness::secure);
  };
  // 4.3.2: the cells that differ
  CHECK(secure(D::input, E::syn, S::synack) == S::synack);
  CHECK(secure(D::input, E::fin, S::synack) == S::synack);
  CHECK(secure(D::input, E::ack, S::syn_received) == S::syn_received);
  CHECK(secure(D::input, E::ack, S::synack) == S::synack);
  CHECK(secure(D::input, E::rst, S::synack) == S::close);
  CHECK(secure(D::output, E::syn, S::syn_received) == S::synack);
  CHECK(secure(D::output, E::syn, S::synack) == S::synack);
  for (const S from : {S::none, S::fin_wait, S::time_wait, S::close, S::close_wait, S::last_ack,
                       S::listen, S::synack}) {
    CHECK(secure(D::input_only, E::syn, from) == S::synack);
  }
  // and there are no others
  unsigned differing = 0;
  for (const D direction : {D::input, D::output, D::input_only}) {
    for (const E event : {E::syn, E::fin, E::ack, E::rst}) {
      for (std::size_t state = 0; state < kIpvsStateCount; ++state) {
        const auto s = static_cast<S>(state);
        differing += secure(direction, event, s) != next_state(direction, event, s) ? 1 : 0;
      }
    }
  }
  CHECK(differing == 15);
}

TEST_CASE("a segment without flags closes, whatever the state", "[ipvs][tcp]") {
  CHECK(next_state(IpvsDirection::input, IpvsTcpEvent::nothing, IpvsState::established) ==
        IpvsState::close);
  CHECK(next_state(IpvsDirection::output, IpvsTcpEvent::nothing, IpvsState::listen) ==
        IpvsState::close);
}

TEST_CASE("of several flags RST decides, then SYN, FIN, ACK", "[ipvs][tcp]") {
  const auto event = [](int flags) {
    TcpSegment segment;
    segment.flags = static_cast<std::uint8_t>(flags);
    return tcp_event(segment);
  };
  constexpr int kFin = TcpFlags::kFin;
  constexpr int kSyn = TcpFlags::kSyn;
  constexpr int kRst = TcpFlags::kRst;
  constexpr int kAck = TcpFlags::kAck;
  CHECK(event(kRst | kSyn | kFin | kAck) == IpvsTcpEvent::rst);
  CHECK(event(kSyn | kFin | kAck) == IpvsTcpEvent::syn);
  CHECK(event(kFin | kAck | TcpFlags::kPsh) == IpvsTcpEvent::fin);
  CHECK(event(kAck | TcpFlags::kPsh) == IpvsTcpEvent::ack);
  CHECK(event(TcpFlags::kPsh) == IpvsTcpEvent::nothing);
}

TEST_CASE("each state has the kernel's timeout, activity and name", "[ipvs][tcp]") {
  struct Row {
    IpvsState state;
    std::uint32_t seconds;
    bool active;
    std::string name;
  };
  const auto row = GENERATE(values<Row>({{IpvsState::none, 2, false, "NONE"},
                                         {IpvsState::established, 900, true, "ESTABLISHED"},
                                         {IpvsState::syn_sent, 120, true, "SYN_SENT"},
                                         {IpvsState::syn_received, 60, true, "SYN_RECV"},
                                         {IpvsState::fin_wait, 120, false, "FIN_WAIT"},
                                         {IpvsState::time_wait, 120, false, "TIME_WAIT"},
                                         {IpvsState::close, 10, false, "CLOSE"},
                                         {IpvsState::close_wait, 60, false, "CLOSE_WAIT"},
                                         {IpvsState::last_ack, 30, false, "LAST_ACK"},
                                         {IpvsState::listen, 120, false, "LISTEN"},
                                         {IpvsState::synack, 120, true, "SYNACK"}}));
  CHECK(kTcpTimeoutSeconds[static_cast<std::size_t>(row.state)] == row.seconds);
  CHECK(is_active(row.state) == row.active);
  CHECK(name(row.state) == row.name);
}

}  // namespace
}  // namespace lvs
