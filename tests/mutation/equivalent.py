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
    # --- directors -------------------------------------------------------------------------------
    "a level above the top is above every weight: the same selection lowers it to the top": [
        "wrr: cw not capped",
    ],
    "with all weights 0 a level of 1 finds nobody either, and the first weight makes it 1 anyway": [
        "wrr.cpp:recompute:number:2",
    ],
    "the top is a level: rounded to one it stays": ["wrr.cpp:changed:compare:1"],
    "a weight that all costs have decides nothing": [
        "lc.cpp:overhead:number:1", "fo.cpp:greatest_weight:number:1",
        "ovf.cpp:greatest_weight_with_room:number:1",
    ],
    "more room than the row needs": ["tournament.cpp:clear:number:1"],
    "it writes one place past the end, which only the sanitizers of the dev preset may see": [
        "tournament.cpp:play_all:compare:1",
    ],
    "less than everything else all the same": ["nq.cpp:kIdle:constant:1"],
    "one more try is the first one again": ["sh.cpp:pick:compare:3", "mh.cpp:pick:compare:2"],
    "where there is a divisor, the greatest weight is at least 1": ["mh.cpp:permutations:number:2"],
    "the target of a director's own timers says the director alone; nobody reads the rest of it": [
        "director.cpp:Director:number:1",
    ],
    "nobody reads it": [
        "director_configuration.cpp:remove_service:constant:1",
        "director_configuration.cpp:remove_service:gone:1",
        "director_configuration.cpp:remove_service:gone:3",
    ],
    "it only spares look-ups that find nothing": [
        "director_configuration.cpp:remove_service:gone:5",
        *(f"director_configuration.cpp:services_changed:logic:{n}" for n in (1, 2)),
    ],
    "drop_entry visits 128 of 4096 buckets at random; one more or less is less than chance does": [
        "director_defence.cpp:drop_entries:compare:1",
        "director_defence.cpp:drop_entries:number:1",
        "director_defence.cpp:kKernelBuckets:constant:1",
        "director_defence.cpp:kVisitedBuckets:constant:1",
    ],
    "two entries never have the same serial number": [
        "director_defence.cpp:drop_entries:compare:2", "listing.cpp:list_connections:compare:3",
    ],
    "two of a list are never the same": [
        "listing_order.cpp:merge_sort:compare:4",
        "listing_order.cpp:services_in_kernel_order:compare:3",
    ],
    "what is compared was found to differ": [
        "listing.cpp:list_connections:compare:2",
        "listing_order.cpp:services_in_kernel_order:compare:2",
        *(f"listing_order.cpp:compare:compare:{n}" for n in (2, 4, 6)),
        "listing_order.cpp:compare:number:2",
    ],
    "of an order only the sign is read": [
        f"listing_order.cpp:compare:number:{n}" for n in (3, 4, 5, 6, 7, 8)
    ],
    "rates start one unit above 0: the first sample's quarter, rounded down, takes it back": [
        "statistics.cpp:zero:number:1",
    ],
    "which entries share a bucket depends on our hash, as there on a number drawn at boot": [
        "listing.cpp:kKernelBuckets:constant:1",
    ],
    "a jiffy is no second": ["listing.cpp:connection_line:number:1"],
    "no line is that long": ["listing.cpp:__attribute__:number:1"],
    "a server is never bypassed; FULLNAT has its own tests and no mutants": [
        f"listing.cpp:{of}_{what}:label:{n}"
        for of, what in (("method", "name"), ("save", "method")) for n in (4, 5)
    ],
    "the table may grow an entry earlier: where entries lie decides nothing": [
        "director_persistence.cpp:schedule_persistently:number:1",
    ],
    "timers of 0 and of 1 jiffy have the same granule, and this entry goes with the next jiffy": [
        "director_timers.cpp:expire_now:number:1",
    ],
    "a timer of which the target names another slot finds its connection by a search": [
        "director_timers.cpp:owner:number:2", "director_schedule.cpp:entry_moved:gone:1",
    ],
    "of an entry for one packet only the server's side is read": [
        f"director_schedule.cpp:create:gone:{n}" for n in (2, 3, 4, 5, 6)
    ],
    "a bypass connection counts nowhere": ["director_schedule.cpp:leave:gone:4"],
    "visits of the trash are 15360 jiffies apart: two of them are more, one is less, whatever of "
    "30000 to 30720 is asked for": [
        "director_timers.cpp:visit_trash:compare:3", "director_timers.cpp:kTrashIdle:constant:1",
    ],
}  # fmt: skip

REASONS = {name: why for why, named in _GROUPS.items() for name in named}


def reason(name):
    return REASONS.get(name)


def names():
    return list(REASONS)
