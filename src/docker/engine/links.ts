/**
 * Legacy links on the default bridge (`--link CHILD:ALIAS`): who is linked to whom, under `/PARENT/ALIAS`, which is one
 * more name of the child; and the environment that the parent gets.
 * @see moby daemon/links.go, daemon/links/links.go, daemon/container_operations_unix.go: setupLinkedContainers
 */
import { formatIp } from '../../base/ip.ts';
import { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import { errors } from './errors.ts';
import { exposedPorts, type PortKey } from './ports.ts';

/** The network on which links of this kind are. */
export const LINKS_NETWORK = 'bridge';

/** A link of a parent. */
export interface Link {
  /** `/web/db` */
  readonly name: string;
  readonly child: Container;
}

export class LinkIndex {
  readonly #names = new Map<string, Container>();
  readonly #children = new Map<Container, Map<string, Container>>();
  readonly #parents = new Map<Container, Map<string, Container>>();

  /** The container that a link's name stands for. @param name `/web/db` or `web/db` */
  find(name: string): Container | undefined {
    return this.#names.get(name.startsWith('/') ? name : `/${name}`);
  }

  /** A name that is taken, the parent's own among them (an empty alias), makes no link. */
  link(parent: Container, child: Container, alias: string): void {
    const name = `/${parent.name}/${alias}`.replace(/\/+/g, '/').replace(/\/$/, '');
    if (name === `/${parent.name}` || this.#names.has(name)) return;
    this.#names.set(name, child);
    put(this.#children, parent, name, child);
    put(this.#parents, child, name, parent);
  }

  unlink(name: string, parent: Container): void {
    const child = this.#children.get(parent)?.get(name);
    this.#names.delete(name);
    this.#children.get(parent)?.delete(name);
    if (child) this.#parents.get(child)?.delete(name);
  }

  /** What a container is linked to, in the order of the links. */
  children(parent: Container): Link[] {
    return [...(this.#children.get(parent) ?? [])].map(([name, child]) => ({ name, child }));
  }

  /** Who is linked to a container, and under which name. */
  parents(child: Container): { readonly name: string; readonly parent: Container }[] {
    return [...(this.#parents.get(child) ?? [])].map(([name, parent]) => ({ name, parent }));
  }

  /** Names that links give a container. */
  namesOf(child: Container): string[] {
    return [...this.#names].filter(([, c]) => c === child).map(([name]) => name);
  }

  /** The container is gone. Those linked to it stay so: they cannot start until they are made anew. */
  delete(c: Container): void {
    for (const { name } of this.children(c)) this.unlink(name, c);
    for (const name of this.namesOf(c)) this.#names.delete(name);
    this.#children.delete(c);
    this.#parents.delete(c);
  }

  /** The parent has another name, and so have its links. */
  rename(parent: Container, from: string, to: string): void {
    for (const { name, child } of this.children(parent)) {
      this.unlink(name, parent);
      const renamed = `/${to}${name.slice(from.length + 1)}`;
      this.#names.set(renamed, child);
      put(this.#children, parent, renamed, child);
      put(this.#parents, child, renamed, parent);
    }
  }
}

function put(map: Map<Container, Map<string, Container>>, key: Container, name: string, value: Container): void {
  const inner = map.get(key) ?? new Map<string, Container>();
  inner.set(name, value);
  map.set(key, inner);
}

/** The last part of a link's name. */
export const aliasOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** `DB_PORT=…` and so on for every link; a link needs its child to run on the default bridge. */
export function linkedEnvironment(index: LinkIndex, parent: Container): string[] | Failure {
  if (!parent.attachments.has(LINKS_NETWORK)) return [];
  const out: string[] = [];
  for (const { name, child } of index.children(parent)) {
    if (!child.isRunning) return errors.linkStopped(child.name, name);
    const at = child.attachments.get(LINKS_NETWORK);
    if (!at) return errors.linkNetwork(child.id);
    const ip = at.endpoint?.iface.ipv4;
    out.push(...variables(name, ip ? formatIp(ip.addr) : '', child));
  }
  return out;
}

function variables(name: string, ip: string, child: Container): string[] {
  const alias = aliasOf(name).toUpperCase().replaceAll('-', '_');
  const ports = exposedPorts(child.config.ExposedPorts).sort(tcpFirst);
  const url = (p: PortKey): string => `${p.proto}://${ip}:${p.port}`;
  const stem = (p: PortKey): string => `${alias}_PORT_${p.port}_${p.proto.toUpperCase()}`;
  const out: string[] = ports[0] ? [`${alias}_PORT=${url(ports[0])}`] : [];
  let first = ports[0];
  let last = ports[0];
  for (const [i, p] of ports.entries()) {
    out.push(
      `${stem(p)}=${url(p)}`,
      `${stem(p)}_ADDR=${ip}`,
      `${stem(p)}_PORT=${p.port}`,
      `${stem(p)}_PROTO=${p.proto}`,
    );
    if (last && first && p.port === last.port + 1 && p.proto === first.proto) {
      last = p;
      if (i < ports.length - 1) continue;
    }
    if (first && last && first !== last)
      out.push(
        `${stem(first)}_START=${url(first)}`,
        `${stem(first)}_PORT_START=${first.port}`,
        `${stem(first)}_END=${url(last)}`,
        `${stem(first)}_PORT_END=${last.port}`,
      );
    first = p;
    last = p;
  }
  out.push(`${alias}_NAME=${name}`);
  for (const entry of [...(child.config.Env ?? [])].sort()) {
    const eq = entry.indexOf('=');
    const key = entry.slice(0, eq);
    if (eq > 0 && key !== 'HOME' && key !== 'PATH') out.push(`${alias}_ENV_${entry}`);
  }
  return out;
}

/** TCP before the others, then by number. */
function tcpFirst(a: PortKey, b: PortKey): number {
  if (a.proto === b.proto) return a.port - b.port;
  if (a.proto === 'tcp' || b.proto === 'tcp') return a.proto === 'tcp' ? -1 : 1;
  return a.proto < b.proto ? -1 : 1;
}

/** `NAME`, `NAME:ALIAS`, or `/NAME:/PARENT/ALIAS` as inspect gives it. @see moby opts: ParseLink */
export function parseLink(text: string): { readonly name: string; readonly alias: string } | Failure {
  const [name = '', alias, ...more] = text.split(':');
  if (text === '') return new Failure('invalid', 'empty string specified for links');
  if (more.length > 0) return new Failure('invalid', `bad format for links: ${text}`);
  if (alias === undefined) return { name, alias: name };
  return name.startsWith('/') ? { name: name.slice(1), alias: aliasOf(alias) } : { name, alias };
}
