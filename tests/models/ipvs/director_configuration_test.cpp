#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

const ServiceKey kMissing{.protocol = Protocol::udp, .address = kTestVip};

/// The servers of the test service in list order, as their last octets.
std::string list_order(const DirectorFixture& f) {
  std::string order;
  for (const Destination& d : f.director.destinations(*f.director.find_service(kTestService))) {
    order += std::to_string(d.address.address.value & 255) + " ";
  }
  return order;
}

TEST_CASE("a command that cannot be done says why and changes nothing", "[ipvs][configuration]") {
  DirectorFixture f;
  f.serve("rr", 1);
  Director& d = f.director;
  CHECK(d.add_service(kTestService, {}) == IpvsError::service_exists);
  CHECK(d.add_service(kMissing, {.scheduler = "wrrr"}) == IpvsError::scheduler_not_found);
  CHECK(d.edit_service(kTestService, {.scheduler = "mhh"}) == IpvsError::scheduler_not_found);
  CHECK(d.edit_service(kMissing, {}) == IpvsError::no_such_service);
  CHECK(d.delete_service(kMissing) == IpvsError::no_such_service);
  CHECK(d.add_destination(kMissing, test_server(1), {}) == IpvsError::service_not_defined);
  CHECK(d.edit_destination(kMissing, test_server(1), {}) == IpvsError::service_not_defined);
  CHECK(d.delete_destination(kMissing, test_server(1)) == IpvsError::service_not_defined);
  CHECK(d.add_destination(kTestService, test_server(1), {}) == IpvsError::destination_exists);
  CHECK(d.edit_destination(kTestService, test_server(2), {}) == IpvsError::no_such_destination);
  CHECK(d.edit_destination(kTestService, test_server(1, 81), {}) == IpvsError::no_such_destination);
  CHECK(d.delete_destination(kTestService, test_server(2)) == IpvsError::no_such_destination);
  CHECK(list_order(f) == "129 ");
  CHECK(d.services().size() == 1);
  CHECK(d.find_service(kTestService)->settings.scheduler == "rr");
}

TEST_CASE("weights, thresholds and addresses have the kernel's limits", "[ipvs][configuration]") {
  struct Case {
    std::string name;
    Ipv4Address address;
    DestinationSettings settings;
    IpvsError error;
  };
  const Ipv4Address good = ipv4(10, 0, 0, 1);
  const auto c = GENERATE_COPY(values<Case>({
      {"weight -1", good, {.weight = -1}, IpvsError::range},
      {"weight 2^31", good, {.weight = 2147483648}, IpvsError::range},
      {"weight 2^31 - 1", good, {.weight = 2147483647}, IpvsError::none},
      {"lower over upper", good, {.upper_threshold = 5, .lower_threshold = 6}, IpvsError::range},
      {"lower without upper", good, {.lower_threshold = 1}, IpvsError::range},
      {"lower as upper", good, {.upper_threshold = 5, .lower_threshold = 5}, IpvsError::none},
      {"upper 2^31", good, {.upper_threshold = 2147483648U}, IpvsError::invalid},
      {"multicast", ipv4(224, 0, 0, 1), {}, IpvsError::invalid},
      {"broadcast", ipv4(255, 255, 255, 255), {}, IpvsError::invalid},
      {"no address", {}, {}, IpvsError::invalid},
  }));
  DYNAMIC_SECTION(c.name) {
    DirectorFixture f;
    f.serve("rr", 0);
    CHECK(f.director.add_destination(kTestService, {c.address, Port{80}}, c.settings) == c.error);
    CHECK(list_order(f).empty() == (c.error != IpvsError::none));
  }
}

TEST_CASE("a new server comes first in the list, an edited one stays, one added again comes first",
          "[ipvs][configuration]") {
  DirectorFixture f;
  f.serve("rr", 3);
  CHECK(list_order(f) == "131 130 129 ");
  f.director.edit_destination(kTestService, test_server(1), {.weight = 5});
  CHECK(list_order(f) == "131 130 129 ");
  f.director.delete_destination(kTestService, test_server(2));
  CHECK(list_order(f) == "131 129 ");
  f.director.add_destination(kTestService, test_server(2), {});
  CHECK(list_order(f) == "130 131 129 ");
}

TEST_CASE("a service edited to the same scheduler keeps its state, to another starts it anew",
          "[ipvs][configuration]") {
  DirectorFixture f;
  f.serve("rr", 3);
  REQUIRE(f.connect(1) == test_server(3));
  f.director.edit_service(kTestService, {.scheduler = "rr"});
  CHECK(f.connect(2) == test_server(2));
  f.director.edit_service(kTestService, {.scheduler = "wrr"});
  f.director.edit_service(kTestService, {.scheduler = "rr"});
  CHECK(f.connect(3) == test_server(3));
}

TEST_CASE("scheduler flags act at once", "[ipvs][configuration]") {
  DirectorFixture f;
  f.serve("sh", 2);
  for (const unsigned n : {1U, 2U}) {
    f.director.edit_destination(kTestService, test_server(n),
                                {.method = ForwardingMethod::nat, .weight = n == 1 ? 0 : 1});
  }
  const auto refused = [&] {
    int count = 0;
    for (unsigned n = 0; n < 64; ++n) {
      const Endpoint client{ipv4(172, 21, 0, n), Port{1000}};
      const Frame syn = tcp_packet(client, kTestVip, kTestSyn);
      count += f.director.input(syn).action == Director::Action::refuse ? 1 : 0;
    }
    return count;
  };
  CHECK(refused() > 10);
  f.director.edit_service(kTestService,
                          {.scheduler = "sh", .scheduler_flags = SchedulerFlags::kFlag1});
  CHECK(refused() == 0);
}

TEST_CASE("the last weight that was not 0 is kept for mh", "[ipvs][configuration]") {
  DirectorFixture f;
  f.serve("rr", 1);
  const auto edit = [&](std::int64_t weight) {
    f.director.edit_destination(kTestService, test_server(1), {.weight = weight});
    return f.server(1).last_weight;
  };
  CHECK(edit(7) == 7);
  CHECK(edit(0) == 7);
  f.director.delete_destination(kTestService, test_server(1));
  f.director.add_destination(kTestService, test_server(1), {.weight = 0});
  CHECK(f.server(1).last_weight == 0);
}

TEST_CASE("clearing deletes every service and leaves the connections to their timers",
          "[ipvs][configuration]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.director.add_service(kMissing, {});
  f.connect(1);
  f.director.flush();
  CHECK_FALSE(f.director.has_services());
  CHECK(f.director.connections().size() == 1);
  CHECK(f.director.trash_size() == 2);
  f.run_for(seconds(920));
  CHECK(f.director.connections().size() == 0);
}

TEST_CASE("each error has the text of ipvsadm", "[ipvs][configuration]") {
  CHECK(message(IpvsError::none).empty());
  CHECK(message(IpvsError::service_exists) == "Service already exists");
  CHECK(message(IpvsError::service_not_defined) == "Service not defined");
  CHECK(message(IpvsError::scheduler_not_found) == "Scheduler or persistence engine not found");
}

}  // namespace
}  // namespace lvs
