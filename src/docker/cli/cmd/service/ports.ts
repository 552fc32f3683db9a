/** `--publish` of services: `8080:80/tcp`, or fields. @see docker/cli opts/swarmopts/port.go */
import type { ServicePort } from '../../../api/swarm.ts';
import { parseUint } from '../../flags/gostrconv.ts';
import { parsePortSpecs } from '../../opts/ports.ts';

type Parsed = { readonly ports: ServicePort[] } | { readonly error: string };

export function parsePublish(text: string): Parsed {
  return text.includes('=') ? long(text) : short(text);
}

function long(text: string): Parsed {
  let port: ServicePort = { Protocol: 'tcp', TargetPort: 0, PublishMode: 'ingress' };
  for (const field of text.split(',')) {
    const [key = '', value] = field.split('=');
    if (value === undefined) return { error: `invalid field: ${field}` };
    const number = parseUint(value, 10, 16);
    if (key === 'protocol' && !['tcp', 'udp', 'sctp'].includes(value))
      return { error: `invalid protocol value '${value}'` };
    if (key === 'mode' && value !== 'ingress' && value !== 'host')
      return { error: `invalid publish mode value (${value})` };
    if (key === 'protocol') port = { ...port, Protocol: value };
    else if (key === 'mode') port = { ...port, PublishMode: value as ServicePort['PublishMode'] };
    else if (key === 'target' || key === 'published') {
      if ('error' in number)
        return { error: `invalid ${key} port (${value}): value must be an integer: ${number.error}` };
      port = key === 'target' ? { ...port, TargetPort: number.value } : { ...port, PublishedPort: number.value };
    } else return { error: `invalid field key: ${key}` };
  }
  return port.TargetPort === 0 ? { error: 'missing mandatory field "target"' } : { ports: [ordered(port)] };
}

/** In the API's field order. */
const ordered = ({ Protocol, TargetPort, PublishedPort, PublishMode }: ServicePort): ServicePort => ({
  Protocol,
  TargetPort,
  ...(PublishedPort ? { PublishedPort } : {}),
  PublishMode,
});

function short(text: string): Parsed {
  const specs = parsePortSpecs([text]);
  if ('error' in specs) return specs;
  const ports: ServicePort[] = [];
  for (const key of specs.value.exposed) {
    const [port = '', Protocol = 'tcp'] = key.split('/');
    for (const b of specs.value.bindings[key] ?? [{ HostIp: '', HostPort: '' }]) {
      if (b.HostIp !== '') return { error: `hostip is not supported` };
      ports.push(
        ordered({ Protocol, TargetPort: Number(port), PublishedPort: Number(b.HostPort || 0), PublishMode: 'ingress' }),
      );
    }
  }
  return { ports };
}

/** The PORTS column: what the whole swarm publishes, neighbours as a range. @see docker/cli cli/command/service/formatter.go: Ports */
export function portsText(ports: readonly ServicePort[]): string {
  const shown = ports
    .filter((p) => p.PublishMode === 'ingress')
    .sort((a, b) => a.TargetPort - b.TargetPort || (a.Protocol < b.Protocol ? -1 : 1));
  const runs: { first: ServicePort; length: number }[] = [];
  for (const p of shown) {
    const run = runs.at(-1);
    const next =
      run?.first.Protocol === p.Protocol &&
      run.first.TargetPort + run.length === p.TargetPort &&
      (run.first.PublishedPort ?? 0) + run.length === p.PublishedPort;
    if (run && next) run.length++;
    else runs.push({ first: p, length: 1 });
  }
  const range = (port: number, length: number): string => (length > 1 ? `${port}-${port + length - 1}` : String(port));
  return runs
    .map(
      ({ first: p, length }) =>
        `*:${range(p.PublishedPort ?? 0, length)}->${range(p.TargetPort, length)}/${p.Protocol}`,
    )
    .join(', ');
}
