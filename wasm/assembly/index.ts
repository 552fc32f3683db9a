/** What the core exports; src/linux/core/wasm.ts is the other side. */
export { coreInit, scratch, scratchSize } from './sock/border';
export { simNext, simNow, simRun } from './sim/loop';
export { captureAdd, captureDel, captureDropped, captureNext, eventNext } from './sim/ring';
export { dropsOf, traceLost, traceNext, traceSet } from './sim/stat';
export { traceFilter } from './sim/trace';
export { nsAdd, nsDel, nsSet } from './dev/ns';
export { devAdd, devCarrier, devDel, devMove, devName, devPeer, devSet, devStats, vethAdd } from './dev/dev';
export { fdbDump } from './dev/fdb';
export { frameReceive, frameSend } from './dev/xmit';
export { pageNext } from './sim/page';
export { slabUsed } from './sim/slab';
export { addrAdd, addrDel } from './ip/addr';
export { routeAdd, routeDel, routeLookup } from './ip/route';
export { announce, neighDel, neighDump, neighSet } from './ip/neigh';
export {
  nfBuiltin, nfChainAdd, nfChainCounters, nfChainDel, nfPolicy, nfRuleAdd, nfRuleCounters, nfRuleDel, nfZero,
} from './nf/table';
export { connDel, ctDump } from './nf/conntrack';
export {
  accept as sockAccept, bind as sockBind, dump as sockDump, info as sockInfo, listen as sockListen, open as sockOpen,
  ready as sockReady, recvFrom as sockRecvFrom,
} from './sock/api';
export {
  close as sockClose, connect as sockConnect, recv as sockRecv, send as sockSend, setOption as sockSet, shutdown as sockShutdown,
} from './sock/border';
export { optionGet as sockGet } from './sock/option';
