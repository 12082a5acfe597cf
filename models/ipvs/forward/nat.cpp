#include "models/ipvs/forward/nat.hpp"

namespace lvs {
namespace {

// TCP and UDP begin with the same two ports, so either name reads them; each is written by its own.
void set_source_port(Frame& packet, Port port) {
  if (packet.ip.protocol == Protocol::tcp) {
    packet.tcp.source = port;
  } else {
    packet.udp.source = port;
  }
}

void set_destination_port(Frame& packet, Port port) {
  if (packet.ip.protocol == Protocol::tcp) {
    packet.tcp.destination = port;
  } else {
    packet.udp.destination = port;
  }
}

}  // namespace

void nat_request(Frame& packet, Endpoint real_server) {
  packet.ip.destination = real_server.address;
  set_destination_port(packet, real_server.port);
}

void nat_reply(Frame& packet, Endpoint virtual_side) {
  packet.ip.source = virtual_side.address;
  set_source_port(packet, virtual_side.port);
}

void nat_icmp_request(Frame& packet, Endpoint real_server) {
  packet.ip.destination = real_server.address;
  packet.icmp.quoted.ip.source = real_server.address;
  packet.icmp.quoted.source = real_server.port;
}

void nat_icmp_reply(Frame& packet, Endpoint virtual_side) {
  packet.ip.source = virtual_side.address;
  packet.icmp.quoted.ip.destination = virtual_side.address;
  packet.icmp.quoted.destination = virtual_side.port;
}

}  // namespace lvs
