/** POST /containers/create. @see moby daemon/create.go, daemon/container.go: verifyContainerSettings */
import { isErr } from '../../linux/kernel/errno.ts';
import type { ContainerConfig, CreateAnswer, CreateBody, EndpointSettings, HostConfig } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { Image } from '../images/store.ts';
import { Container, type MountPoint } from './container.ts';
import { copyUp } from './copyup.ts';
import { COST, type Daemon } from './daemon.ts';
import { checkEndpoint, isUserDefined } from './endpoints.ts';
import { errors } from './errors.ts';
import { hostConfig, mergeConfig } from './hostconfig.ts';
import { parseLink } from './links.ts';
import { mountPoints } from './mounts.ts';
import type { MountSpec } from './mountspec.ts';
import { generateName, validName } from './names.ts';
import { checkBindings } from './ports.ts';
import { dropVolumes } from './remove.ts';
import { workdir } from './start.ts';
import { adaptResources, verifyContainer } from './verify.ts';

/** POST /containers/create. @param hide gets the container when nothing else is to know of it */
export async function createContainer(
  daemon: Daemon,
  name: string,
  body: CreateBody,
  hide?: (c: Container) => void,
): Promise<CreateAnswer | Failure> {
  const { 'log-driver': Type, 'log-opts': Config } = daemon.config;
  const host = hostConfig(body.HostConfig, { Type, Config: { ...Config } });
  const bad = verify(daemon, body, host);
  if (bad) return bad;
  const image = body.Image ? daemon.images.get(body.Image) : undefined;
  if (image instanceof Failure) return image;
  const named = reserveName(daemon, name);
  if (named instanceof Failure) return named;
  const id = daemon.rng.hex(64);
  const config = mergeConfig(id, body, image);
  if (host.NetworkMode === 'host' && !body.Hostname)
    (config as { Hostname: string }).Hostname = daemon.kernel.uts.hostname;
  if ((config.Entrypoint ?? []).length + (config.Cmd ?? []).length === 0) return errors.noCommand;
  const networks = endpoints(daemon, body, host);
  if (networks instanceof Failure) return networks;
  await daemon.sleep(COST.create);
  const again = reserveName(daemon, named);
  if (again instanceof Failure) return again;
  const mounts = mountPoints(daemon, config, host);
  if (mounts instanceof Failure) return mounts;
  const container = build(daemon, id, named, config, host, image, mounts);
  const failure = wrongWorkdir(container) ?? copyUp(daemon, container) ?? registerLinks(daemon, container);
  if (failure) {
    dropVolumes(daemon, container);
    return failure;
  }
  for (const [key, settings] of networks) {
    const network = daemon.controller.find(key);
    const attachment = { settings, networkId: '', endpoint: undefined };
    container.attachments.set(network instanceof Failure ? key : network.name, attachment);
  }
  container.isHidden = hide !== undefined;
  hide?.(container);
  daemon.enter(container);
  daemon.containerEvent(container, 'create');
  return { Id: id, Warnings: warnings(host) };
}

/** Links of a container that is not on a network of its own. @see moby daemon/daemon_unix.go: registerLinks */
function registerLinks(daemon: Daemon, c: Container): Failure | undefined {
  if (isUserDefined(c.hostConfig.NetworkMode)) return undefined;
  const found: [Container, string][] = [];
  for (const text of c.hostConfig.Links ?? []) {
    const link = parseLink(text);
    if (link instanceof Failure) return link;
    let child = daemon.container(link.name);
    let term = link.name;
    while (!(child instanceof Failure) && child.hostConfig.NetworkMode.startsWith('container:')) {
      term = child.hostConfig.NetworkMode.slice(10);
      child = daemon.container(term);
    }
    if (child instanceof Failure) return errors.linkTarget(term, child);
    if (child.hostConfig.NetworkMode === 'host') return errors.linkHost;
    found.push([child, link.alias]);
  }
  for (const [child, alias] of found) daemon.links.link(c, child, alias);
  return undefined;
}

function verify(daemon: Daemon, body: CreateBody, host: HostConfig): Failure | undefined {
  const bad = verifyContainer(body, host) ?? checkBindings(host.PortBindings);
  if (bad) return bad;
  for (const mode of [host.IpcMode, host.PidMode] as (string | undefined)[]) {
    const other = mode?.startsWith('container:') ? daemon.container(mode.slice(10)) : undefined;
    if (other instanceof Failure) return other;
  }
  adaptResources(host);
  if (!host.SecurityOpt && (host.Privileged || host.IpcMode === 'host' || host.PidMode === 'host'))
    host.SecurityOpt = ['label=disable'];
  if (host.UTSMode === 'host' && body.Hostname) return errors.networkMode('hostname and the UTS mode');
  const mode = host.NetworkMode;
  if (mode.startsWith('container:')) return verifyContainerMode(daemon, mode.slice(10), body, host);
  if (mode === 'host' && (host.Links ?? []).length > 0)
    return errors.networkMode("host type networking can't be used with links. This would result in undefined behavior");
  return undefined;
}

function verifyContainerMode(daemon: Daemon, target: string, body: CreateBody, host: HostConfig): Failure | undefined {
  if (target === '') return errors.badContainerMode;
  if ((host.Links ?? []).length > 0)
    return errors.networkMode(
      "container type network can't be used with links. This would result in undefined behavior",
    );
  if (body.Hostname) return errors.networkMode('hostname and the network mode');
  if ((host.Dns ?? []).length > 0) return errors.networkMode('dns and the network mode');
  if ((host.ExtraHosts ?? []).length > 0) return errors.networkMode('custom host-to-IP mapping and the network mode');
  if (Object.keys(host.PortBindings).length > 0 || host.PublishAllPorts)
    return errors.networkMode('port publishing and the container type network mode');
  if (Object.keys(body.ExposedPorts ?? {}).length > 0)
    return errors.networkMode('port exposing and the container type network mode');
  const other = daemon.container(target);
  if (!(other instanceof Failure)) host.NetworkMode = `container:${other.id}`;
  return undefined;
}

function reserveName(daemon: Daemon, name: string): string | Failure {
  if (name === '') return generateName(daemon.rng, (n) => daemon.containerByName(n) !== undefined);
  const bare = name.startsWith('/') ? name.slice(1) : name;
  if (!validName(bare)) return errors.badName(name);
  const other = daemon.containerByName(bare);
  return other ? errors.nameTaken(bare, other.id) : bare;
}

/** Networks the container is to be on. The key `default` means the network of NetworkMode. */
function endpoints(
  daemon: Daemon,
  body: CreateBody,
  host: HostConfig,
): Map<string, Partial<EndpointSettings>> | Failure {
  const out = new Map<string, Partial<EndpointSettings>>();
  if (host.NetworkMode.startsWith('container:')) return out;
  const given = body.NetworkingConfig?.EndpointsConfig ?? {};
  for (const [key, settings] of Object.entries(given)) {
    const name = key === 'default' ? 'bridge' : key;
    const bad = checkEndpoint(daemon, name, settings ?? {});
    if (bad) return bad;
    out.set(name, settings ?? {});
  }
  const legacyMac = (body as { MacAddress?: string }).MacAddress;
  if (!out.has(host.NetworkMode)) {
    const only = out.size === 0;
    if (only) out.set(host.NetworkMode, legacyMac ? { MacAddress: legacyMac } : {});
  }
  return out;
}

function warnings(host: HostConfig): string[] {
  const out: string[] = [];
  if (host.OomKillDisable === true && !host.Memory)
    out.push(
      'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
    );
  for (const { Type } of (host.Mounts as MountSpec[] | undefined) ?? [])
    if (Type === 'image') out.push('Image mount is an experimental feature');
  if (host.NetworkMode === 'host' && Object.keys(host.PortBindings).length > 0)
    out.push('Published ports are discarded when using host network mode');
  return out;
}

function build(
  daemon: Daemon,
  id: string,
  name: string,
  config: ContainerConfig,
  host: HostConfig,
  image: Image | undefined,
  mounts: readonly MountPoint[],
): Container {
  const layers = (image?.layers ?? []).map((l) => l.layer);
  const rootfs = daemon.kernel.overlay([...layers, daemon.initLayer]);
  const container = new Container(id, name, daemon.now(), config, host, image, rootfs);
  container.mounts.push(...mounts);
  return container;
}

/** The working directory is made; it cannot be where the image has a file. @see moby container/container_unix.go: SetupWorkingDirectory */
function wrongWorkdir({ rootfs, config }: Container): Failure | undefined {
  if (config.WorkingDir === '') return undefined;
  workdir(rootfs, config.WorkingDir);
  const there = rootfs.stat(config.WorkingDir, true);
  return isErr(there) || there.kind === 'dir' ? undefined : errors.workdirIsFile(config.WorkingDir);
}
