/** Where a remembered path ends: in a tunnel, at a transport, or at once in the queue of the socket that a datagram is for. */
import { vxlanXmit } from '../dev/vxlan';
import { ip4ToSocket, ip4ToTransport } from '../ip/input';
import { Sim } from '../mem';
import { ctGet } from '../nf/conn';
import { Pkt } from '../sim/packet';
import { pktFree } from '../sim/pool';
import { rawAny, udpAlone } from '../sock/demux';
import { udpQueue, udpSocket } from '../sock/input';
import { ETH_HLEN, ETH_IPV4 } from '../wire/ether';
import { PROTO_UDP } from '../wire/ipv4';
import { IP, L4 } from './frame';
import { END_DELIVER, Memo, Path } from './memo';

/** The packet is where its path ends (takes it). @param f its frame */
export function arrived(pkt: u32, m: Memo, r: Path, f: usize): void {
  const p = Pkt.at(pkt);
  const datagram = r.end == END_DELIVER && load<u8>(f + IP, 9) == PROTO_UDP && !rawAny();
  // Nothing of the packet but its bytes is looked at any more.
  if (datagram && known(m, f) && udpQueue(m.sock, r.indev, f + IP, p.len - ETH_HLEN)) {
    pktFree(pkt);
    return;
  }
  land(pkt, m, r, f, datagram);
}

/** The same of a packet that goes on as one (takes it). */
function land(pkt: u32, m: Memo, r: Path, f: usize, datagram: bool): void {
  const p = Pkt.at(pkt);
  p.dev = r.endDev;
  p.ns = r.endNs;
  p.flags = r.endFlags;
  p.mac = p.data;
  p.proto = ETH_IPV4;
  p.pkttype = r.pkttype;
  p.rtype = r.rtype;
  p.outdev = r.outdev;
  p.port = r.port;
  p.indev = r.indev;
  if (r.end != END_DELIVER) {
    vxlanXmit(r.endDev, pkt);
    return;
  }
  if (m.ct != 0) {
    ctGet(m.ct);
    p.ct = m.ct;
    p.ctinfo = r.ctinfo;
  }
  p.nh = p.data + ETH_HLEN;
  p.th = p.nh + 20;
  p.data = p.nh;
  p.len -= ETH_HLEN;
  if (datagram) ip4ToSocket(pkt, socketOf(p, m, f));
  else ip4ToTransport(pkt);
}

/** The destination port that a memo's socket is of: what it looks at, or of a memo without ports the frame's. */
function portOf(m: Memo, f: usize): u32 {
  return m.ports == 0 ? (load<u16>(f + L4, 2) as u32) : m.newPorts;
}

/** Whether a memo knows the socket of a frame: it does while sockets stay as they are. */
function known(m: Memo, f: usize): bool {
  return m.sockEpoch == Sim.at().sockEpoch + 1 && m.newPorts == portOf(m, f);
}

/** The socket of a datagram, 0: none. */
function socketOf(p: Pkt, m: Memo, f: usize): i32 {
  if (known(m, f)) return m.sock;
  const id = udpSocket(p.ns, p);
  if (m.ports == 0 && !udpAlone(id)) return id;
  m.sock = id;
  m.sockEpoch = Sim.at().sockEpoch + 1;
  m.newPorts = portOf(m, f);
  return id;
}
