/**
 * Managed plugins: made from a directory, kept, set, removed.
 * @see moby daemon/pkg/plugin/{backend_linux,store}.go, v2/{plugin,settable}.go
 */

import { join } from '../../base/bytes.ts';
import { text } from '../../base/http.ts';
import type { TarEntry } from '../../base/tar.ts';
import { writeTar } from '../../base/tar.ts';
import type { Layer } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import { digest } from '../images/digest.ts';
import { familiarString, parseReference, withDefaultTag } from '../images/reference.ts';
import { virtualOf } from './archive/container.ts';
import { layerOf } from './archive/layer.ts';
import { type Daemon, VERSION } from './daemon.ts';
import { decode } from './decode/decode.ts';
import { PLUGIN_CONFIG } from './decode/plugins.ts';
import { errors } from './errors.ts';
import { clean } from './path.ts';

interface Env {
  readonly Name?: string;
  readonly Settable?: readonly string[] | null;
  readonly Value?: string | null;
}

interface PluginConfig {
  readonly Args: { readonly Value: readonly string[] | null };
  readonly Entrypoint: readonly string[] | null;
  readonly Env: readonly Env[] | null;
  readonly Interface: { readonly Socket: string; readonly Types: readonly string[] | null };
  readonly Linux: { readonly Capabilities: readonly string[] | null; readonly Devices: readonly unknown[] | null };
  readonly Mounts: readonly unknown[] | null;
  readonly Network: { readonly Type: string };
  readonly WorkDir: string;
}

export interface Plugin {
  readonly Config: PluginConfig;
  Enabled: boolean;
  readonly Id: string;
  readonly Name: string;
  readonly PluginReference: string;
  /** What lay under `rootfs`. */
  readonly layer: Layer;
  Settings: { Args: readonly string[]; Devices: readonly unknown[]; Env: string[]; Mounts: readonly unknown[] };
}

const NO_CONFIG = {
  Args: { Description: '', Name: '', Settable: null, Value: null },
  Description: '',
  DockerVersion: VERSION,
  Documentation: '',
  Entrypoint: null,
  Env: null,
  Interface: { Socket: '', Types: null },
  IpcHost: false,
  Linux: { AllowAllDevices: false, Capabilities: null, Devices: null },
  Mounts: null,
  Network: { Type: '' },
  PidHost: false,
  PropagatedMount: '',
  User: {},
  WorkDir: '',
};

const system = (text: string): Failure => new Failure('system', text);

/** The name with its tag, when it may be one. */
function nameOf(asked: string): string | Failure {
  const ref = parseReference(asked);
  if (ref instanceof Failure) return ref.wrap(`failed to parse reference ${asked}`);
  if (ref.digest) return system('canonical references are not permitted');
  return familiarString(withDefaultTag(ref));
}

/** POST /plugins/create @param entries `config.json` and what lies under `rootfs` */
export function createPlugin(daemon: Daemon, asked: string, entries: readonly TarEntry[]): Plugin | Failure {
  const name = nameOf(asked);
  if (name instanceof Failure) return name;
  if ([...daemon.plugins.values()].some((p) => p.Name === name))
    return new Failure('conflict', `plugin ${JSON.stringify(name)} already exists`);
  const placed = entries.map((e) => ({ ...e, name: clean(`/${e.name}`).slice(1) }));
  const rootfs = placed.filter((e) => e.name.split('/')[0] === 'rootfs');
  if (rootfs.length === 0) return system('no rootfs found: EOF');
  const file = placed.find((e) => e.name === 'config.json' && e.kind === 'file');
  if (!file) return system('config not found');
  const config = parseConfig(text(file.bytes));
  if (config instanceof Failure) return config;
  const inside = rootfs.map((e) => ({ ...e, name: e.name.slice('rootfs/'.length) || '.' }));
  const plugin: Plugin = {
    Config: { ...config, rootfs: { diff_ids: [digest(join(writeTar(inside)))], type: 'layers' } } as PluginConfig,
    Enabled: false,
    Id: daemon.rng.hex(64),
    Name: name,
    PluginReference: name,
    layer: layerOf(inside, virtualOf(daemon)),
    Settings: {
      Args: config.Args.Value ?? [],
      Devices: config.Linux.Devices ?? [],
      Env: (config.Env ?? []).flatMap((e) => (e.Value == null ? [] : [`${e.Name}=${e.Value}`])),
      Mounts: config.Mounts ?? [],
    },
  };
  daemon.plugins.set(plugin.Id, plugin);
  daemon.emit('plugin', 'create', plugin.Id, { name });
  return plugin;
}

function parseConfig(source: string): PluginConfig | Failure {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch {
    return system('failed to parse config: invalid character');
  }
  const { value, fault } = decode(parsed, PLUGIN_CONFIG);
  if (fault !== undefined) return system(`failed to parse config: ${fault}`);
  const given = (value ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(NO_CONFIG).map(([key, zero]) => {
      const own = given[key];
      const isStruct = typeof zero === 'object' && zero !== null;
      return [key, isStruct ? { ...zero, ...(own as object | undefined) } : (own ?? zero)];
    }),
  ) as unknown as PluginConfig;
}

/** As clients see it. */
export function pluginJson({ layer: _, ...told }: Plugin): object {
  return told;
}

/** By full id, name with or without its tag, or the beginning of an id. */
export function findPlugin(daemon: Daemon, term: string): Plugin | Failure {
  const all = [...daemon.plugins.values()];
  const name = nameOf(term);
  const exact = daemon.plugins.get(term) ?? all.find((p) => p.Name === name);
  if (exact) return exact;
  const hits = all.filter((p) => p.Id.startsWith(term));
  if (hits.length > 1) return new Failure('invalid', `multiple plugins found for ${JSON.stringify(term)}`);
  return hits[0] ?? errors.noPlugin(term);
}

export function disablePlugin(plugin: Plugin): Failure {
  return new Failure('conflict', `plugin is already disabled: plugin ${plugin.Name} found but disabled`);
}

/** `KEY=VALUE` of variables that may be set. */
export function setPlugin(plugin: Plugin, settings: readonly string[]): Failure | undefined {
  const env = [...plugin.Settings.Env];
  for (const setting of settings) {
    const eq = setting.indexOf('=');
    const [name, value] = eq < 0 ? [setting, ''] : [setting.slice(0, eq), setting.slice(eq + 1)];
    const known = (plugin.Config.Env ?? []).find((e) => e.Name === name);
    if (!known) return system(`setting ${JSON.stringify(name)} not found in the plugin configuration`);
    if (!(known.Settable ?? []).includes('value')) return system(`${JSON.stringify(name)} is not settable`);
    const at = env.findIndex((e) => e.startsWith(`${name}=`));
    env.splice(at < 0 ? env.length : at, at < 0 ? 0 : 1, `${name}=${value}`);
  }
  plugin.Settings = { ...plugin.Settings, Env: env };
  return undefined;
}

export function removePlugin(daemon: Daemon, plugin: Plugin): void {
  daemon.plugins.delete(plugin.Id);
  daemon.emit('plugin', 'remove', plugin.Id, { name: plugin.Name });
}
