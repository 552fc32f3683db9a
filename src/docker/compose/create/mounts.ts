/**
 * What a container sees of volumes, of the host's files, of secrets and configs.
 * @see docker/compose pkg/compose/create.go: buildContainerVolumes, fillBindMounts, buildMount
 */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { ContainerSummary } from '../../api/types.ts';
import { Failure, failed } from '../../cli/failure.ts';
import type { Compose } from '../compose.ts';
import type {
  FileObjectConfig,
  FileReferenceConfig,
  Project,
  ServiceConfig,
  ServiceVolumeConfig,
} from '../model/project.ts';

/** A mount of a create request. */
export interface Mount {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly Consistency?: string;
  readonly BindOptions?: object;
  readonly VolumeOptions?: object;
  readonly TmpfsOptions?: object;
}

/** The old way and the new one. */
export interface Mounts {
  readonly binds: readonly string[];
  readonly mounts: readonly Mount[];
}

/** A mount as the engine lists it. */
interface Mounted {
  readonly Type: string;
  readonly Name?: string;
  readonly Source?: string;
  readonly Destination: string;
  readonly RW: boolean;
}

function mountOf(project: Project, v: ServiceVolumeConfig): Mount {
  const named = v.type === 'volume' && v.source ? project.volumes[v.source]?.name : undefined;
  const { bind, volume, tmpfs } = v;
  return {
    Type: v.type,
    Source: named ?? v.source,
    Target: v.target ?? '',
    ReadOnly: v.read_only || undefined,
    Consistency: v.consistency,
    ...(v.type === 'bind' && bind
      ? {
          BindOptions: {
            Propagation: bind.propagation,
            CreateMountpoint: bind.create_host_path || undefined,
            NonRecursive: bind.recursive === 'disabled' || undefined,
            ReadOnlyNonRecursive: bind.recursive === 'writable' || undefined,
            ReadOnlyForceRecursive: bind.recursive === 'readonly' || undefined,
          },
        }
      : {}),
    ...(v.type === 'volume' && volume
      ? { VolumeOptions: { NoCopy: volume.nocopy, Subpath: volume.subpath, Labels: volume.labels } }
      : {}),
    ...(v.type === 'tmpfs' && tmpfs
      ? { TmpfsOptions: { SizeBytes: tmpfs.size === undefined ? undefined : Number(tmpfs.size), Mode: tmpfs.mode } }
      : {}),
  };
}

/** The old way of binds says less than a mount can: whether this one needs more. */
const needsMount = (v: ServiceVolumeConfig): boolean =>
  v.type === 'bind'
    ? v.bind !== undefined && (v.bind.create_host_path === false || !!v.bind.propagation || !!v.bind.recursive)
    : !!(v.volume?.subpath || v.volume?.labels);

function bindText(source: string, v: ServiceVolumeConfig): string {
  const options = [v.read_only ? 'ro' : 'rw'];
  if (v.bind?.selinux) options.push(v.bind.selinux);
  if (v.bind?.propagation) options.push(v.bind.propagation);
  if (v.volume?.nocopy) options.push('nocopy');
  return `${source}:${v.target}:${options.join(',')}`;
}

/** Anonymous volumes of the container that is replaced. */
function inherited(service: ServiceConfig, image: ReadonlySet<string>, old: ContainerSummary): Map<string, Mount> {
  const out = new Map<string, Mount>();
  for (const m of old.Mounts as Mounted[]) {
    if (m.Type === 'tmpfs') continue;
    const anonymous = service.volumes?.some((v) => v.target === m.Destination && !v.source) ?? false;
    if (!anonymous && !image.has(m.Destination)) continue;
    const Source = m.Type === 'volume' ? m.Name : m.Source;
    out.set(m.Destination, { Type: m.Type, Source, Target: m.Destination, ReadOnly: !m.RW || undefined });
  }
  return out;
}

type Kind = 'secret' | 'config';

async function filesOf(
  c: Compose,
  project: Project,
  kind: Kind,
  references: readonly FileReferenceConfig[],
): Promise<Mount[] | Failure> {
  const out: Mount[] = [];
  const base = kind === 'secret' ? '/run/secrets/' : '/';
  for (const ref of references) {
    const defined = (kind === 'secret' ? project.secrets : project.configs)[ref.source];
    const wrong = defined ? unsupported(kind, defined) : undefined;
    if (wrong) return wrong;
    if (defined?.environment || defined?.content) continue;
    if (ref.uid || ref.gid || ref.mode !== undefined)
      await c.warn(
        kind === 'secret'
          ? 'secrets `uid`, `gid` and `mode` are not supported, they will be ignored'
          : 'config `uid`, `gid` and `mode` are not supported, they will be ignored',
      );
    const source = defined?.file ?? '';
    if (kind === 'secret' && isErr(c.ctx.sys.stat(source)))
      await c.warn(`secret file ${defined?.name ?? ref.source} does not exist`);
    out.push({ Type: 'bind', Source: source, Target: targetOf(ref, base), ReadOnly: true, BindOptions: {} });
  }
  return out;
}

/** Where a secret or a config lies in the container. */
export function targetOf(ref: FileReferenceConfig, base: string): string {
  if (!ref.target) return base + ref.source;
  return ref.target.startsWith('/') ? ref.target : base + ref.target;
}

function unsupported(kind: Kind, defined: FileObjectConfig): Failure | undefined {
  if (defined.external) return new Failure(`unsupported external ${kind} ${defined.name}`);
  if (defined.driver) return new Failure(`Docker Compose does not support ${kind}s.*.driver`);
  if (defined.template_driver) return new Failure(`Docker Compose does not support ${kind}s.*.template_driver`);
  return undefined;
}

/** @param image paths of the image's own volumes @param old the container that this one replaces */
export async function mountsOf(
  c: Compose,
  project: Project,
  service: ServiceConfig,
  image: ReadonlySet<string>,
  old: ContainerSummary | undefined,
): Promise<Mounts | Failure> {
  const all = old ? inherited(service, image, old) : new Map<string, Mount>();
  const volumes = (service.volumes ?? []).filter((v) => v.source || !all.has(v.target ?? ''));
  for (const v of volumes) all.set(v.target ?? '', mountOf(project, v));
  for (const kind of ['secret', 'config'] as const) {
    const files = await filesOf(c, project, kind, (kind === 'secret' ? service.secrets : service.configs) ?? []);
    if (failed(files)) return files;
    for (const m of files) if (!all.has(m.Target)) all.set(m.Target, m);
  }
  const names = new Set(Object.values(project.volumes).map((v) => v.name));
  const binds: string[] = [];
  const mounts: Mount[] = [];
  for (const m of all.values()) {
    const v = volumes.find((x) => x.target === m.Target);
    const simple = m.Type === 'bind' || (m.Type === 'volume' && names.has(m.Source ?? ''));
    if (v && simple && !needsMount(v)) binds.push(bindText(m.Source ?? '', v));
    else mounts.push(m);
  }
  return { binds, mounts };
}
