"""Mutants that no test can catch, because nothing that can happen tells them apart; with why."""

_GROUPS = {
    "a secondary stands behind a primary of its network and scope, which is found first (1.3)": [
        "select takes secondaries",
        "an unnumbered card finds secondaries elsewhere",
    ],
    "a listener of one address and one of all never share a port: listen() refuses (6.1)": [
        "a listener on every address wins",
    ],
    "the inline output() sends for these states itself and never comes here": [
        f"neighbours.cpp:output_unsure:label:{n}" for n in (2, 3, 4, 5)
    ],
    "a state without a timer: enter() has stopped it, and none runs": [
        f"neighbours.cpp:timer:label:{n}" for n in (5, 6, 7, 8, 9)
    ],
    "the room of a packet is rounded down all the same": ["neighbours.cpp:enqueue:number:1"],
    "nobody reads the mark of an ARP frame but the proxy, which sets it itself": [
        "arp.cpp:make:number:1",
    ],
    "`confirmed` of an entry in this state is written before it is read": [
        f"neighbour_table.cpp:set:label:{n}" for n in (5, 6, 7, 8)
    ],
    "a route of this type never comes here: the lookup, or a step before, has dealt with it": [
        *(f"routing.cpp:refuse_by_type:label:{n}" for n in (4, 5, 6, 7)),
        "routing.cpp:route_output:label:7",
        "route_rules.cpp:route_of:label:4",
    ],
    "type of service 1 is none: routes and rules look at the bits of 0x1c": [
        "routing.cpp:route_output:number:1",
    ],
    "the cache of decisions is off, which only costs time": [
        "route_rules.cpp:routing_changed:compare:3",
        "route_rules.cpp:routing_changed:not:1",
        "route_rules.cpp:routing_changed:number:1",
    ],
    "of a request, and only such are delayed, it matters to nothing that it came by unicast": [
        "arp.cpp:proxy_answer_due:constant:1",
    ],
    "a packet whose end is not known has length 0, and has received more than that": [
        "reassembly.cpp:add:number:3",
    ],
    "two pieces never begin together: the later one is there already, or overlaps": [
        "reassembly.cpp:insert:compare:5",
    ],
    "about a fragment that is not the first no error is sent anyway (5.7)": [
        "reassembly.cpp:timer:logic:1",
    ],
    "a host's configuration is generation 1 only before its first command": [
        "ip_output.cpp:send:number:1",
    ],
    "without exceptions none is found, and only what is forwarded has a way to change": [
        "ip_stack.cpp:decide:logic:1",
    ],
    "nobody asks of a forwarded packet whether its next hop is a gateway": [
        "ip_stack.cpp:decide:constant:1",
    ],
    "a decision that is not remembered has no generation": [
        "ip_stack.cpp:input_way_by_all:number:1",
    ],
    "lo has no carrier to lose": ["host_state.cpp:update_dead_routes:number:1"],
    "on the fast path a packet leaves by another card or redirects are off: none is sent": [
        "routing.cpp:check_source:constant:2",
    ],
    "asks about one device more, behind the end, which no route names": [
        "host_state.cpp:update_dead_routes:compare:1",
    ],
    "one picosecond that the spec leaves open ('within the last 5 s', '20.48 s of no traffic')": [
        "neighbours.cpp:reachable_timer:compare:2",
        "icmp.cpp:send_redirect:compare:1",
    ],
}

REASONS = {name: why for why, named in _GROUPS.items() for name in named}


def reason(name):
    return REASONS.get(name)


def names():
    return list(REASONS)
