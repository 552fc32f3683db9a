/** Options of a bridge network, parsed and checked. @see moby daemon/libnetwork/drivers/bridge/bridge_linux.go: fromLabels */
import { type IpAddr, parseIp } from '../../../../base/ip.ts';
import { Failure } from '../../../errdefs.ts';
import type { NetworkOptions } from '../../driver.ts';

const PREFIX = 'com.docker.network';

export interface BridgeConfig {
  readonly bridgeName: string;
  readonly mtu: number;
  readonly icc: boolean;
  readonly masquerade: boolean;
  /** Address published ports bind to when they name none. */
  readonly defaultBinding: IpAddr | undefined;
  readonly gatewayMode: 'nat' | 'routed' | 'nat-unprotected' | 'isolated';
  readonly internal: boolean;
  readonly defaultBridge: boolean;
  readonly ifacePrefix: string;
}

/** @see Go strconv.ParseBool */
function parseBool(s: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(s)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(s)) return false;
  return undefined;
}

/** @param id the network's id, of which the bridge is named unless an option names it */
export function bridgeConfig(id: string, options: NetworkOptions): BridgeConfig | Failure {
  const get = (name: string): string | undefined => options.generic[`${PREFIX}.${name}`];
  const bad = (name: string, value: string, why: string): Failure =>
    new Failure('invalid', `failed to parse ${PREFIX}.${name} value: ${value} (${why})`);
  const flag = (name: string, fallback: boolean): boolean | Failure => {
    const value = get(name);
    if (value === undefined) return fallback;
    return parseBool(value) ?? bad(name, value, `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
  };
  const icc = flag('bridge.enable_icc', true);
  if (icc instanceof Failure) return icc;
  const masquerade = flag('bridge.enable_ip_masquerade', true);
  if (masquerade instanceof Failure) return masquerade;
  const mtuText = get('driver.mtu') ?? '0';
  if (!/^[+-]?\d+$/.test(mtuText))
    return bad('driver.mtu', mtuText, `strconv.Atoi: parsing ${JSON.stringify(mtuText)}: invalid syntax`);
  const bindingText = get('bridge.host_binding_ipv4');
  const binding = bindingText === undefined ? undefined : parseIp(bindingText);
  if (bindingText !== undefined && binding === undefined)
    return new Failure('invalid', `failed to parse ${PREFIX}.bridge.host_binding_ipv4 value: ${bindingText} (nil ip)`);
  const mode = get('bridge.gateway_mode_ipv4') ?? 'nat';
  if (mode !== 'nat' && mode !== 'routed' && mode !== 'nat-unprotected' && mode !== 'isolated')
    return bad('bridge.gateway_mode_ipv4', mode, `unknown gateway mode ${mode}`);
  return {
    bridgeName: get('bridge.name') ?? `br-${id.slice(0, 12)}`,
    mtu: Number(mtuText),
    icc,
    masquerade,
    defaultBinding: binding && !(binding.v === 4 && binding.value === 0) ? binding : undefined,
    gatewayMode: mode,
    internal: options.internal,
    defaultBridge: get('bridge.default_bridge') === 'true',
    ifacePrefix: get('container_iface_prefix') ?? 'eth',
  };
}
