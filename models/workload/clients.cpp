#include "models/workload/clients.hpp"

#include <algorithm>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"
#include "models/host/routing.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

Clients::Clients(Simulator& simulator, Observation& observation, Tcp& tcp, Udp& udp,
                 Exchanges& exchanges, const std::vector<Host*>& hosts, StreamKey key)
    : simulator_(simulator),
      observation_(observation),
      tcp_(tcp),
      udp_(udp),
      exchanges_(exchanges),
      hosts_(hosts),
      key_(key),
      tcp_user_(tcp.add_user(*this)) {}

WorkloadId Clients::add(const WorkloadConfig& config) {
  LVS_REQUIRE(!config.sources.empty(), "a workload has somewhere to come from");
  const std::string& name = config.name;
  workloads_.push_back(
      Workload{config, RandomStream(key_, name, "arrivals"), RandomStream(key_, name, "sources"),
               StreamFamily(key_, name, "request_size"), StreamFamily(key_, name, "requests"),
               StreamFamily(key_, name, "think"), StreamFamily(key_, name, "hold")});
  return WorkloadId{static_cast<std::uint32_t>(workloads_.size() - 1)};
}

void Clients::start(const MeasuredWindow& window) {
  window_ = window;
  for (std::uint32_t w = 0; w < workloads_.size(); ++w) {
    Workload& load = workloads_[w];
    if (load.config.arrivals) {
      const Time first = simulator_.now() + load.config.arrivals->next_gap(load.arrival_stream);
      if (first < window_.arrivals_end) {
        simulator_.at(first, code(EventKind::connection_arrival), w, 0);
      }
    }
    for (std::uint32_t user = 0; user < load.config.users; ++user) {
      // Users start 10 us apart (as W3 of our benchmarks), so that they do not march in step.
      simulator_.at(simulator_.now() + microseconds(10) * (user + 1), code(EventKind::user_ready),
                    w, user);
    }
  }
}

void Clients::connection_arrival(std::uint32_t workload) {
  Workload& load = workloads_[workload];
  const Time next = simulator_.now() + load.config.arrivals->next_gap(load.arrival_stream);
  if (next < window_.arrivals_end) {
    simulator_.at(next, code(EventKind::connection_arrival), workload, 0);
  }
  const auto source = load.config.popularity.pick(load.source_stream);
  begin(workload, static_cast<std::uint32_t>(source), 0);
}

void Clients::user_ready(std::uint32_t workload, std::uint32_t user) {
  if (simulator_.now() >= window_.arrivals_end) return;
  const auto sources = static_cast<std::uint32_t>(workloads_[workload].config.sources.size());
  begin(workload, user % sources, user);
}

void Clients::begin(std::uint32_t workload, std::uint32_t source, std::uint32_t user) {
  Workload& load = workloads_[workload];
  const std::uint32_t slot = exchanges_.create();
  Exchange& x = exchanges_[slot];
  if (!x.timer.valid()) {
    x.timer = simulator_.create_timer(code(EventKind::exchange_timeout), slot);
  }
  const std::uint64_t connection = load.connections++;
  x.workload = WorkloadId{workload};
  x.client = load.config.sources[source].host;
  x.user = user;
  x.connection_arrival = simulator_.now();
  x.connection_measured = is_measured(x.connection_arrival);
  RandomStream count = load.request_counts.item(connection);
  x.requests_left = static_cast<std::uint32_t>(load.config.requests.sample_count(count) - 1);
  new_request(x);
  const auto& address = load.config.sources[source].address;
  const OutputRoute route =
      route_output(hosts_[x.client.index()]->state(), load.config.target.endpoint.address, address);
  if (route.kind == OutputRoute::Kind::none) return fail(slot, Outcome::refused_icmp);
  x.source.address = route.source;
  if (!hosts_[x.client.index()]->is_powered()) return fail(slot, Outcome::reset);
  if (load.config.target.protocol == Protocol::tcp) {
    begin_tcp(slot);
  } else {
    begin_udp(slot);
  }
}

/// The next request of the exchange arrives now.
void Clients::new_request(Exchange& x) {
  Workload& load = workloads_[x.workload.index()];
  x.number = load.requests++;
  RandomStream size = load.request_sizes.item(x.number);
  x.request_bytes = load.config.request.sample_bytes(size);
  x.response_bytes = 0;
  x.received = 0;
  x.arrival = simulator_.now();
  x.sent = x.first_byte = kNever;
  x.measured = is_measured(x.arrival);
  x.closes_at_server = load.config.close_at_server;
  if (x.measured) ++measured_open_;
  ++open_requests_;
  load.open.enter(x.arrival);
}

void Clients::begin_tcp(std::uint32_t slot) {
  Exchange& x = exchanges_[slot];
  const WorkloadConfig& config = workloads_[x.workload.index()].config;
  Tcp::Connect request;
  request.host = x.client;
  request.source = x.source.address;
  request.destination = config.target.endpoint;
  request.tag = exchanges_.tag(slot);
  request.user = tcp_user_;
  request.user_data = slot;
  x.phase = Exchange::Phase::connecting;
  x.syn_sent = simulator_.now();
  if (config.timeout) arm(x, *config.timeout);
  const auto endpoint = tcp_.connect(request);
  if (!endpoint) return fail(slot, Outcome::no_port);
  x.endpoint = *endpoint;
  x.source.port = tcp_.endpoint(*endpoint).local_port;
}

void Clients::begin_udp(std::uint32_t slot) {
  Exchange& x = exchanges_[slot];
  const WorkloadConfig& config = workloads_[x.workload.index()].config;
  const auto port = udp_.free_port(x.client, x.source.address);
  if (!port) return fail(slot, Outcome::no_port);
  x.source.port = *port;
  udp_.open({x.client, x.source, config.target.endpoint, this, slot});
  x.syn_sent = x.established = simulator_.now();
  send_request(slot);
}

void Clients::connected(EndpointId endpoint) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  exchanges_[slot].established = simulator_.now();
  send_request(slot);
}

void Clients::send_request(std::uint32_t slot) {
  Exchange& x = exchanges_[slot];
  const WorkloadConfig& config = workloads_[x.workload.index()].config;
  x.phase = Exchange::Phase::waiting;
  x.sent = simulator_.now();
  // The time limit of a first request counts from the SYN (design.md 1.1).
  if (config.timeout && (!x.first_request || config.target.protocol == Protocol::udp)) {
    arm(x, *config.timeout);
  }
  const auto bytes = static_cast<std::uint32_t>(x.request_bytes);
  if (config.target.protocol == Protocol::tcp) {
    tcp_.send(x.endpoint, bytes);
  } else {
    udp_.send({x.client, x.source, config.target.endpoint, bytes, exchanges_.tag(slot)});
  }
}

void Clients::received(EndpointId endpoint, std::uint32_t bytes) {
  response_progress(tcp_.endpoint(endpoint).user_data, bytes);
}

void Clients::received(std::uint32_t slot, const Datagram& datagram) {
  if (exchanges_.tag(slot) != datagram.tag) return;  // an answer to an exchange that has ended
  response_progress(slot, datagram.bytes);
}

void Clients::response_progress(std::uint32_t slot, std::uint32_t bytes) {
  Exchange& x = exchanges_[slot];
  if (x.phase != Exchange::Phase::waiting) return;
  if (x.received == 0) x.first_byte = simulator_.now();
  x.received += bytes;
  if (x.received >= x.response_bytes) response_complete(slot);
}

void Clients::response_complete(std::uint32_t slot) {
  Exchange& x = exchanges_[slot];
  Workload& load = workloads_[x.workload.index()];
  simulator_.disarm(x.timer);
  ++x.requests_done;
  end_request(x, Outcome::completed, simulator_.now());
  x.first_request = false;
  if (x.requests_left == 0) return after_last_response(slot);
  --x.requests_left;
  x.phase = Exchange::Phase::thinking;
  RandomStream stream = load.think_times.item(x.number);
  arm(x, load.config.think.sample_duration(stream));
}

void Clients::after_last_response(std::uint32_t slot) {
  Exchange& x = exchanges_[slot];
  Workload& load = workloads_[x.workload.index()];
  x.phase = Exchange::Phase::holding;
  if (load.config.hold) {
    RandomStream stream = load.hold_times.item(x.number);
    return arm(x, load.config.hold->sample_duration(stream));
  }
  if (load.config.close_at_server && load.config.target.protocol == Protocol::tcp) return;
  close(slot);
}

void Clients::close(std::uint32_t slot) {
  const Exchange& x = exchanges_[slot];
  if (workloads_[x.workload.index()].config.target.protocol == Protocol::tcp) {
    tcp_.close(x.endpoint);
  } else {
    udp_.close(x.client, x.source);
  }
  end_exchange(slot, Outcome::completed);
}

void Clients::peer_closed(EndpointId endpoint) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  Exchange& x = exchanges_[slot];
  const bool expected = x.phase == Exchange::Phase::holding;
  // A server that closes under a request breaks it; between requests nothing is lost.
  if (x.phase == Exchange::Phase::waiting) end_request(x, Outcome::reset, kNever);
  tcp_.close(endpoint);
  end_exchange(
      slot, expected || x.phase == Exchange::Phase::thinking ? Outcome::completed : Outcome::reset);
}

void Clients::failed(EndpointId endpoint, TcpError error) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  const bool connecting = exchanges_[slot].phase == Exchange::Phase::connecting;
  Outcome outcome = Outcome::reset;
  switch (error) {
    case TcpError::refused: outcome = Outcome::refused_rst; break;
    case TcpError::port_unreachable:
    case TcpError::net_unreachable:
    case TcpError::host_unreachable:
    case TcpError::protocol_unreachable:
      // On an open connection it is why the retransmissions gave up.
      outcome = connecting ? Outcome::refused_icmp : Outcome::timeout;
      break;
    case TcpError::reset: outcome = Outcome::reset; break;
    case TcpError::timed_out:
      outcome = connecting ? Outcome::connect_timeout : Outcome::timeout;
      break;
  }
  fail(slot, outcome);
}

void Clients::refused(std::uint32_t slot) {
  const Exchange& x = exchanges_[slot];
  udp_.close(x.client, x.source);
  fail(slot, Outcome::refused_icmp);
}

void Clients::queued(ListenerId, std::uint32_t) { LVS_REQUIRE(false, "clients do not listen"); }

/// Timeout, end of a think time, or end of the hold: the phase tells which.
void Clients::exchange_timer(std::uint32_t slot) {
  Exchange& x = exchanges_[slot];
  switch (x.phase) {
    case Exchange::Phase::connecting:
      tcp_.close(x.endpoint);
      return fail(slot, Outcome::connect_timeout);
    case Exchange::Phase::waiting:
      if (workloads_[x.workload.index()].config.target.protocol == Protocol::tcp) {
        tcp_.close(x.endpoint);
      } else {
        udp_.close(x.client, x.source);
      }
      return fail(slot, Outcome::timeout);
    case Exchange::Phase::thinking: new_request(x); return send_request(slot);
    case Exchange::Phase::holding: return close(slot);
    case Exchange::Phase::free: LVS_REQUIRE(false, "an ended exchange has no timer");
  }
}

/// The present request and its connection end with `outcome`.
void Clients::fail(std::uint32_t slot, Outcome outcome) {
  Exchange& x = exchanges_[slot];
  const bool between = x.phase == Exchange::Phase::thinking || x.phase == Exchange::Phase::holding;
  if (!between) end_request(x, outcome, kNever);
  end_exchange(slot, outcome);
}

void Clients::end_request(Exchange& x, Outcome outcome, Time last_byte) {
  --open_requests_;
  workloads_[x.workload.index()].open.leave(simulator_.now());
  if (x.measured) --measured_open_;
  if (!observation_.wants(Watch::kExchanges)) return;
  RequestEnd end;
  end.workload = x.workload;
  end.client = x.client;
  end.server = x.server;
  end.number = x.number;
  end.measured = x.measured;
  end.first_of_connection = x.first_request;
  end.outcome = outcome;
  end.arrival = x.arrival;
  end.sent = x.sent;
  end.first_byte = x.first_byte;
  end.last_byte = last_byte;
  end.ended = simulator_.now();
  end.request_bytes = x.request_bytes;
  end.response_bytes = x.response_bytes;
  observation_.observer->request_ended(end);
}

void Clients::end_exchange(std::uint32_t slot, Outcome outcome) {
  Exchange& x = exchanges_[slot];
  simulator_.disarm(x.timer);
  if (observation_.wants(Watch::kExchanges)) {
    ConnectionEnd end;
    end.workload = x.workload;
    end.client = x.client;
    end.server = x.server;
    end.source = x.source;
    end.target = workloads_[x.workload.index()].config.target;
    end.measured = x.connection_measured;
    end.outcome = outcome;
    end.arrival = x.connection_arrival;
    end.syn_sent = x.syn_sent;
    end.established = x.established;
    end.ended = simulator_.now();
    end.requests_completed = x.requests_done;
    observation_.observer->connection_ended(end);
  }
  next_user_turn(x);
  exchanges_.destroy(slot);
}

/// A user of a closed loop connects again: after its think time between connections, which is that
/// between requests.
void Clients::next_user_turn(const Exchange& x) {
  Workload& load = workloads_[x.workload.index()];
  if (load.config.users == 0) return;
  RandomStream stream = load.think_times.item(x.number);
  Duration pause = load.config.think.sample_duration(stream);
  // What fails without taking any time (no route, no port) is not tried again in the same instant.
  constexpr Duration kLeastPause = seconds(1);
  if (simulator_.now() == x.connection_arrival) pause = std::max(pause, kLeastPause);
  simulator_.at(simulator_.now() + pause, code(EventKind::user_ready), x.workload.value, x.user);
}

void Clients::arm(Exchange& x, Duration after) {
  simulator_.arm(x.timer, simulator_.now() + after);
}

void Clients::finish() {
  for (std::uint32_t slot = 0; slot < exchanges_.size(); ++slot) {
    Exchange& x = exchanges_[slot];
    if (x.phase == Exchange::Phase::free) continue;
    const bool open = x.phase == Exchange::Phase::connecting || x.phase == Exchange::Phase::waiting;
    if (open) end_request(x, Outcome::unfinished, kNever);
    workloads_[x.workload.index()].config.users = 0;  // nobody begins anew
    end_exchange(slot, open ? Outcome::unfinished : Outcome::completed);
  }
}

}  // namespace lvs
