/**
 * Choosing a server of an upstream: smooth weighted round robin, least connections, or by the client's address; one
 * that has failed is left alone for a while. State belongs to one worker, as without `zone`.
 * @see nginx src/http/ngx_http_upstream_round_robin.c: ngx_http_upstream_get_peer
 */
import type { IpAddr } from '../../../../base/ip.ts';
import type { Peer, Upstream } from './model.ts';

/** A peer's state. */
export class PeerState {
  current = 0;
  effective: number;
  fails = 0;
  /** Virtual time of the last failure, ns. */
  accessed = Number.NEGATIVE_INFINITY;
  connections = 0;

  constructor(readonly peer: Peer) {
    this.effective = peer.weight;
  }
}

/** The upstreams of one worker. */
export class Balancer {
  readonly #states = new Map<Upstream, PeerState[]>();

  #of(up: Upstream): PeerState[] {
    let states = this.#states.get(up);
    if (!states) {
      states = up.peers.map((p) => new PeerState(p));
      this.#states.set(up, states);
    }
    return states;
  }

  /** @param tried peers this request has asked already */
  pick(up: Upstream, tried: ReadonlySet<PeerState>, now: number, client: IpAddr): PeerState | undefined {
    const all = this.#of(up);
    const usable = (backup: boolean): PeerState[] =>
      all.filter(
        (s) => s.peer.backup === backup && !s.peer.down && !tried.has(s) && (all.length === 1 || alive(s, now)),
      );
    const primary = usable(false);
    const from = primary.length > 0 ? primary : usable(true);
    if (from.length === 0) return undefined;
    if (up.balance === 'ip-hash' && tried.size === 0) return byAddress(all, client, from);
    if (up.balance === 'least-conn') {
      const least = Math.min(...from.map((s) => s.connections / s.peer.weight));
      return roundRobin(from.filter((s) => s.connections / s.peer.weight === least));
    }
    return roundRobin(from);
  }

  /** @returns whether the peer is left alone from now on */
  failed(up: Upstream, s: PeerState, now: number): boolean {
    if (this.#of(up).length === 1) return false;
    s.fails++;
    s.accessed = now;
    if (s.peer.maxFails === 0) return false;
    s.effective = Math.max(0, s.effective - Math.floor(s.peer.weight / s.peer.maxFails));
    return s.fails >= s.peer.maxFails;
  }

  /** It has answered. */
  worked(s: PeerState): void {
    s.fails = 0;
  }

  /** All of them may be asked again, when none was left. */
  revive(up: Upstream): void {
    for (const s of this.#of(up)) s.fails = 0;
  }
}

const alive = (s: PeerState, now: number): boolean =>
  s.peer.maxFails === 0 || s.fails < s.peer.maxFails || now - s.accessed > s.peer.failTimeout;

function roundRobin(states: readonly PeerState[]): PeerState | undefined {
  let best: PeerState | undefined;
  let total = 0;
  for (const s of states) {
    s.current += s.effective;
    total += s.effective;
    if (s.effective < s.peer.weight) s.effective++;
    if (!best || s.current > best.current) best = s;
  }
  if (best) best.current -= total;
  return best;
}

/** ip_hash: the first three octets decide. @see ngx_http_upstream_ip_hash_module.c */
function byAddress(all: readonly PeerState[], client: IpAddr, from: readonly PeerState[]): PeerState | undefined {
  const octets = client.v === 4 ? [client.value >>> 24, (client.value >>> 16) & 255, (client.value >>> 8) & 255] : [];
  let hash = 89;
  for (let turn = 0; turn < 20; turn++) {
    for (const o of octets) hash = (hash * 113 + o) % 6271;
    let w = hash % all.reduce((n, s) => n + s.peer.weight, 0);
    for (const s of all) {
      w -= s.peer.weight;
      if (w >= 0) continue;
      if (from.includes(s)) return s;
      break;
    }
  }
  return roundRobin(from);
}
