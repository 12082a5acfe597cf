"""The rival rules that the recordings refute (spec/ipvs.md 11.1), each put in place of the rule;
and which sources of models/ipvs have generated mutants, with the section that they carry out.
FULLNAT is left out."""

from rules import Rule, sections

IPVS = "models/ipvs/"
SCHEDULERS = IPVS + "schedulers/"
CONFIGURATION = IPVS + "director_configuration.cpp"
DEFENCE = IPVS + "director_defence.cpp"
INPUT = IPVS + "director_input.cpp"
OUTPUT = IPVS + "director_output.cpp"
PERSISTENCE = IPVS + "director_persistence.cpp"
SCHEDULE = IPVS + "director_schedule.cpp"
STATE = IPVS + "director_state.cpp"
TIMERS = IPVS + "director_timers.cpp"
DESTINATION = IPVS + "destination.cpp"
TABLES = IPVS + "tcp_states.cpp"
DIRECTORS = tuple(
    f"{IPVS}director{part}.cpp"
    for part in ("", "_configuration", "_defence", "_icmp", "_input", "_output", "_persistence",
                 "_schedule", "_state", "_timers")
)  # fmt: skip


def of(*names):
    return tuple(f"{SCHEDULERS}{name}.cpp" for name in names)


WALKERS = ("lc", "wlc", "sed", "nq", "fo", "ovf")

TESTS = "tests/models/ipvs/"
# of a header: which sources are compiled with it, and tests that use it themselves
USERS = {
    IPVS + "connection_table.hpp": (
        *DIRECTORS, IPVS + "connection_table.cpp", TESTS + "connection_table_test.cpp",
    ),
    IPVS + "destination.hpp": (
        *DIRECTORS, DESTINATION,
        *of(*WALKERS, "rr", "wrr", "sh", "dh", "mh", "twos", "lblc", "lblcr"),
    ),
    IPVS + "jiffies.hpp": (*DIRECTORS, IPVS + "listing.cpp", TESTS + "jiffies_test.cpp"),
    IPVS + "scheduler.hpp": DIRECTORS,
    IPVS + "tcp_states.hpp": (*DIRECTORS, TESTS + "tcp_states_test.cpp"),
    IPVS + "director.hpp": DIRECTORS,
    SCHEDULERS + "cost.hpp": of(*WALKERS, "lblc", "lblcr", "tournament"),
    SCHEDULERS + "least_cost.hpp": of(*WALKERS),
    SCHEDULERS + "tournament.hpp": of(*WALKERS, "tournament"),
    SCHEDULERS + "hash_table.hpp": of("sh", "dh", "lblc", "lblcr"),
    SCHEDULERS + "locality.hpp": of("lblc", "lblcr"),
    SCHEDULERS + "maglev.hpp": of("mh"),
    SCHEDULERS + "sip_hash.hpp": of("mh"),
}  # fmt: skip

GENERATED = {
    IPVS + "director.cpp": sections("1.1"),
    CONFIGURATION: sections(
        "1.1", check="1.2", apply="9.1", add_destination="1.2", edit_destination="1.2",
        delete_destination="1.6", discard="1.6", revive="1.6", new_destination="1.6", zero="7.1",
        set_timeouts="4.5", timeouts="4.5", kMostTimeout="4.5", kMostThreshold="9.1",
        services_changed="3.5",
    ),
    DEFENCE: sections("1.7"),
    IPVS + "director_icmp.cpp": sections("3.8", input_tunnel_error="5.4", relay_tunnel_error="5.4"),
    INPUT: sections("3.3"),
    OUTPUT: sections("3.9"),
    PERSISTENCE: sections("3.7"),
    SCHEDULE: sections("3.6", schedule="3.4", find_service="3.5", kFirstTimeout="4.2"),
    STATE: sections("4.3", count_in="7.1", count_out="7.1", bind="1.4", unbind="1.4", kill="4.2"),
    TIMERS: sections("4.2", tick="7.1", start_ticks="7.2", visit_trash="1.6", sweep="1.6",
                     kTrashIdle="1.6", collect="2.9"),
    DESTINATION: sections("9.1"),
    IPVS + "destination.hpp": sections(
        None, eligible="2", connections="1.5", overhead="2", size="2", empty="2",
    ),
    IPVS + "connection_table.cpp": sections("4.1"),
    IPVS + "connection_table.hpp": sections("4.1", skipped=(
        "connection_hash", "kLeastCapacity", "kMostCapacity", "kSaturated", "kAnyProtocol",
    )),
    IPVS + "statistics.cpp": sections("7.2", zero="7.1", shown="7.1"),
    IPVS + "listing.cpp": sections("7.4"),
    IPVS + "listing_order.cpp": sections("7.3"),
    IPVS + "jiffies.hpp": sections("4.2"),
    IPVS + "tcp_states.hpp": sections("4.3"),
    IPVS + "director.hpp": sections(None, kTickPeriod="7.2", kTickDelay="7.2", kTrashPeriod="1.6",
                                    kDefencePeriod="1.7", kFreePages="1.7"),
    SCHEDULERS + "rr.cpp": sections("2.1"),
    SCHEDULERS + "wrr.cpp": sections("2.2"),
    SCHEDULERS + "lc.cpp": sections("2.3"),
    SCHEDULERS + "wlc.cpp": sections("2.4"),
    SCHEDULERS + "sed.cpp": sections("2.5"),
    SCHEDULERS + "nq.cpp": sections("2.6"),
    SCHEDULERS + "sh.cpp": sections("2.7"),
    SCHEDULERS + "dh.cpp": sections("2.8"),
    SCHEDULERS + "lblc.cpp": sections("2.9"),
    SCHEDULERS + "lblcr.cpp": sections("2.10"),
    SCHEDULERS + "fo.cpp": sections("2.11"),
    SCHEDULERS + "ovf.cpp": sections("2.12"),
    SCHEDULERS + "mh.cpp": sections("2.13"),
    SCHEDULERS + "twos.cpp": sections("2.14"),
    SCHEDULERS + "registry.cpp": sections("2"),
    SCHEDULERS + "tournament.cpp": sections("2"),
    SCHEDULERS + "tournament.hpp": sections("2"),
    SCHEDULERS + "cost.hpp": sections("2.4", expected_delay="2.5"),
    SCHEDULERS + "least_cost.hpp": sections("2"),
    SCHEDULERS + "hash_table.hpp": sections("2.7"),
    SCHEDULERS + "locality.hpp": sections("2.9"),
    SCHEDULERS + "maglev.hpp": sections("2.13"),
    SCHEDULERS + "sip_hash.hpp": sections("2.13"),
}  # fmt: skip
CELLS = {TABLES: ("4.3", "4.3")}
WIDTHS = {IPVS + "listing.cpp": "7.4"}


def rule(name, section, path, before, after, also=()):
    return Rule(name, section, path, before, after, also or USERS.get(path, ()))


INSERTED = "  service.destinations.insert(service.destinations.begin(), destination);"
REVIVED = "  destination.available = true;\n  return found;"
GONE = "if (c != nullptr && is_gone(*c)) [[unlikely]] {"
FOUND_REPLY = "  // 5. A reply. That the server may have been deleted does not matter here (1.6).\n"
SWEPT = "  if (sysctls_.expire_nodest_conn != 0) arm_after(sweep_timer_, 1);\n"
DROPPED = "    if (sysctls_.expire_nodest_conn == 0) {\n"

DESTINATIONS = [
    rule("new servers at the tail", "1.2", CONFIGURATION, INSERTED,
         "  service.destinations.push_back(destination);"),
    rule("a revived server with zero counts", "1.6", CONFIGURATION, REVIVED,
         "  destination.active = destination.inactive = 0;\n" + REVIVED),
    rule("a revived server as a new object", "1.6", CONFIGURATION,
         "  if (at == trash_.end()) return {};", "  if (true) return {};"),
    rule("a revived server with new statistics", "1.6", CONFIGURATION,
         "if (destination.service != id) destination.statistics.zero();",
         "destination.statistics.zero();"),
    rule("a revived server without its OVERLOAD flag", "1.6", CONFIGURATION, REVIVED,
         "  destination.overloaded = false;\n" + REVIVED),
    rule("an unavailable server still served", "1.6", INPUT, GONE, "if (false) {"),
    rule("the timer of an unavailable server's connection restarted", "1.6", INPUT, DROPPED,
         DROPPED + "      restart(*c, c->timeout);\n"),
    rule("the replies of an unavailable server blocked", "1.6", OUTPUT, FOUND_REPLY,
         "  if (is_gone(*c)) return Reply::not_ours;\n"),
    rule("no sweep", "1.6", CONFIGURATION, SWEPT, ""),
]  # fmt: skip

TOTAL = "  const std::uint32_t total = connections();"
REACHED = "  } else if (total >= upper_threshold) {"
LOW = "lower_threshold != 0 ? lower_threshold : upper_threshold - upper_threshold / 4;"
CHANGED = "  if (thresholds_changed) destination.update_overload();"
STORED = ("  destination.upper_threshold = settings.upper_threshold;\n"
          "  destination.lower_threshold = settings.lower_threshold;\n")  # fmt: skip
USABLE = "  if (is_gone(keeper)) return false;\n"
THRESHOLDS = [
    rule("the flag only above U", "1.5", DESTINATION, REACHED,
         "  } else if (total > upper_threshold) {"),
    rule("active connections alone against U", "1.5", DESTINATION, TOTAL,
         "  const std::uint32_t total = active;"),
    rule("OVERLOAD ignored by the schedulers", "1.5", IPVS + "destination.hpp",
         "return weight > 0 && !overloaded;", "return weight > 0;"),
    rule("OVERLOAD hides a template", "1.5", PERSISTENCE, USABLE, USABLE +
         "  if (destinations_[keeper.destination.index()].overloaded) return false;\n"),
    rule("the old edit rule", "9.1", CONFIGURATION, STORED + CHANGED,
         "  if (settings.upper_threshold == 0 ||\n"
         "      settings.upper_threshold > destination.upper_threshold)\n"
         "    destination.overloaded = false;\n" + STORED),
    rule("edits never re-evaluate", "9.1", CONFIGURATION, CHANGED, ""),
    rule("lower 0 clears below U", "9.1", DESTINATION, LOW,
         "lower_threshold != 0 ? lower_threshold : upper_threshold;"),
    rule("lower 0 never clears", "9.1", DESTINATION, LOW, "lower_threshold;"),
    rule("clears at <= Lo", "9.1", DESTINATION, "if (total < low)", "if (total <= low)"),
    rule("the lower threshold ignored", "9.1", DESTINATION, LOW,
         "upper_threshold - upper_threshold / 4;"),
    rule("three quarters rounded down", "9.1", DESTINATION, "upper_threshold - upper_threshold / 4",
         "upper_threshold * 3 / 4"),
]  # fmt: skip

RR, WRR = SCHEDULERS + "rr.cpp", SCHEDULERS + "wrr.cpp"
ADDED = "    if (next_ > 0) ++next_;"
REMOVED = "    if (position < next_) --next_;"
REALIGNED = "      level_ = level_ / step_ * step_ + 1;"
ROUND = [
    rule("rr: the cursor reset by an edit", "2.1", RR, " private:\n",
         "  void edited(const DestinationList&) override { next_ = 0; }\n private:\n"),
    rule("rr: the cursor reset by an add", "2.1", RR, ADDED, "    next_ = 0;"),
    rule("rr: on delete to the anchor", "2.1", RR, REMOVED,
         "    if (position + 1 == next_) next_ = 0;\n    else if (position < next_) --next_;"),
    rule("rr: on delete to the successor", "2.1", RR, REMOVED,
         "    if (position + 1 < next_) --next_;"),
    rule("rr: by weight 2 of a server that is new", "2.1", RR, "if (servers[at].eligible()) return "
         "chosen(servers, at);\n    }\n    for", "if (servers[at].weight > 1) return "
         "chosen(servers, at);\n    }\n    for"),
    rule("wrr: cl kept on edit", "2.2", WRR, "    next_ = 0;\n    recompute(servers);\n    if",
         "    recompute(servers);\n    if"),
    rule("wrr: cw reset to mw on edit", "2.2", WRR, "if (level_ > top_ || level_ == 0) {",
         "if (true) {"),
    rule("wrr: no alignment", "2.2", WRR, REALIGNED, ""),
    rule("wrr: mw is the greatest weight", "2.2", WRR, "top_ = greatest - (step_ - 1);",
         "top_ = greatest;"),
    rule("wrr: cw is 1 at bind", "2.2", WRR, "    level_ = top_;\n  }\n  void added",
         "    level_ = 1;\n  }\n  void added"),
    rule("wrr: OVERLOAD ignored", "2.2", WRR, "!server.overloaded && ", ""),
    rule("wrr: cw not capped", "2.2", WRR, "if (level_ > top_ || level_ == 0) {",
         "if (level_ == 0) {"),
]  # fmt: skip

COST = SCHEDULERS + "cost.hpp"
OVERHEAD = "return active * 256 + inactive;"
DELAY = "return {as_signed(server.active + 1), server.weight};"
# the tests add servers with rising addresses
LATER = ("  return {-std::int64_t{server.weight} * 4096 +\n"
         "          std::int64_t(server.address.address.value & 255), 4096};")  # fmt: skip
LEAST = [
    rule("lc by weight", "2.3", SCHEDULERS + "lc.cpp", "return {server.overhead(), 1};",
         "return {server.overhead(), server.weight};"),
    rule("the later server wins ties", "2.4", COST, "if (!is_less(cost, least)) continue;",
         "if (is_less(least, cost)) continue;"),
    rule("overhead without inactive ones", "2.3", IPVS + "destination.hpp", OVERHEAD,
         "return active * 256;"),
    rule("overhead with factor 50", "2.3", IPVS + "destination.hpp", OVERHEAD,
         "return active * 50 + inactive;"),
    rule("sed: without the new connection", "2.5", COST, DELAY,
         "return {as_signed(server.active), server.weight};"),
    rule("sed: by overhead", "2.5", COST, DELAY, "return {as_signed(server.overhead() + 1), "
         "server.weight};"),
    rule("nq is sed", "2.6", SCHEDULERS + "nq.cpp",
         "  if (server.eligible() && server.active == 0) return kIdle;\n", ""),
    rule("nq: idle without inactive ones too", "2.6", SCHEDULERS + "nq.cpp",
         "server.active == 0) return", "server.active + server.inactive == 0) return"),
    rule("fo and ovf: the later of equals", "2.11", SCHEDULERS + "fo.cpp",
         "  return {-std::int64_t{server.weight}, 1};",
         LATER),
    rule("ovf: the later of equals", "2.12", SCHEDULERS + "ovf.cpp",
         "  return {-std::int64_t{server.weight}, 1};",
         LATER),
    rule("ovf: full at its weight", "2.12", SCHEDULERS + "ovf.cpp",
         "as_signed(server.active) > server.weight", "as_signed(server.active) >= server.weight"),
    rule("ovf: inactive ones count", "2.12", SCHEDULERS + "ovf.cpp",
         "as_signed(server.active) > server.weight",
         "as_signed(server.active + server.inactive) > server.weight"),
    rule("ovf: with a fallback", "2.12", SCHEDULERS + "ovf.cpp",
         "  if (!server.eligible() || as_signed(server.active) > server.weight) return "
         "kNotForSale;\n",
         "  if (!server.eligible()) return kNotForSale;\n"
         "  if (as_signed(server.active) > server.weight)\n"
         "    return {-std::int64_t{server.weight}, 1 << 30};\n"),
]  # fmt: skip

SH, DH = SCHEDULERS + "sh.cpp", SCHEDULERS + "dh.cpp"
SH_EDITED = "  void edited(const DestinationList& servers) override { rebuild(servers); }\n"
SH_TRY = "      const std::uint32_t bucket = (2 * home + k) % kHashTableSize;"
HASHED = [
    rule("sh: weight 0 owns no bucket", "2.7", SCHEDULERS + "hash_table.hpp",
         "    bucket = servers.id(at);\n",
         "    for (std::size_t n = 0; n < servers.size() && share(servers[at]) == 0; ++n)\n"
         "      at = at + 1 == servers.size() ? 0 : at + 1;\n    bucket = servers.id(at);\n"),
    rule("sh: an edit does not rebuild", "2.7", SH, SH_EDITED, ""),
    rule("sh: the port ignored", "2.7", SH, "with_port ? flow.client.port.value : 0", "0"),
    rule("sh: fallback to the next buckets", "2.7", SH, SH_TRY,
         "      const std::uint32_t bucket = (home + k) % kHashTableSize;"),
    rule("sh: fallback to the next server", "2.7", SH,
         "      if (is_available(servers, bucket)) return table_[bucket];",
         "      const std::uint32_t from = (home + k) % kHashTableSize;\n"
         "      if (table_[from] != table_[home] && is_available(servers, from))\n"
         "        return table_[from];"),
    rule("dh: weights used", "2.8", DH, "[](const Destination&) { return 1; }",
         "[](const Destination& server) { return server.weight; }"),
    rule("dh: weight 0 accepted", "2.8", DH, "servers.get(id).eligible()",
         "!servers.get(id).overloaded"),
    rule("dh: the source hashed", "2.8", DH, "flow.target.address.value",
         "flow.client.address.value"),
]  # fmt: skip

LBLC, LBLCR = SCHEDULERS + "lblc.cpp", SCHEDULERS + "lblcr.cpp"
LOCALITY = SCHEDULERS + "locality.hpp"
KEPT = "server.available && server.weight > 0 && !has_too_much(server, servers)"
MUCH = "  if (as_signed(server.active) <= server.weight) return false;"
HALF = "    return as_signed(other.active * 2) < other.weight;"
LEAST_OF_ALL = "least_by_walk(servers, overhead_per_weight);"
PLAIN = ("least_by_walk(servers, [](const Destination& d) { return d.eligible() ? "
         "Cost{d.overhead(), 1} : kNotForSale; });")  # fmt: skip
JOINED = "    members_.insert(members_.begin(), HeldServer(host, id));"
LOCAL = [
    rule("lblc: OVERLOAD of the kept server consulted", "2.9", LBLC, KEPT,
         KEPT.replace("server.weight > 0", "server.eligible()")),
    rule("lblc: never overloaded", "2.9", LOCALITY, MUCH, "  return false;"),
    rule("lblc: >= for >", "2.9", LOCALITY, MUCH,
         "  if (as_signed(server.active) < server.weight) return false;"),
    rule("lblc: <= for <", "2.9", LOCALITY, HALF,
         "    return as_signed(other.active * 2) <= other.weight;"),
    rule("lblc: without the half-idle condition", "2.9", LOCALITY, HALF, "    return true;"),
    rule("lblc: weight 0 of the kept server accepted", "2.9", LBLC, " && server.weight > 0", ""),
    rule("lblc: plain lc search", "2.9", LBLC, LEAST_OF_ALL, PLAIN),
    rule("lblc: entries dropped at delete", "2.9", LBLC, "  bool collects()",
         "  void removed(const DestinationList&, std::size_t) override { map_ = {}; }\n"
         "  bool collects()"),
    rule("lblcr: the set not kept", "2.10", LBLCR, JOINED, "    members_.clear();\n" + JOINED),
    rule("lblcr: the first member instead of the lightest", "2.10", LBLCR,
         "      if (!is_less(cost, least)) continue;\n",
         "      if (best.valid() || !is_less(cost, least)) continue;\n"),
    rule("lblcr: new members at the end", "2.10", LBLCR, JOINED,
         "    members_.push_back(HeldServer(host, id));"),
    rule("lblcr: no removal", "2.10", LBLCR,
         "    if (members_.size() < 2 || now - last_change_ <= rest) return;", "    return;"),
    rule("lblcr: plain lc search", "2.10", LBLCR, LEAST_OF_ALL, PLAIN),
]  # fmt: skip

MH = SCHEDULERS + "mh.cpp"
TURNS = "std::max(1, server.last_weight / divisor >> shift)"
MAGLEV = [
    rule("mh: the divisor of the weights", "2.13", MH,
         "divisor = std::gcd(divisor, server.last_weight);", "divisor = std::gcd(divisor, "
         "server.weight);"),
    rule("mh: turns by weight", "2.13", MH, TURNS, "std::max(1, server.weight / divisor >> shift)"),
    rule("mh: weight 0 leaves the table", "2.13", MH, "if (server.last_weight == 0) continue;",
         "if (server.weight == 0) continue;"),
    rule("mh: an edit does not rebuild", "2.13", MH, SH_EDITED, ""),
    rule("mh: no gcd", "2.13", MH, "  if (divisor == 0) return {};\n",
         "  if (divisor == 0) return {};\n  divisor = 1;\n"),
    rule("mh: no shift", "2.13", MH, "const int shift = std::max(0, bits - kMaglevTurnBits);",
         "const int shift = 0;"),
    rule("mh: shifted to one bit more", "2.13", MH, "bits - kMaglevTurnBits",
         "bits - kMaglevTurnBits - 1"),
    rule("mh: shifted to one bit less", "2.13", MH, "bits - kMaglevTurnBits",
         "bits - kMaglevTurnBits + 1"),
    rule("mh: turns 0 kept", "2.13", MH, "std::max(1, server", "std::max(0, server"),
    rule("mh: rport not hashed", "2.13", MH, "const auto [address, port] = server.address;",
         "const auto address = server.address.address;\n    const Port port{};"),
    rule("mh: fallback over neighbouring slots", "2.13", MH,
         "slot_of(flow, (k + home) % kMaglevSlots);", "(k + home) % kMaglevSlots;"),
    rule("mh: fallback without i", "2.13", MH, "(k + home) % kMaglevSlots", "k"),
]  # fmt: skip

STEP_A = "  if (sysctls_.expire_nodest_conn != 0 && bound &&"
MODE = "if (sysctls_.conn_reuse_mode == 0 || c.controller.valid()) return false;"
CLOSED = "c.state == IpvsState::time_wait || c.state == IpvsState::close"
SYN = "packet.tcp.syn()) c = reuse(*c);"
MARKED = "  if (mark != 0) {\n"
OWN = "  return own.value != 0 ? own : asked;"
EXACT = "const bool exact = service.key.mark == 0 && real_port == service.key.address.port;"
PACKETS = [
    rule("hooks without services", "3.1", IPVS + "director.hpp",
         "return !index_of_services_.empty();", "return true;",
         ("models/host/ip_stack.cpp", "models/host/ip_output.cpp")),
    rule("no reuse decision for a SYN in CLOSE", "3.3", INPUT, CLOSED,
         "c.state == IpvsState::time_wait"),
    rule("no reuse decision for a SYN in TIME_WAIT", "3.3", INPUT, CLOSED,
         "c.state == IpvsState::close"),
    rule("a reuse decision with conn_reuse_mode 0", "3.3", INPUT, MODE,
         "if (c.controller.valid()) return false;"),
    rule("no step 7a", "3.3", INPUT, STEP_A, "  if (false && bound &&"),
    rule("data ends an entry of a quiesced server", "3.3", INPUT, SYN,
         "(packet.tcp.syn() || sysctls_.expire_nodest_conn != 0)) c = reuse(*c);"),
    rule("an address before a mark", "3.5", SCHEDULE, MARKED,
         "  if (mark != 0 && !find({.protocol = tuple.protocol, .address = target_of(tuple)})"
         ".valid()) {\n"),
    rule("rport ignored by a plain service of a mark", "3.6", SCHEDULE,
         "mapped_port(picked, tuple.virtual_port)",
         "service.key.mark != 0 ? tuple.virtual_port : mapped_port(picked, tuple.virtual_port)"),
    rule("rport used by a persistent service of a mark", "3.7", PERSISTENCE, EXACT,
         "const bool exact = service.key.mark != 0 || real_port == service.key.address.port;"),
    rule("client port 20 balanced", "3.6", SCHEDULE,
         "  if (tuple.client_port == kFtpData) return {};\n", ""),
]  # fmt: skip

QUIESCENT = "  return sysctls_.expire_quiescent_template == 0 ||\n"
KNOWN = "  const DestinationId id = keeper->destination;  // 4"
RESTARTED = "  restart(*keeper, keeper->timeout);\n"
FOLLOWED = "  const Jiffies timeout = follow(c, packet, IpvsDirection::input);\n"
ASSURED = "  if (next == IpvsState::established) assure(c);"
BOUND = "  ++(c.has(Connection::Flag::kTemplate) ? destination.persistent : destination.inactive);"
POSTPONED = "    c.timeout = kPostponement;\n    c.expires = jiffies() + kPostponement;"
TEMPLATES = [
    rule("weight 0 ends a template", "3.7", PERSISTENCE, QUIESCENT, "  return false ||\n"),
    rule("the scheduler called for known clients", "3.7", PERSISTENCE, KNOWN,
         "  pick(request);\n" + KNOWN),
    rule("the template timer restarted by every packet", "3.7", INPUT, FOLLOWED, FOLLOWED +
         "  if (c.controller.valid())\n"
         "    restart(table_[c.controller], table_[c.controller].timeout);\n"),
    rule("the template timer never restarted", "3.7", PERSISTENCE, RESTARTED,
         "  if (keeper->expires == 0) restart(*keeper, keeper->timeout);\n"),
    rule("a template of a mark per protocol", "3.7", PERSISTENCE,
         "    tuple.protocol = kAnyProtocol;\n", ""),
    rule("a template per port", "3.7", PERSISTENCE,
         "  if (!by_port(request)) tuple.virtual_port = {};\n", ""),
    rule("a template assured at once", "3.7", PERSISTENCE,
         "  keeper.set(Connection::Flag::kTemplate);",
         "  keeper.set(Connection::Flag::kTemplate | Connection::Flag::kAssured);"),
    rule("a template never assured", "3.7", STATE, ASSURED, ""),
    rule("a template of UDP never assured", "3.7", STATE,
         "    if (direction == IpvsDirection::output) assure(c);\n", ""),
    rule("a template counted as inactive", "3.7", STATE, BOUND, "  ++destination.inactive;\n"
         "  if (c.has(Connection::Flag::kTemplate)) ++destination.persistent;"),
    rule("the netmask ignored", "3.7", PERSISTENCE,
         "  tuple.client.value &= service.settings.netmask.value;\n", ""),
    rule("no 60 s after expiry", "3.7", TIMERS, POSTPONED,
         "    c.expires = jiffies() + c.timeout;"),
]  # fmt: skip

ONCE = "service.settings.one_packet && request.tuple.protocol == Protocol::udp;"
PICKED_UP = "  if (c == nullptr) {\n    // 6."
REPLIED = "  restart(*c, follow(*c, packet, IpvsDirection::output));"
NOT_ACTIVE = "  if (inactive != is_active(next)) return;"
FIRING = "  return ((expires >> shift) + 1) << shift;"
SHIFT = "  return delta < 63 ? 0 : 3 * ("
SECONDS = "2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120"


def times():
    """Another timeout for each state."""
    for at in range(11):
        values = SECONDS.split(", ")
        values[at] = str(int(values[at]) + 1)
        yield rule(f"the timeout of state {at}", "4.3", IPVS + "tcp_states.hpp", SECONDS,
                   ", ".join(values),
                   (IPVS + "director.cpp", TESTS + "tcp_states_test.cpp"))  # fmt: skip


CONNECTIONS = [
    rule("one-packet entries kept in the table", "3.9", SCHEDULE, ONCE, "false;"),
    rule("replies of one-packet entries translated", "3.9", OUTPUT, PICKED_UP,
         "  if (c == nullptr) {\n    const auto d = std::find_if(destinations_.begin(), "
         "destinations_.end(), [&](const Destination& x) { return x.address.address == "
         "server.address && "
         "services_[x.service.index()].settings.one_packet; });\n"
         "    if (d != destinations_.end()) {\n"
         "      nat_reply(packet, services_[d->service.index()].key.address);\n"
         "      return Reply::translated;\n    }\n    // 6."),
    rule("DR with the rows of INPUT", "4.3", STATE, "direction = IpvsDirection::input_only;", ";"),
    rule("FIN_WAIT is active", "4.3", STATE, NOT_ACTIVE,
         "  if (inactive != (is_active(next) || next == IpvsState::fin_wait)) return;"),
    rule("CLOSE_WAIT is active", "4.3", STATE, NOT_ACTIVE,
         "  if (inactive != (is_active(next) || next == IpvsState::close_wait)) return;"),
    rule("SYN_RECV is inactive", "4.3", STATE, NOT_ACTIVE,
         "  if (inactive != (is_active(next) && next != IpvsState::syn_received)) return;"),
    rule("SYN_SENT is inactive", "4.3", STATE, NOT_ACTIVE,
         "  if (inactive != (is_active(next) && next != IpvsState::syn_sent)) return;"),
    rule("SYNACK is inactive", "4.3", STATE, NOT_ACTIVE,
         "  if (inactive != (is_active(next) && next != IpvsState::synack)) return;"),
    rule("UDP is active", "4.4", STATE, "  if (c.protocol == Protocol::udp) {\n",
         "  if (c.protocol == Protocol::udp) {\n    if (c.state == IpvsState::none) "
         "change_state(c, IpvsState::established, direction);\n"),
    *times(),
    rule("the timeout of UDP", "4.4", IPVS + "tcp_states.hpp", "kUdpTimeoutSeconds = 300",
         "kUdpTimeoutSeconds = 301", (IPVS + "director.cpp",)),
    rule("--set changes TIME_WAIT", "4.5", CONFIGURATION,
         "  set(tcp_timeouts_[static_cast<std::size_t>(IpvsState::fin_wait)], timeouts.tcp_fin);",
         "  set(tcp_timeouts_[static_cast<std::size_t>(IpvsState::fin_wait)], timeouts.tcp_fin);\n"
         "  set(tcp_timeouts_[static_cast<std::size_t>(IpvsState::time_wait)], timeouts.tcp_fin);"),
    rule("OUTPUT does not restart the timer", "4.2", OUTPUT, REPLIED,
         "  follow(*c, packet, IpvsDirection::output);"),
    rule("ideal timers", "4.2", IPVS + "jiffies.hpp", FIRING, "  return expires + 0 * shift;"),
    rule("granules rounded down", "4.2", IPVS + "jiffies.hpp", FIRING,
         "  return (expires >> shift) << shift;"),
    rule("granules rounded up", "4.2", IPVS + "jiffies.hpp", FIRING,
         "  return ((expires + (1U << shift) - 1) >> shift) << shift;"),
    rule("granules one level finer", "4.2", IPVS + "jiffies.hpp", SHIFT,
         "  return delta < 504 ? 0 : 3 * (-1 + "),
    rule("granules one level coarser", "4.2", IPVS + "jiffies.hpp", SHIFT,
         "  return delta < 63 ? 3 : 3 * (1 + "),
]  # fmt: skip

RULES = [
    *DESTINATIONS, *THRESHOLDS, *ROUND, *LEAST, *HASHED, *LOCAL, *MAGLEV, *PACKETS, *TEMPLATES,
    *CONNECTIONS,
]  # fmt: skip
