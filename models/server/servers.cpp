#include "models/server/servers.hpp"

#include <utility>

#include "models/event_kinds.hpp"
#include "models/tcp/tcp.hpp"
#include "models/workload/clients.hpp"

namespace lvs {
namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};

}  // namespace

Servers::Servers(Simulator& simulator, Tcp& tcp, Udp& udp, Exchanges& exchanges,
                 ConversationTable& conversations, const Clients& clients, StreamKey key)
    : simulator_(simulator),
      tcp_(tcp),
      udp_(udp),
      exchanges_(exchanges),
      conversations_(conversations),
      clients_(clients),
      key_(key),
      tcp_user_(tcp.add_user(*this)) {}

std::optional<ServerId> Servers::add(const ServerConfig& config) {
  const auto index = static_cast<std::uint32_t>(servers_.size());
  if (config.protocol == Protocol::udp) {
    if (!udp_.open({config.host, {config.bind, config.port}, {}, this, index})) return std::nullopt;
    servers_.emplace_back(simulator_, index, config);
    return ServerId{index};
  }
  Tcp::ListenerConfig listener;
  listener.host = config.host;
  listener.bind = config.bind;
  listener.port = config.port;
  listener.backlog = config.backlog;
  listener.accept_at_once = config.workers == 0;
  listener.user = tcp_user_;
  listener.user_data = index;
  const auto id = tcp_.listen(listener);
  if (!id) return std::nullopt;
  Server& server = servers_.emplace_back(simulator_, index, config);
  server.listener = *id;
  server.free_workers = config.workers;
  return ServerId{index};
}

std::uint32_t Servers::create_job(std::uint32_t server, PayloadTag tag) {
  if (free_job_ == kNone) {
    free_job_ = static_cast<std::uint32_t>(jobs_.size());
    jobs_.emplace_back().next_free = kNone;
  }
  const std::uint32_t slot = free_job_;
  free_job_ = jobs_[slot].next_free;
  jobs_[slot] = Job{};
  jobs_[slot].server = server;
  jobs_[slot].tag = tag;
  return slot;
}

void Servers::destroy_job(std::uint32_t slot) {
  Job& job = jobs_[slot];
  if (job.work.valid()) {
    Server& server = servers_[job.server];
    server.queue.remove(job.work);
    ++server.work.given_up;
    server.work.demand_given_up += job.demand.count();
    server.work.request_time += (simulator_.now() - job.taken).count();
  }
  job = Job{};
  job.next_free = free_job_;
  free_job_ = slot;
}

void Servers::connected(EndpointId endpoint) {
  const TcpEndpoint& e = tcp_.endpoint(endpoint);
  const std::uint32_t index = e.user_data;
  Server& server = servers_[index];
  ++server.accepted;
  if (server.config.workers > 0) {
    --server.free_workers;
    apply_acceptance(index);
  }
  const std::uint32_t slot = create_job(index, e.tag);
  jobs_[slot].endpoint = endpoint;
  tcp_.set_user_data(endpoint, slot);
  if (Exchange* x = exchanges_.find(e.tag)) {
    x->server = server.config.host;
  } else if (Conversation* c = conversations_.find(e.tag)) {
    c->server = {server.config.host, e.local_port, endpoint, e.incarnation};
  }
  if (server.config.greeting) [[unlikely]]
    greet(slot);
}

/// The greeting is all that a client gets, also one that comes with a request.
void Servers::greet(std::uint32_t slot) {
  Job& job = jobs_[slot];
  job.tag = {};
  tcp_.send(job.endpoint, *servers_[job.server].config.greeting);
}

void Servers::greet_sender(std::uint32_t index, const Datagram& datagram) {
  Server& server = servers_[index];
  if (server.hung) return server.unread.push_back(datagram);
  const ServerConfig& config = server.config;
  if (Exchange* x = exchanges_.find(datagram.tag)) {
    x->server = config.host;
  } else if (Conversation* c = conversations_.find(datagram.tag)) {
    c->server = {config.host, datagram.local.port, {}, 0};
  }
  udp_.send({config.host, datagram.local, datagram.remote, *config.greeting, datagram.tag});
}

/// What a server that greets finds when it no longer hangs.
void Servers::catch_up(std::uint32_t index) {
  for (const Datagram& datagram : std::exchange(servers_[index].unread, {})) {
    greet_sender(index, datagram);
  }
  for (std::uint32_t slot = 0; slot < jobs_.size(); ++slot) {
    const Job& job = jobs_[slot];
    if (job.peer_closed && job.endpoint.valid() && job.server == index) close(slot);
  }
}

bool Servers::close_connection(EndpointId endpoint) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  if (servers_[jobs_[slot].server].hung) return false;
  close(slot);
  return true;
}

void Servers::received(EndpointId endpoint, std::uint32_t bytes) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  Job& job = jobs_[slot];
  job.received += bytes;
  if (!job.work.valid()) take_request(slot);
}

/// Starts the service of a request that has arrived in full. A request whose client has given up is
/// not looked at any more: its connection is about to end.
void Servers::take_request(std::uint32_t slot) {
  Job& job = jobs_[slot];
  Exchange* x = exchanges_.find(job.tag);
  if (x == nullptr || job.received < x->request_bytes) return;
  job.received -= x->request_bytes;
  Server& server = servers_[job.server];
  while (demands_.size() < clients_.size()) {
    const WorkloadId workload{static_cast<std::uint32_t>(demands_.size())};
    demands_.emplace_back(key_, clients_.config(workload).name, "demand");
    responses_.emplace_back(key_, clients_.config(workload).name, "response_size");
  }
  RandomStream demand = demands_[x->workload.index()].item(x->number);
  RandomStream size = responses_[x->workload.index()].item(x->number);
  job.response = server.config.response.sample_bytes(size);
  job.last = x->closes_at_server && x->requests_left == 0;
  x->response_bytes = job.response;
  x->server = server.config.host;
  job.demand = server.config.service_time.sample_duration(demand, coldness(server));
  job.taken = simulator_.now();
  ++server.work.taken;
  job.work = server.queue.submit(slot, job.demand);
}

/// What demands are multiplied by now.
double Servers::coldness(const Server& server) const {
  if (!server.config.warm) return 1;
  const auto [span, factor] = *server.config.warm;
  const Duration left = span - (simulator_.now() - server.returned);
  if (left <= Duration{}) return 1;
  const double cold = static_cast<double>(left.count()) / static_cast<double>(span.count());
  return 1 + (factor - 1) * cold;
}

void Servers::departure(std::uint32_t index) {
  ServiceQueue& queue = servers_[index].queue;
  while (const auto owner = queue.take_departure()) respond(*owner);
}

void Servers::respond(std::uint32_t slot) {
  Job& job = jobs_[slot];
  job.work = {};
  Work& done = servers_[job.server].work;
  ++done.answered;
  done.demand_answered += job.demand.count();
  done.request_time += (simulator_.now() - job.taken).count();
  const auto bytes = static_cast<std::uint32_t>(job.response);
  if (!job.endpoint.valid()) {
    udp_.send({servers_[job.server].config.host, job.local, job.remote, bytes, job.tag});
    return destroy_job(slot);
  }
  tcp_.send(job.endpoint, bytes);
  if (job.last || job.peer_closed) return close(slot);
  take_request(slot);  // the next one may be here already
}

void Servers::close(std::uint32_t slot) {
  const Job job = jobs_[slot];
  destroy_job(slot);
  tcp_.close(job.endpoint);
  release_worker(servers_[job.server]);
  accept_waiting(job.server);
}

void Servers::peer_closed(EndpointId endpoint) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  Job& job = jobs_[slot];
  job.peer_closed = true;
  const Server& server = servers_[job.server];
  if (server.config.greeting && server.hung) return;  // it does not see it
  // A request under way is finished and answered first: most servers see the end of input only
  // then.
  if (!job.work.valid()) close(slot);
}

void Servers::failed(EndpointId endpoint, TcpError) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  const std::uint32_t server = jobs_[slot].server;
  destroy_job(slot);
  release_worker(servers_[server]);
  accept_waiting(server);
}

void Servers::release_worker(Server& server) {
  if (server.config.workers > 0) ++server.free_workers;
}

void Servers::queued(ListenerId, std::uint32_t server) { accept_waiting(server); }

void Servers::accept_waiting(std::uint32_t index) {
  Server& server = servers_[index];
  if (server.config.protocol != Protocol::tcp) return;
  while (can_accept(server) && tcp_.accept(server.listener)) {
  }
}

/// An event loop takes connections at once unless it hangs; workers when one is free.
void Servers::apply_acceptance(std::uint32_t index) {
  Server& server = servers_[index];
  if (server.config.protocol != Protocol::tcp) return;
  tcp_.set_accepting(server.listener, server.config.workers == 0 && !server.hung);
}

void Servers::received(std::uint32_t index, const Datagram& datagram) {
  if (servers_[index].config.greeting) [[unlikely]]
    return greet_sender(index, datagram);
  Exchange* x = exchanges_.find(datagram.tag);
  if (x == nullptr) return;
  const std::uint32_t slot = create_job(index, datagram.tag);
  Job& job = jobs_[slot];
  job.local = datagram.local;
  job.remote = datagram.remote;
  // One datagram is the whole request (design.md 1.1).
  job.received = x->request_bytes;
  take_request(slot);
}

void Servers::refused(std::uint32_t) {}

void Servers::hang(HostId host) {
  for (std::uint32_t i = 0; i < servers_.size(); ++i) {
    if (servers_[i].config.host != host) continue;
    servers_[i].hung = true;
    servers_[i].queue.hang();
    apply_acceptance(i);
  }
}

void Servers::resume(HostId host) {
  for (std::uint32_t i = 0; i < servers_.size(); ++i) {
    if (servers_[i].config.host != host) continue;
    servers_[i].hung = false;
    servers_[i].queue.resume();
    if (servers_[i].config.greeting) catch_up(i);
    apply_acceptance(i);
    accept_waiting(i);
  }
}

void Servers::refuse(HostId host) {
  for (Server& server : servers_) {
    if (server.config.host != host) continue;
    server.refuses = true;
    if (server.config.protocol == Protocol::tcp) {
      tcp_.set_listening(server.listener, false);
    } else {
      udp_.close(host, {server.config.bind, server.config.port});
    }
  }
}

void Servers::accept(HostId host) {
  for (std::uint32_t i = 0; i < servers_.size(); ++i) {
    Server& server = servers_[i];
    if (server.config.host != host || !server.refuses) continue;
    server.refuses = false;
    server.returned = simulator_.now();
    if (server.config.protocol == Protocol::tcp) {
      tcp_.set_listening(server.listener, true);
    } else {
      udp_.open({host, {server.config.bind, server.config.port}, {}, this, i});
    }
  }
}

void Servers::set_speed(HostId host, double speed) {
  for (Server& server : servers_) {
    if (server.config.host != host) continue;
    server.queue.set_speed(speed);
    server.work.speed_changed = true;
  }
}

Servers::Work Servers::work(ServerId id) const {
  Work sum = servers_[id.index()].work;
  for (const Job& job : jobs_) {
    if (!job.work.valid() || job.server != id.value) continue;
    ++sum.present;
    sum.demand_present += job.demand.count();
    sum.request_time += (simulator_.now() - job.taken).count();
  }
  return sum;
}

/// TCP tells of the connections itself; UDP requests in service are lost here.
void Servers::power_off(HostId host) {
  for (std::uint32_t slot = 0; slot < jobs_.size(); ++slot) {
    const Job& job = jobs_[slot];
    const bool udp = job.work.valid() && !job.endpoint.valid();
    if (udp && servers_[job.server].config.host == host) destroy_job(slot);
  }
  for (Server& server : servers_) {
    if (server.config.host == host) server.unread.clear();
  }
  refuse(host);
}

/// Every process starts anew, whatever it was told while there was no power.
void Servers::power_on(HostId host) {
  for (Server& server : servers_) server.refuses |= server.config.host == host;
  accept(host);
  resume(host);
}

}  // namespace lvs
