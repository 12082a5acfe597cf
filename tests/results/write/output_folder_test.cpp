#include "results/write/output_folder.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "results/write/run_folder.hpp"
#include "tests/results/sample_run.hpp"

namespace lvs {
namespace {

namespace fs = std::filesystem;

/// An empty folder of the test's own, gone with it.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "lvsim-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  /// Names of everything in it, hidden things too, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  fs::path path_;
};

std::string content(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void leave_run(const fs::path& target, const std::string& mark) {
  OutputFolder folder(target);
  folder.write("manifest.json", mark);
  folder.commit();
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a run leaves its five files, in a folder that it makes", "[results][output]") {
  const Scratch scratch;
  const SampleRun run = sample_run();
  const fs::path target = scratch.path() / "out" / "nat";
  OutputFolder folder(target);
  write_run(folder, run.facts, *run.recorder);
  CHECK_FALSE(fs::exists(target));  // nothing is seen before it is whole
  folder.commit();
  for (const char* name :
       {"manifest.json", "summary.json", "servers.csv", "latency.csv", "series.csv"}) {
    CHECK(fs::file_size(target / name) > 100);
  }
}

TEST_CASE("the run before is kept as .1, and the one before that is gone", "[results][output]") {
  const Scratch scratch;
  const fs::path target = scratch.path() / "nat";
  leave_run(target, "first");
  leave_run(target, "second");
  leave_run(target.string() + "/", "third");  // a slash at the end is no other folder
  CHECK(content(target / "manifest.json") == "third");
  CHECK(content(scratch.path() / "nat.1" / "manifest.json") == "second");
  CHECK(scratch.names() == Names{"nat", "nat.1"});
}

TEST_CASE("an output that is not committed leaves nothing, not even the parents it made",
          "[results][output]") {
  const Scratch scratch;
  {
    OutputFolder folder(scratch.path() / "a" / "b" / "nat");
    folder.write("summary.json", "{}");
  }
  CHECK(scratch.names().empty());
}

TEST_CASE("a .1 that no run wrote is not deleted", "[results][output]") {
  const Scratch scratch;
  const fs::path target = scratch.path() / "nat";
  leave_run(target, "first");
  fs::create_directory(scratch.path() / "nat.1");
  std::ofstream(scratch.path() / "nat.1" / "thesis.tex") << "mine";
  CHECK_THROWS_WITH(leave_run(target, "second"), Catch::Contains("no run wrote"));
  CHECK(content(scratch.path() / "nat.1" / "thesis.tex") == "mine");
  CHECK(content(target / "manifest.json") == "first");
  CHECK(scratch.names() == Names{"nat", "nat.1"});
}

TEST_CASE("a link to a folder is followed, not replaced", "[results][output]") {
  const Scratch scratch;
  fs::create_directory(scratch.path() / "disk");
  leave_run(scratch.path() / "disk" / "nat", "first");
  fs::create_directory_symlink(scratch.path() / "disk" / "nat", scratch.path() / "latest");
  leave_run(scratch.path() / "latest", "second");
  CHECK(fs::is_symlink(scratch.path() / "latest"));
  CHECK(content(scratch.path() / "disk" / "nat" / "manifest.json") == "second");
  CHECK(scratch.names() == Names{"disk", "latest"});
}

TEST_CASE("where no folder can be, the reason is said in one sentence", "[results][output]") {
  const Scratch scratch;
  std::ofstream(scratch.path() / "file") << "x";
  CHECK_THROWS_WITH(OutputFolder(scratch.path() / "file"), Catch::Contains("it is not a folder"));
  CHECK_THROWS_WITH(
      OutputFolder(scratch.path() / "file" / "nat"),
      Catch::Contains("cannot create a folder beside") && Catch::Contains("Not a directory"));
  CHECK_THROWS_AS(OutputFolder("/proc/lvsim/nat"), OutputError);
  CHECK_THROWS_WITH(OutputFolder(fs::current_path()), Catch::Contains("current folder"));
  CHECK_THROWS_AS(OutputFolder("/"), OutputError);
  CHECK(content(scratch.path() / "file") == "x");
  CHECK(scratch.names() == Names{"file"});
}

TEST_CASE("a disk that is full leaves the run before as it was", "[results][output]") {
  const Scratch scratch;
  const fs::path target = scratch.path() / "nat";
  leave_run(target, "first");
  // The limit on the size of a file stands for the end of the disk: write() stops short, then
  // fails.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4'096, before.rlim_max};
  std::string message;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  try {
    OutputFolder folder(target);
    folder.write("summary.json", std::string(10'000, 'x'));
    folder.commit();
  } catch (const OutputError& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  CHECK_THAT(message, Catch::Contains("nat/summary.json: File too large"));
  CHECK(content(target / "manifest.json") == "first");
  CHECK(scratch.names() == Names{"nat"});
}

TEST_CASE("a folder that vanishes while it is written is an error, and stays away",
          "[results][output]") {
  const Scratch scratch;
  const fs::path target = scratch.path() / "nat";
  OutputFolder folder(target);
  fs::remove_all(folder.path_of("x").parent_path());
  CHECK_THROWS_WITH(folder.write("summary.json", "{}"), Catch::Contains("No such file"));
  CHECK_THROWS_AS(folder.commit(), OutputError);
  CHECK(scratch.names().empty());
}

TEST_CASE("a temporary folder that vanishes before the exchange loses neither run",
          "[results][output]") {
  const Scratch scratch;
  const fs::path target = scratch.path() / "nat";
  leave_run(target, "first");
  leave_run(target, "second");
  OutputFolder folder(target);
  fs::remove_all(folder.path_of("x").parent_path());
  CHECK_THROWS_AS(folder.commit(), OutputError);
  CHECK(content(target / "manifest.json") == "second");
  CHECK(content(scratch.path() / "nat.1" / "manifest.json") == "first");
  CHECK(scratch.names() == Names{"nat", "nat.1"});
}

}  // namespace lvs
