#include "tests/support/packets.hpp"

#include <catch2/catch.hpp>

namespace lvs {
namespace {

constexpr Ipv4Address kClient = ipv4(10, 1, 10, 129);
constexpr Ipv4Address kVip = ipv4(10, 1, 10, 3);
constexpr Ipv4Address kDirector = ipv4(192, 168, 184, 128);
constexpr Ipv4Address kServer = ipv4(192, 168, 184, 129);
constexpr MacAddress kClientMac{{2, 0, 0, 0, 1, 0}};
constexpr MacAddress kDirectorMac{{2, 0, 0, 0, 2, 0}};

}  // namespace

TEST_CASE("a SYN that is built has a header of 20 bytes and nothing else", "[support][packet]") {
  const Frame syn = tcp().from(kClient, 40000).to(kVip, 80).syn();
  CHECK(syn.ip.source == kClient);
  CHECK(syn.ip.destination == kVip);
  CHECK(syn.ip.protocol == Protocol::tcp);
  CHECK(syn.tcp.source == Port{40000});
  CHECK(syn.tcp.destination == Port{80});
  CHECK(syn.tcp.flags == TcpFlags::kSyn);
  CHECK(syn.ip.total_length == 40);
  CHECK(syn.length() == bytes(54));
  CHECK(text(syn) == "10.1.10.129:40000 > 10.1.10.3:80 tcp S seq 0 len 0");
}

TEST_CASE("options and payload lengthen the packet that is built", "[support][packet]") {
  const Frame data = tcp()
                         .from(kVip, 80)
                         .to(kClient, 40000)
                         .psh()
                         .ack(301)
                         .sequence(1)
                         .payload(bytes(1000))
                         .timestamps(7, 5);
  CHECK(data.tcp.header_length == 32);
  CHECK(data.ip.total_length == 20 + 32 + 1000);
  CHECK(data.payload_length() == 1000);
  CHECK(text(data) == "10.1.10.3:80 > 10.1.10.129:40000 tcp P. seq 1 ack 301 len 1000 ts 7/5");

  const Frame syn = tcp().from(kClient, 40000).to(kVip, 80).syn().mss(1460).timestamps(7, 0);
  CHECK(syn.ip.total_length == 20 + 20 + 4 + 12);
}

TEST_CASE("a tunnelled packet that is built carries the whole inner one", "[support][packet]") {
  const Frame packet = udp()
                           .from(kClient, 5000)
                           .to(kVip, 53)
                           .payload(bytes(40))
                           .ttl(63)
                           .tunnelled(kDirector, kServer);
  CHECK(packet.is_tunnelled());
  CHECK(packet.ip.total_length == 20 + 20 + 8 + 40);
  CHECK(packet.inner.total_length == 20 + 8 + 40);
  CHECK(packet.payload_length() == 40);
  CHECK(packet.ip.ttl == 64);
  CHECK(packet.inner.ttl == 63);
  CHECK(text(packet) ==
        "192.168.184.128 > 192.168.184.129 ipip 10.1.10.129:5000 > 10.1.10.3:53 udp len 40 ttl 63");
}

TEST_CASE("an ICMP error that is built quotes the packet it is about", "[support][packet]") {
  const Frame large =
      tcp().from(kClient, 40000).to(kVip, 80).ack(1).sequence(99).payload(bytes(1400));
  const Frame error =
      icmp().from(kDirector).to(kClient).fragmentation_needed(1480).about(large).between(
          kDirectorMac, kClientMac);
  CHECK(error.icmp.is_error());
  CHECK(error.icmp.quoted.sequence == 99);
  CHECK(error.ip.total_length == 576);
  CHECK(text(error) ==
        "02:00:00:00:02:00 > 02:00:00:00:01:00 192.168.184.128 > 10.1.10.129 icmp unreachable 4 "
        "mtu 1480 of (10.1.10.129:40000 > 10.1.10.3:80 tcp)");

  const Frame ping = icmp().from(kClient).to(kVip).payload(bytes(56));
  CHECK(ping.ip.total_length == 84);
  CHECK(text(ping) == "10.1.10.129 > 10.1.10.3 icmp echo request");
}

TEST_CASE("an ARP exchange that is built is broadcast and answered", "[support][packet]") {
  const Frame request = arp_request().from(kClientMac, kClient).asking(kVip);
  CHECK(request.is_arp());
  CHECK(request.destination.is_broadcast());
  CHECK(text(request) ==
        "02:00:00:00:01:00 > ff:ff:ff:ff:ff:ff arp who-has 10.1.10.3 tell 10.1.10.129 "
        "(02:00:00:00:01:00)");
  const Frame reply = arp_reply().from(kDirectorMac, kVip).to(kClientMac, kClient);
  CHECK(reply.arp.target_mac == kClientMac);
  CHECK(text(reply) ==
        "02:00:00:00:02:00 > 02:00:00:00:01:00 arp 10.1.10.3 is-at 02:00:00:00:02:00 to "
        "10.1.10.129");
}

TEST_CASE("a frame, an event and a cause of loss print as words", "[support]") {
  const Frame frame = udp().from(kClient, 5000).to(kVip, 53).identification(7).dont_fragment();
  CHECK(Catch::Detail::stringify(frame) == "10.1.10.129:5000 > 10.1.10.3:53 udp len 0 id 7 DF");
  CHECK(Catch::Detail::stringify(DropCause::queue_full) == "queue_full");
  const Event event{kStart + microseconds(5), event_order({3}, 2), 7, 8};
  CHECK(Catch::Detail::stringify(event) == "event 2 at 5us stamp 3 for 7/8");
}

}  // namespace lvs
