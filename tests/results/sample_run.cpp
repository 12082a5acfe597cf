#include "tests/results/sample_run.hpp"

#include "results/metrics.hpp"

namespace lvs {
namespace {

constexpr std::string_view kListing =
    "IP Virtual Server version 1.2.1 (size=4096)\n"
    "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
    "  -> RemoteAddress:Port\n"
    "TCP  10.1.10.3:80                    35000   210000   175000 17500000 24500000\n"
    "  -> 192.168.184.130:80              17500   105000    87500  8750000 12250000\n"
    "  -> 192.168.184.129:80              17500   105000    87500  8750000 12250000\n";

void record_requests(Recorder& recorder) {
  for (std::uint64_t k = 0; k < 30'000; ++k) {
    const bool second = k % 2 == 0;
    const bool late = k % 200 == 1;  // rs1 only
    RequestEnd r;
    r.workload = WorkloadId{0};
    r.client = kSampleClient;
    r.server = second ? kSampleRs2 : kSampleRs1;
    r.number = k;
    r.measured = r.first_of_connection = true;
    r.outcome = late ? Outcome::timeout : Outcome::completed;
    r.arrival = kStart + seconds(10) + milliseconds(2) * static_cast<std::int64_t>(k);
    r.sent = r.arrival + microseconds(300);
    r.request_bytes = 300;
    r.response_bytes = 12'288;
    const Duration service = microseconds(1'000 + static_cast<std::int64_t>(k % 1'000) * 10);
    if (!late) {
      r.first_byte = r.sent + service;
      r.last_byte = r.first_byte + microseconds(200);
    }
    recorder.request_ended(r);

    ConnectionEnd c;
    c.workload = r.workload;
    c.client = r.client;
    c.server = r.server;
    c.target = sample_vip();
    c.measured = true;
    c.outcome = r.outcome;
    c.arrival = c.syn_sent = r.arrival;
    c.established = r.sent;
    c.ended = late ? r.sent + seconds(10) : r.last_byte + microseconds(50);
    c.requests_completed = late ? 0 : 1;
    recorder.connection_ended(c);
  }
}

void fill_director(RunFacts& facts) {
  DirectorFacts director;
  director.host = "director";
  director.listing = kListing;
  director.cores = 1;
  director.requests = {180'000, 15'000'000, milliseconds(180)};
  director.replies = {150'000, 390'000'000, milliseconds(150)};
  director.other = {12, 720, microseconds(12)};
  facts.directors = {director};

  ServiceFacts service;
  service.name = "10.1.10.3:80/tcp";
  service.addresses = {sample_vip()};
  service.director = "director";
  service.scheduler = "rr";
  const auto destination = [](unsigned last, std::string host, std::int64_t weight) {
    DestinationFacts d;
    d.address = {ipv4(192, 168, 184, last), {80}};
    d.host = std::move(host);
    d.method = "Masq";
    d.weight = weight;
    d.active = 2;
    d.inactive = 14'990;
    d.conns = 17'500;
    d.in_packets = 105'000;
    d.out_packets = 87'500;
    d.in_bytes = 8'750'000;
    d.out_bytes = 12'250'000;
    return d;
  };
  service.destinations = {destination(130, "rs2", 2), destination(129, "rs1", 1)};
  facts.services = {service};
}

}  // namespace

ServiceAddress sample_vip() { return {{ipv4(10, 1, 10, 3), {80}}, Protocol::tcp}; }

SampleRun sample_run() {
  SampleRun run;
  RunFacts& facts = run.facts;
  facts.identity = {"article-nat",
                    "One director, two real servers, NAT. Do weights 1 and 2 matter to rr?",
                    {{"scheduler", "rr"}, {"load", "500/s"}},
                    1,
                    "lvsim run scenarios/article/nat.yaml --seed 1",
                    "0.1.0"};
  facts.window.warmup = seconds(10);
  facts.window.run = seconds(60);
  facts.window.ended = kStart + seconds(72);

  RecorderPlan plan;
  plan.workloads = {{"web", {sample_vip()}}};
  plan.servers = {kSampleRs1, kSampleRs2};
  plan.measured = facts.window.measured();
  plan.end = kStart + seconds(80);
  plan.windows = {{kStart + milliseconds(20'500), kStart + milliseconds(30'500)}};
  run.recorder = std::make_unique<Recorder>(plan);
  record_requests(*run.recorder);

  ServerFacts rs1;
  rs1.host = "rs1";
  rs1.id = kSampleRs1;
  rs1.cores = 4;
  rs1.busy = milliseconds(89'100);
  rs1.sockets = {3, 1};
  ServerFacts rs2 = rs1;
  rs2.host = "rs2";
  rs2.id = kSampleRs2;
  rs2.busy = milliseconds(90'000);
  facts.servers = {rs1, rs2};
  fill_director(facts);
  facts.drops = {{"rs1/eth0", DropCause::queue_full, 140},
                 {"rs1/eth0", DropCause::queue_full, 10},
                 {"client", DropCause::closed_port, 3},
                 {"rs2/eth0", DropCause::not_for_this_mac, 12}};
  facts.conservation = {660'012, 12, 659'859, 165, 0};
  run.recorder->fill(facts);
  facts.verdicts = {judge({.metric = "server.share",
                           .of = "rs2",
                           .cause = {},
                           .during = {},
                           .at = {},
                           .comparison = Comparison::between,
                           .low = {0.66, ValueUnit::share},
                           .high = {0.674, ValueUnit::share},
                           .text = "",
                           .source = "nat.yaml:43:5"},
                          facts, *run.recorder)};
  facts.cost = {1.25, 4'000'000, 31'000'000};
  return run;
}

std::vector<ConversationFacts> sample_conversations() {
  const auto asked = [](std::string id, std::uint16_t from, Protocol protocol) {
    ConversationFacts c;
    c.id = std::move(id);
    c.client = "client";
    c.from = {ipv4(10, 0, 0, 1), Port{from}};
    const std::uint16_t port = protocol == Protocol::tcp ? 80 : 53;
    c.to = {{ipv4(10, 0, 0, 2), Port{port}}, protocol};
    return c;
  };
  std::vector<ConversationFacts> all{asked("c1", 4000, Protocol::tcp),
                                     asked("c2", 4001, Protocol::tcp),
                                     asked("u1", 4000, Protocol::udp)};
  all[0].outcome = ConversationFacts::Outcome::answered;
  all[0].server = "rs2";
  all[0].port = Port{8080};
  all[0].decided = kStart + milliseconds(1500);
  all[1].outcome = ConversationFacts::Outcome::failed;
  all[1].error = "ECONNREFUSED";
  all[1].decided = kStart + milliseconds(1501);
  return all;
}

}  // namespace lvs
