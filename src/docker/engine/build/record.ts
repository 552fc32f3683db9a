/**
 * What history says of an instruction: in the classic builder's words, or in BuildKit's.
 * @see moby builder/dockerfile/dispatchers.go; moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go: commitToHistory
 */
import type { ImageConfig } from '../../images/spec.ts';
import { type Instruction, jsonForm } from './dockerfile.ts';
import { expand, type Variables, words } from './words.ts';

/** The comment of BuildKit's entries. */
export const BUILDKIT_COMMENT = 'buildkit.dockerfile.v0';

const quoted = (list: readonly string[]): string => `[${list.map((s) => JSON.stringify(s)).join(' ')}]`;

/** Of an instruction that changes the config only. @param config as it is afterwards */
export function classicRecord(i: Instruction, config: ImageConfig): string {
  const shown = (): string => {
    if (i.name === 'CMD') return quoted(config.Cmd ?? []);
    if (i.name === 'ENTRYPOINT') return quoted(config.Entrypoint ?? []);
    if (i.name === 'VOLUME') return `[${Object.keys(config.Volumes ?? {}).join(' ')}]`;
    return i.rest;
  };
  return `/bin/sh -c #(nop)  ${i.name} ${shown()}`;
}

/** The same in BuildKit's words; undefined for what leaves no entry. */
export function buildKitRecord(
  i: Instruction,
  config: ImageConfig,
  variables: Variables,
  escapeChar: string,
): string | undefined {
  switch (i.name) {
    case 'ONBUILD':
      return undefined;
    case 'CMD':
      return `CMD ${quoted(config.Cmd ?? [])}`;
    case 'ENTRYPOINT':
      return `ENTRYPOINT ${quoted(config.Entrypoint ?? [])}`;
    case 'SHELL':
    case 'VOLUME':
      return `${i.name} [${(jsonForm(i.rest) ?? words(i.rest, variables, escapeChar)).join(' ')}]`;
    case 'EXPOSE': {
      const ports = words(i.rest, variables, escapeChar).map((p) => (p.includes('/') ? p : `${p}/tcp`));
      return `EXPOSE [${ports.sort().join(' ')}]`;
    }
    case 'HEALTHCHECK': {
      const { Test = [], Interval = 0, Timeout = 0, StartPeriod = 0, Retries = 0 } = healthOf(config);
      const times = [Interval, Timeout, StartPeriod, 0].map((ns) => `"${duration(ns)}"`).join(' ');
      return `HEALTHCHECK &{${quoted(Test)} ${times} '\\x${Retries.toString(16).padStart(2, '0')}'}`;
    }
    case 'ENV':
    case 'LABEL': {
      const legacy = /^([^\s=]+)\s+(.*)$/s.exec(i.rest);
      const pairs = legacy
        ? [`${legacy[1]}=${expand(legacy[2] as string, variables, escapeChar)}`]
        : words(i.rest, variables, escapeChar);
      return `${i.name} ${pairs.join(' ')}`;
    }
    default:
      return `${i.name} ${i.name === 'MAINTAINER' ? i.rest : expand(i.rest, variables, escapeChar)}`;
  }
}

interface Health {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
}

const healthOf = (config: ImageConfig): Health => (config as { Healthcheck?: Health }).Healthcheck ?? {};

/** time.Duration as Go prints whole seconds and more. */
function duration(ns: number): string {
  const s = ns / 1e9;
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return `${h > 0 ? `${h}h` : ''}${h > 0 || m > 0 ? `${m}m` : ''}${s % 60}s`;
}
