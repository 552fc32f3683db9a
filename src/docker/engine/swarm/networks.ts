/**
 * Networks of the swarm: made by managers, listed by all engines that have them, and on a machine as soon as something
 * there is connected to them.
 * @see moby daemon/cluster/networks.go, daemon/cluster/convert/network.go, daemon/cluster/executor/container/adapter.go
 */
import type { ClusterNetwork, NetworkSpec, SwarmIpam } from '../../api/swarm.ts';
import type { NetworkInspect } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { GATEWAY_NETWORK, plainNetwork } from '../../libnetwork/controller.ts';
import type { Network } from '../../libnetwork/network.ts';
import { rpc } from '../../swarm/errors.ts';
import type { Manager } from '../../swarm/manager.ts';
import type { Daemon } from '../daemon.ts';
import { errors } from '../errors.ts';
import type { NetworkCreateBody } from '../networks.ts';

/** POST /networks/create for a network of the swarm. */
export function createClusterNetwork(
  manager: Manager,
  body: NetworkCreateBody,
): { Id: string; Warning: string } | Failure {
  const name = body.Name ?? '';
  if ([...manager.store.networks.all()].some((n) => n.Spec.Name === name)) return errors.networkExists(name);
  if ((body.Driver || 'overlay') !== 'overlay')
    return new Failure(
      'notImplemented',
      `networks of a swarm with the driver ${body.Driver} are not part of this engine`,
    );
  if (body.IPAM?.Driver && body.IPAM.Driver !== 'default') return rpc('InvalidArgument', 'invalid IPAM specified');
  const present = manager.store.ingress;
  if (body.Ingress && present) return rpc('AlreadyExists', `ingress network (${present.ID}) is already present`);
  return { Id: manager.allocator.addNetwork(specOf(name, body)).ID, Warning: '' };
}

function specOf(name: string, body: NetworkCreateBody): NetworkSpec {
  const options = body.Options ?? {};
  return {
    Name: name,
    Labels: Object.keys(body.Labels ?? {}).length > 0 ? (body.Labels ?? null) : null,
    DriverConfiguration: { Name: 'overlay', ...(Object.keys(options).length > 0 ? { Options: options } : {}) },
    ...(body.EnableIPv6 ? { IPv6Enabled: true } : {}),
    ...(body.Internal ? { Internal: true } : {}),
    ...(body.Attachable ? { Attachable: true } : {}),
    ...(body.Ingress ? { Ingress: true } : {}),
    IPAMOptions: { Driver: { Name: 'default' }, ...configsOf(body) },
    Scope: 'swarm',
  };
}

function configsOf(body: NetworkCreateBody): Pick<SwarmIpam, 'Configs'> {
  const given = (body.IPAM?.Config ?? []).map((c) => ({
    ...(c.Subnet ? { Subnet: c.Subnet } : {}),
    ...(c.IPRange ? { Range: c.IPRange } : {}),
    ...(c.Gateway ? { Gateway: c.Gateway } : {}),
  }));
  return given.length > 0 ? { Configs: given } : {};
}

/** DELETE /networks/{id} of a network of the swarm. */
export function removeClusterNetwork(manager: Manager, n: ClusterNetwork): Failure | undefined {
  const { services, tasks } = manager.store;
  for (const s of services.sorted())
    if ([...(s.Spec.TaskTemplate.Networks ?? []), ...(s.Spec.Networks ?? [])].some((a) => a.Target === n.ID))
      return inUse(n, `service ${s.ID}`);
    else if (n.Spec.Ingress && s.Endpoint.Ports?.some((p) => p.PublishMode === 'ingress'))
      return inUse(n, `service ${s.ID}`);
  for (const t of tasks.sorted())
    if (t.DesiredState !== 'remove' && t.NetworksAttachments?.some((a) => a.Network.ID === n.ID))
      return inUse(n, `task ${t.ID}`);
  manager.allocator.removeNetwork(n);
  return undefined;
}

const inUse = ({ ID, Spec }: ClusterNetwork, by: string): Failure =>
  rpc(
    'FailedPrecondition',
    Spec.Ingress ? `ingress network cannot be removed because ${by} depends on it` : `network ${ID} is in use by ${by}`,
  );

/** As a manager shows a network that is not on its machine. */
export function inspectClusterNetwork({
  ID,
  CreatedAt,
  Spec,
  DriverState,
  IPAMOptions,
}: ClusterNetwork): NetworkInspect {
  const configs = (IPAMOptions?.Configs ?? []).map((c) => ({
    Subnet: c.Subnet ?? '',
    ...(c.Range ? { IPRange: c.Range } : {}),
    ...(c.Gateway ? { Gateway: c.Gateway } : {}),
  }));
  return {
    Name: Spec.Name ?? '',
    Id: ID,
    Created: CreatedAt,
    Scope: 'swarm',
    Driver: DriverState.Name ?? '',
    EnableIPv4: true,
    EnableIPv6: Spec.IPv6Enabled ?? false,
    IPAM: {
      Driver: IPAMOptions?.Driver?.Name ?? '',
      Options: IPAMOptions?.Driver?.Options ?? null,
      Config: IPAMOptions ? configs : null,
    },
    Internal: Spec.Internal ?? false,
    Attachable: Spec.Attachable ?? false,
    Ingress: Spec.Ingress ?? false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: null,
    Options: DriverState.Options ?? null,
    Labels: Spec.Labels,
  };
}

/** Brings a network of the swarm to this machine. */
export function instantiate(daemon: Daemon, { ID, Spec, DriverState, IPAMOptions }: ClusterNetwork): Network | Failure {
  const present = daemon.controller.networks.get(ID);
  if (present) return present;
  const made = daemon.controller.newNetwork(
    {
      ...plainNetwork(Spec.Name ?? '', DriverState.Name ?? '', DriverState.Options ?? {}),
      scope: 'swarm',
      internal: Spec.Internal ?? false,
      attachable: Spec.Attachable ?? false,
      ingress: Spec.Ingress ?? false,
      labels: Spec.Labels ?? {},
      ipam: (IPAMOptions?.Configs ?? []).map((c) => ({
        ...(c.Subnet ? { subnet: c.Subnet } : {}),
        ...(c.Gateway ? { gateway: c.Gateway } : {}),
        ...(c.Range ? { ipRange: c.Range } : {}),
      })),
    },
    ID,
  );
  if (!(made instanceof Failure)) daemon.networkEvent(made, 'create');
  return made;
}

const GATEWAY_OPTIONS = {
  'com.docker.network.bridge.enable_icc': 'false',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.name': GATEWAY_NETWORK,
};

/** docker_gwbridge, by which containers of the swarm's networks get out; it outlives the swarm. */
export function gatewayNetwork(daemon: Daemon): Network | Failure {
  const present = daemon.controller.byName(GATEWAY_NETWORK);
  if (present) return present;
  const made = daemon.controller.newNetwork(plainNetwork(GATEWAY_NETWORK, 'bridge', GATEWAY_OPTIONS));
  if (!(made instanceof Failure)) daemon.networkEvent(made, 'create');
  return made;
}
