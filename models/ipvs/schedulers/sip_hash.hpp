// SipHash with one round per block and three at the end, of one 32-bit number. Source: Aumasson and
// Bernstein, "SipHash: a fast short-input PRF" (2012), section 2, with c = 1 and d = 3.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace lvs {

/// SipHash-1-3 of the four little-endian bytes of `x`, under a key of 128 bits.
constexpr std::uint64_t sip_hash_13(std::uint32_t x, std::uint64_t key_0, std::uint64_t key_1) {
  // The state begins as the key and the ASCII of "somepseudorandomlygeneratedbytes".
  std::array<std::uint64_t, 4> v{key_0 ^ 0x736f6d6570736575U, key_1 ^ 0x646f72616e646f6dU,
                                 key_0 ^ 0x6c7967656e657261U, key_1 ^ 0x7465646279746573U};
  const auto round = [&v] {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] = std::rotl(v[2], 32);
  };
  // The only block: the message, and its length in the uppermost byte.
  const std::uint64_t block = std::uint64_t{4} << 56 | x;
  v[3] ^= block;
  round();
  v[0] ^= block;
  v[2] ^= 0xff;
  for (int i = 0; i < 3; ++i) round();
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

}  // namespace lvs
