#include "tools/verify/matrix_row.hpp"

#include <algorithm>

#include "tools/verify/matrix_lab.hpp"
#include "tools/verify/matrix_scenario.hpp"

namespace lvs::verify {
namespace {

constexpr std::uint32_t kSynSequence = 1000;

class RowObserver {
 public:
  RowObserver(const MatrixTopology& topology, const MatrixSettings& settings)
      : topology_(topology), lab_(topology, settings) {}

  Json observe() {
    who_answers();
    rs1_asks();
    rs1_asks_while_router_knows_nothing();
    const bool first = first_connection();
    const bool warm = warm_connections();
    // Derived: all three connections crossed the director with every packet; and what rs1 does,
    // by its answer to the router's question and by the sender of its own.
    row_["service_always_via_director"] = first && warm;
    const bool answers = row_["rs_answers_vip"].get<bool>();
    const bool poisons = row_["rs_request_sender"] == "VIP";
    row_["verdict"] = answers ? (poisons ? "answers_and_poisons" : "answers_vip")
                              : (poisons ? "poisons_by_request" : "ok");
    return std::move(row_);
  }

 private:
  void flush(const std::vector<std::string>& hosts) {
    for (const std::string& host : hosts) lab_.flush(host);
  }
  void flush_all_four() { flush({"router", "director", "rs1", "rs2"}); }

  /// 1.
  void who_answers() {
    flush_all_four();
    const auto answers = [&](Ipv4Address sender, Ipv4Address target, const std::string& station) {
      const std::vector<std::string> repliers = lab_.ask(sender, target);
      return std::find(repliers.begin(), repliers.end(), station) != repliers.end();
    };
    const std::vector<std::string> repliers = lab_.ask(topology_.router_inside, topology_.vip);
    const auto has = [&](const char* station) {
      return std::find(repliers.begin(), repliers.end(), station) != repliers.end();
    };
    row_["repliers_to_router_whohas_vip"] = repliers;
    row_["rs_answers_vip"] = has("rs1");
    row_["rs2_answers_vip"] = has("rs2");
    row_["rs_answers_rip"] = answers(topology_.router_inside, topology_.rs1, "rs1");
    row_["rs_answers_vip_to_offsubnet_sender"] = answers(kOffSubnetClient, topology_.vip, "rs1");
    row_["rs_answers_vip_dad_probe_sender_0"] = answers({}, topology_.vip, "rs1");
  }

  /// A SYN reaches rs1 from the director; 0.12 s later the router's entry is read, then the
  /// half-open connection is reset.
  Json router_entry_after_syn() {
    lab_.frames().clear();
    lab_.send_to_rs1(TcpFlags::kSyn, kSynSequence);
    lab_.run_for(milliseconds(120));
    Json entry = lab_.router_vip_entry();
    lab_.send_to_rs1(TcpFlags::kRst, kSynSequence + 1);
    lab_.run_for(milliseconds(50));
    return entry;
  }

  /// 2.
  void rs1_asks() {
    flush({"router", "rs1", "rs2"});
    lab_.point_router_at_director();
    flush({"rs1"});
    const Json entry = router_entry_after_syn();
    for (const char* key : {"rs_request_sender_ip", "rs_request_sender", "rs_request_broadcast",
                            "rs_synack_sent_to"}) {
      row_[key] = nullptr;  // what is not seen
    }
    bool asked = false;
    for (const LabFrame& seen : lab_.frames().sent) {
      if (seen.host != lab_.host("rs1").id()) continue;
      const Frame& frame = seen.frame;
      if (frame.is_arp() && frame.arp.operation == ArpOperation::request && !asked) {
        asked = true;
        const Ipv4Address sender = frame.arp.sender;
        row_["rs_request_sender_ip"] = to_string(sender);
        row_["rs_request_sender"] = sender == topology_.vip   ? "VIP"
                                    : sender == topology_.rs1 ? "RIP"
                                                              : to_string(sender);
        row_["rs_request_broadcast"] = frame.destination.is_broadcast();
      }
      const bool synack = !frame.is_arp() && frame.ip.protocol == Protocol::tcp &&
                          frame.tcp.syn() && frame.tcp.ack();
      if (synack && row_["rs_synack_sent_to"].is_null()) {
        row_["rs_synack_sent_to"] = topology_.owner_of(frame.destination);
      }
    }
    row_["router_vip_entry_after_rs_request"] = entry;
  }

  /// 3.
  void rs1_asks_while_router_knows_nothing() {
    flush({"router", "rs1", "rs2"});
    row_["router_vip_entry_after_rs_request_if_empty"] = router_entry_after_syn();
  }

  /// Returns whether every packet of the client crossed the director.
  bool connect(const std::string& field) {
    const LabConnection connection = lab_.connect();
    Json& json = row_[field];
    json["served_by"] = connection.server ? Json(*connection.server) : Json();
    json["packets_through_director"] = connection.packets_at_director;
    json["via_director"] = connection.packets_at_director > 0;
    return connection.server && connection.packets_at_director == connection.packets_sent;
  }

  /// 4.
  bool first_connection() {
    flush_all_four();
    const bool via_director = connect("first_connection");
    const Json entry = lab_.router_vip_entry();
    row_["router_vip_entry_after_first_connection"] = entry;
    row_["neighbour_answered_by"] = entry.is_null() ? Json() : entry["owner"];
    return via_director;
  }

  /// 5.
  bool warm_connections() {
    flush({"router", "rs1", "rs2"});
    lab_.point_router_at_director();
    lab_.ask(topology_.router_inside, unused_address());
    const bool first = connect("warm_connection_1");
    const bool second = connect("warm_connection_2");
    row_["router_vip_entry_end"] = lab_.router_vip_entry();
    return first && second;
  }

  /// The highest address of the real servers' network that no station has.
  Ipv4Address unused_address() const {
    Ipv4Address address{topology_.router_inside.value | 0xff};
    const auto is_used = [&] {
      return address == topology_.router_inside || address == topology_.director ||
             address == topology_.rs1 || address == topology_.rs2 || address == topology_.vip;
    };
    do --address.value;
    while (is_used());
    return address;
  }

  const MatrixTopology& topology_;
  MatrixLab lab_;
  Json row_;
};

}  // namespace

Json observe_row(const MatrixTopology& topology, const MatrixSettings& settings) {
  return RowObserver(topology, settings).observe();
}

}  // namespace lvs::verify
