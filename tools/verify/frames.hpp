// The frames that the director sent, a kernel's and ours, field by field.
//
// IP packets are compared connection by connection, in order, on each card. The order between
// connections is that in which the hosts spoke; where it differs alone, the frames are equal and
// `reordered` says how many.
//
// Of ARP, the director's questions are compared: each is asked once on either side, with the same
// addresses. Which are needed depends on whom it has heard of before: a question of ours about a
// host that had told the kernel's director its address by a question of its own is not counted.
// Answers are compared with the question in the capture, whose asker is another host.
#pragma once

#include <cstddef>
#include <vector>

#include "tools/verify/capture.hpp"
#include "tools/verify/compare.hpp"
#include "tools/verify/replay.hpp"

namespace lvs::verify {

struct FrameComparison {
  Count frames;
  std::size_t reordered = 0;
  std::vector<FieldDifference> differences;  ///< field: "eth0 frame 7 ttl"
};

FrameComparison compare_frames(const std::vector<Capture>& captures,
                               const std::vector<DirectorFrame>& simulated);

/// "10.1.10.3:80 > 172.20.0.1:1000 tcp SA 60 bytes ttl 63", for people.
std::string frame_text(const Frame& frame);

}  // namespace lvs::verify
