#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {

void StatementLan::begin() {
  seen.clear();
  begun_ = now();
}

void StatementLan::says(const Frame& arp, MacAddress to) {
  inject(voice, arp, to);
  run_for(microseconds(300));
}

Lines StatementLan::repliers(const std::string& target, const std::string& sender,
                             std::uint8_t from) {
  begin();
  says(arp_request().from(mac(from), address(sender)).asking(address(target)));
  Lines owners;
  for (const SeenFrame& s : seen.sent) {
    if (!s.frame.is_arp() || s.frame.arp.operation != ArpOperation::reply) continue;
    CHECK(s.frame.arp.sender == address(target));
    CHECK(s.frame.destination == mac(from));
    owners.push_back(owner(s.frame.arp.sender_mac));
  }
  return owners;
}

std::string StatementLan::known(const Host& at, const std::string& of,
                                const std::string& card) const {
  const Neighbour* n = at.neighbours().find(address(of), device(at, card));
  if (n == nullptr) return "";
  return std::string(name(n->state)) + (n->valid() ? " " + owner(n->mac) : "");
}

void StatementLan::know(Host& at, const std::string& who, std::uint8_t mac_ending,
                        NeighbourState state) {
  at.neighbours().set(address(who), device(at, "eth0"), mac(mac_ending), state);
}

Lines StatementLan::questions(const Host& host) const {
  Lines lines;
  for (const SeenFrame& s : seen.sent) {
    if (s.host != host.id() || !s.frame.is_arp()) continue;
    const ArpPacket& arp = s.frame.arp;
    if (arp.operation != ArpOperation::request) continue;
    lines.push_back(
        to_string(s.time - begun_) + " who-has " + to_string(arp.target) + " tell " +
        to_string(arp.sender) +
        (s.frame.destination.is_broadcast() ? "" : " to " + owner(s.frame.destination)));
  }
  return lines;
}

Lines StatementLan::packets(const Host& host) const {
  Lines lines;
  for (const std::string& line : seen.sent_by(host)) {
    if (line.rfind("arp ", 0) != 0) lines.push_back(line);
  }
  return lines;
}

DrCluster::DrCluster(const std::string& at_servers) {
  type(router, "sysctl -w net.ipv4.ip_forward=1");
  type(director,
       "ip addr add 192.168.77.100/32 dev eth0; ip route add default via 192.168.77.1;"
       "ipvsadm -A -t 192.168.77.100:80 -s rr;"
       "ipvsadm -a -t 192.168.77.100:80 -r 192.168.77.11:80 -g");
  for (Host* server : {&rs1, &rs2}) {
    type(*server, at_servers);
    type(*server, "ip route add default via 192.168.77.1");
    listen(*server, server == &rs1 ? first_.number : second_.number, 80, 5, true);
  }
  type(client, "ip route add default via 10.9.0.1");
}

Host& DrCluster::client_behind() {
  card(router, "eth1", "10.9.0.1/24", 1);
  return host("client", "10.9.0.10/24", 1);
}

void DrCluster::forget_all() {
  for (Host* host : world.hosts()) forget(*host);
}

void DrCluster::Asker::received(EndpointId endpoint, std::uint32_t count) {
  heard += count;
  if (heard == 100) tcp_.close(endpoint);
}

void DrCluster::Answerer::received(EndpointId endpoint, std::uint32_t) {
  ++served;
  tcp_.send(endpoint, 100);
}

std::string DrCluster::connection() {
  begin();
  asker_.heard = 0;
  const int first_before = first_.served;
  const int second_before = second_.served;
  Tcp::Connect request;
  request.host = client.id();
  request.source = address("10.9.0.10");
  request.destination = {address("192.168.77.100"), Port{80}};
  request.user = asker_.number;
  REQUIRE(world.tcp().connect(request));
  run_for(seconds(1));
  std::string way;
  for (const SeenFrame& s : seen.sent) {
    if (s.host != router.id() || s.frame.is_arp()) continue;
    if (s.frame.ip.source == address("10.9.0.10")) way += owner(s.frame.destination) + " ";
  }
  if (!way.empty()) way.back() = ',';
  if (asker_.heard < 100) return way + " nobody";
  CHECK(first_.served + second_.served == first_before + second_before + 1);
  return way + (first_.served > first_before ? " rs1" : " rs2");
}

}  // namespace lvs::truth
