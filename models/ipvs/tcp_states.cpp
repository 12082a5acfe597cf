#include "models/ipvs/tcp_states.hpp"

namespace lvs {
namespace {

constexpr IpvsState NO = IpvsState::none;
constexpr IpvsState ES = IpvsState::established;
constexpr IpvsState SS = IpvsState::syn_sent;
constexpr IpvsState SR = IpvsState::syn_received;
constexpr IpvsState FW = IpvsState::fin_wait;
constexpr IpvsState TW = IpvsState::time_wait;
constexpr IpvsState CL = IpvsState::close;
constexpr IpvsState CW = IpvsState::close_wait;
constexpr IpvsState LA = IpvsState::last_ack;
constexpr IpvsState LI = IpvsState::listen;
constexpr IpvsState SA = IpvsState::synack;

}  // namespace

// Held beside spec/ipvs.md 4.3.1 and 4.3.2, cell by cell.
constexpr std::array<std::array<detail::IpvsTransitions, 3>, 2> detail::kIpvsTransitions{{
    // clang-format off
    // normal
    {{
        // input
        {{
            //        NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
            /*SYN*/ {{SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR}},
            /*FIN*/ {{CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, TW}},
            /*ACK*/ {{ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES}},
            /*RST*/ {{CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, SR}},
        }},
        // output
        {{
            //        NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
            /*SYN*/ {{SS, ES, SS, SR, SS, SS, SS, SS, SS, LI, SR}},
            /*FIN*/ {{TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW}},
            /*ACK*/ {{ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES}},
            /*RST*/ {{CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL}},
        }},
        // input_only
        {{
            //        NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
            /*SYN*/ {{SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR}},
            /*FIN*/ {{CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW}},
            /*ACK*/ {{ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES}},
            /*RST*/ {{CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL}},
        }},
    }},
    // secure
    {{
        // input
        {{
            //        NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
            /*SYN*/ {{SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SA}},
            /*FIN*/ {{CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, SA}},
            /*ACK*/ {{ES, ES, SS, SR, FW, TW, CL, CW, CL, LI, SA}},
            /*RST*/ {{CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL}},
        }},
        // output
        {{
            //        NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
            /*SYN*/ {{SS, ES, SS, SA, SS, SS, SS, SS, SS, LI, SA}},
            /*FIN*/ {{TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW}},
            /*ACK*/ {{ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES}},
            /*RST*/ {{CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL}},
        }},
        // input_only
        {{
            //        NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
            /*SYN*/ {{SA, ES, ES, SR, SA, SA, SA, SA, SA, SA, SA}},
            /*FIN*/ {{CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW}},
            /*ACK*/ {{ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES}},
            /*RST*/ {{CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL}},
        }},
    }},
    // clang-format on
}};

std::string_view name(IpvsState state) {
  switch (state) {
    case NO: return "NONE";
    case ES: return "ESTABLISHED";
    case SS: return "SYN_SENT";
    case SR: return "SYN_RECV";
    case FW: return "FIN_WAIT";
    case TW: return "TIME_WAIT";
    case CL: return "CLOSE";
    case CW: return "CLOSE_WAIT";
    case LA: return "LAST_ACK";
    case LI: return "LISTEN";
    case SA: return "SYNACK";
  }
  return "";
}

}  // namespace lvs
