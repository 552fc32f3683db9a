/** What the core exports; src/linux/core/wasm.ts is the other side. */
export { scratch, scratchSize } from './sock/border';
export { coreInit, simNext, simNow, simRun } from './sim/loop';
export { captureAdd, captureDel, captureDropped, captureNext, eventNext } from './sim/ring';
export { dropsOf, traceLost, traceNext, traceSet } from './sim/stat';
export { traceFilter } from './sim/tracefilter';
export { nsAdd, nsDel, nsSet } from './dev/ns';
export {
  devAdd, devCarrier, devDel, devMac, devMove, devMtu, devName, devPeer, devSet, devStats, vethAdd,
} from './dev/dev';
export { fdbDel, fdbDump, fdbSet } from './dev/fdb';
export { netemDist } from './dev/netem';
export { qdiscDel, qdiscDump, qdiscSet } from './dev/qdiscadm';
export { upperAdd } from './dev/upper';
export { vfdbDel, vfdbDump, vfdbSet } from './dev/vfdb';
export { vxlanAdd, vxlanGet, vxlanSet } from './dev/vxlanadm';
export { frameReceive, frameSend } from './dev/xmit';
export { flowCount, flowSet } from './flow/epoch';
export { netNext, netWatch } from './sim/netevent';
export { pageNext } from './sim/page';
export { slabUsed } from './sim/slab';
export { addrAdd, addrDel, addrPromote } from './ip/addr';
export { confGet, confSet } from './ip/conf';
export { fibRuleAdd, fibRuleDel } from './ip/fibrule';
export { routeLookup } from './ip/lookup';
export { groupDump, groupJoin, groupLeave } from './ip/mcast';
export { mibRead } from './ip/mib';
export { fragWaiting } from './ip/reassembly';
export { mib6Read } from './ip6/mib6';
export { frag6Waiting } from './ip6/reassembly';
export { ip4Get, ip4Set } from './ip/net4';
export { proxyAdd, proxyDel, proxyDump } from './ip/proxyarp';
export { routeAdd, routeDel } from './ip/route';
export { addr6Add, addr6Deprecate, addr6Flags } from './ip6/addr';
export { ip6DevSet, ip6NsSet } from './ip6/idev';
export { raNext } from './ip6/ra';
export { mc6Dump } from './ip6/mcast';
export { memSpans } from './sim/span';
export { announce, neighDel, neighDump, neighSet } from './ip/neighadm';
export {
  nfBuiltin, nfChainAdd, nfChainCount, nfChainCounters, nfChainDel, nfPolicy, nfRuleAdd, nfRuleCount, nfRuleCounters, nfRuleDel,
  nfZero,
} from './nf/table';
export { connDel, connMark, ctDump } from './nf/conntrack';
export { recentDump, recentSet } from './nf/match/recent';
export { ctEventNext, ctWatch } from './nf/ctevent';
export { vsConnFlush, vsConns } from './nf/ipvs/conn';
export { vsDestDel, vsDestSet, vsDests, vsServiceDel, vsServiceSet, vsServices, vsZero } from './nf/ipvs/service';
export { nfGet, nfSet } from './nf/settings';
export { nfLogNext } from './nf/target/log';
export { sockOwner } from './nf/owner';
export {
  accept as sockAccept, bind as sockBind, dump as sockDump, group as sockGroup, info as sockInfo, listen as sockListen, open as sockOpen,
  ready as sockReady, recvFrom as sockRecvFrom, snmp as snmpRead,
} from './sock/api';
export {
  close as sockClose, connect as sockConnect, recv as sockRecv, send as sockSend, setOption as sockSet, shutdown as sockShutdown,
} from './sock/border';
export { optionGet as sockGet } from './sock/option';
export { tcpInfo as sockTcpInfo } from './sock/tcp_info';
