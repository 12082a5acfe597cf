// Segments that do not fit the connection they name: RFC 5961, RFC 7323 section 5,
// spec/linux-host.md 6.3.
#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

/// An established connection of the raw peer: its next number is 1000.
struct Raw : TcpLab {
  explicit Raw(bool stamps = false) {
    listen();
    if (!stamps) {
      next = handshake();
      return;
    }
    raw(peer().syn().sequence(999).window(64'240).mss(1460).timestamps(5000, 0));
    run_for(milliseconds(1));
    const Frame answer = seen.sent.back().frame;
    next = answer.tcp.sequence + 1;
    echo = answer.tcp.timestamp_value;
    raw(peer().sequence(1000).ack(next).window(64'240).timestamps(5001, echo));
    run_for(milliseconds(1));
  }
  std::string acknowledgement(std::uint32_t of = 1000) const {
    return ". seq " + std::to_string(next) + " ack " + std::to_string(of) + " len 0";
  }
  bool is_open() { return tcp().established(server.id()) == 1; }
  std::uint32_t next = 0;
  std::uint32_t echo = 0;
};

}  // namespace

TEST_CASE("only a RST with exactly the next number resets (RFC 5961 3.2)", "[tcp][rst]") {
  Raw lab;
  SECTION("the next number") {
    CHECK(lab.answer_to(lab.peer().rst().sequence(1000)).empty());
    CHECK_FALSE(lab.is_open());
    CHECK(lab.server_app.error == TcpError::reset);
  }
  SECTION("another one in the window is answered by ACK") {
    CHECK(lab.answer_to(lab.peer().rst().sequence(1001)) == lab.acknowledgement());
    CHECK(lab.is_open());
  }
  SECTION("outside of the window it is dropped") {
    CHECK(lab.answer_to(lab.peer().rst().sequence(999)).empty());
    CHECK(lab.answer_to(lab.peer().rst().sequence(1'000'000)).empty());
    CHECK(lab.is_open());
  }
}

TEST_CASE("a SYN on an open connection is answered by ACK, twice a second at most (RFC 5961 4)",
          "[tcp]") {
  Raw lab;
  const std::uint32_t number = GENERATE(1, 1000, 1500);
  CHECK(lab.answer_to(lab.peer().syn().sequence(number)) == lab.acknowledgement());
  CHECK(lab.answer_to(lab.peer().syn().sequence(number)).empty());
  lab.run_for(milliseconds(500));
  CHECK(lab.answer_to(lab.peer().syn().sequence(number)) == lab.acknowledgement());
  CHECK(lab.is_open());
}

TEST_CASE("data that is out of place is answered each time", "[tcp]") {
  Raw lab;
  for (int i = 0; i < 3; ++i) {
    CHECK(lab.answer_to(lab.peer().sequence(900).ack(lab.next).payload(bytes(100))) ==
          lab.acknowledgement());
  }
  CHECK(lab.server_app.bytes == 0);
}

TEST_CASE("an ACK of what was never sent, or of long ago, is answered and not taken (RFC 5961 5)",
          "[tcp]") {
  Raw lab;
  const std::int64_t away = GENERATE(1, -64'240 - 1'300);
  const auto number = static_cast<std::uint32_t>(lab.next + away);
  CHECK(lab.answer_to(lab.peer().sequence(1000).ack(number).payload(bytes(10))) ==
        lab.acknowledgement());
  CHECK(lab.server_app.bytes == 0);
}

TEST_CASE("two ends that disagree do not answer each other for ever", "[tcp]") {
  // A connection whose other end was replaced by one with other numbers.
  TcpLab lab;
  lab.listen();
  const EndpointId e = *lab.connect();
  lab.run_for(milliseconds(1));
  lab.seen.clear();
  const TcpEndpoint& end = lab.tcp().endpoint(e);
  lab.raw(lvs::tcp()
              .from(address("10.0.0.1"), end.local_port.value)
              .to(address("10.0.0.2"), 80)
              .sequence(end.send_next + 1'000'000)
              .ack(end.receive_next)
              .timestamps(100'000, 1));
  lab.run_for(seconds(1));
  CHECK(lab.seen.sent.size() == 2);  // that one, and its answer
}

TEST_CASE(
    "PAWS: what is older than the last timestamp is acknowledged and not taken (RFC 7323 5.3)",
    "[tcp][timestamps]") {
  Raw lab(true);
  const auto data = [&](std::uint32_t stamp) {
    return lab.answer_to(lab.peer()
                             .sequence(1000)
                             .ack(lab.next)
                             .window(64'240)
                             .timestamps(stamp, lab.echo)
                             .payload(bytes(100)));
  };
  CHECK(data(5000) == lab.acknowledgement());
  CHECK(lab.server_app.bytes == 0);
  SECTION("an equal one is taken") {
    CHECK(data(5001) == lab.acknowledgement(1100));
    CHECK(lab.server_app.bytes == 100);
  }
  SECTION("the wrap of the clock is not a step back") {
    CHECK(data(5001 + 0x7fff'fff0U) == lab.acknowledgement(1100));
  }
  SECTION("a RST is taken whatever its timestamp") {
    lab.answer_to(lab.peer().rst().sequence(1000).timestamps(1, 0));
    CHECK_FALSE(lab.is_open());
  }
}

TEST_CASE("the echo is the timestamp of the first segment that was not acknowledged (RFC 7323 4.3)",
          "[tcp][timestamps]") {
  Raw lab(true);
  // Use up the quick ACKs, then two segments for one ACK.
  std::uint32_t at = 1000;
  const auto data = [&](std::uint32_t stamp) {
    lab.raw(lab.peer()
                .sequence(at)
                .ack(lab.next)
                .window(64'240)
                .timestamps(stamp, lab.echo)
                .payload(bytes(1448)));
    at += 1448;
    lab.run_for(milliseconds(1));
  };
  for (std::uint32_t i = 0; i < 16; ++i) data(5002 + i);
  lab.seen.clear();
  data(6000);
  data(6001);
  REQUIRE(lab.seen.sent.size() == 3);
  CHECK(lab.seen.sent[2].frame.tcp.timestamp_echo == 6000);
}

TEST_CASE("a request that is half open takes only the ACK it waits for", "[tcp]") {
  TcpLab lab;
  const ListenerId listener = lab.listen();
  const std::string answer = lab.answer_to(lab.peer().syn().sequence(999).mss(1460));
  const auto at = answer.find("seq ");
  const std::uint32_t next = static_cast<std::uint32_t>(std::stoul(answer.substr(at + 4))) + 1;
  SECTION("without ACK: dropped") {
    CHECK(lab.answer_to(lab.peer().sequence(1000).payload(bytes(10))).empty());
  }
  SECTION("a wrong ACK: RST") {
    CHECK(lab.answer_to(lab.peer().sequence(1000).ack(next + 1)) ==
          "R seq " + std::to_string(next + 1) + " len 0");
  }
  SECTION("a RST that is not exact: ACK") {
    CHECK(lab.answer_to(lab.peer().rst().sequence(1001)).substr(0, 1) == ".");
  }
  CHECK(lab.tcp().counters(listener).half_open == 1);
  CHECK(lab.server_app.connections.empty());
  lab.answer_to(lab.peer().sequence(1000).ack(next).payload(bytes(10)));
  CHECK(lab.server_app.bytes == 10);
  SECTION("the exact RST ends it") {}
}

}  // namespace lvs
