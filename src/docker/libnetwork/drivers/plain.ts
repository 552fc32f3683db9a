/**
 * The drivers without devices: `host` (the sandbox is the machine's own namespace) and `null` (none but lo).
 * @see moby daemon/libnetwork/drivers/host, drivers/null
 */
import type { Failure } from '../../errdefs.ts';
import { Failure as Failed } from '../../errdefs.ts';
import type { Driver, JoinInfo } from '../driver.ts';

export function plainDriver(type: 'host' | 'null'): Driver {
  let network: string | undefined;
  return {
    type,
    createNetwork(id): Failure | undefined {
      if (network !== undefined) return new Failed('forbidden', `only one instance of "${type}" network is allowed`);
      network = id;
      return undefined;
    },
    deleteNetwork() {
      network = undefined;
    },
    createEndpoint: () => undefined,
    deleteEndpoint() {},
    join: (): JoinInfo => ({}),
    leave() {},
    programExternalConnectivity: () => [],
    revokeExternalConnectivity() {},
    ifacePrefix: () => 'eth',
  };
}
