/** Published ports as the map has them: joined over address families, on the machine's edge or on its loopback. */
import type { ViewMachine } from '../../worker/api.ts';

export interface PortSpec {
  readonly key: string;
  /** `:8080`, `:53/udp` */
  readonly label: string;
  /** `*:8080/tcp → web:80` */
  readonly title: string;
  /** On 127.0.0.1: inside the machine, not on its edge. */
  readonly local: boolean;
  /** Name of the container it leads to. */
  readonly container: string;
}

/** One for 0.0.0.0 and [::]. */
export function portsOf(machine: ViewMachine): PortSpec[] {
  const seen = new Map<string, PortSpec>();
  for (const c of machine.containers)
    for (const p of c.ports) {
      const local = p.hostIp === '127.0.0.1' || p.hostIp === '::1';
      const any = p.hostIp === '0.0.0.0' || p.hostIp === '::';
      const key = `${any ? '*' : p.hostIp} ${p.hostPort}/${p.proto}`;
      const udp = p.proto === 'tcp' ? '' : `/${p.proto}`;
      const title = `${any ? '*' : p.hostIp}:${p.hostPort}/${p.proto} → ${c.name}:${p.containerPort}`;
      if (!seen.has(key)) seen.set(key, { key, label: `:${p.hostPort}${udp}`, title, local, container: c.name });
    }
  return [...seen.values()];
}
