/** Ports of EXPOSE. @see docker/go-connections nat/nat.go: ParsePortSpec; dockerfile2llb/convert_expose.go */
import { BuildFault, type Range } from '../syntax/fault.ts';
import type { Linter } from '../syntax/lint.ts';

/** `["a" "b"]`, as Go prints quoted strings. */
export const quoted = (list: readonly string[]): string => `[${list.map((s) => JSON.stringify(s)).join(' ')}]`;

/** `80-82/tcp`, as keys in the order of a Go map's printing. */
export function exposedPorts(texts: readonly string[], at: Range, lint?: Linter): string[] {
  const out = new Set<string>();
  for (const text of texts) for (const port of one(text, at, lint)) out.add(port);
  return [...out].sort();
}

function one(text: string, at: Range, lint?: Linter): string[] {
  const slash = text.indexOf('/');
  const proto = slash < 0 ? 'tcp' : text.slice(slash + 1);
  if (proto !== proto.toLowerCase())
    lint?.warn('ExposeProtoCasing', at, `Defined protocol '${text}' in EXPOSE instruction should be lowercase`);
  const spec = slash < 0 ? text : text.slice(0, slash);
  const parts = spec.split(':');
  if (parts.length > 1)
    lint?.warn(
      'ExposeInvalidFormat',
      at,
      `EXPOSE instruction should not define an IP address or host-port mapping, found '${text}'`,
    );
  const range = parts.at(-1) as string;
  if (range === '') throw new BuildFault(`no port specified: ${text}<empty>`);
  const m = /^(\d+)(?:-(\d+))?$/.exec(range);
  const [first, last] = [Number(m?.[1]), Number(m?.[2] ?? m?.[1])];
  if (!m || first > 65535 || last > 65535 || last < first) throw new BuildFault(`invalid containerPort: ${range}`);
  const low = proto.toLowerCase();
  if (!['tcp', 'udp', 'sctp'].includes(low)) throw new BuildFault(`invalid proto: ${proto}`);
  return Array.from({ length: last - first + 1 }, (_, i) => `${first + i}/${low}`);
}
