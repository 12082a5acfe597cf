#include "tools/verify/capture.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tools/verify/recording_error.hpp"

namespace lvs::verify {
namespace {

namespace fs = std::filesystem;

/// Bytes in network order. Reading beyond the end gives zeros and is remembered.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::uint32_t number(std::size_t at, std::size_t octets) {
    if (at + octets > size_) {
      short_ = true;
      return 0;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < octets; ++i) value = value << 8 | data_[at + i];
    return value;
  }
  std::uint8_t octet(std::size_t at) { return static_cast<std::uint8_t>(number(at, 1)); }
  std::uint16_t word(std::size_t at) { return static_cast<std::uint16_t>(number(at, 2)); }
  Ipv4Address address(std::size_t at) { return {number(at, 4)}; }
  MacAddress mac(std::size_t at) {
    MacAddress mac;
    for (std::size_t i = 0; i < mac.octets.size(); ++i) mac.octets[i] = octet(at + i);
    return mac;
  }
  Bytes from(std::size_t at) const {
    return at <= size_ ? Bytes(data_ + at, size_ - at) : Bytes(data_, 0);
  }
  bool is_short() const { return short_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  bool short_ = false;
};

constexpr std::size_t kEthernet = 14;
constexpr std::size_t kIp = Ipv4Header::kLength;

Ipv4Header read_ip(Bytes& in, std::size_t at) {
  Ipv4Header ip;
  ip.tos = in.octet(at + 1);
  ip.total_length = in.word(at + 2);
  ip.identification = in.word(at + 4);
  ip.fragment = in.word(at + 6);
  ip.ttl = in.octet(at + 8);
  ip.protocol = static_cast<Protocol>(in.octet(at + 9));
  ip.source = in.address(at + 12);
  ip.destination = in.address(at + 16);
  return ip;
}

void read_tcp_options(Bytes& in, std::size_t at, std::size_t end, TcpSegment& tcp) {
  while (at < end) {
    const std::uint8_t kind = in.octet(at);
    if (kind == 0) return;
    if (kind == 1) {
      ++at;
      continue;
    }
    const std::uint8_t length = in.octet(at + 1);
    if (kind == 2) tcp.mss = in.word(at + 2);
    if (kind == 3) tcp.window_scale = in.octet(at + 2);
    if (kind == 4) tcp.sack_permitted = true;
    if (kind == 8) tcp.timestamps = true;
    at += std::max<std::uint8_t>(length, 2);
  }
}

TcpSegment read_tcp(Bytes& in, std::size_t at) {
  TcpSegment tcp;
  tcp.source = {in.word(at)};
  tcp.destination = {in.word(at + 2)};
  tcp.sequence = in.number(at + 4, 4);
  tcp.acknowledgement = in.number(at + 8, 4);
  tcp.header_length = static_cast<std::uint8_t>((in.octet(at + 12) >> 4) * 4);
  tcp.flags = in.octet(at + 13);
  tcp.window = in.word(at + 14);
  read_tcp_options(in, at + TcpSegment::kPlainLength, at + tcp.header_length, tcp);
  return tcp;
}

IcmpMessage read_icmp(Bytes& in, std::size_t at) {
  IcmpMessage icmp;
  icmp.type = static_cast<IcmpType>(in.octet(at));
  icmp.code = in.octet(at + 1);
  if (!icmp.is_error()) {
    icmp.identifier = in.word(at + 4);
    icmp.sequence = in.word(at + 6);
    return icmp;
  }
  icmp.mtu = in.word(at + 6);
  const std::size_t quoted = at + IcmpMessage::kHeaderLength;
  icmp.quoted.ip = read_ip(in, quoted);
  std::size_t ports = quoted + kIp;
  if (icmp.quoted.ip.protocol == Protocol::ipip) {
    icmp.quoted.inner = read_ip(in, ports);
    ports += kIp;
  }
  icmp.quoted.source = {in.word(ports)};
  icmp.quoted.destination = {in.word(ports + 2)};
  return icmp;
}

/// False: of a kind that the simulator does not know.
bool read_packet(Bytes& in, Frame& frame) {
  std::size_t at = kEthernet;
  frame.ip = read_ip(in, at);
  at += static_cast<std::size_t>(in.octet(at) & 15U) * 4;
  if (frame.is_tunnelled()) {
    frame.inner = read_ip(in, at);
    at += kIp;
  }
  switch (frame.innermost().protocol) {
    case Protocol::tcp: frame.tcp = read_tcp(in, at); return true;
    case Protocol::udp: frame.udp = {{in.word(at)}, {in.word(at + 2)}}; return true;
    case Protocol::icmp: frame.icmp = read_icmp(in, at); return true;
    case Protocol::ipip: break;
  }
  return false;
}

CapturedFrame read_frame(Bytes in, const std::string& where) {
  CapturedFrame captured;
  Frame& frame = captured.frame;
  frame.destination = in.mac(0);
  frame.source = in.mac(6);
  const std::uint16_t type = in.word(12);
  frame.type = static_cast<EtherType>(type);
  if (frame.type == EtherType::arp) {
    frame.arp = ArpPacket{};
    frame.arp.operation = static_cast<ArpOperation>(in.word(kEthernet + 6));
    frame.arp.sender_mac = in.mac(kEthernet + 8);
    frame.arp.sender = in.address(kEthernet + 14);
    frame.arp.target_mac = in.mac(kEthernet + 18);
    frame.arp.target = in.address(kEthernet + 24);
  } else if (frame.type != EtherType::ipv4 || !read_packet(in, frame)) {
    captured.type = type;
  }
  if (in.is_short()) throw RecordingError(where, "is cut off");
  return captured;
}

/// The file's own byte order, as its first number shows.
struct PcapFormat {
  bool swapped = false;
  bool nanoseconds = false;
};

std::uint32_t read_number(const std::vector<std::uint8_t>& file, std::size_t at, bool big) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint32_t octet = file[at + i];
    value |= octet << (big ? 24 - 8 * i : 8 * i);
  }
  return value;
}

PcapFormat read_header(const std::vector<std::uint8_t>& file, const std::string& where) {
  constexpr std::size_t kHeader = 24;
  constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
  constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
  constexpr std::uint32_t kEthernetLink = 1;
  if (file.size() < kHeader)
    throw RecordingError(where, "is shorter than the header of a pcap file");
  for (const bool big : {false, true}) {
    const std::uint32_t magic = read_number(file, 0, big);
    if (magic != kMicroseconds && magic != kNanoseconds) continue;
    if (read_number(file, 20, big) != kEthernetLink) {
      throw RecordingError(where, "holds no Ethernet frames");
    }
    return {big, magic == kNanoseconds};
  }
  throw RecordingError(where, "is no pcap file");
}

}  // namespace

std::vector<CapturedFrame> read_pcap(const fs::path& path) {
  const std::string where = path.string();
  std::ifstream in(path, std::ios::binary);
  if (!in) throw RecordingError(where, "cannot be read");
  const std::vector<std::uint8_t> file{std::istreambuf_iterator<char>(in),
                                       std::istreambuf_iterator<char>()};
  const PcapFormat format = read_header(file, where);
  std::vector<CapturedFrame> frames;
  for (std::size_t at = 24; at < file.size();) {
    const std::string frame = where + ": frame " + std::to_string(frames.size() + 1);
    if (at + 16 > file.size()) throw RecordingError(frame, "has no whole header");
    const auto number = [&](std::size_t offset) {
      return read_number(file, at + offset, format.swapped);
    };
    const std::uint32_t length = number(8);
    if (length > file.size() - at - 16) throw RecordingError(frame, "is cut off");
    frames.push_back(read_frame(Bytes(file.data() + at + 16, length), frame));
    const std::int64_t fraction = number(4);
    frames.back().at =
        nanoseconds(fraction * (format.nanoseconds ? 1 : 1000)) + seconds(number(0) % 1'000'000);
    at += 16 + length;
  }
  return frames;
}

std::vector<Capture> captures_beside(const fs::path& recording) {
  std::vector<Capture> captures;
  for (const char* card : {"eth0", "eth1"}) {
    fs::path file = recording;
    file.replace_extension(std::string(".") + card + ".pcap");
    std::error_code error;
    if (fs::is_regular_file(file, error)) captures.push_back({card, read_pcap(file)});
  }
  if (captures.size() == 1) {
    throw RecordingError(recording.string(), "has a capture of " + captures[0].card + " alone");
  }
  Duration first = Duration::max();
  for (const Capture& capture : captures) {
    for (const CapturedFrame& frame : capture.frames) first = std::min(first, frame.at);
  }
  for (Capture& capture : captures) {
    for (CapturedFrame& frame : capture.frames) frame.at -= first;
  }
  return captures;
}

}  // namespace lvs::verify
