/** The PORTS column of docker ps. @see docker/cli cli/command/formatter/container.go: DisplayablePorts */
import type { Port } from '../../api/types.ts';

/** `1.2.3.4:80`, `[::]:80` */
export const joinHostPort = (host: string, port: number | string): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

function compare(a: Port, b: Port): number {
  if (a.PrivatePort !== b.PrivatePort) return a.PrivatePort - b.PrivatePort;
  const [ip, other] = [a.IP ?? '', b.IP ?? ''];
  if (ip !== other) return ip < other ? -1 : 1;
  const [pub, otherPub] = [a.PublicPort ?? 0, b.PublicPort ?? 0];
  if (pub !== otherPub) return pub - otherPub;
  return a.Type < b.Type ? -1 : a.Type > b.Type ? 1 : 0;
}

interface Group {
  ip: string;
  type: string;
  first: number;
  last: number;
}

function groupText({ ip, type, first, last }: Group): string {
  const range = first === last ? String(first) : `${first}-${last}`;
  return `${ip === '' ? range : `${joinHostPort(ip, range)}->${range}`}/${type}`;
}

/** Ports in one line; neighbours whose host port equals their own merge into ranges. */
export function displayablePorts(ports: readonly Port[]): string {
  const groups = new Map<string, Group>();
  const done: string[] = [];
  const mapped: string[] = [];
  for (const port of [...ports].sort(compare)) {
    const ip = port.IP ?? '';
    const current = port.PrivatePort;
    if (ip !== '' && port.PublicPort !== current) {
      mapped.push(`${joinHostPort(ip, port.PublicPort ?? 0)}->${current}/${port.Type}`);
      continue;
    }
    const key = `${ip}/${port.Type}`;
    const group = groups.get(key);
    if (group && current === group.last + 1) {
      group.last = current;
      continue;
    }
    if (group) done.push(groupText(group));
    if (group) Object.assign(group, { first: current, last: current });
    else groups.set(key, { ip, type: port.Type, first: current, last: current });
  }
  return [...done, ...[...groups.values()].map(groupText), ...mapped].join(', ');
}
