/**
 * What the engine answers by itself: A, AAAA, MX and PTR of names it knows.
 * @see moby daemon/libnetwork/resolver.go: handleIPQuery, handleMXQuery, handlePTRQuery, createRespMsg
 */
import {
  addressData,
  type DnsMessage,
  encodeName,
  encodeResponse,
  type NewRecord,
  type Question,
  RR,
  reverseAddress,
} from '../../../base/dns.ts';
import type { IpAddr } from '../../../base/ip.ts';
import type { Rng } from '../../../base/rng.ts';
import type { Addresses } from './names.ts';

/** Seconds that an answer may be kept. */
const TTL = 600;
const SERVFAIL = 2;

/** What the resolver asks of its sandbox. */
export interface Backend {
  resolveName(name: string, version: 4 | 6): Addresses;
  resolveIp(ip: IpAddr): string | undefined;
  /** The user gave `ndots` greater than 0. */
  readonly ndotsSet: boolean;
  /** The sandbox has a way out: other names are asked for elsewhere. */
  readonly external: boolean;
  readonly servers: readonly ExtServer[];
}

/** A server for all names that the engine does not know. */
export interface ExtServer {
  readonly ip: IpAddr;
  /** It was found in the host's file: it is asked from the host's namespace, else from the container's. */
  readonly host: boolean;
}

const record = (q: Question, data: Uint8Array): NewRecord => ({ name: q.name, type: q.type, ttl: TTL, data });

/** @returns the records, none when the name is known and has none of this kind; undefined: ask elsewhere */
function records(backend: Backend, q: Question, rng: Rng): NewRecord[] | undefined {
  switch (q.type) {
    case RR.A:
    case RR.AAAA: {
      const got = backend.resolveName(q.name, q.type === RR.A ? 4 : 6);
      if (got === undefined) return undefined;
      return got === 'miss' ? [] : shuffled(got, rng).map((ip) => record(q, addressData(ip)));
    }
    case RR.MX:
      return (backend.resolveName(q.name, 4) ?? backend.resolveName(q.name, 6)) ? [] : undefined;
    case RR.PTR: {
      const ip = reverseAddress(q.name);
      const name = ip && backend.resolveIp(ip);
      const data = name === undefined ? undefined : encodeName(name);
      return data && [record(q, data)];
    }
    default:
      return undefined;
  }
}

/**
 * The answer to a query that need not be asked elsewhere.
 * @param limit octets that the asker takes
 */
export function answer(backend: Backend, query: DnsMessage, rng: Rng, limit: number): Uint8Array | undefined {
  const q = query.questions[0];
  if (!q) return undefined;
  const found = records(backend, q, rng);
  if (found) return encodeResponse(query, found, { recursionAvailable: true }, limit);
  // names without a dot are not for other servers when the asker is to try its search list
  if (backend.ndotsSet && (q.type === RR.A || q.type === RR.AAAA) && !q.name.includes('.'))
    return encodeResponse(query, [], { recursionAvailable: true }, limit);
  return undefined;
}

/** Nobody could be asked, or nobody answered. */
export function servfail(query: DnsMessage): Uint8Array {
  return encodeResponse(query, [], { rcode: SERVFAIL });
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], rng: Rng): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}
