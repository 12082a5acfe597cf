// Counts heap allocations, for tests which claim that something allocates nothing in steady state
// (design.md 3.6). Linking allocation_counter.cpp replaces operator new and delete of the program.
#pragma once

#include <cstdint>

namespace lvs {

/// How often this thread has called operator new, in any of its forms, since it started. Take it
/// before and after and compare; other threads are not counted. malloc() called directly is not
/// seen.
std::uint64_t allocations();

}  // namespace lvs
