#include "models/packet/frame.hpp"

#include <catch2/catch.hpp>

#include "models/packet/frame_pool.hpp"
#include "tests/support/packets.hpp"

namespace lvs {

TEST_CASE("a frame knows its lengths: as captured, on the wire, and of its payload", "[packet]") {
  const Frame full = tcp().payload(bytes(1460));
  CHECK(full.length() == bytes(1514));
  CHECK(full.wire_length() == bytes(1538));
  CHECK(full.payload_length() == 1460);
  const Frame ack = tcp().ack(1).timestamps(1, 1);
  CHECK(ack.length() == bytes(66));
  CHECK(ack.wire_length() == bytes(90));
  CHECK(ack.payload_length() == 0);
  const Frame arp = arp_request();
  CHECK(arp.length() == bytes(42));
  CHECK(arp.wire_length() == bytes(84));  // padded
  const Frame tunnelled = udp().payload(bytes(100)).tunnelled(ipv4(10, 0, 0, 1), ipv4(10, 0, 0, 2));
  CHECK(tunnelled.length() == bytes(14 + 20 + 20 + 8 + 100));
  CHECK(tunnelled.payload_length() == 100);
}

TEST_CASE("a pool counts every frame in and out, and reuses handles", "[packet]") {
  FramePool pool;
  const FrameId a = pool.create();
  pool[a] = tcp().from(ipv4(10, 0, 0, 1), 7);
  const FrameId b = pool.copy(a);
  CHECK(pool[b].tcp.source == Port{7});
  CHECK(pool.in_flight() == 2);
  pool.deliver(a);
  pool.drop(b, DropCause::queue_full);
  CHECK(pool.sent() == 1);
  CHECK(pool.copied() == 1);
  CHECK(pool.delivered() == 1);
  CHECK(pool.dropped() == 1);
  CHECK(pool.dropped(DropCause::queue_full) == 1);
  CHECK(pool.in_flight() == 0);
  CHECK(pool.create() == b);
}

TEST_CASE("the addresses of frames are stable while the pool grows", "[packet]") {
  FramePool pool;
  const FrameId first = pool.create();
  const Frame* const where = &pool[first];
  for (int i = 0; i < 5000; ++i) pool.create();
  CHECK(&pool[first] == where);
  CHECK(pool.in_flight() == 5001);
}

}  // namespace lvs
