/** Struct of a plugin's config.json. @see moby api/types/plugin: Config */
import { ANY, BOOL, INT, list, STRING, STRINGS, struct } from './types.ts';

export const PLUGIN_CONFIG = struct('plugin.Config', {
  Args: struct('plugin.Args', { Description: STRING, Name: STRING, Settable: STRINGS, Value: STRINGS }),
  Description: STRING,
  Documentation: STRING,
  Entrypoint: STRINGS,
  Env: list(struct('plugin.Env', { Description: STRING, Name: STRING, Settable: STRINGS, Value: STRING })),
  Interface: struct('plugin.Interface', { ProtocolScheme: STRING, Socket: STRING, Types: STRINGS }),
  IpcHost: BOOL,
  Linux: struct('plugin.LinuxConfig', { AllowAllDevices: BOOL, Capabilities: STRINGS, Devices: list(ANY) }),
  Mounts: list(ANY),
  Network: struct('plugin.NetworkConfig', { Type: STRING }),
  PidHost: BOOL,
  PropagatedMount: STRING,
  User: struct('plugin.User', { GID: INT, UID: INT }),
  WorkDir: STRING,
});
