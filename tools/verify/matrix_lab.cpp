#include "tools/verify/matrix_lab.hpp"

#include <array>
#include <utility>

#include "models/packet/compose.hpp"
#include "tools/verify/matrix_scenario.hpp"

namespace lvs::verify {
namespace {

constexpr Port kService{80};
constexpr std::uint32_t kGreeting = 4;  // bytes: "rs1\n"
constexpr InterfaceId kNoCard{};

InterfaceId eth0(const lvs::Host& host) {
  return host.state().find_interface("eth0").value_or(kNoCard);
}

language::Scenario load(const std::string& text) {
  language::Scenario scenario = language::load_scenario_text("the row's cluster", text);
  language::check_supported(scenario);
  return scenario;
}

}  // namespace

void LabFrames::observe(const Record& record) {
  if (record.kind == RecordKind::frame_sent) sent.push_back({record.host, frames_[record.frame]});
  if (record.kind == RecordKind::frame_received) {
    received.push_back({record.host, frames_[record.frame]});
  }
}

void LabFrames::clear() {
  sent.clear();
  received.clear();
}

/// Greets whoever connects.
class MatrixLab::Server final : public TcpUser {
 public:
  Server(Tcp& tcp, std::string name) : tcp_(tcp), name_(std::move(name)) {}

  void connected(EndpointId endpoint) override {
    ++accepted_;
    tcp_.send(endpoint, kGreeting);
  }
  void received(EndpointId, std::uint32_t) override {}
  void peer_closed(EndpointId endpoint) override { tcp_.close(endpoint); }
  void queued(ListenerId, std::uint32_t) override {}
  void failed(EndpointId, TcpError) override {}

  const std::string& name() const { return name_; }
  std::uint64_t accepted() const { return accepted_; }

 private:
  Tcp& tcp_;
  std::string name_;
  std::uint64_t accepted_ = 0;
};

class MatrixLab::Client final : public TcpUser {
 public:
  enum class State : std::uint8_t { waiting, greeted, failed };

  void connected(EndpointId) override {}
  void received(EndpointId, std::uint32_t) override { state = State::greeted; }
  void peer_closed(EndpointId) override {}
  void queued(ListenerId, std::uint32_t) override {}
  void failed(EndpointId, TcpError) override { state = State::failed; }

  State state = State::waiting;
};

MatrixLab::MatrixLab(const MatrixTopology& topology, const MatrixSettings& settings)
    : topology_(topology),
      scenario_(load(matrix_scenario(topology, settings))),
      simulation_(scenario_, {scenario_.seed, 0}),
      frames_(simulation_.world().frames()),
      client_(std::make_unique<Client>()) {
  World& world = simulation_.world();
  world.observation().observer = &frames_;
  world.observation().wanted = Watch::kFrames;
  for (const char* name : {"rs1", "rs2"}) {
    servers_.push_back(std::make_unique<Server>(world.tcp(), name));
    Tcp::ListenerConfig listener;
    listener.host = host(name).id();
    listener.port = kService;
    listener.user = world.tcp().add_user(*servers_.back());
    world.tcp().listen(listener);
  }
  client_user_ = world.tcp().add_user(*client_);
}

MatrixLab::~MatrixLab() = default;

void MatrixLab::flush(const std::string& name) { host(name).neighbours().flush(std::nullopt); }

void MatrixLab::point_router_at_director() {
  lvs::Host& router = host("router");
  router.neighbours().set(topology_.vip, eth0(router), topology_.mac_of("dir"),
                          NeighbourState::reachable);
}

void MatrixLab::run_for(Duration span) {
  World& world = simulation_.world();
  world.run_until(world.simulator().now() + span);
}

void MatrixLab::put_on_wire(const std::string& name, const Frame& frame) {
  FramePool& pool = simulation_.world().frames();
  const FrameId id = pool.create();
  pool[id] = frame;
  host(name).transmit(eth0(host(name)), id);
}

std::vector<std::string> MatrixLab::ask(Ipv4Address sender, Ipv4Address target) {
  frames_.clear();
  Frame request;
  request.type = EtherType::arp;
  request.destination = MacAddress::broadcast();
  request.arp = ArpPacket{};
  request.arp.sender_mac = topology_.mac_of("rt");
  request.arp.sender = sender;
  request.arp.target = target;
  put_on_wire("router", request);
  run_for(milliseconds(200));
  std::vector<std::string> repliers;
  for (const LabFrame& seen : frames_.received) {
    if (seen.host != host("router").id() || !seen.frame.is_arp()) continue;
    const ArpPacket& arp = seen.frame.arp;
    if (arp.operation != ArpOperation::reply || arp.sender != target) continue;
    repliers.push_back(topology_.owner_of(arp.sender_mac));
  }
  return repliers;
}

void MatrixLab::send_to_rs1(std::uint8_t flags, std::uint32_t sequence) {
  Frame segment;
  PacketStart start;
  start.source = kOffSubnetClient;
  start.destination = topology_.vip;
  start_packet(segment, start);
  segment.destination = topology_.mac_of("rs1");
  segment.tcp = TcpSegment{};
  segment.tcp.source = Port{40000};
  segment.tcp.destination = kService;
  segment.tcp.sequence = sequence;
  segment.tcp.flags = flags;
  segment.tcp.window = 64240;
  segment.ip.total_length = Ipv4Header::kLength + TcpSegment::kPlainLength;
  put_on_wire("director", segment);
}

LabConnection MatrixLab::connect() {
  frames_.clear();
  client_->state = Client::State::waiting;
  std::array<std::uint64_t, 2> accepted{servers_[0]->accepted(), servers_[1]->accepted()};
  Tcp& tcp = simulation_.world().tcp();
  Tcp::Connect request;
  request.host = host("client").id();
  request.source = topology_.client;
  request.destination = {topology_.vip, kService};
  request.user = client_user_;
  const auto endpoint = tcp.connect(request);
  // Long enough for two more SYNs, should the first be lost.
  for (int i = 0; i < 40 && client_->state == Client::State::waiting; ++i) {
    run_for(milliseconds(100));
  }
  run_for(milliseconds(50));  // the greeting is acknowledged

  LabConnection result;
  const bool greeted = client_->state == Client::State::greeted;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (greeted && servers_[i]->accepted() > accepted[i]) result.server = servers_[i]->name();
  }
  const auto count = [&](const std::vector<LabFrame>& frames, const std::string& at) {
    std::uint64_t packets = 0;
    for (const LabFrame& seen : frames) {
      const bool to_vip = !seen.frame.is_arp() && seen.frame.ip.source == topology_.client &&
                          seen.frame.ip.destination == topology_.vip;
      if (to_vip && seen.host == host(at).id()) ++packets;
    }
    return packets;
  };
  result.packets_sent = count(frames_.sent, "client");
  result.packets_at_director = count(frames_.received, "director");
  if (endpoint && client_->state != Client::State::failed) tcp.abort(*endpoint);
  run_for(milliseconds(50));
  return result;
}

Json MatrixLab::router_vip_entry() {
  const lvs::Host& router = host("router");
  const Neighbour* entry = router.neighbours().find(topology_.vip, eth0(router));
  if (entry == nullptr) return nullptr;
  Json json;
  json["mac"] = entry->valid() ? Json(to_string(entry->mac)) : Json();
  json["owner"] = entry->valid() ? Json(topology_.owner_of(entry->mac)) : Json();
  json["state"] = std::string(name(entry->state));
  return json;
}

}  // namespace lvs::verify
