/** Ports and volumes of `run`'s flags in their long forms. @see compose-go types/types.go: ParsePortConfig, format/volume.go: ParseVolume */
import { Failure, failed } from '../cli/failure.ts';
import { parsePortSpecs } from '../cli/opts/ports.ts';
import { normalize } from '../cli/opts/volumes.ts';
import type { ServicePortConfig, ServiceVolumeConfig } from './model/project.ts';
import { parseVolume } from './model/volumes.ts';

/** `[IP:][HOST:]CONTAINER[/PROTOCOL]` */
export function portsOf(spec: string): ServicePortConfig[] | Failure {
  const parsed = parsePortSpecs([spec]);
  if ('error' in parsed) return new Failure(parsed.error);
  return Object.entries(parsed.value.bindings).flatMap(([key, list]) => {
    const [target = '', protocol = 'tcp'] = key.split('/');
    return list.map((b) => ({
      mode: 'ingress',
      host_ip: b.HostIp || undefined,
      target: Number(target),
      published: b.HostPort || undefined,
      protocol,
    }));
  });
}

/** `[SOURCE:]TARGET[:OPTIONS]` @param dir where relative paths start */
export function volumeOf(spec: string, dir: string): ServiceVolumeConfig | Failure {
  const parsed = parseVolume(spec);
  if (failed(parsed)) return parsed;
  const v = parsed as unknown as ServiceVolumeConfig;
  if (v.type !== 'bind' || !v.source || v.source.startsWith('/')) return v;
  return { ...v, source: normalize(`${dir}/${v.source}`) };
}
