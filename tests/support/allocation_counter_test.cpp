#include "tests/support/allocation_counter.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "models/packet/frame.hpp"

namespace lvs {
namespace {

// An optimiser may drop an allocation that nobody can see, or know its alignment beforehand.
template <class T>
T* keep(T* pointer) {
  T* volatile seen = pointer;
  return seen;
}

std::uint64_t allocations_of(const std::function<void()>& action) {
  const std::uint64_t before = allocations();
  action();
  return allocations() - before;
}

}  // namespace

TEST_CASE("the allocation counter sees each form of operator new once", "[support][allocation]") {
  CHECK(allocations_of([] {
          const auto one = std::make_unique<int>(1);
          keep(one.get());
        }) == 1);
  CHECK(allocations_of([] {
          const auto several = std::make_unique<std::string[]>(3);
          keep(several.get());
        }) == 1);
  CHECK(allocations_of([] {
          const auto over_aligned = std::make_unique<Frame>();
          const Frame* frame = keep(over_aligned.get());
          CHECK(reinterpret_cast<std::uintptr_t>(frame) % alignof(Frame) == 0);
        }) == 1);
  CHECK(allocations_of([] {
          void* raw = ::operator new(64, std::nothrow);
          keep(raw);
          ::operator delete(raw, std::nothrow);
        }) == 1);
}

TEST_CASE("the allocation counter counts the growth of a vector and not its steady state",
          "[support][allocation]") {
  std::vector<int> numbers;
  CHECK(allocations_of([&] { numbers.push_back(1); }) == 1);
  numbers.reserve(100);
  CHECK(allocations_of([&] {
          for (int i = 0; i < 99; ++i) numbers.push_back(i);
          numbers.clear();
          numbers.push_back(1);
        }) == 0);
}

TEST_CASE("the allocation counter leaves out what another thread allocates",
          "[support][allocation]") {
  std::uint64_t in_thread = 0;
  const std::uint64_t here = allocations_of([&] {
    std::thread other([&] {
      in_thread = allocations_of([] {
        for (int i = 0; i < 1000; ++i) keep(std::make_unique<int>(i).get());
      });
    });
    other.join();
  });
  CHECK(in_thread == 1000);
  CHECK(here < 10);  // the thread object itself
}

}  // namespace lvs
