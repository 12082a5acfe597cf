#include "tests/support/allocation_counter.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace lvs {
namespace {

thread_local std::uint64_t allocation_count = 0;

void* allocate(std::size_t size) {
  ++allocation_count;
  return std::malloc(size > 0 ? size : 1);
}

void* allocate(std::size_t size, std::align_val_t alignment) {
  ++allocation_count;
  const auto align = static_cast<std::size_t>(alignment);
  // aligned_alloc wants a multiple of the alignment
  return std::aligned_alloc(align, (size + align - 1) / align * align + (size == 0 ? align : 0));
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

}  // namespace

std::uint64_t allocations() { return allocation_count; }

}  // namespace lvs

// Every form is replaced: a sanitizer's own forms do not forward to the plain one as the library's
// do.
using std::align_val_t;
using std::nothrow_t;
using std::size_t;

void* operator new(size_t n) { return lvs::or_throw(lvs::allocate(n)); }
void* operator new[](size_t n) { return lvs::or_throw(lvs::allocate(n)); }
void* operator new(size_t n, align_val_t a) { return lvs::or_throw(lvs::allocate(n, a)); }
void* operator new[](size_t n, align_val_t a) { return lvs::or_throw(lvs::allocate(n, a)); }
void* operator new(size_t n, const nothrow_t&) noexcept { return lvs::allocate(n); }
void* operator new[](size_t n, const nothrow_t&) noexcept { return lvs::allocate(n); }
void* operator new(size_t n, align_val_t a, const nothrow_t&) noexcept {
  return lvs::allocate(n, a);
}
void* operator new[](size_t n, align_val_t a, const nothrow_t&) noexcept {
  return lvs::allocate(n, a);
}

void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t, align_val_t) noexcept { std::free(p); }
void operator delete(void* p, const nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, const nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, align_val_t, const nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, align_val_t, const nothrow_t&) noexcept { std::free(p); }
