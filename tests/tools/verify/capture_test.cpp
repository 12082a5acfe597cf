// Reading captures.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/tools/verify/recorded_script.hpp"
#include "tools/verify/frames.hpp"

namespace lvs::verify {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What read_pcap() says of these bytes.
std::string complaint_of(const std::string& bytes) {
  const fs::path file = fs::current_path() / "capture-test.pcap";
  std::ofstream(file, std::ios::binary) << bytes;
  std::string complaint = "none";
  try {
    read_pcap(file);
  } catch (const RecordingError& error) {
    complaint = error.what();
  }
  fs::remove(file);
  return complaint;
}

const fs::path kCapture = script_folder() / "dev-frames-tun-1.eth1.pcap";

TEST_CASE("frames of a capture are read with their tunnel and their ARP", "[ipvs][truth]") {
  const std::vector<CapturedFrame> frames = read_pcap(kCapture);
  REQUIRE(frames.size() > 3);
  CHECK(frame_text(frames[0].frame) ==
        "who has 192.168.184.132, asks 192.168.184.128 02:00:00:00:b8:80 of ff:ff:ff:ff:ff:ff");
  CHECK(frame_text(frames[1].frame) == "192.168.184.132 is at 02:00:00:00:b8:84");
  CHECK(frame_text(frames[2].frame) ==
        "[192.168.184.128 > 192.168.184.132] 172.22.126.19 > 10.1.10.3 tcp 47637 > 80 S 80 bytes "
        "ttl 63");
  CHECK(frames[2].frame.tcp.mss == 1460);
  CHECK(frames[2].frame.tcp.window_scale == 7);
  CHECK(frames[2].frame.inner.dont_fragment());
  CHECK(frames[2].at > frames[1].at);
}

TEST_CASE("a capture of the other byte order and in microseconds is read alike", "[ipvs][truth]") {
  std::string bytes = bytes_of(kCapture);
  const std::size_t length =
      static_cast<unsigned char>(bytes[32]);  // of the first frame, an ARP question
  bytes.resize(24 + 16 + length);
  for (std::size_t at = 0; at < 40; at += 4) {
    if (at == 4) continue;  // two halves: the version
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at) + 4);
  }
  bytes.replace(0, 4, std::string("\xa1\xb2\xc3\xd4", 4));
  CHECK(complaint_of(bytes) == "none");
}

TEST_CASE("a bad capture is refused with file and frame", "[ipvs][truth]") {
  const std::string bytes = bytes_of(kCapture);
  const auto says = [](const std::string& complaint, const std::string& part) {
    INFO(complaint);
    return complaint.find("capture-test.pcap") != std::string::npos &&
           complaint.find(part) != std::string::npos;
  };
  CHECK(says(complaint_of(""), "shorter than the header"));
  CHECK(says(complaint_of(std::string(24, 'x')), "no pcap file"));
  CHECK(says(complaint_of(bytes.substr(0, 30)), "frame 1: has no whole header"));
  CHECK(says(complaint_of(bytes.substr(0, 60)), "frame 1: is cut off"));
  std::string cut = bytes;  // a captured length that ends within the ARP packet
  cut[32] = 20;
  CHECK(says(complaint_of(cut.substr(0, 24 + 16 + 20)), "frame 1: is cut off"));
  std::string link = bytes;
  link[20] = 113;
  CHECK(says(complaint_of(link), "no Ethernet frames"));
}

TEST_CASE("a capture of one card alone is refused", "[ipvs][truth]") {
  const fs::path folder = fs::current_path() / "capture-test";
  fs::create_directories(folder);
  fs::copy_file(kCapture, folder / "one.eth1.pcap", fs::copy_options::overwrite_existing);
  CHECK_THROWS_WITH(captures_beside(folder / "one.json"), Catch::Contains("eth1 alone"));
  CHECK(captures_beside(folder / "two.json").empty());
  fs::remove_all(folder);
}

}  // namespace
}  // namespace lvs::verify
