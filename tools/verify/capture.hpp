// Captures beside a recording: every frame that passed one of the director's cards.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/packet/frame.hpp"
#include "sim/time.hpp"

namespace lvs::verify {

/// A frame as far as frames are compared: what a capture and a simulated frame both show.
struct CapturedFrame {
  Duration at{};  ///< since the first frame of all captures of the recording
  Frame frame;
  std::uint16_t type = 0;  ///< EtherType of one that the simulator does not know, else 0
};

struct Capture {
  std::string card;  ///< "eth0"
  std::vector<CapturedFrame> frames;
};

/// Reads a pcap file of Ethernet frames (either byte order, microseconds or nanoseconds). Instants
/// count from the epoch. Throws RecordingError, naming file and frame.
std::vector<CapturedFrame> read_pcap(const std::filesystem::path& file);
/// Those beside a recording: NAME.eth0.pcap and NAME.eth1.pcap beside NAME.json; none, or both.
std::vector<Capture> captures_beside(const std::filesystem::path& recording);

}  // namespace lvs::verify
