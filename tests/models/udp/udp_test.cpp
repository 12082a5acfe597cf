// UDP: who gets a datagram, and who is told that nobody did (spec/linux-host.md 5.7).
#include "models/udp/udp.hpp"

#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

struct Mailbox final : UdpUser {
  void received(std::uint32_t user_data, const Datagram& datagram) override {
    got.push_back(std::to_string(user_data) + " " + to_string(datagram.remote) + " > " +
                  to_string(datagram.local) + " " + std::to_string(datagram.bytes));
  }
  void refused(std::uint32_t user_data) override { errors.push_back(user_data); }
  std::vector<std::string> got;
  std::vector<std::uint32_t> errors;
};

struct Post : Lan {
  Host& client = host("client", "10.0.0.2/24");
  Host& server = host("server", "10.0.0.1/24");
  Mailbox box;

  Post() { add_address(server, "lo", "10.0.0.100/32"); }
  void open(Host& at, const char* local, std::uint16_t port, std::uint32_t data,
            Endpoint remote = {}) {
    CHECK(at.udp().open({at.id(), {address(local), Port{port}}, remote, &box, data}));
  }
  void send(const char* to, std::uint16_t port, std::uint32_t size, std::uint16_t from = 7) {
    client.udp().send(
        {client.id(), {address("10.0.0.2"), Port{from}}, {address(to), Port{port}}, size, {}});
    run_for(milliseconds(5));
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a socket gets what is for its address, or for every address of the host", "[udp]") {
  Post post;
  post.open(post.server, "10.0.0.1", 53, 1);
  post.open(post.server, "10.0.0.100", 53, 2);
  post.open(post.server, "0.0.0.0", 54, 3);
  post.send("10.0.0.1", 53, 40);
  post.send("10.0.0.100", 53, 41);
  post.send("10.0.0.100", 54, 42);
  CHECK(post.box.got == Lines{"1 10.0.0.2:7 > 10.0.0.1:53 40", "2 10.0.0.2:7 > 10.0.0.100:53 41",
                              "3 10.0.0.2:7 > 10.0.0.100:54 42"});
  post.server.udp().close(post.server.id(), {address("10.0.0.100"), Port{53}});
  post.send("10.0.0.100", 53, 43);
  CHECK(post.box.got.size() == 3);
}

TEST_CASE("a port is taken on an address, and by a socket on every address on all", "[udp]") {
  Post post;
  post.open(post.server, "0.0.0.0", 53, 1);
  CHECK_FALSE(post.server.udp().open(
      {post.server.id(), {address("10.0.0.100"), Port{53}}, {}, &post.box, 2}));
}

TEST_CASE("a closed port is told to a connected socket, by the address that was asked", "[udp]") {
  Post post;
  post.open(post.client, "10.0.0.2", 7, 9, {address("10.0.0.100"), Port{53}});
  post.open(post.client, "10.0.0.2", 8, 8);
  post.send("10.0.0.100", 53, 40);
  CHECK(post.box.errors == std::vector<std::uint32_t>{9});
  CHECK(post.seen.sent_by(post.server).back() ==
        "10.0.0.100 > 10.0.0.2 icmp unreachable 3 of (10.0.0.2:7 > 10.0.0.100:53 udp)");
  post.send("10.0.0.100", 53, 40, 8);  // an unconnected socket hears nothing
  CHECK(post.box.errors.size() == 1);
  CHECK(post.server.drops()[DropCause::closed_port] == 2);
}

TEST_CASE("a connected socket takes datagrams of its peer only", "[udp]") {
  Post post;
  post.open(post.server, "10.0.0.1", 53, 1, {address("10.0.0.2"), Port{7}});
  post.send("10.0.0.1", 53, 40, 7);
  post.send("10.0.0.1", 53, 40, 8);
  CHECK(post.box.got.size() == 1);
  CHECK(post.server.drops()[DropCause::closed_port] == 1);
}

TEST_CASE("what does not fit the MTU leaves as several datagrams", "[udp]") {
  Post post;
  post.open(post.server, "0.0.0.0", 53, 1);
  post.send("10.0.0.1", 53, 1472);
  CHECK(post.box.got.size() == 1);
  post.send("10.0.0.1", 53, 1473);
  CHECK(post.box.got.size() == 3);
  CHECK(post.box.got.back() == "1 10.0.0.2:7 > 10.0.0.1:53 1");
}

TEST_CASE("free ports are those that no socket of the address has", "[udp]") {
  Post post;
  const auto port = [&] {
    return post.client.udp().free_port(post.client.id(), address("10.0.0.2"));
  };
  CHECK(port() == Port{32'768});
  post.open(post.client, "10.0.0.2", 32'769, 1);
  CHECK(port() == Port{32'770});
  post.open(post.client, "0.0.0.0", 32'771, 1);
  CHECK(port() == Port{32'772});
}

}  // namespace lvs
