/** Which containers have what a check asks for. */
import type { LabView, ViewContainer } from '../../lab/view.ts';
import type { ContainerCheck } from './container.ts';
import { machineOf, within } from './look.ts';

const bare = (image: string): string => image.replace(/:latest$/, '');

/** `!ref` matches every other image. */
export function imageMatches(image: string, want: string | undefined): boolean {
  if (want === undefined) return true;
  return want.startsWith('!') ? bare(image) !== bare(want.slice(1)) : bare(image) === bare(want);
}

/** Containers of the check's machine that have all it asks for, in the view's order. */
export function matching(view: LabView, want: ContainerCheck): ViewContainer[] {
  const containers = machineOf(view, want.machine)?.containers ?? [];
  return containers.filter(
    (c) =>
      imageMatches(c.image, want.image) &&
      (want.name === undefined || c.name === want.name) &&
      (want.state === undefined || c.state === want.state) &&
      (want.listening ?? []).every((p) => c.listening.some((l) => l.endsWith(`:${p}`))) &&
      (want.networks ?? []).every((n) => c.networks.some((have) => have.name === n)) &&
      (want.published ?? []).every((p) =>
        c.ports.some(
          (have) =>
            have.containerPort === p.port &&
            have.proto === p.proto &&
            (p.hostIp === undefined || have.hostIp === p.hostIp) &&
            within(have.hostPort, p.hostPort),
        ),
      ),
  );
}

/** What the newest container that matches shows: its name, first address, host port of the first published one. */
export function showOf(
  view: LabView,
  want: ContainerCheck,
  show: 'name' | 'id' | 'ip' | 'port' | 'count',
): string | number | undefined {
  const found = matching(view, want);
  const newest = found.at(-1);
  if (show === 'count') return found.length;
  if (show === 'port') return newest?.ports[0]?.hostPort;
  return show === 'ip' ? newest?.networks[0]?.ip : newest?.[show];
}
