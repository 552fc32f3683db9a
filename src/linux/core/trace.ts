/**
 * The numbers in trace records, for those who tell them to people: kinds of records, what their a, b and c may be, and
 * why packets are dropped. Each is documented in wasm/abi/trace.ts.
 */
import * as abi from '../../../wasm/abi.ts';

export {
  ARP_ANSWERED,
  ARP_IGNORED,
  ARP_LEARNED,
  ICMP_ANSWERED,
  ICMP_IGNORED,
  ICMP_READ,
  ICMP_REPLY,
  ICMP_TOLD,
  SOCK_TO_CONN,
  SOCK_TO_DATAGRAM,
  SOCK_TO_LISTENER,
  SOCK_TO_NONE,
  SOCK_TO_RAW,
  TRACE_ARP,
  TRACE_ARP_IN,
  TRACE_CT,
  TRACE_CT_CONFIRM,
  TRACE_CT_NONE,
  TRACE_DECAP,
  TRACE_DEV_IN,
  TRACE_DEV_OUT,
  TRACE_DNAT,
  TRACE_DROP,
  TRACE_ENCAP,
  TRACE_FDB,
  TRACE_FILTERS,
  TRACE_FLOOD,
  TRACE_FRAG_WAIT,
  TRACE_FRAG_WHOLE,
  TRACE_FRAGMENT,
  TRACE_HOOK,
  TRACE_ICMP_IN,
  TRACE_IN6,
  TRACE_IPVS,
  TRACE_L4,
  TRACE_LEARN,
  TRACE_MARK,
  TRACE_MERGED,
  TRACE_NEIGH,
  TRACE_NEIGH_DONE,
  TRACE_NEW,
  TRACE_NO_ROUTE,
  TRACE_PARENT,
  TRACE_PICKED,
  TRACE_POLICY,
  TRACE_QUEUE,
  TRACE_RETURN,
  TRACE_ROUTE,
  TRACE_RULE,
  TRACE_SNAT,
  TRACE_SOCK,
  TRACE_TTL,
  TRACE_VOID,
} from '../../../wasm/abi.ts';

type Numbers<Prefix extends string> = {
  [K in keyof typeof abi as K extends `${Prefix}_${infer Name}` ? Name : never]: (typeof abi)[K];
};

function numbers<Prefix extends string>(prefix: Prefix): Numbers<Prefix> {
  const found = Object.entries(abi).filter(([name]) => name.startsWith(`${prefix}_`));
  return Object.fromEntries(found.map(([name, n]) => [name.slice(prefix.length + 1), n])) as Numbers<Prefix>;
}

/** Why packets are dropped: numbers by name, `NO_ROUTE`. */
export const Drop: Omit<Numbers<'DROP'>, 'MAX'> = (({ MAX: _, ...reasons }) => reasons)(numbers('DROP'));
export type DropName = keyof typeof Drop;

/** Name of a reason, undefined for a number that is none. */
export function dropName(reason: number): DropName | undefined {
  return (Object.keys(Drop) as DropName[]).find((name) => Drop[name] === reason);
}

/** Kinds of trace records by name, without `TRACE_`. */
export const TraceWhat = numbers('TRACE');

/** Name of a queueing discipline, `netem`; its number when it has none. */
export function qdiscName(kind: number): string {
  const kinds = Object.entries(abi).filter(([name, n]) => /^QDISC_[A-Z]+$/.test(name) && n === kind);
  return kinds[0]?.[0].slice('QDISC_'.length).toLowerCase() ?? String(kind);
}
