/** What wasm/assembly/index.ts exports, as TypeScript sees it: numbers, u64 as bigint, addresses of bytes in memory. */
export interface Wasm {
  readonly memory: WebAssembly.Memory;

  coreInit(seed: bigint): number;
  scratch(): number;
  scratchSize(): number;
  /** Writes pairs of addresses (first, end) of the bytes in use; returns how many pairs. */
  memSpans(out: number): number;

  simNow(): number;
  simNext(): number;
  simRun(until: number): void;
  /** Remembers flows (1: as at first) or not. */
  flowSet(on: number): void;
  /** 0: segments replayed, 1: recorded, 2: times all were forgotten for want of room, 3: paths kept. */
  flowCount(k: number): number;
  /** Address of four words, or 0. */
  eventNext(): number;

  nsAdd(): number;
  nsDel(ns: number): void;
  nsSet(ns: number, key: number, value: number): number;
  devAdd(ns: number, kind: number, name: number, mac: bigint): number;
  vethAdd(nsA: number, nameA: number, macA: bigint, nsB: number, nameB: number, macB: bigint): number;
  devPeer(dev: number): number;
  devDel(dev: number): void;
  devMove(dev: number, ns: number): number;
  devSet(dev: number, key: number, value: number): number;
  devName(dev: number, name: number): number;
  devCarrier(dev: number): number;
  devStats(dev: number, out: number): void;
  devMac(dev: number): bigint;
  devMtu(dev: number): number;
  upperAdd(ns: number, kind: number, name: number, mac: bigint, lower: number, arg: number): number;
  vxlanAdd(ns: number, name: number, mac: bigint, record: number): number;
  vxlanSet(dev: number, record: number): number;
  vxlanGet(dev: number, out: number): void;
  vfdbSet(dev: number, record: number, how: number): number;
  vfdbDel(dev: number, record: number): number;
  vfdbDump(dev: number, out: number, room: number): number;
  qdiscSet(dev: number, record: number, fresh: number): number;
  qdiscDel(dev: number, parent: number, handle: number): number;
  qdiscDump(dev: number, out: number): number;
  netemDist(slot: number, from: number): void;
  frameSend(dev: number, at: number, len: number): number;
  frameReceive(dev: number, at: number, len: number): number;

  addrAdd(dev: number, ip: number, bits: number, scope: number): number;
  addrPromote(dev: number, ip: number): number;
  addrDel(dev: number, ip: number): number;
  addr6Add(dev: number, ip: number, bits: number, flags: number): number;
  addr6Flags(dev: number, ip: number): number;
  addr6Deprecate(dev: number, ip: number, on: number): number;
  raNext(): number;
  ip6DevSet(dev: number, key: number, value: number): number;
  ip6NsSet(ns: number, key: number, value: number): number;
  routeAdd(ns: number, record: number): number;
  routeDel(ns: number, record: number): number;
  routeLookup(ns: number, dst: number, src: number, flow: number, out: number): number;
  confSet(ns: number, dev: number, key: number, value: number): number;
  confGet(ns: number, dev: number, key: number): number;
  ip4Set(ns: number, key: number, value: number): number;
  ip4Get(ns: number, key: number): number;
  mibRead(ns: number, out: number): void;
  mib6Read(ns: number, out: number): void;
  fragWaiting(ns: number, out: number): void;
  frag6Waiting(ns: number, out: number): void;
  fibRuleAdd(ns: number, record: number): number;
  fibRuleDel(ns: number, record: number): number;
  groupDump(dev: number, at: number, room: number): number;
  mc6Dump(dev: number, at: number, room: number): number;
  groupJoin(dev: number, ip: number): number;
  groupLeave(dev: number, ip: number): number;
  proxyAdd(dev: number, ip: number): number;
  proxyDel(dev: number, ip: number): number;
  proxyDump(ns: number, out: number, room: number): number;
  neighDump(ns: number, out: number, room: number): number;
  neighSet(dev: number, ip: number, mac: bigint, permanent: number): number;
  neighDel(dev: number, ip: number): number;
  netWatch(by: number): void;
  netNext(): number;
  announce(dev: number, ip: number): number;
  fdbDump(bridge: number, out: number, room: number): number;
  fdbSet(port: number, mac: bigint, flags: number, how: number): number;
  fdbDel(port: number, mac: bigint): number;

  nfBuiltin(ns: number, family: number, table: number, hook: number): number;
  nfChainAdd(ns: number, family: number, table: number): number;
  nfChainDel(chain: number): number;
  nfPolicy(chain: number, drop: number): void;
  nfRuleAdd(chain: number, index: number, record: number): number;
  nfRuleDel(chain: number, handle: number): number;
  nfRuleCounters(handle: number, out: number): void;
  nfChainCounters(chain: number, out: number): void;
  nfZero(chain: number): void;
  nfRuleCount(handle: number, packets: number, bytes: number): void;
  nfChainCount(chain: number, packets: number, bytes: number): void;
  nfSet(ns: number, k: number, value: number): number;
  nfGet(ns: number, k: number): number;
  nfLogNext(): number;
  vsServices(ns: number, out: number, room: number): number;
  vsServiceSet(ns: number, record: number, edit: number): number;
  vsServiceDel(handle: number): number;
  vsDests(service: number, out: number, room: number): number;
  vsDestSet(record: number, edit: number): number;
  vsDestDel(handle: number): number;
  vsZero(ns: number, service: number): void;
  vsConns(ns: number, out: number, room: number): number;
  vsConnFlush(ns: number): void;
  sockOwner(sock: number, uid: number, gid: number): void;
  connMark(handle: number, mark: number): void;
  recentDump(ns: number, name: bigint, out: number, room: number): number;
  recentSet(ns: number, name: bigint, how: number, ip: number): number;
  ctDump(ns: number, out: number, room: number): number;
  connDel(handle: number): void;
  ctWatch(ns: number, by: number): void;
  ctEventNext(): number;

  sockOpen(ns: number, type: number, family: number, protocol: number): number;
  sockBind(sock: number, port: number): number;
  sockConnect(sock: number, port: number): number;
  sockListen(sock: number, backlog: number): number;
  sockAccept(sock: number): number;
  sockSend(sock: number, len: number, to: number, port: number): number;
  sockRecv(sock: number, max: number): number;
  sockRecvFrom(sock: number): number;
  sockShutdown(sock: number, how: number): number;
  sockClose(sock: number): void;
  sockGroup(sock: number, dev: number, join: number): number;
  sockReady(sock: number): number;
  sockSet(sock: number, key: number, value: number): number;
  sockGet(sock: number, key: number): number;
  sockInfo(sock: number, out: number): void;
  sockDump(ns: number, from: number): number;
  /** Writes TCPI_MAX f64 at `out`. */
  sockTcpInfo(sock: number, out: number): void;
  /** Writes SNMP_MAX f64 where bytes cross. */
  snmpRead(ns: number): void;

  captureAdd(ns: number, dev: number, snaplen: number): number;
  captureNext(capture: number): number;
  captureDropped(capture: number): number;
  captureDel(capture: number): void;
  traceSet(on: number): void;
  traceNext(): number;
  traceLost(): number;
  /** Filters of TF_SIZE bytes from `at`. */
  traceFilter(at: number, count: number): number;
  dropsOf(reason: number): number;
  /** The first page of 4 KiB from `from` on that holds something, or nothing; else the end. */
  pageNext(from: number, zero: number): number;
}
