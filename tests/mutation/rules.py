"""The rules of spec/linux-host.md broken by hand, each in one plausible way; and which functions
have generated mutants, with the section that they carry out."""

from dataclasses import dataclass

HOST, TCP = "models/host/", "models/tcp/"


def sections(default, skipped=(), **by_function):
    """The section of each function of a file; None for what is configuration or listing only."""

    def section_of(function):
        return None if function in skipped else by_function.get(function, default)

    return section_of


def only(**by_function):
    return by_function.get


GENERATED = {
    HOST + "arp.cpp": sections(
        "2.1", ignored="2.2", answers="2.2", filtered="2.3", update_cache="2.5",
        learn_from_request="2.5", announce="2.7", notify="2.7", sender_address="3.3", ask="3.4",
        make="9.1",
    ),
    HOST + "neighbours.cpp": sections(
        "4.3", output_unsure="3.1", enqueue="4.2", solicit="3.2", update="4.4", long_ago="4.4",
        release_waiting="4.4",
    ),
    HOST + "neighbour_table.cpp": sections("4.2", skipped=("listing", "remove_proxy", "remove")),
    HOST + "routing.cpp": sections(
        "5.2", check_source="5.3", deserves_redirect="5.6", route_output="5.4", mtu_of="5.5",
    ),
    HOST + "route_rules.cpp": sections(
        "5.1", skipped=("add_rule", "delete_rule", "flush_rules", "same_but_for_priority"),
    ),
    HOST + "host_state.cpp": only(
        select_source="3.3", address_type="2.5", has_address="5.3", add_address_routes="1.4",
        remove_address_routes="1.4", add_address="1.3", delete_address="1.3", set_up="5.1",
        update_dead_routes="5.1",
    ),
    HOST + "ip_stack.cpp": sections(
        "5.5", receive="5.2", refuse="5.2", decide="5.6", decapsulate="7.2", neighbour_failed="4.3",
        to_transport="5.7",
    ),
    HOST + "icmp.cpp": sections("5.7", send_redirect="5.6"),
    HOST + "ip_output.cpp": sections(
        "5.6", send="5.4", find_path="5.4", output_fragments="5.5", learn_path_mtu="5.5",
    ),
    HOST + "route_exceptions.cpp": sections("5.6", mtu="5.5"),
    HOST + "reassembly.cpp": sections("5.5"),
    HOST + "arp_filter.cpp": sections("9.1", skipped=("same_rule",)),
    HOST + "ip_filter.cpp": sections("5.5", skipped=("same_rule",)),
    TCP + "listening.cpp": only(
        listen="6.1", find_listener="6.1", input_without_socket="6.3", input_listener="6.3",
        accept_queue_is_full="6.6", backlog="6.6",
    ),
    TCP + "input.cpp": only(receive="6.3"),
    TCP + "output.cpp": only(answer_reset="6.3"),
    TCP + "handshake.cpp": only(input_syn_sent="6.3", input_syn_received="6.5"),
}  # fmt: skip


@dataclass
class Rule:
    name: str
    section: str
    path: str
    before: str  # stands once in the file
    after: str
    also: tuple = ()  # of a header: the sources that use what is changed (default: all models)


ARP = HOST + "arp.cpp"
NEIGHBOURS = HOST + "neighbours.cpp"
ROUTING = HOST + "routing.cpp"
STATE = HOST + "host_state.cpp"
STACK = HOST + "ip_stack.cpp"
OUTPUT = HOST + "ip_output.cpp"
ICMP = HOST + "icmp.cpp"

MAX_OF = "  return std::max(all[key], iface[key]);"
EITHER = "  return all[key] != 0 || iface[key] != 0;"
READERS = (ARP, ROUTING, STATE, OUTPUT)

COMBINED = [
    Rule("MAX counts the interface only", "2.2", HOST + "sysctls.hpp", MAX_OF,
         "  return iface[key];", READERS),
    Rule("MAX counts all only", "2.2", HOST + "sysctls.hpp", MAX_OF, "  return all[key];", READERS),
    Rule("MAX is the smaller", "2.2", HOST + "sysctls.hpp", MAX_OF,
         "  return std::min(all[key], iface[key]);", READERS),
    Rule("MAX is bitwise", "2.2", HOST + "sysctls.hpp", MAX_OF, "  return all[key] | iface[key];",
         READERS),
    Rule("OR is AND", "2.3", HOST + "sysctls.hpp", EITHER,
         "  return all[key] != 0 && iface[key] != 0;", READERS),
    Rule("OR counts the interface only", "2.3", HOST + "sysctls.hpp", EITHER,
         "  return iface[key] != 0;", READERS),
    Rule("OR counts all only", "2.3", HOST + "sysctls.hpp", EITHER, "  return all[key] != 0;",
         READERS),
]  # fmt: skip

RECEIVED = [
    Rule("a card takes what is not for it", "2.1", HOST + "host.hpp",
         "contents.destination != device.mac && !contents.destination.is_broadcast()", "false",
         ("models/world.cpp",)),
    Rule("a card takes no broadcasts", "2.1", HOST + "host.hpp",
         "contents.destination != device.mac && !contents.destination.is_broadcast()",
         "contents.destination != device.mac", ("models/world.cpp",)),
    Rule("a NOARP device hears ARP", "2.1", ARP,
         "  if (!device.resolves()) return host_.drop(id, DropCause::arp_suppressed);\n", ""),
    Rule("arptables INPUT is passed after learning", "2.1", ARP,
         "    return host_.drop(id, DropCause::arptables);\n  }\n  hear(",
         "    update_cache(frame.arp, arrival, !frame.destination.is_group());\n"
         "    return host_.drop(id, DropCause::arptables);\n  }\n  hear("),
    Rule("a multicast target is looked at", "2.1", ARP,
         "  if (packet.target.is_multicast()) return true;\n", ""),
    Rule("a target in 127/8 is looked at", "2.1", ARP,
         "  return packet.target.is_loopback() &&",
         "  return false && packet.target.is_loopback() &&"),
    Rule("a target in 127/8 is never looked at", "2.1", ARP,
         "packet.target.is_loopback() &&\n         !host_.state().either_conf(arrival, "
         "ConfKey::route_localnet)", "packet.target.is_loopback()"),
    Rule("drop_gratuitous_arp drops only requests", "2.1", ARP,
         "  if (packet.sender == packet.target &&\n      state",
         "  if (packet.sender == packet.target && packet.operation == ArpOperation::request &&\n"
         "      state"),
    Rule("drop_gratuitous_arp has no effect", "2.1", ARP,
         "      state.either_conf(arrival.by, ConfKey::drop_gratuitous_arp)) {", "      false) {"),
    Rule("a probe is an ordinary request", "2.1", ARP,
         "  if (packet.sender.is_any()) return hear_probe(id, arrival);  // 7\n", ""),
    Rule("a probe is answered whatever arp_ignore says", "2.1", ARP,
         "  if (!answers(packet, arrival.by)) return host_.drop(id, DropCause::arp_suppressed);\n"
         "  environment_", "  environment_"),
    Rule("a probe asks arp_filter", "2.1", ARP,
         "  if (!answers(packet, arrival.by)) return host_.drop(id, DropCause::arp_suppressed);\n"
         "  environment_",
         "  if (!answers(packet, arrival.by) || filtered(packet, arrival.by)) {\n"
         "    return host_.drop(id, DropCause::arp_suppressed);\n  }\n  environment_"),
    Rule("a probe for any address is answered", "2.1", ARP,
         "packet.operation != ArpOperation::request || !host_.state().is_local(packet.target)",
         "packet.operation != ArpOperation::request"),
    Rule("a reply from 0.0.0.0 is answered", "2.1", ARP,
         "packet.operation != ArpOperation::request || !host_.state().is_local(packet.target)",
         "!host_.state().is_local(packet.target)"),
    Rule("a probe makes an entry", "2.1", ARP,
         "  environment_.frames.deliver(id);\n  reply(packet, arrival.by);\n}",
         "  environment_.frames.deliver(id);\n  learn_from_request(packet, arrival.by);\n"
         "  reply(packet, arrival.by);\n}"),
    Rule("a request is answered without asking the routes back", "2.1", ARP,
         "if (route.kind == InputRoute::Kind::local) {", "if (state.is_local(packet.target)) {"),
    Rule("a broadcast target is answered", "2.1", ARP,
         "if (route.kind == InputRoute::Kind::local) {",
         "if (route.kind == InputRoute::Kind::local ||\n"
         "        route.kind == InputRoute::Kind::broadcast) {"),
    Rule("a suppressed request goes on to the cache", "2.1", ARP,
         "filtered(packet, arrival.by)) {\n        return",
         "filtered(packet, arrival.by)) {\n        update_cache(packet, arrival.by, false);\n"
         "        return"),
    Rule("a suppressed request is learned from", "2.1", ARP,
         "filtered(packet, arrival.by)) {\n        return",
         "filtered(packet, arrival.by)) {\n        learn_from_request(packet, arrival.by);\n"
         "        return"),
    Rule("an answered request is not learned from", "2.1", ARP,
         "      learn_from_request(packet, arrival.by);\n      environment_", "      environment_"),
    Rule("a request that the routes refuse is forgotten", "2.1", ARP,
         "  // 9. News about",
         "  if (packet.operation == ArpOperation::request) {\n"
         "    return host_.drop(id, DropCause::arp_not_for_us);\n  }\n  // 9. News about"),
    Rule("a broadcast request for others teaches nothing", "2.1", ARP,
         "  update_cache(packet, arrival.by, arrival.unicast_to_us);\n",
         "  if (arrival.unicast_to_us) update_cache(packet, arrival.by, true);\n"),
    Rule("one answers for others without forwarding", "2.1", ARP,
         "  if (route.kind != InputRoute::Kind::forward) return false;\n", ""),
    Rule("proxy_arp answers on the card that leads there", "2.1", ARP,
         "    return state.either_conf(arrival, ConfKey::proxy_arp_pvlan) &&",
         "    return state.either_conf(arrival, ConfKey::proxy_arp) &&"),
    Rule("proxy_arp_pvlan answers for the asker itself", "2.1", ARP,
         "ConfKey::proxy_arp_pvlan) && packet.sender != packet.target;",
         "ConfKey::proxy_arp_pvlan);"),
    Rule("an explicit proxy entry answers on the card that leads there", "2.1", ARP,
         "  if (route.device == arrival) {  // proxy_arp_pvlan",
         "  if (host_.neighbours().is_proxy({packet.target, arrival})) return true;\n"
         "  if (route.device == arrival) {  // proxy_arp_pvlan"),
    Rule("an explicit proxy entry needs proxy_arp", "2.1", ARP,
         "  if (host_.neighbours().is_proxy({packet.target, arrival})) return true;\n", ""),
    Rule("medium_id 0 on the arrival card says no", "2.1", ARP, "if (in == 0) return true;",
         "if (in == 0) return false;"),
    Rule("medium ids are not compared", "2.1", ARP, "in != -1 && out != in && out != -1",
         "in != -1 && out != -1"),
    Rule("a proxy answers at once", "2.1", ARP, "arrival.unicast_to_us || conf.proxy_delay == 0",
         "true"),
    Rule("a proxy delays the answer to a unicast request", "2.1", ARP,
         "arrival.delayed || arrival.unicast_to_us ||", "arrival.delayed ||"),
    Rule("a proxy does not learn who asks", "2.1", ARP,
         "  learn_from_request(packet, arrival.by);\n  if (arrival.delayed",
         "  if (arrival.delayed"),
    Rule("a proxy answers after proxy_delay exactly", "2.1", ARP,
         "static_cast<std::int64_t>(proxy_delays_.below(most))", "static_cast<std::int64_t>(most)"),
]  # fmt: skip

LEVEL_3 = "level == 3 ? Scope::link : Scope::host"
BACK = "back.kind != OutputRoute::Kind::direct || back.device != arrival"
IGNORED = [
    Rule("arp_ignore 8 answers", "2.2", ARP, "  if (level == 8) return true;\n", ""),
    Rule("arp_ignore 9 is silent", "2.2", ARP, "if (level == 8) return", "if (level >= 8) return"),
    Rule("arp_ignore 4 is as 3", "2.2", ARP, "level < 1 || level > 3", "level < 1 || level > 4"),
    Rule("arp_ignore 4 to 7 are silent", "2.2", ARP, "if (level == 8) return",
         "if (level >= 4 && level <= 8) return"),
    Rule("arp_ignore 3 answers for scope host", "2.2", ARP, LEVEL_3, "Scope::host"),
    Rule("arp_ignore 3 answers for scope global only", "2.2", ARP, LEVEL_3,
         "level == 3 ? Scope::global : Scope::host"),
    Rule("arp_ignore 1 and 2 exclude scope host", "2.2", ARP, LEVEL_3, "Scope::link"),
    Rule("arp_ignore 3 looks at the arrival card only", "2.2", ARP,
         "    for (const Interface& device : state.interfaces()) look_at(device);",
         "    look_at(state.interface(arrival));"),
    Rule("arp_ignore 1 looks at all cards", "2.2", ARP, "  if (level == 3) {",
         "  if (level != 2) {"),
    Rule("arp_ignore 2 looks at all cards", "2.2", ARP, "  if (level == 3) {",
         "  if (level != 1) {"),
    Rule("arp_ignore 1 asks for the sender's network", "2.2", ARP,
         "level != 2 || packet.sender.is_any() ||", "packet.sender.is_any() ||"),
    Rule("arp_ignore 2 does not ask for the sender's network", "2.2", ARP,
         "level != 2 || packet.sender.is_any() ||", "true ||"),
    Rule("arp_ignore 2 refuses probes", "2.2", ARP,
         "packet.sender.is_any() || a.prefix", "a.prefix"),
    Rule("arp_ignore 2 asks the target's own record", "2.2", ARP,
         "if (a.prefix.contains(packet.target) && sender_fits)",
         "if (a.prefix.address == packet.target && sender_fits)"),
    Rule("arp_ignore 1 answers for every address of its networks", "2.2", ARP,
         "return !(found && same_network);", "return !same_network;"),
    Rule("secondaries are not looked at", "2.2", ARP, "      if (a.scope > limit) continue;",
         "      if (a.scope > limit || a.secondary) continue;"),
    Rule("arp_filter asks the route without its source", "2.3", ARP,
         "route_output(host_.state(), packet.sender, packet.target)",
         "route_output(host_.state(), packet.sender, std::nullopt)"),
    Rule("arp_filter answers who has no route", "2.3", ARP, BACK,
         "back.kind == OutputRoute::Kind::direct && back.device != arrival"),
    Rule("arp_filter asks for a route only", "2.3", ARP, BACK,
         "back.kind != OutputRoute::Kind::direct"),
]  # fmt: skip

NEWS = "{packet.sender_mac, NeighbourState::stale, true}"
PERMITTED = "const bool permitted = accept == 1"
MAKES = "if (!permitted || !(gratuitous || (is_reply && unicast_sender))) return;"
TOLD = "    packet.sender = packet.target = a.prefix.address;\n"
ARPING = "operation == ArpOperation::request ? MacAddress::broadcast() : packet.sender_mac"
LEARNED = [
    Rule("an asker becomes REACHABLE", "2.5", ARP, NEWS,
         "{packet.sender_mac, NeighbourState::reachable, true}"),
    Rule("an asker does not override", "2.5", ARP, NEWS,
         "{packet.sender_mac, NeighbourState::stale, false}"),
    Rule("a gratuitous reply needs no own target MAC", "2.5", ARP,
         "(!is_reply || packet.target_mac == packet.sender_mac) && unicast_sender",
         "unicast_sender"),
    Rule("a gratuitous request needs its own target MAC", "2.5", ARP,
         "(!is_reply || packet.target_mac == packet.sender_mac)",
         "(packet.target_mac == packet.sender_mac)"),
    Rule("an announcement of our own address counts", "2.5", ARP,
         "packet.sender_mac) && unicast_sender;", "packet.sender_mac);"),
    Rule("an unsolicited reply makes an entry", "2.5", ARP, PERMITTED,
         "const bool permitted = is_reply || accept == 1"),
    Rule("an announcement makes an entry", "2.5", ARP, PERMITTED,
         "const bool permitted = gratuitous || accept == 1"),
    Rule("arp_accept 2 accepts from everywhere", "2.5", ARP,
         "accept == 2 && state.interface", "accept == 2 && true | state.interface"),
    Rule("arp_accept makes entries of requests for others", "2.5", ARP, MAKES,
         "if (!permitted || !unicast_sender) return;"),
    Rule("arp_accept makes entries of announcements only", "2.5", ARP, MAKES,
         "if (!permitted || !gratuitous) return;"),
    Rule("locktime protects from announcements", "2.6", ARP, "gratuitous || known == nullptr ||",
         "known == nullptr ||"),
    Rule("there is no locktime", "2.6", ARP, "> neighbours[*entry].updated + locktime;",
         ">= neighbours[*entry].updated;"),
    Rule("locktime is in milliseconds", "2.6", ARP,
         "milliseconds(10 * state", "milliseconds(1 * state"),
    Rule("locktime counts from the confirmation", "2.6", ARP,
         "neighbours[*entry].updated + locktime", "neighbours[*entry].confirmed + locktime"),
    Rule("a broadcast reply makes REACHABLE", "2.5", ARP, "is_reply && unicast_to_us ?",
         "is_reply ?"),
    Rule("a unicast request makes REACHABLE", "2.5", ARP, "is_reply && unicast_to_us ?",
         "unicast_to_us ?"),
    Rule("a reply never makes REACHABLE", "2.5", ARP, "is_reply && unicast_to_us ?", "false ?"),
    Rule("an answer is broadcast", "2.1", ARP, "make(arrival, answer, request.sender_mac)",
         "make(arrival, answer, MacAddress::broadcast())"),
    Rule("an answer shows its target no MAC", "2.1", ARP,
         "  answer.target_mac = request.sender_mac;\n", ""),
    Rule("an answer shows eth0's MAC", "2.1", ARP,
         "answer.sender_mac = host_.state().interface(arrival).mac;",
         "answer.sender_mac = host_.state().interface(InterfaceId{2}).mac;"),
    Rule("arp_notify tells without being set", "2.7", ARP,
         "  if (!state.either_conf(device, ConfKey::arp_notify)) return;\n", ""),
    Rule("arp_notify tells of the first address only", "2.7", ARP,
         TOLD + "    broadcast(device, packet);\n",
         TOLD + "    broadcast(device, packet);\n    break;\n"),
    Rule("arp_notify sends replies", "2.7", ARP,
         "    packet.operation = ArpOperation::request;\n    packet.sender_mac",
         "    packet.operation = ArpOperation::reply;\n    packet.sender_mac"),
    Rule("arp_notify fills in the target MAC", "2.7", ARP, TOLD,
         TOLD + "    packet.target_mac = MacAddress::broadcast();\n"),
    Rule("a card that comes up is not announced", "2.7", HOST + "host.cpp",
         "  if (up && changes) arp_.notify(card);\n", ""),
    Rule("a new MAC is not announced", "2.7", HOST + "host.cpp",
         "  neighbours_.forget_device(card);\n  arp_.notify(card);\n",
         "  neighbours_.forget_device(card);\n"),
    Rule("arping -U asks with target MAC 0", "2.7", ARP, ARPING,
         "operation == ArpOperation::request ? MacAddress{} : packet.sender_mac"),
    Rule("arping -A shows target MAC ff", "2.7", ARP, ARPING, "MacAddress::broadcast()"),
]  # fmt: skip

FROM_STALE = (
    "      enter(id, NeighbourState::delay);\n"
    "      arm(n, seconds(conf(n).delay_first_probe_time));\n      [[fallthrough]];"
)
START = "  n.probes = static_cast<std::uint8_t>(conf(n).ucast_solicit);\n"
SHOWN_AT_1 = "device.has_network_of(question.target, *question.packet_source)"
SELECTABLE = "    if (a.secondary || a.scope > Scope::link) continue;"
ELSEWHERE = "if (!a.secondary && a.scope < Scope::link) return"
ASKED = [
    Rule("a STALE entry is asked for first", "3.1", NEIGHBOURS,
         "    case NeighbourState::stale:\n      enter(id, NeighbourState::delay);",
         "    case NeighbourState::stale:\n      enqueue(n, frame, forwarded);\n"
         "      return start_resolution(id);\n      enter(id, NeighbourState::delay);"),
    Rule("a STALE entry stays STALE when used", "3.1", NEIGHBOURS, FROM_STALE,
         "      [[fallthrough]];"),
    Rule("a STALE entry is probed at once", "3.1", NEIGHBOURS, FROM_STALE,
         "      enter(id, NeighbourState::probe);\n      probe_or_fail(id);\n"
         "      [[fallthrough]];"),
    Rule("the first request waits a second", "3.1", NEIGHBOURS, START + "  probe_or_fail(id);",
         START + "  arm(n, milliseconds(conf(n).retrans_time_ms));"),
    Rule("each packet asks while INCOMPLETE", "3.1", NEIGHBOURS,
         "case NeighbourState::incomplete: return enqueue(n, frame, forwarded);",
         "case NeighbourState::incomplete: enqueue(n, frame, forwarded); return solicit(id);"),
    Rule("FAILED is remembered", "3.1", NEIGHBOURS,
         "    case NeighbourState::none:\n    case NeighbourState::failed: enqueue(",
         "    case NeighbourState::failed:\n"
         "      return host_.drop(frame, DropCause::neighbour_failed);\n"
         "    case NeighbourState::none: enqueue("),
    Rule("the first waiting packet decides the sender", "3.2", NEIGHBOURS,
         "n.waiting.back().frame].ip", "n.waiting.front().frame].ip"),
    Rule("no waiting packet decides the sender", "3.2", NEIGHBOURS,
         "    question.packet_source = frames_[n.waiting.back().frame].ip.source;\n", "    ;\n"),
    Rule("the full queue drops the newest", "4.2", NEIGHBOURS,
         "    const FrameId oldest = n.waiting.front().frame;  // overflow drops the oldest (4.2)\n"
         "    n.waiting_bytes -= size;\n    n.waiting.erase(n.waiting.begin());",
         "    const FrameId oldest = n.waiting.back().frame;\n"
         "    n.waiting_bytes -= size;\n    n.waiting.pop_back();"),
    Rule("the queue holds three packets", "4.2", NEIGHBOURS, "212'992 / 101", "212'992 / 3"),
    Rule("arp_announce 0 shows addresses of the card's first network only", "3.3", ARP,
         "    } else if (level != 2) {\n",
         "    } else if (level != 2 && state.interface(question.device).addresses.front()"
         ".prefix.contains(*question.packet_source)) {\n"),
    Rule("arp_announce 1 is as 0", "3.3", ARP, "    if (level == 1) {", "    if (false) {"),
    Rule("arp_announce 1 is as 2", "3.3", ARP,
         "        return *question.packet_source;\n      }\n    } else",
         "        static_cast<void>(device);\n      }\n    } else"),
    Rule("arp_announce 1 asks for the source's network only", "3.3", ARP, SHOWN_AT_1,
         "device.has_network_of(*question.packet_source, *question.packet_source)"),
    Rule("arp_announce 1 asks for the target's network only", "3.3", ARP, SHOWN_AT_1,
         "device.has_network_of(question.target, question.target)"),
    Rule("arp_announce 2 is as 0", "3.3", ARP, "    } else if (level != 2) {", "    } else {"),
    Rule("arp_announce 3 is as 2", "3.3", ARP, "    } else if (level != 2) {",
         "    } else if (level < 2) {"),
    Rule("a forwarded packet's source is shown", "3.3", ARP,
         "if (question.packet_source && state.is_local(*question.packet_source)) {",
         "if (question.packet_source) {"),
    Rule("select takes secondaries", "3.3", STATE, SELECTABLE,
         "    if (a.scope > Scope::link) continue;"),
    Rule("select takes scope host", "3.3", STATE, SELECTABLE, "    if (a.secondary) continue;"),
    Rule("select takes the last fitting address", "3.3", STATE,
         "    if (a.prefix.contains(target)) return a.prefix.address;\n"
         "    if (first == nullptr) first = &a;",
         "    if (first == nullptr || a.prefix.contains(target)) first = &a;"),
    Rule("select takes the first address, fitting or not", "3.3", STATE,
         "    if (a.prefix.contains(target)) return a.prefix.address;\n", ""),
    Rule("select takes the last address if none fits", "3.3", STATE,
         "    if (first == nullptr) first = &a;", "    first = &a;"),
    Rule("an unnumbered card finds nothing elsewhere", "3.3", STATE,
         "      " + ELSEWHERE + " a.prefix.address;\n", "      (void)a;\n"),
    Rule("an unnumbered card finds scope link elsewhere", "3.3", STATE, ELSEWHERE,
         "if (!a.secondary && a.scope <= Scope::link) return"),
    Rule("an unnumbered card finds secondaries elsewhere", "3.3", STATE, ELSEWHERE,
         "if (a.scope < Scope::link) return"),
    Rule("a question has target MAC ff", "3.4", ARP, "  request.target_mac = MacAddress{};",
         "  request.target_mac = MacAddress::broadcast();"),
    Rule("a question is always broadcast", "3.4", ARP,
         "question.unicast_to.value_or(MacAddress::broadcast())", "MacAddress::broadcast()"),
    Rule("probes of PROBE are broadcast", "3.4", NEIGHBOURS, "    question.unicast_to = n.mac;\n",
         "    ;\n"),
    Rule("probes of PROBE show a VIP", "3.5", NEIGHBOURS, "    question.unicast_to = n.mac;\n",
         "    question.unicast_to = n.mac;\n"
         "    for (const Interface& i : host_.state().interfaces())\n"
         "      if (i.kind != DeviceKind::ethernet)\n"
         "        for (const InterfaceAddress& a : i.addresses)\n"
         "          if (a.prefix.length == 32) question.packet_source = a.prefix.address;\n"),
]  # fmt: skip

ASK_AGAIN = "  arm(n, milliseconds(c.retrans_time_ms));\n  solicit(id);"
TO_PROBE = "      enter(id, NeighbourState::probe);\n      return probe_or_fail(id);"
CONFIRMED = "      if (simulator_.now() - n.confirmed <= seconds(conf(n).delay_first_probe_time)) {"
TELL = (
    "  for (const Neighbour::Waiting& w : waiting) "
    "host_.ip().neighbour_failed(w.frame, w.forwarded);"
)
RELEASE = "  for (const Neighbour::Waiting& w : waiting) output(id, w.frame, w.forwarded);"
OUTPUT_USERS = (NEIGHBOURS, OUTPUT, STACK, HOST + "ip_balance.cpp")
STEP_2 = (
    "  if (state == NeighbourState::reachable) n.confirmed = now;  // 2\n"
    "  const bool was_valid = n.valid();\n  const bool same_mac = n.mac == news.mac;\n"
)
STEP_4 = "  if (state != n.state || !same_mac || !was_valid) n.updated = now;  // 4\n"
STATES = [
    Rule("INCOMPLETE broadcasts as often as PROBE asks", "4.3", NEIGHBOURS, START, ""),
    Rule("PROBE goes on with broadcasts", "4.3", NEIGHBOURS,
         "n.state == NeighbourState::probe ? c.mcast_resolicit : c.mcast_solicit",
         "c.mcast_solicit"),
    Rule("a failure happens with the last question", "4.3", NEIGHBOURS, ASK_AGAIN,
         "  solicit(id);\n  if (n.probes >= c.ucast_solicit + c.app_solicit + broadcasts) "
         "return fail(id);\n  arm(n, milliseconds(c.retrans_time_ms));"),
    Rule("questions come twice as late each time", "4.3", NEIGHBOURS, ASK_AGAIN,
         "  arm(n, milliseconds(c.retrans_time_ms) * (1 << n.probes % 3));\n  solicit(id);"),
    Rule("REACHABLE goes to DELAY", "4.3", NEIGHBOURS, "if (now - n.used < recent) {",
         "if (true) {"),
    Rule("REACHABLE always goes to STALE", "4.3", NEIGHBOURS, "if (now - n.used < recent) {",
         "if (false) {"),
    Rule("REACHABLE ignores confirmations", "4.3", NEIGHBOURS,
         "  if (n.confirmed + reachable > now) {", "  if (false) {"),
    Rule("REACHABLE lasts twice its time", "4.3", NEIGHBOURS,
         "  if (n.confirmed + reachable > now) {", "  if (n.confirmed + 2 * reachable > now) {"),
    Rule("output of REACHABLE counts as use", "4.3", HOST + "neighbours.hpp",
         "      case NeighbourState::reachable:\n      case NeighbourState::permanent:\n"
         "      case NeighbourState::noarp: return send(n, frame);\n"
         "      case NeighbourState::stale:",
         "      case NeighbourState::reachable: n.used = simulator_.now(); [[fallthrough]];\n"
         "      case NeighbourState::permanent:\n"
         "      case NeighbourState::noarp: return send(n, frame);\n"
         "      case NeighbourState::stale:",
         OUTPUT_USERS),
    Rule("DELAY ignores confirmations", "4.3", NEIGHBOURS, CONFIRMED, "      if (false) {"),
    Rule("DELAY becomes REACHABLE unasked", "4.3", NEIGHBOURS, CONFIRMED, "      if (true) {"),
    Rule("DELAY becomes STALE again", "4.3", NEIGHBOURS, TO_PROBE,
         "      return enter(id, NeighbourState::stale);"),
    Rule("a confirmed DELAY counts its time from now", "4.3", NEIGHBOURS,
         "n.confirmed + milliseconds(conf(n).base_reachable_time_ms) - simulator_.now()",
         "milliseconds(conf(n).base_reachable_time_ms)"),
    Rule("the first probe waits a second", "4.3", NEIGHBOURS, TO_PROBE,
         "      enter(id, NeighbourState::probe);\n"
         "      return arm(n, milliseconds(conf(n).retrans_time_ms));"),
    Rule("packets wait while PROBE", "4.3", HOST + "neighbours.hpp",
         "      case NeighbourState::probe: n.used = simulator_.now(); [[fallthrough]];",
         "      case NeighbourState::probe:\n        if (n.state == NeighbourState::probe) "
         "return enqueue(n, frame, forwarded);\n"
         "        n.used = simulator_.now(); [[fallthrough]];",
         OUTPUT_USERS),
    Rule("what waited is told of the failure backwards", "4.3", NEIGHBOURS, TELL,
         "  for (auto w = waiting.rbegin(); w != waiting.rend(); ++w)\n"
         "    host_.ip().neighbour_failed(w->frame, w->forwarded);"),
    Rule("only the first that waited is told of the failure", "4.3", NEIGHBOURS, TELL,
         "  for (const Neighbour::Waiting& w : waiting)\n"
         "    if (&w == &waiting.front()) host_.ip().neighbour_failed(w.frame, w.forwarded);\n"
         "    else host_.drop(w.frame, DropCause::neighbour_failed);"),
    Rule("forwarded packets fail in silence", "4.3", STACK, "  if (forwarded) {", "  if (false) {"),
    Rule("a socket is not told of the failure", "4.3", STACK,
         "    host_.tcp().unreachable(host_, frame);\n", "    ;\n"),
    Rule("a lost carrier leaves the neighbours", "4.3", HOST + "neighbour_table.cpp",
         "[ConfKey::arp_evict_nocarrier] == 0) return;",
         "[ConfKey::arp_evict_nocarrier] != 9) return;"),
    Rule("PERMANENT entries change", "4.4", NEIGHBOURS, "  if (n.fixed()) return;  // 1\n", ""),
    Rule("a rejected reply does not confirm", "4.4", NEIGHBOURS, STEP_2,
         "  const bool was_valid = n.valid();\n  const bool same_mac = n.mac == news.mac;\n"
         "  if (state == NeighbourState::reachable && (same_mac || news.override || !was_valid))\n"
         "    n.confirmed = now;\n"),
    Rule("STALE news confirm", "4.4", NEIGHBOURS,
         "  if (state == NeighbourState::reachable) n.confirmed = now;  // 2\n",
         "  n.confirmed = now;\n"),
    Rule("a different MAC always wins", "4.4", NEIGHBOURS,
         "    if (!same_mac && !news.override) return;\n", ""),
    Rule("a different MAC that is refused makes STALE", "4.4", NEIGHBOURS,
         "    if (!same_mac && !news.override) return;\n",
         "    if (!same_mac && !news.override) return enter(id, NeighbourState::stale);\n"),
    Rule("the same MAC in STALE news makes STALE", "4.4", NEIGHBOURS,
         "    if (same_mac && state == NeighbourState::stale) state = n.state;\n", ""),
    Rule("every news moves the stamp", "4.4", NEIGHBOURS, STEP_4, "  n.updated = now;\n"),
    Rule("no change of MAC moves the stamp", "4.4", NEIGHBOURS, STEP_4, ""),
    Rule("a change of state leaves the stamp", "4.4", NEIGHBOURS,
         "  n.updated = simulator_.now();\n  n.probes = 0;", "  n.probes = 0;"),
    Rule("REACHABLE runs no timer", "4.4", NEIGHBOURS,
         "    if (state == NeighbourState::reachable) arm(n, milliseconds(conf(n)."
         "base_reachable_time_ms));\n", ""),
    Rule("a new MAC in STALE keeps the old confirmation", "4.4", NEIGHBOURS,
         "  if ((!same_mac || !was_valid) && state == NeighbourState::stale) n.confirmed = "
         "long_ago(n);  // 6\n", ""),
    Rule("long ago is one reachable time", "4.4", NEIGHBOURS, "simulator_.now() - 2 * milliseconds",
         "simulator_.now() - 1 * milliseconds"),
    Rule("what waits is forgotten when an answer comes", "4.4", NEIGHBOURS, RELEASE,
         "  for (const Neighbour::Waiting& w : waiting) "
         "host_.drop(w.frame, DropCause::neighbour_failed);"),
    Rule("what waits leaves backwards", "4.4", NEIGHBOURS, RELEASE,
         "  for (auto w = waiting.rbegin(); w != waiting.rend(); ++w) "
         "output(id, w->frame, w->forwarded);"),
    Rule("what waits leaves without touching the state", "4.4", NEIGHBOURS, RELEASE,
         "  for (const Neighbour::Waiting& w : waiting) send(entries_[id.index()], w.frame);"),
]  # fmt: skip

GROUPS = "source.is_multicast() || source.is_broadcast()"
TO_ALL = "destination.is_broadcast() || (source.is_any() && destination.is_any())"
TAKEN = "  return check.accepted ? local : dropped(check.cause);"
STEP_8 = "  if (!host.forwards(arrival)) return dropped(DropCause::not_forwarding);     // 8\n"
STEP_9 = "  if (route.type != RouteType::unicast) return refuse_by_type(route.type);    // 9\n"
STEP_10 = "  const SourceCheck check = check_source(host, flow, arrival, route.device);  // 10\n"
REFUSED = "  if (!check.accepted) return dropped(check.cause);\n"
ROUTED = [
    Rule("a multicast destination is looked up", "5.2", ROUTING,
         "  if (destination.is_multicast()) return dropped(DropCause::unknown_protocol);\n", ""),
    Rule("a multicast source is looked up", "5.2", ROUTING, GROUPS, "source.is_broadcast()"),
    Rule("source 255.255.255.255 is looked up", "5.2", ROUTING, GROUPS, "source.is_multicast()"),
    Rule("destination 255.255.255.255 is looked up", "5.2", ROUTING, TO_ALL,
         "(source.is_any() && destination.is_any())"),
    Rule("0.0.0.0 to 0.0.0.0 is martian", "5.2", ROUTING, TO_ALL, "destination.is_broadcast()"),
    Rule("source 0.0.0.0 is looked up", "5.2", ROUTING,
         "  if (source.is_any()) return dropped(DropCause::martian_source);\n", ""),
    Rule("all of 0/8 is martian", "5.2", ROUTING,
         "  if (source.is_any()) return", "  if ((source.value >> 24) == 0) return"),
    Rule("destination 0.0.0.0 is looked up", "5.2", ROUTING,
         "  if (destination.is_any()) return dropped(DropCause::martian_destination);\n", ""),
    Rule("destination 127/8 is looked up", "5.2", ROUTING,
         "    if (destination.is_loopback()) return dropped(DropCause::martian_destination);\n",
         ""),
    Rule("source 127/8 is looked up", "5.2", ROUTING,
         "    if (source.is_loopback()) return dropped(DropCause::martian_source);\n", ""),
    Rule("127/8 is martian whatever route_localnet says", "5.2", ROUTING,
         "arrival != kLoopback && !host.either_conf(arrival, ConfKey::route_localnet)",
         "arrival != kLoopback"),
    Rule("a host tells of a missing route", "5.2", ROUTING,
         "    if (!host.forwards(arrival)) return dropped(DropCause::no_route);\n", ""),
    Rule("a router is silent about a missing route", "5.2", ROUTING,
         "    return refused(DropCause::no_route, IcmpUnreachable::kNet);",
         "    return dropped(DropCause::no_route);"),
    Rule("a missing route is host unreachable", "5.2", ROUTING,
         "refused(DropCause::no_route, IcmpUnreachable::kNet)",
         "refused(DropCause::no_route, IcmpUnreachable::kHost)"),
    Rule("broadcasts are taken without a check of their source", "5.2", ROUTING,
         "  if (arrival == kLoopback) return local;",
         "  if (arrival == kLoopback || local.kind == InputRoute::Kind::broadcast) return local;"),
    Rule("what is for us is taken without a check of its source", "5.2", ROUTING, TAKEN,
         "  return local;"),
    Rule("a martian is told", "5.2", ROUTING, TAKEN,
         "  return check.accepted ? local : refused(check.cause, IcmpUnreachable::kHost);"),
    Rule("a host forwards", "5.2", ROUTING, STEP_8, ""),
    Rule("forwarding is what all says", "5.2", ROUTING, STEP_8,
         "  if (!host.conf_all()[ConfKey::forwarding])\n"
         "    return dropped(DropCause::not_forwarding);\n"),
    Rule("a host that does not forward says so", "5.2", ROUTING,
         "return dropped(DropCause::not_forwarding); ",
         "return refused(DropCause::not_forwarding, IcmpUnreachable::kHost); "),
    Rule("a blackhole answers", "5.2", ROUTING,
         "    case RouteType::blackhole:\n    case RouteType::unicast:\n",
         "    case RouteType::blackhole: return refused(DropCause::blackhole, "
         "IcmpUnreachable::kHost);\n    case RouteType::unicast:\n"),
    Rule("unreachable is net unreachable", "5.2", ROUTING,
         "refused(DropCause::blackhole, IcmpUnreachable::kHost)",
         "refused(DropCause::blackhole, IcmpUnreachable::kNet)"),
    Rule("prohibit is host unreachable", "5.2", ROUTING,
         "refused(DropCause::blackhole, IcmpUnreachable::kProhibited)",
         "refused(DropCause::blackhole, IcmpUnreachable::kHost)"),
    Rule("a forwarded packet's source is not checked", "5.2", ROUTING, REFUSED, ""),
    Rule("a forwarded packet's source is checked before the type of its route", "5.2", ROUTING,
         STEP_9 + STEP_10 + REFUSED, STEP_10 + REFUSED + STEP_9),
    Rule("a host without forwarding tells by route type", "5.2", ROUTING, STEP_8 + STEP_9,
         STEP_9 + STEP_8),
    Rule("the strong host model", "5.2", ROUTING, "  InputRoute local;  // 6, 7\n",
         "  if (route->type == RouteType::local && route->device != arrival && "
         "arrival != kLoopback)\n    return dropped(DropCause::not_forwarding);\n"
         "  InputRoute local;  // 6, 7\n"),
]  # fmt: skip

FAST = "  if (rp_filter == 0 && !host.has_custom_local_routes() && !host.has_custom_rules() &&\n"
LEAVES = "(output != arrival || !host.either_conf(arrival, ConfKey::send_redirects))"
OWN = "!accept_local && host.is_local(flow.source) && host.has_address(flow.source)"
STEP_B = "back->type != RouteType::unicast && !(back->type == RouteType::local && accept_local)"
STEP_A = "  if (back == nullptr) {  // a\n    return {rp_filter == 0,"
STEP_C = "  if (back->device == arrival) return {true, on_link, {}};  // c\n"
STEP_D = "  if (host.interface(arrival).addresses.empty()) {          // d\n"
STEP_E = "  return {rp_filter != 1, false,"
CHECKED = [
    Rule("the fast path is always taken", "5.3", ROUTING, FAST, "  if (rp_filter == 0 &&\n"),
    Rule("the fast path is never taken", "5.3", ROUTING, "  if (rp_filter == 0 && !host.",
         "  if (false && !host."),
    Rule("the fast path is taken with rules", "5.3", ROUTING, " && !host.has_custom_rules() &&",
         " &&"),
    Rule("the fast path is taken with local routes made by hand", "5.3", ROUTING,
         "!host.has_custom_local_routes() && !host", "!host"),
    Rule("the fast path is taken by whatever leaves as it came", "5.3", ROUTING, LEAVES, "true"),
    Rule("the fast path asks for send_redirects only", "5.3", ROUTING, LEAVES,
         "!host.either_conf(arrival, ConfKey::send_redirects)"),
    Rule("the fast path takes our own addresses", "5.3", ROUTING,
         "    if (" + OWN + ") return {};\n", ""),
    Rule("the fast path refuses all that is local", "5.3", ROUTING, OWN,
         "!accept_local && host.is_local(flow.source)"),
    Rule("the fast path knows no accept_local", "5.3", ROUTING, OWN,
         "host.is_local(flow.source) && host.has_address(flow.source)"),
    Rule("an unknown source passes loosely (a)", "5.3", ROUTING, STEP_A,
         "  if (back == nullptr) {  // a\n    return {rp_filter != 1,"),
    Rule("an unknown source never passes (a)", "5.3", ROUTING, STEP_A,
         "  if (back == nullptr) {  // a\n    return {false,"),
    Rule("an own address passes the full check (b)", "5.3", ROUTING, STEP_B,
         "back->type != RouteType::unicast && back->type != RouteType::local"),
    Rule("a broadcast source passes the full check (b)", "5.3", ROUTING, STEP_B,
         "back->type == RouteType::local && !accept_local"),
    Rule("accept_local does not reach the full check (b)", "5.3", ROUTING, STEP_B,
         "back->type != RouteType::unicast"),
    Rule("the way back by the arrival card does not suffice (c)", "5.3", ROUTING, STEP_C, ""),
    Rule("a card without an address is as others (d)", "5.3", ROUTING, STEP_D, "  if (false) {\n"),
    Rule("a card without an address passes loosely (d)", "5.3", ROUTING,
         "// d\n    return {rp_filter == 0,", "// d\n    return {rp_filter != 1,"),
    Rule("a card without an address comes before its own routes (d)", "5.3", ROUTING,
         STEP_C + STEP_D,
         "  if (back->device == arrival && !host.interface(arrival).addresses.empty())\n"
         "    return {true, on_link, {}};\n" + STEP_D),
    Rule("strict is as loose (e)", "5.3", ROUTING, STEP_E, "  return {true, false,"),
    Rule("loose is as strict (f)", "5.3", ROUTING, STEP_E, "  return {rp_filter == 0, false,"),
    Rule("a source behind a gateway counts as on-link", "5.3", ROUTING,
         "  const bool on_link = !back->gateway;", "  const bool on_link = true;"),
    Rule("the way back is looked up as if it came in", "5.3", ROUTING,
         "output.valid() ? output : kLoopback", "arrival"),
    Rule("the way back takes the packet's mark", "5.3", ROUTING, "by_mark ? flow.mark : 0",
         "flow.mark"),
    Rule("the way back never takes the packet's mark", "5.3", ROUTING, "by_mark ? flow.mark : 0",
         "0"),
]  # fmt: skip

FORWARDED = [
    Rule("a broadcast frame is forwarded", "5.5", STACK,
         "  if (frame.destination.is_group()) return host_.drop(id, "
         "DropCause::broadcast_not_forwarded);  // 1\n", ""),
    Rule("the next hop of a gateway route is the destination", "5.2", ROUTING,
         "forward.next_hop = route.gateway.value_or(flow.destination);",
         "forward.next_hop = flow.destination;"),
    Rule("no redirect to gateways without shared_media", "5.6", ROUTING,
         "ConfKey::shared_media) || !route.gateway) return true;",
         "ConfKey::shared_media) || !route.gateway) return true;\n  return false;"),
    Rule("a redirect goes to sources behind gateways", "5.6", ROUTING,
         "route.device == arrival && check.on_link &&", "route.device == arrival &&"),
    Rule("redirects for every way", "5.6", ROUTING, "route.device == arrival && check.on_link &&",
         "check.on_link &&"),
    Rule("an error never shows the address that was asked", "5.7", ICMP,
         "if (host_.state().is_local(offender.ip.destination)) source = offender.ip.destination;\n",
         ""),
    Rule("an error quotes eight bytes of payload", "5.7", ICMP, "quoted.ip.total_length));",
         "28));"),
]  # fmt: skip

LISTENING = TCP + "listening.cpp"
RESET = TCP + "output.cpp"
SHAKING = TCP + "handshake.cpp"
ON_ACK = "    frame.tcp.flags = TcpFlags::kRst;\n"
ON_SYN = "    frame.tcp.flags = TcpFlags::kRst | TcpFlags::kAck;\n"
NOT_A_SYN = "!header.syn() || header.ack() || header.rst()"
BAD_NUMBER = "    if (!header.rst()) answer_reset(host(e.host), segment);\n"
SEGMENTS = [
    Rule("a RST is answered", "6.3", LISTENING,
         "  if (header.rst()) return DropCause::no_socket;\n", ""),
    Rule("a listener answers what has no ACK", "6.3", LISTENING,
         "  if (listening && !header.ack()) return DropCause::no_socket;", "  //"),
    Rule("a closed port is silent to what has neither ACK nor SYN", "6.3", LISTENING,
         "  if (listening && !header.ack())", "  if (!header.ack() && !header.syn())"),
    Rule("a closed port is silent", "6.3", LISTENING,
         "  answer_reset(to, segment);\n  return listening",
         "  if (listening) answer_reset(to, segment);\n  return listening"),
    Rule("a listener is silent to ACKs", "6.3", LISTENING,
         "  if (listening && !header.ack())", "  if (listening)"),
    Rule("a SYN with ACK opens a connection", "6.3", LISTENING, NOT_A_SYN,
         "!header.syn() || header.rst()"),
    Rule("a SYN with RST opens a connection", "6.3", LISTENING, NOT_A_SYN,
         "!header.syn() || header.ack()"),
    Rule("a RST for an ACK has number 0", "6.3", RESET,
         "    frame.tcp.sequence = segment.header.acknowledgement;\n", ""),
    Rule("a RST for an ACK acknowledges", "6.3", RESET, ON_ACK, ON_SYN),
    Rule("a RST for a SYN acknowledges nothing", "6.3", RESET, ON_SYN, ON_ACK),
    Rule("a RST does not count the SYN", "6.3", RESET,
         "segment.end() + (segment.header.syn() ? 1 : 0) +", "segment.end() +"),
    Rule("a RST does not count the FIN", "6.3", RESET, " + (segment.header.fin() ? 1 : 0);", ";"),
    Rule("a RST does not count the payload", "6.3", RESET,
         "        segment.end() + (seg", "        segment.header.sequence + (seg"),
    Rule("a RST shows the address of the card", "6.3", RESET,
         "{.source = segment.ip.destination,",
         "{.source = from.state().interface(InterfaceId{2}).addresses.front().prefix.address,"),
    Rule("a RST has a window", "6.3", RESET, "  frame.tcp = {};\n  frame.ip.ttl",
         "  frame.tcp = {};\n  frame.tcp.window = 512;\n  frame.ip.ttl"),
    Rule("a RST takes over the TTL", "6.3", RESET,
         "  frame.tcp = {};\n  frame.ip.ttl = static_cast<std::uint8_t>(from.state().sysctls()."
         "ip_default_ttl);", "  frame.tcp = {};\n  frame.ip.ttl = segment.ip.ttl;"),
    Rule("a SYN-ACK with a bad number is dropped in SYN_SENT", "6.3", SHAKING, BAD_NUMBER, ""),
    Rule("a SYN-ACK with a bad number ends SYN_SENT", "6.3", SHAKING, BAD_NUMBER,
         BAD_NUMBER + "    fail(e, TcpError::refused);\n"),
    Rule("any RST ends SYN_SENT", "6.3", SHAKING,
         "    if (!header.ack()) return DropCause::unexpected_segment;\n    fail(",
         "    fail("),
    Rule("a RST with a bad number ends SYN_SENT", "6.3", SHAKING,
         "  if (header.ack() && header.acknowledgement != e.send_next) {\n    if (!header.rst())",
         "  if (header.ack() && !header.rst() && header.acknowledgement != e.send_next) {\n"
         "    if (!header.rst())"),
    Rule("a RST does not end SYN_SENT", "6.3", SHAKING, "    fail(e, TcpError::refused);\n", ""),
    Rule("a listener on RIP takes connections to VIP", "6.1", LISTENING,
         "    if (listener.config.bind == local.address) return i;\n", "    return i;\n"),
    Rule("a listener on every address wins", "6.1", LISTENING,
         "    if (listener.config.bind.is_any()) found = i;",
         "    if (listener.config.bind.is_any()) return i;"),
    Rule("the accept queue holds B", "6.6", LISTENING,
         "listener.counters.queued > backlog(listener)",
         "listener.counters.queued >= backlog(listener)"),
    Rule("half-open requests may be B + 1", "6.6", LISTENING,
         "listener.counters.half_open >= most", "listener.counters.half_open > most"),
]  # fmt: skip

CLOSED_TUNNEL = "    return host_.drop(id, DropCause::tunnel_down);"
STRICTNESS = "const int rp_filter = host.max_conf(arrival, ConfKey::rp_filter);"
OF_ALL = "host.conf_all()[ConfKey::rp_filter]"
OF_CARD = "host.interface(arrival).conf[ConfKey::rp_filter]"
TUNNELLED = [
    Rule("tunl0 need not be up", "7.2", STACK,
         "  if (!host_.state().interface(kTunnel).up) {  // 1", "  if (false) {"),
    Rule("a closed tunnel is silent", "7.2", STACK,
         "    host_.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kPort, 0});\n"
         + CLOSED_TUNNEL, CLOSED_TUNNEL),
    Rule("a closed tunnel is protocol unreachable", "7.2", STACK,
         "IcmpUnreachable::kPort, 0});\n" + CLOSED_TUNNEL,
         "IcmpUnreachable::kProtocol, 0});\n" + CLOSED_TUNNEL),
    Rule("congestion is copied to packets that cannot show it", "7.2", STACK,
         "    if ((frame.inner.tos & kEcnMask) == 0) return host_.drop(id, "
         "DropCause::unexpected_segment);\n", ""),
    Rule("congestion is not copied", "7.2", STACK, "    frame.inner.tos |= kCongestion;\n", ""),
    Rule("the inner TTL is decremented", "7.2", STACK, "  frame.ip = frame.inner;  // 3\n",
         "  frame.ip = frame.inner;\n  --frame.ip.ttl;\n"),
    Rule("the inner packet arrives by eth0", "7.2", STACK, "  receive(kTunnel, id);",
         "  receive(InterfaceId{2}, id);"),
    Rule("the inner packet is not routed", "7.2", STACK, "  receive(kTunnel, id);",
         "  deliver(kTunnel, id, true);"),
    Rule("the outer source is not checked", "7.2", ROUTING, TAKEN,
         "  if (arrival != kTunnel && host.interface(kTunnel).up && !host.is_local(flow.source))\n"
         "    return local;\n" + TAKEN),
    Rule("rp_filter of tunl0 alone decides", "7.3", ROUTING, STRICTNESS,
         f"const int rp_filter = {OF_CARD};"),
    Rule("rp_filter of all alone decides", "7.3", ROUTING, STRICTNESS,
         f"const int rp_filter = {OF_ALL};"),
    Rule("rp_filter 1 wins over 2", "7.3", ROUTING, STRICTNESS,
         f"const int rp_filter = {OF_ALL} == 1 || {OF_CARD} == 1\n"
         "      ? 1 : host.max_conf(arrival, ConfKey::rp_filter);"),
    Rule("rp_filter needs both", "7.3", ROUTING, STRICTNESS,
         f"const int rp_filter = std::min({OF_ALL}, {OF_CARD});"),
]  # fmt: skip

RULES = [
    *COMBINED, *RECEIVED, *IGNORED, *LEARNED, *ASKED, *STATES, *ROUTED, *CHECKED, *FORWARDED,
    *SEGMENTS, *TUNNELLED,
]  # fmt: skip
