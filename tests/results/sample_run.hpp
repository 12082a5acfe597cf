// A finished run for the tests of what is printed and written: the article's cluster, rr, weights 1
// and 2, with 30 000 requests whose times are simple formulas of their numbers.
#pragma once

#include <memory>
#include <vector>

#include "results/recorder.hpp"
#include "results/run_facts.hpp"

namespace lvs {

struct SampleRun {
  RunFacts facts;
  std::unique_ptr<Recorder> recorder;
};

inline constexpr HostId kSampleClient{0};
inline constexpr HostId kSampleRs1{2};
inline constexpr HostId kSampleRs2{3};

ServiceAddress sample_vip();

/// Every 100th request of rs1 times out; measured from 10 s to 70 s, one request each 2 ms.
SampleRun sample_run();

/// Three that events asked for: answered by rs2 on another port, refused, and not decided.
std::vector<ConversationFacts> sample_conversations();

}  // namespace lvs
