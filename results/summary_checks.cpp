// Self-checks that fail, one by one; nothing where all hold.
#include <fmt/format.h>

#include "results/checks.hpp"
#include "results/summary_parts.hpp"
#include "results/text.hpp"
#include "results/text_table.hpp"

namespace lvs::summary {

std::string checks(const RunFacts& facts) {
  constexpr std::size_t kWidth = 100;
  std::string out;
  for (const Check& check : self_checks(facts)) {
    if (check.holds || check.law == Law::frames) continue;  // frames() tells of those
    const std::string of = check.of.empty() ? "" : " of " + check.of;
    const std::string allowed =
        check.allowed > 0 ? fmt::format(" (at most {} apart)", exact(check.allowed)) : "";
    out += wrapped(fmt::format("  {}{}, {}: {} and {}{}", name(check.law), of, check.what,
                               exact(check.one), exact(check.other), allowed),
                   kWidth, "  ");
  }
  if (out.empty()) return "";
  return "\nSELF-CHECKS FAIL: the same counted twice differs. The simulator is wrong here.\n" + out;
}

}  // namespace lvs::summary
