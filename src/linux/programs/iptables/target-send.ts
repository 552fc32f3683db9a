/**
 * Targets that hand packets on: NFQUEUE, TEE, TPROXY, CLASSIFY, CHECKSUM, AUDIT; read, and as words.
 * @see iptables extensions/libxt_NFQUEUE.c and its like
 */
import { formatIp, type IpAddr, ip4, parseIp } from '../../../base/ip.ts';
import type { NfTarget } from '../../kernel/netadmin.ts';
import { hex, integer, masked } from './ext/spec.ts';
import { ifaceName } from './places.ts';
import { UsageError } from './values.ts';

type Options = Readonly<Record<string, string>>;
export type SendTarget = Extract<NfTarget, { kind: 'NFQUEUE' | 'TEE' | 'TPROXY' | 'CLASSIFY' | 'CHECKSUM' | 'AUDIT' }>;

function need(o: Options, target: string, option: string): string {
  const text = o[option];
  if (text === undefined) throw new UsageError(`${target}: option "--${option}" must be specified\n`);
  return text;
}

function queue(o: Options): SendTarget {
  const range = o['queue-balance'];
  if (range === undefined && 'queue-cpu-fanout' in o)
    throw new UsageError('NFQUEUE: option "--queue-cpu-fanout" also requires "--queue-balance".\n');
  const flags = {
    ...('queue-bypass' in o && { bypass: true }),
    ...('queue-cpu-fanout' in o && { fanout: true }),
  };
  if (range === undefined) {
    const n = integer('NFQUEUE', 'queue-num', o['queue-num'] ?? '0', 0, 65535);
    return { kind: 'NFQUEUE', first: n, last: n, ...flags };
  }
  const m = /^(\d+):(\d+)$/.exec(range);
  const [first, last] = [Number(m?.[1]), Number(m?.[2])];
  if (!m || first > 65535 || last > 65535) throw new UsageError(`Bad range "${range}"`);
  if (first >= last) throw new UsageError(`${first} should be less than ${last}`);
  return { kind: 'NFQUEUE', first, last, ...flags };
}

/** An address of the family. */
function host(family: 4 | 6, text: string): IpAddr | undefined {
  const ip = parseIp(text);
  return ip?.v === family ? ip : undefined;
}

function tee(family: 4 | 6, o: Options): SendTarget {
  const text = need(o, 'TEE', 'gateway');
  const gateway = host(family, text);
  if (!gateway) throw new UsageError('getaddrinfo: Name or service not known\n');
  return { kind: 'TEE', gateway, ...(o.oif ? { oif: ifaceName(o.oif) } : {}) };
}

function tproxy(family: 4 | 6, o: Options): SendTarget {
  const port = integer('TPROXY', 'on-port', need(o, 'TPROXY', 'on-port'), 0, 65535);
  const text = o['on-ip'];
  const any: IpAddr = family === 4 ? ip4(0) : { v: 6, value: 0n };
  const ip = text === undefined ? any : host(family, text);
  if (!ip) throw new UsageError(`TPROXY: Bad value for "--on-ip" option: "${text}"`);
  const mark = o['tproxy-mark'];
  const set = mark === undefined ? { value: 0, mask: 0 } : masked('TPROXY', 'tproxy-mark', mark, 0xffffffff);
  return { kind: 'TPROXY', port, ip, ...set };
}

/** Numbers of classes are hexadecimal. */
function classify(o: Options): SendTarget {
  const text = need(o, 'CLASSIFY', 'set-class');
  const m = /^(?:0x)?([0-9a-f]+):(?:0x)?([0-9a-f]+)$/i.exec(text);
  if (!m) throw new UsageError(`Bad class value "${text}"`);
  const part = (s: string | undefined): number => Number.parseInt(s ?? '', 16) & 0xffff;
  return { kind: 'CLASSIFY', value: ((part(m[1]) << 16) | part(m[2])) >>> 0 };
}

function audit(o: Options): SendTarget {
  const type = need(o, 'AUDIT', 'type');
  if (type !== 'accept' && type !== 'drop' && type !== 'reject')
    throw new UsageError(`Bad action type value "${type}"`);
  return { kind: 'AUDIT', type };
}

/** The target of -j with its options. */
export function sendTarget(family: 4 | 6, name: SendTarget['kind'], o: Options): SendTarget {
  switch (name) {
    case 'NFQUEUE':
      return queue(o);
    case 'TEE':
      return tee(family, o);
    case 'TPROXY':
      return tproxy(family, o);
    case 'CLASSIFY':
      return classify(o);
    case 'CHECKSUM':
      need(o, 'CHECKSUM', 'checksum-fill');
      return { kind: 'CHECKSUM' };
    case 'AUDIT':
      return audit(o);
  }
}

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');
const marked = (t: { readonly value: number; readonly mask: number }): string => `${hex(t.value)}/${hex(t.mask)}`;

/** Its words in -S, each with a blank before it. */
export function sendWords(t: SendTarget): string {
  switch (t.kind) {
    case 'NFQUEUE':
      return (
        (t.first === t.last ? ` --queue-num ${t.first}` : ` --queue-balance ${t.first}:${t.last}`) +
        (t.bypass ? ' --queue-bypass' : '') +
        (t.fanout ? ' --queue-cpu-fanout' : '')
      );
    case 'TEE':
      return ` --gateway ${formatIp(t.gateway)}${t.oif ? ` --oif ${t.oif}` : ''}`;
    case 'TPROXY':
      return ` --on-port ${t.port} --on-ip ${formatIp(t.ip)} --tproxy-mark ${marked(t)}`;
    case 'CLASSIFY':
      return ` --set-class ${hex4(t.value >>> 16)}:${hex4(t.value & 0xffff)}`;
    case 'CHECKSUM':
      return ' --checksum-fill';
    case 'AUDIT':
      return ` --type ${t.type}`;
  }
}

/** What -L says of it. */
export function sendList(t: SendTarget): string {
  switch (t.kind) {
    case 'NFQUEUE':
      return (
        `NFQUEUE ${t.first === t.last ? `num ${t.first}` : `balance ${t.first}:${t.last}`}` +
        (t.bypass ? ' bypass' : '') +
        (t.fanout ? ' cpu-fanout' : '')
      );
    case 'TEE':
      return `TEE gw:${formatIp(t.gateway)}${t.oif ? ` oif=${t.oif}` : ''}`;
    case 'TPROXY':
      return `TPROXY redirect ${formatIp(t.ip)}:${t.port} mark ${marked(t)}`;
    case 'CLASSIFY':
      return `CLASSIFY set ${(t.value >>> 16).toString(16)}:${(t.value & 0xffff).toString(16)}`;
    case 'CHECKSUM':
      return 'CHECKSUM fill';
    case 'AUDIT':
      return `AUDIT ${t.type}`;
  }
}
