/** What history says of an instruction in the classic builder's words. @see moby builder/dockerfile/dispatchers.go */
import { durationText } from '../../goduration.ts';
import type { ImageConfig } from '../../images/spec.ts';
import { quoted } from './buildkit/ports.ts';
import type { Command, Health } from './syntax/instructions.ts';
import { lex, type Variables } from './syntax/shell.ts';

/** Of an instruction that changes the config only. @param config as it is afterwards */
export function classicRecord(i: Command, config: ImageConfig, variables: Variables, escapeChar: string): string {
  return `/bin/sh -c #(nop)  ${i.name} ${shown(i, config, (text) => lex(text, variables, { escapeChar }).text)}`;
}

function shown(i: Command, config: ImageConfig, word: (text: string) => string): string {
  switch (i.name) {
    case 'CMD':
      return quoted(config.Cmd ?? []);
    case 'ENTRYPOINT':
      return quoted(config.Entrypoint ?? []);
    case 'ENV':
    case 'LABEL':
      return i.pairs.map((p) => `${word(p.key)}=${word(p.value)}`).join(' ');
    case 'ARG':
      return i.list.map((a) => (a.value === undefined ? a.key : `${a.key}=${a.value}`)).join(' ');
    case 'EXPOSE':
      return i.list.map(word).join(' ');
    case 'VOLUME':
    case 'SHELL':
      return `[${i.list.map(word).join(' ')}]`;
    case 'HEALTHCHECK':
      return healthText((config.Healthcheck ?? {}) as Partial<Health>);
    case 'WORKDIR':
      return config.WorkingDir;
    default:
      return 'value' in i ? (i.name === 'ONBUILD' || i.name === 'MAINTAINER' ? i.value : word(i.value)) : '';
  }
}

/** `&{["CMD-SHELL" "true"] "30s" "0s" "0s" "0s" '\\x00'}`: Go's `%q` of a health check. */
export function healthText(h: Partial<Health>): string {
  const times = [h.Interval, h.Timeout, h.StartPeriod, h.StartInterval].map((ns) =>
    JSON.stringify(durationText(ns ?? 0)),
  );
  return `&{${quoted(h.Test ?? [])} ${times.join(' ')} ${goRune(h.Retries ?? 0)}}`;
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  39: "\\'",
  92: '\\\\',
};

/** `%q` of a small number. */
function goRune(n: number): string {
  if (ESCAPES[n]) return `'${ESCAPES[n]}'`;
  return n < 0x20 || n === 0x7f ? `'\\x${n.toString(16).padStart(2, '0')}'` : `'${String.fromCodePoint(n)}'`;
}
