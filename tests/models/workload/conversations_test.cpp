// Single connections, frame by frame as the recordings of a real cluster show them
// (truth/ipvs/dev-frames-*), and what the client's calls say when nobody answers.
#include "models/workload/conversations.hpp"

#include "tests/models/workload/talk.hpp"

namespace lvs {

TEST_CASE("a conversation is the frames that were recorded", "[workload][conversations]") {
  Talk t;
  t.open();
  CHECK(t.hears(milliseconds(40)) == ">S <SA >A <PA7 >A");
  CHECK(t.outcome() == "answered by server:80");
  CHECK(t.decided() == 0);
  t.talks().send(kFirst, 100);
  CHECK(t.hears(milliseconds(500)) == ">PA100 <A");  // at once: quick acknowledgements
  t.talks().close(kFirst);
  CHECK(t.hears(seconds(10)) == ">FA <FA >A");  // the server closes as it sees the end of input
  CHECK(t.outcome() == "answered by server:80");
  CHECK(t.world.servers().accepted(t.web) == 1);
}

TEST_CASE("a client does not close when its server does", "[workload][conversations]") {
  Talk t;
  t.open();
  t.hears(milliseconds(200));
  CHECK(t.talks().server_close(kFirst));
  CHECK(t.hears(milliseconds(35)) == "<FA");
  CHECK(t.hears(milliseconds(10)) == ">A");  // after the 40 ms of a delayed ACK, as recorded
  CHECK(t.hears(seconds(30)).empty());
  CHECK_FALSE(t.talks().server_close(kFirst));  // its process holds no socket any more
  CHECK(t.talks().close(kFirst));
  CHECK(t.hears(seconds(10)) == ">FA <A");
  CHECK(t.world.tcp().established(t.client.id()) == 0);
  CHECK_FALSE(t.talks().close(kFirst));
}

TEST_CASE("a client that closes soon after its server acknowledges with its FIN",
          "[workload][conversations]") {
  Talk t;
  t.open();
  t.hears(milliseconds(200));
  t.talks().server_close(kFirst);
  CHECK(t.hears(milliseconds(30)) == "<FA");
  t.talks().close(kFirst);
  CHECK(t.hears(seconds(1)) == ">FA <A");
}

TEST_CASE("a reset is one segment, and the answer stays the answer", "[workload][conversations]") {
  Talk t;
  t.open();
  t.hears(milliseconds(200));
  CHECK(t.talks().reset(kFirst));
  CHECK(t.hears(seconds(1)) == ">RA");
  CHECK(t.outcome() == "answered by server:80");
  CHECK(t.world.tcp().sockets(t.client.id()) == 0);
  CHECK(t.world.tcp().sockets(t.server.id()) == 0);
  CHECK_FALSE(t.talks().reset(kFirst));
  CHECK_FALSE(t.talks().send(kFirst, 1));
}

TEST_CASE("a refused connection leaves its port to the next", "[workload][conversations]") {
  Talk t;
  t.open(kFirst, 81);
  CHECK(t.hears(milliseconds(10)) == ">S <RA");
  CHECK(t.outcome() == "ECONNREFUSED");
  CHECK_FALSE(t.talks().close(kFirst));
  CHECK_FALSE(t.talks().send(kFirst, 1));
  CHECK_FALSE(t.talks().server_close(kFirst));
  t.talks().open(kSecond, t.ask(80));
  CHECK(t.hears(milliseconds(10)) == ">S <SA >A <PA7 >A");
  CHECK(t.outcome(kSecond) == "answered by server:80");
}

TEST_CASE("a client waits 2.5 s for an answer to its SYN, and gives up",
          "[workload][conversations]") {
  Talk t;
  t.world.power(t.server, false);
  SECTION("the usual limit") {
    t.open();
    CHECK(t.hears(milliseconds(2499)) == ">S >S");  // at 0 and 1 s; the third would be at 3 s
    CHECK(t.outcome() == "pending");
    CHECK(t.talks().pending() == 1);
    CHECK(t.hears(seconds(60)).empty());
    CHECK(t.outcome() == "timeout");
    CHECK(t.decided() == 2500);
  }
  SECTION("one of its own") {
    Conversations::Ask asked = t.ask();
    asked.limit = seconds(4);
    t.talks().open(kFirst, asked);
    CHECK(t.hears(seconds(60)) == ">S >S >S");
    CHECK(t.decided() == 4000);
  }
  CHECK(t.talks().pending() == 0);
  CHECK(t.world.tcp().sockets(t.client.id()) == 0);
}

TEST_CASE("a client waits as long for the greeting, from when it is connected",
          "[workload][conversations]") {
  Talk t;
  t.world.servers().hang(t.server.id());
  t.world.cables().set_loss(t.cable, 1);
  t.open();
  t.hears(milliseconds(500));
  t.world.cables().set_loss(t.cable, 0);
  CHECK(t.hears(seconds(10)) == ">S <SA >A >FA <A");
  CHECK(t.outcome() == "timeout");
  CHECK(t.decided() == 1000 + 2500);  // connected by the SYN of 1 s
}

TEST_CASE("nobody answers a datagram: 1.5 s, whatever ICMP says", "[workload][conversations]") {
  Talk t;
  t.talks().datagram(kFirst, t.ask_by_datagram(54), 1);
  CHECK(t.hears(milliseconds(1499)) == ">udp1 <icmp");
  CHECK(t.outcome() == "pending");
  t.hears(milliseconds(2));
  CHECK(t.outcome() == "timeout");
  CHECK(t.decided() == 1500);
  t.talks().datagram(kSecond, t.ask_by_datagram(), 1);  // from the same port
  t.hears(milliseconds(10));
  CHECK(t.outcome(kSecond) == "answered by server:53");
}

TEST_CASE("what the client's own host refuses", "[workload][conversations]") {
  Talk t;
  Conversations::Ask asked = t.ask();
  SECTION("a source that is not its own") {
    asked.from.address = address("10.0.0.7");
    t.talks().open(kFirst, asked);
    CHECK(t.outcome() == "EADDRNOTAVAIL");
    t.talks().datagram(kSecond, asked, 1);
    CHECK(t.outcome(kSecond) == "EADDRNOTAVAIL");
  }
  SECTION("a port that is connected to the same place") {
    t.open();
    t.hears(milliseconds(1));
    t.open(kSecond);
    CHECK(t.outcome(kSecond) == "EADDRNOTAVAIL");
  }
  SECTION("but a port may lead to two places") {
    t.world.servers().add(t.greeter(8080, Protocol::tcp));
    t.open();
    t.open(kSecond, 8080);
    t.hears(milliseconds(5));
    CHECK(t.outcome(kFirst) == "answered by server:80");
    CHECK(t.outcome(kSecond) == "answered by server:8080");
  }
  SECTION("a port in TIME_WAIT") {
    t.open();
    t.hears(milliseconds(10));
    t.talks().close(kFirst);
    t.hears(seconds(2));
    t.open(kSecond);  // tcp_tw_reuse is 2 by default: not but through the loopback
    CHECK(t.outcome(kSecond) == "EADDRNOTAVAIL");
    sysctl(t.client, "ipv4.tcp_tw_reuse", 1);
    constexpr ConversationId kThird{2};
    t.open(kThird);
    t.hears(milliseconds(10));
    CHECK(t.outcome(kThird) == "answered by server:80");
  }
  SECTION("a port that a datagram waits on") {
    t.talks().datagram(kFirst, t.ask_by_datagram(54), 1);
    t.talks().datagram(kSecond, t.ask_by_datagram(), 1);
    CHECK(t.outcome(kSecond) == "EADDRINUSE");
  }
  SECTION("a place without a route") {
    asked.to.address = address("99.0.0.1");
    t.talks().open(kFirst, asked);
    t.hears(Duration{});
    CHECK(t.outcome() == "ENETUNREACH");
    t.talks().datagram(kSecond, asked, 1);
    CHECK(t.outcome(kSecond) == "ENETUNREACH");
  }
  SECTION("a neighbour that is not there, if the client waits long enough to hear of it") {
    asked.to.address = address("10.0.0.99");
    t.talks().open(kFirst, asked);
    asked.from.port = Port{40'001};
    asked.limit = seconds(10);
    t.talks().open(kSecond, asked);
    t.hears(seconds(10));
    CHECK(t.outcome(kFirst) == "timeout");
    CHECK(t.outcome(kSecond) == "EHOSTUNREACH");
  }
  SECTION("a client without power") {
    t.world.power(t.client, false);
    t.open();
    CHECK(t.outcome() == "the client has no power");
  }
  t.hears(seconds(20));
  CHECK(t.talks().pending() == 0);
}

TEST_CASE("a client that closes before it is answered has given up", "[workload][conversations]") {
  Talk t;
  t.open();
  t.talks().open(kSecond, t.ask(80, 40'001));
  CHECK_FALSE(t.talks().send(kFirst, 1));  // not connected yet
  t.talks().close(kFirst);
  t.talks().reset(kSecond);
  CHECK(t.outcome() == "the client gave it up");
  CHECK(t.outcome(kSecond) == "the client gave it up");
  CHECK(t.hears(seconds(1)) == ">S >S <SA <SA >R >R");
  CHECK(t.talks().pending() == 0);
}

TEST_CASE("a run goes on until the last conversation is decided", "[workload][conversations]") {
  Talk t;
  t.world.power(t.server, false);
  t.world.stop_when_measured_ended();
  MeasuredWindow window;
  window.until = Time{seconds(1)};
  t.world.clients().start(window);
  t.open();
  t.world.run_until(Time{milliseconds(2400)});
  CHECK_FALSE(t.world.ended());
  t.world.run_until(Time{seconds(60)});
  CHECK(t.world.ended());
  CHECK(t.now() == Time{milliseconds(2500)});
}

TEST_CASE("conversations end with the power of their ends", "[workload][conversations]") {
  Talk t;
  t.open();
  t.hears(milliseconds(100));
  SECTION("the server's") {
    t.world.power(t.server, false);
    t.world.power(t.server, true);
    CHECK_FALSE(t.talks().server_close(kFirst));
    CHECK(t.talks().close(kFirst));
  }
  SECTION("the client's") {
    t.world.power(t.client, false);
    CHECK_FALSE(t.talks().close(kFirst));
    CHECK_FALSE(t.talks().send(kFirst, 1));
    CHECK(t.talks().server_close(kFirst));
  }
  CHECK(t.outcome() == "answered by server:80");
}

}  // namespace lvs
