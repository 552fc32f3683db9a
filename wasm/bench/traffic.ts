/**
 * A source that puts UDP datagrams of many flows on a device, as a packet socket does, and a sink that reads them from
 * the sockets they reach. Both stand inside, so that the border to the host is no part of what is measured; all between
 * them is the core as it is.
 *
 * A flow is a pair of ports: sources count up from SPORT, and after SPAN of them the destination port does.
 */

import { Dev } from '../assembly/dev/dev';
import { devXmit } from '../assembly/dev/xmit';
import { SCRATCH_BASE, SCRATCH_SIZE, Sim } from '../assembly/mem';
import { drain, simRun } from '../assembly/sim/loop';
import { Pkt } from '../assembly/sim/packet';
import { pktAlloc } from '../assembly/sim/pool';
import { eventNext } from '../assembly/sim/ring';
import { recvFrom } from '../assembly/sock/api';
import { copy, wr16 } from '../assembly/wire/bytes';
import { csumFold, csumPartial } from '../assembly/wire/checksum';
import { ETH_IPV4 } from '../assembly/wire/ether';

const SPORT: u32 = 10000;
const SPAN: u32 = 55000;
/** Virtual time between two packets, ns. */
const GAP: u64 = 1000;
/** Packets sent before the sink reads. */
const BURST: u32 = 32;
/** The frame that is repeated, at the end of the scratch area; before it the list of sockets. */
const FRAME: usize = SCRATCH_BASE + SCRATCH_SIZE - 2048;
const SINKS: usize = FRAME - 1024;
const L4: usize = 34;

/** Where the frame to repeat goes: Ethernet, IPv4 without options, UDP, all sums right. The list of sockets is 1024 bytes before. */
export function benchFrame(): usize {
  return FRAME;
}

/** Sum of the frame's UDP checksum without the two ports, in memory order. */
function sumWithoutPorts(): u64 {
  const ports = csumPartial(FRAME + L4, 4, 0);
  return ((~load<u16>(FRAME + L4 + 6) & 0xffff) as u64) + 0xffffffff - ports;
}

/** Reads all that waits. @returns how many datagrams */
function sink(socks: u32): u32 {
  let n: u32 = 0;
  for (let k: u32 = 0; k < socks; k++) {
    const id = load<i32>(SINKS + (k as usize) * 4);
    while (recvFrom(id) >= 0) n++;
  }
  while (eventNext() != 0);
  return n;
}

/**
 * Sends `packets` copies of the frame out of a device, the flows in turn from `first` on.
 * @param dport the destination port of the first flows @param socks how many sockets the list names
 * @returns how many were read
 */
export function benchRun(dev: u32, len: u32, first: u32, flows: u32, packets: u32, dport: u32, socks: u32): u32 {
  const s = Sim.at();
  const base = sumWithoutPorts();
  let got: u32 = 0;
  let flow = first;
  let t = s.now;
  for (let i: u32 = 0; i < packets; i++) {
    const pkt = pktAlloc(len);
    const p = Pkt.at(pkt);
    const at = p.data as usize;
    copy(at, FRAME, len);
    const turn = flow / SPAN;
    wr16(at + L4, SPORT + flow - turn * SPAN);
    wr16(at + L4 + 2, dport + turn);
    const sum = csumFold(base + (load<u16>(at + L4) as u64) + (load<u16>(at + L4, 2) as u64));
    store<u16>(at + L4, sum == 0 ? 0xffff : sum, 6);
    if (++flow == flows) flow = 0;
    p.ns = Dev.at(dev).ns;
    p.mac = p.data;
    p.proto = ETH_IPV4;
    // A line has many packets on their way at once: the next begins before the last has arrived.
    t += GAP;
    s.now = t;
    devXmit(dev, pkt);
    drain();
    if (i % BURST == BURST - 1) {
      got += sink(socks);
      simRun(t as f64);
    }
  }
  return got + sink(socks);
}
