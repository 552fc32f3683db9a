/** Targets that mark and mangle: CONNMARK, TOS, DSCP, TTL, HL, TCPMSS, NFLOG. @see iptables extensions/libxt_CONNMARK.c and its like */
import type { NfTarget } from '../../kernel/netadmin.ts';
import { dscpClass, tosOf } from './ext/packet.ts';
import { integer, masked } from './ext/spec.ts';
import { UsageError } from './values.ts';

type Options = Readonly<Record<string, string>>;
const ALL = 0xffffffff;

function connmark(o: Options): NfTarget {
  const of = (option: string): { value: number; mask: number } => masked('CONNMARK', option, o[option] ?? '', ALL);
  const both = (how: 'save' | 'restore'): NfTarget => {
    const mask = 'mask' in o ? of('mask').value : ALL;
    return {
      kind: 'CONNMARK',
      how,
      value: 0,
      nfmask: 'nfmask' in o ? of('nfmask').value : mask,
      mask: 'ctmask' in o ? of('ctmask').value : mask,
    };
  };
  const set = (value: number, mask: number): NfTarget => ({
    kind: 'CONNMARK',
    how: 'set',
    value,
    mask: mask >>> 0,
    nfmask: 0,
  });
  if ('save-mark' in o) return both('save');
  if ('restore-mark' in o) return both('restore');
  if ('set-xmark' in o) return set(of('set-xmark').value, of('set-xmark').mask);
  if ('set-mark' in o) return set(of('set-mark').value, of('set-mark').value | of('set-mark').mask);
  if ('and-mark' in o) return set(0, ~of('and-mark').value);
  if ('or-mark' in o) return set(of('or-mark').value, of('or-mark').value);
  if ('xor-mark' in o) return set(of('xor-mark').value, 0);
  throw new UsageError('CONNMARK target: No operation specified');
}

function tos(o: Options): NfTarget {
  const bits = (option: string): number => integer('TOS', option, o[option] ?? '', 0, 255);
  if ('set-tos' in o) return { kind: 'TOS', ...tosOf('TOS', 'set-tos', o['set-tos'] ?? '') };
  if ('and-tos' in o) return { kind: 'TOS', value: 0, mask: ~bits('and-tos') & 0xff };
  if ('or-tos' in o) return { kind: 'TOS', value: bits('or-tos'), mask: bits('or-tos') };
  if ('xor-tos' in o) return { kind: 'TOS', value: bits('xor-tos'), mask: 0 };
  throw new UsageError('TOS: An action is required');
}

function ttl(kind: 'TTL' | 'HL', o: Options): NfTarget {
  const option = (how: string): string => `${kind.toLowerCase()}-${how}`;
  const given = (['set', 'dec', 'inc'] as const).filter((h) => option(h) in o);
  const [how, other] = given;
  if (!how) throw new UsageError(`${kind}: You must specify an action`);
  if (other)
    throw new UsageError(`${kind}: option "--${option(how)}" cannot be used together with "--${option(other)}".\n`);
  return { kind, how, value: integer(kind, option(how), o[option(how)] ?? '', how === 'set' ? 0 : 1, 255) };
}

/** The target of -j with its options. */
export function mangleTarget(
  name: 'CONNMARK' | 'TOS' | 'DSCP' | 'TTL' | 'HL' | 'TCPMSS' | 'NFLOG',
  o: Options,
): NfTarget {
  switch (name) {
    case 'CONNMARK':
      return connmark(o);
    case 'TOS':
      return tos(o);
    case 'TTL':
    case 'HL':
      return ttl(name, o);
    case 'DSCP':
      if ('set-dscp' in o) return { kind: 'DSCP', value: integer('DSCP', 'set-dscp', o['set-dscp'] ?? '', 0, 63) };
      if ('set-dscp-class' in o) return { kind: 'DSCP', value: dscpClass(o['set-dscp-class'] ?? '') };
      throw new UsageError('DSCP target: Parameter --set-dscp is required');
    case 'TCPMSS':
      if ('clamp-mss-to-pmtu' in o) return { kind: 'TCPMSS' };
      if ('set-mss' in o) return { kind: 'TCPMSS', mss: integer('TCPMSS', 'set-mss', o['set-mss'] ?? '', 0, 65495) };
      throw new UsageError('TCPMSS target: At least one parameter is required');
    case 'NFLOG':
      return {
        kind: 'NFLOG',
        prefix: o['nflog-prefix'] ?? '',
        group: integer('NFLOG', 'nflog-group', o['nflog-group'] ?? '0', 0, 65535),
      };
  }
}
