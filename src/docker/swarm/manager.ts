/**
 * The manager of a swarm: the objects that its nodes agree on, and what may be done to the swarm itself.
 * Limits: one manager; a node that is promoted is to be one, and does not become it.
 * @see swarmkit manager/manager.go, manager/controlapi/cluster.go
 */
import type { Rng } from '../../base/rng.ts';
import type { Swarm, SwarmSpec } from '../api/swarm.ts';
import type { Failure } from '../errdefs.ts';
import { Allocator, type PoolSettings } from './allocator.ts';
import { createRootCa, type RootCa } from './ca/root.ts';
import { newId, newJoinToken, newUnlockKey } from './ids.ts';
import { updatedSpec } from './spec.ts';
import { Store } from './store.ts';

/** What an update may renew. */
export interface Rotation {
  readonly worker: boolean;
  readonly manager: boolean;
  readonly unlockKey: boolean;
}

export interface ManagerOptions extends PoolSettings {
  readonly spec: SwarmSpec;
  readonly dataPathPort: number;
}

/** The lab's clock. */
export interface Time {
  /** Nanoseconds since 1970. */
  now(): bigint;
  /** Calls back after some nanoseconds. */
  after(ns: number, callback: () => void): unknown;
}

export class Manager {
  readonly store: Store;
  readonly allocator: Allocator;
  ca: RootCa;
  /** Nodes' own addresses in networks, by both ids. */
  readonly nodeAddresses = new Map<string, string>();
  /** '' as long as managers are not locked. */
  unlockKey = '';

  constructor(
    readonly rng: Rng,
    readonly time: Time,
    { spec, dataPathPort, pools, subnetSize }: ManagerOptions,
  ) {
    this.store = new Store(() => time.now());
    this.ca = createRootCa(rng, time.now());
    this.store.clusters.create(newId(rng), {
      Spec: spec,
      TLSInfo: this.ca.info,
      RootRotationInProgress: false,
      DefaultAddrPool: pools.length > 0 ? pools : null,
      SubnetSize: subnetSize,
      DataPathPort: dataPathPort,
      JoinTokens: { Worker: newJoinToken(rng, this.ca.digest), Manager: newJoinToken(rng, this.ca.digest) },
    });
    this.allocator = new Allocator(this.store, rng, { pools, subnetSize });
    this.#followLock();
  }

  now(): bigint {
    return this.time.now();
  }

  get cluster(): Swarm {
    return this.store.cluster;
  }

  /** POST /swarm/update */
  update(version: number, asked: Partial<SwarmSpec>, rotate: Rotation): Failure | undefined {
    const spec = updatedSpec(asked);
    if (!('Labels' in spec)) return spec;
    const { cluster } = this;
    const turns = (spec.CAConfig.ForceRotate ?? 0) !== (cluster.Spec.CAConfig.ForceRotate ?? 0);
    const ca = turns ? createRootCa(this.rng, this.now()) : this.ca;
    const token = (old: string, renew: boolean): string => (turns || renew ? newJoinToken(this.rng, ca.digest) : old);
    const { Worker, Manager } = cluster.JoinTokens;
    const failure = this.store.clusters.update(
      cluster,
      {
        Spec: spec,
        TLSInfo: ca.info,
        JoinTokens: { Worker: token(Worker, rotate.worker), Manager: token(Manager, rotate.manager) },
      },
      version,
    );
    if (failure) return failure;
    this.ca = ca;
    if (turns) this.#renewCertificates();
    if (rotate.unlockKey) this.unlockKey = '';
    this.#followLock();
    return undefined;
  }

  /** Every node has a certificate of the new root. */
  #renewCertificates(): void {
    for (const node of this.store.nodes.all())
      this.store.nodes.update(node, { Description: { ...node.Description, TLSInfo: this.ca.info } });
  }

  /** A key comes and goes with the wish to lock managers. */
  #followLock(): void {
    const locks = this.cluster.Spec.EncryptionConfig.AutoLockManagers;
    if (!locks) this.unlockKey = '';
    else if (this.unlockKey === '') this.unlockKey = newUnlockKey(this.rng);
  }

  /** The role that a join token gives; undefined: it is none of this swarm's. */
  roleOf(token: string): 'worker' | 'manager' | undefined {
    const { Worker, Manager } = this.cluster.JoinTokens;
    return token === Worker ? 'worker' : token === Manager ? 'manager' : undefined;
  }
}
