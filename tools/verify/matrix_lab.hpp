// The cluster of one row, running, with the instruments of whoever recorded it: frames put on the
// wire by hand, frames seen, connections opened, neighbour tables read and emptied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/observe.hpp"
#include "scenarios/language/build.hpp"
#include "tools/verify/matrix.hpp"

namespace lvs::verify {

struct LabFrame {
  HostId host;
  Frame frame;
};

/// Keeps every frame that a card sent or accepted, oldest first.
class LabFrames final : public Observer {
 public:
  explicit LabFrames(const FramePool& frames) : frames_(frames) {}

  void observe(const Record& record) override;
  void request_ended(const RequestEnd&) override {}
  void connection_ended(const ConnectionEnd&) override {}
  void clear();

  std::vector<LabFrame> sent;
  std::vector<LabFrame> received;

 private:
  const FramePool& frames_;
};

/// A connection of the client, until it reset.
struct LabConnection {
  std::optional<std::string> server;      ///< whose greeting came; none if none did
  std::uint64_t packets_sent = 0;         ///< by the client, before its reset
  std::uint64_t packets_at_director = 0;  ///< of these
};

class MatrixLab {
 public:
  /// Throws language::ScenarioError if the settings cannot be typed.
  MatrixLab(const MatrixTopology& topology, const MatrixSettings& settings);
  ~MatrixLab();
  MatrixLab(const MatrixLab&) = delete;
  MatrixLab& operator=(const MatrixLab&) = delete;

  /// Empties a host's neighbour cache: `ip neigh flush all`.
  void flush(const std::string& host);
  /// `ip neigh replace VIP lladdr MAC-OF-DIRECTOR dev eth0 nud reachable` on the router.
  void point_router_at_director();
  void run_for(Duration span);

  /// The router's card broadcasts a request; returns the stations whose answers about `target`
  /// arrive there, in order.
  std::vector<std::string> ask(Ipv4Address sender, Ipv4Address target);
  /// The director's card sends rs1 a segment of kOffSubnetClient for the service.
  void send_to_rs1(std::uint8_t flags, std::uint32_t sequence);
  /// The client connects, waits for the greeting, and resets.
  LabConnection connect();

  /// {"mac", "owner", "state"} of the router's entry for the VIP; null if there is none.
  Json router_vip_entry();

  LabFrames& frames() { return frames_; }
  lvs::Host& host(const std::string& name) { return simulation_.host(name); }

 private:
  class Server;
  class Client;

  void put_on_wire(const std::string& host, const Frame& frame);

  const MatrixTopology& topology_;
  language::Scenario scenario_;
  language::Simulation simulation_;
  LabFrames frames_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::unique_ptr<Client> client_;
  std::uint8_t client_user_ = 0;
};

}  // namespace lvs::verify
