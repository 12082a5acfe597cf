// Every kind of event and timer in the models. World (models/world.cpp) dispatches on them.
#pragma once

#include "sim/event.hpp"

namespace lvs {

enum class EventKind : EventCode {
  // events: target, argument
  frame_arrival = 1,   ///< cable direction, frame
  processor_done,      ///< host, core
  delayed_answer,      ///< host, frame: to ARP or ping, after reply_jitter
  connection_arrival,  ///< workload, host index
  user_ready,          ///< workload, exchange slot: think time is over, or a user starts
  scenario_event,      ///< -, index of the event
  loopback,            ///< host, frame: through lo, in the same instant
  loopback_handled,    ///< the same for a packet that IPVS has handled
  proxy_answer,        ///< host, frame: an ARP request for somebody whom the host stands for
  // timers: target
  ipvs_connection = kTimerKinds,  ///< director << kDirectorShift | slot of the connection
  ipvs_statistics,                ///< director: the 2 s tick
  ipvs_collection,                ///< director << kDirectorShift | service: a scheduler's cache
  tcp_endpoint,                   ///< endpoint
  neighbour,                      ///< host << kNeighbourShift | entry
  exchange_timeout,               ///< exchange slot
  ipvs_trash,                     ///< director: deleted real servers
  service_departure,              ///< service queue: a job may be done
  reassembly,                     ///< host << kTargetShift | packet whose fragments wait
  route_exceptions,               ///< host: something learned about a destination has expired
  conversation_limit,             ///< conversation: no answer in time
  health_probe,                   ///< health checker: its next attempt, or no answer in time
};

constexpr EventCode code(EventKind kind) { return static_cast<EventCode>(kind); }

}  // namespace lvs
