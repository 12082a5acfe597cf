// What the tests of the spec's statements share: a LAN on which a voice says any ARP packet, and
// the cluster of spec/linux-host.md 10.1.
#pragma once

#include <string>
#include <vector>

#include "tests/truth/facts/peers.hpp"

namespace lvs::truth {

using Lines = std::vector<std::string>;

inline const MacAddress kEverybody = MacAddress::broadcast();
/// A padded ARP frame through the switch: twice 672 ns on a cable of 1 Gbit/s and 50 us.
inline constexpr Duration kArpWay = 2 * (microseconds(50) + nanoseconds(672));

struct StatementLan : FactLan {
  Host& voice = machine("voice", "", 0x99);  ///< has no address and answers nothing

  /// Frames and questions count from here.
  void begin();
  void says(const Frame& arp, MacAddress to = kEverybody);
  /// Who answers "who-has `target` tell `sender`", asked by the MAC address that ends in `from`:
  /// owners of the MAC addresses in the answers, in order.
  Lines repliers(const std::string& target, const std::string& sender = "192.168.77.50",
                 std::uint8_t from = 0x50);
  bool answered(const std::string& target, const std::string& sender = "192.168.77.50") {
    return !repliers(target, sender).empty();
  }
  /// "STALE rs1"; "" if there is no entry, "INCOMPLETE" if it has no MAC address.
  std::string known(const Host& at, const std::string& of, const std::string& card = "eth0") const;
  void know(Host& at, const std::string& who, std::uint8_t mac_ending, NeighbourState state);
  /// The requests of `host` since begin(): "1s who-has 10.0.0.1 tell 10.0.0.2", and " to rs1" if
  /// it is not a broadcast.
  Lines questions(const Host& host) const;
  /// The IP packets that `host` sent since begin(), as Recording::sent_by().
  Lines packets(const Host& host) const;

 private:
  Time begun_ = kStart;
};

/// client 10.9.0.10 - router 192.168.77.1 - one switch: director .2 with the VIP .100 on eth0, real
/// servers .11 and .12 with the VIP where `at_servers` puts it. The director forwards to rs1 by
/// direct routing; both real servers serve port 80.
struct DrCluster : StatementLan {
  explicit DrCluster(const std::string& at_servers = "ip addr add 192.168.77.100/32 dev lo");

  Host& router = machine("router", "192.168.77.1/24", 1);
  Host& director = machine("director", "192.168.77.2/24", 2);
  Host& rs1 = machine("rs1", "192.168.77.11/24", 0x11);
  Host& rs2 = machine("rs2", "192.168.77.12/24", 0x12);
  Host& client = client_behind();

  /// One connection: to whom the router passed each packet of the client, and who served:
  /// "director rs1 rs1 rs1, rs1"; "nobody" if the request was not answered within a second.
  std::string connection();
  /// The router's entry for the VIP.
  std::string vip_entry() const { return known(router, "192.168.77.100"); }
  static void forget(Host& host) { host.neighbours().flush(std::nullopt); }
  /// Everybody is as after a start.
  void forget_all();

 private:
  class Asker final : public TcpUser {
   public:
    explicit Asker(Tcp& tcp) : tcp_(tcp), number(tcp.add_user(*this)) {}
    void connected(EndpointId endpoint) override { tcp_.send(endpoint, 100); }
    void received(EndpointId endpoint, std::uint32_t count) override;
    void peer_closed(EndpointId) override {}
    void queued(ListenerId, std::uint32_t) override {}
    void failed(EndpointId, TcpError) override {}

   private:
    Tcp& tcp_;

   public:
    const std::uint8_t number;
    std::uint32_t heard = 0;  ///< bytes of the last answer
  };
  class Answerer final : public TcpUser {
   public:
    explicit Answerer(Tcp& tcp) : tcp_(tcp), number(tcp.add_user(*this)) {}
    void connected(EndpointId) override {}
    void received(EndpointId endpoint, std::uint32_t count) override;
    void peer_closed(EndpointId endpoint) override { tcp_.close(endpoint); }
    void queued(ListenerId, std::uint32_t) override {}
    void failed(EndpointId, TcpError) override {}

   private:
    Tcp& tcp_;

   public:
    const std::uint8_t number;
    int served = 0;
  };

  Host& client_behind();

  Asker asker_{world.tcp()};
  Answerer first_{world.tcp()};
  Answerer second_{world.tcp()};
};

}  // namespace lvs::truth
