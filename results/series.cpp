#include "results/series.hpp"

#include <algorithm>
#include <array>

#include "sim/check.hpp"

namespace lvs {
namespace {

std::size_t bins_until(Time end, Duration bin) {
  return static_cast<std::size_t>(end.time_since_epoch() / bin) +
         1;  // the end itself belongs to it
}

}  // namespace

Series::Series(const TallyLayout& layout, Time end) : layout_(&layout) {
  constexpr std::array<std::int64_t, 3> kSteps{1, 2, 5};
  std::int64_t decade = 1;
  for (std::size_t i = 0;; ++i) {
    bin_ = seconds(kSteps[i % 3] * decade);
    bins_ = bins_until(end, bin_);
    if (bins_ == 1 || bins_ * layout.server_places() <= kMostCells) break;
    if (i % 3 == 2) decade *= 10;
  }
  cells_.resize(bins_ * layout.server_places());
}

const SeriesCell& Series::at(std::size_t bin, std::size_t server) const {
  LVS_REQUIRE(bin < bins_ && server < layout_->server_places(), "the bin and the server exist");
  return cells_[bin * layout_->server_places() + server];
}

SeriesCell& Series::cell(Time t, HostId server) {
  const auto bin = static_cast<std::size_t>(t.time_since_epoch() / bin_);
  return cells_[std::min(bin, bins_ - 1) * layout_->server_places() +
                layout_->server_place(server)];
}

void Series::add(const RequestEnd& request) {
  SeriesCell& arrived = cell(request.arrival, request.server);
  arrived.requests.count(request.outcome);
  if (request.outcome != Outcome::completed) return;
  arrived.response_sum += (request.last_byte - request.sent).count();
  ++cell(request.last_byte, request.server).finished;
}

void Series::add(const ConnectionEnd& connection) {
  cell(connection.arrival, connection.server).connections.count(connection.outcome);
}

std::vector<double> Series::mean_response(const TimeSpan& span) const {
  std::vector<double> means;
  double last = 0;
  for (std::size_t bin = 0; bin < bins_; ++bin) {
    if (!span.contains(start_of(bin))) continue;
    detail::Int128 sum = 0;
    std::uint64_t count = 0;
    for (std::size_t server = 0; server < layout_->server_places(); ++server) {
      sum += at(bin, server).response_sum;
      count += at(bin, server).requests[Outcome::completed];
    }
    if (count != 0) last = static_cast<double>(sum) * 1e-12 / static_cast<double>(count);
    means.push_back(last);
  }
  return means;
}

}  // namespace lvs
