/**
 * Port specifications: `[[ip:]hostPort:]containerPort[/proto]`, ranges on both sides.
 * @see docker/go-connections v0.5 nat/nat.go: ParsePortSpecs, nat/parse.go: ParsePortRange
 */
import { parseIp } from '../../../base/ip.ts';
import type { PortBinding } from '../../api/types.ts';
import { type Parsed, parseUint } from '../flags/gostrconv.ts';

export interface PortSpecs {
  /** In the order of first appearance. */
  readonly exposed: readonly string[];
  readonly bindings: Record<string, PortBinding[]>;
}

/** `80` or `80-82` → first and last; the error is strconv's own text. */
export function parsePortRange(ports: string): Parsed<readonly [number, number]> {
  if (ports === '') return { error: 'empty string specified for ports' };
  const dash = ports.indexOf('-');
  if (dash < 0) {
    const one = parseUint(ports, 10, 16);
    return 'error' in one ? one : { value: [one.value, one.value] };
  }
  const start = parseUint(ports.slice(0, dash), 10, 16);
  if ('error' in start) return start;
  const end = parseUint(ports.slice(dash + 1), 10, 16);
  if ('error' in end) return end;
  if (end.value < start.value) return { error: `invalid range specified for port: ${ports}` };
  return { value: [start.value, end.value] };
}

/** `80/udp` → ['udp', '80']; tcp when it does not say; both empty when there is no port. More slashes are not looked at. */
export function splitProtoPort(raw: string): readonly [proto: string, port: string] {
  const [port = '', proto = ''] = raw.split('/');
  return port === '' ? ['', ''] : [proto === '' ? 'tcp' : proto, port];
}

function splitParts(raw: string): readonly [ip: string, host: string, container: string] {
  const parts = raw.split(':');
  const n = parts.length;
  const at = (i: number): string => parts[i] as string;
  if (n === 1) return ['', '', at(0)];
  if (n === 2) return ['', at(0), at(1)];
  return [parts.slice(0, n - 2).join(':'), at(n - 2), at(n - 1)];
}

/** net.SplitHostPort of `ip:` */
function splitHost(ip: string): Parsed<string> {
  const hostport = `${ip}:`;
  const bad = (why: string): { error: string } => ({ error: `Invalid ip address ${ip}: address ${hostport}: ${why}` });
  if (hostport.startsWith('[')) {
    const end = hostport.indexOf(']');
    if (end < 0) return bad("missing ']' in address");
    if (end + 1 !== hostport.length - 1)
      return bad(hostport[end + 1] === ':' ? 'too many colons in address' : 'missing port in address');
    return { value: hostport.slice(1, end) };
  }
  if (ip.includes(':')) return bad('too many colons in address');
  return { value: ip };
}

function parsePortSpec(raw: string): Parsed<readonly { port: string; binding: PortBinding }[]> {
  const [rawIp, hostPort, containerPart] = splitParts(raw);
  const [rawProto, containerPort] = splitProtoPort(containerPart);
  const host = rawIp === '' ? { value: '' } : splitHost(rawIp);
  if ('error' in host) return host;
  const ip = host.value;
  if (ip !== '' && !parseIp(ip)) return { error: `Invalid ip address: ${ip}` };
  if (containerPort === '') return { error: `No port specified: ${raw}<empty>` };
  const range = parsePortRange(containerPort);
  if ('error' in range) return { error: `Invalid containerPort: ${containerPort}` };
  const [start, end] = range.value;
  let hosts: readonly [number, number] = [0, 0];
  if (hostPort !== '') {
    const parsed = parsePortRange(hostPort);
    if ('error' in parsed) return { error: `Invalid hostPort: ${hostPort}` };
    hosts = parsed.value;
    if (end - start !== hosts[1] - hosts[0] && end !== start)
      return { error: `Invalid ranges specified for container and host Ports: ${containerPort} and ${hostPort}` };
  }
  const proto = rawProto.toLowerCase();
  if (!['tcp', 'udp', 'sctp'].includes(proto)) return { error: `Invalid proto: ${rawProto}` };
  const out: { port: string; binding: PortBinding }[] = [];
  for (let i = 0; i <= end - start; i++) {
    let published = hostPort === '' ? '' : String(hosts[0] + i);
    if (start === end && hosts[0] !== hosts[1]) published += `-${hosts[1]}`;
    out.push({ port: `${start + i}/${proto}`, binding: { HostIp: ip, HostPort: published } });
  }
  return { value: out };
}

/** All `-p` values. */
export function parsePortSpecs(specs: readonly string[]): Parsed<PortSpecs> {
  const bindings: Record<string, PortBinding[]> = {};
  for (const spec of specs) {
    const parsed = parsePortSpec(spec);
    if ('error' in parsed) return parsed;
    for (const { port, binding } of parsed.value) {
      bindings[port] ??= [];
      bindings[port].push(binding);
    }
  }
  return { value: { exposed: Object.keys(bindings), bindings } };
}

/** `-p published=8080,target=80,protocol=udp` in the short notation. */
export function standardNotation(specs: readonly string[]): Parsed<readonly string[]> {
  const out: string[] = [];
  for (const spec of specs) {
    if (!spec.includes('=')) {
      out.push(spec);
      continue;
    }
    const params: Record<string, string> = { protocol: 'tcp' };
    for (const param of spec.split(',')) {
      const at = param.indexOf('=');
      if (at <= 0) return { error: `invalid publish opts format (should be name=value but got '${param}')` };
      params[param.slice(0, at)] = param.slice(at + 1);
    }
    out.push(`${params.published ?? ''}:${params.target ?? ''}/${params.protocol}`);
  }
  return { value: out };
}

/** `--expose` values as `80/tcp`. */
export function parseExpose(values: readonly string[]): Parsed<readonly string[]> {
  const out: string[] = [];
  for (const value of values) {
    if (value.includes(':')) return { error: `invalid port format for --expose: ${value}` };
    const [proto, port] = splitProtoPort(value);
    const range = parsePortRange(port);
    if ('error' in range) return { error: `invalid range format for --expose: ${value}, error: ${range.error}` };
    for (let p = range.value[0]; p <= range.value[1]; p++) out.push(`${p}/${proto}`);
  }
  return { value: out };
}
