/**
 * The drivers without devices: `host` (the sandbox is the machine's own namespace) and `null` (none but lo).
 * @see moby daemon/libnetwork/drivers/host, drivers/null
 */
import { Failure } from '../../errdefs.ts';
import type { Driver, JoinInfo } from '../driver.ts';

export function plainDriver(type: 'host' | 'null'): Driver {
  let network: string | undefined;
  return {
    type,
    pools: false,
    skipGateway: () => ({ v4: true, v6: true }),
    createNetwork(id): Failure | undefined {
      if (network !== undefined) return new Failure('forbidden', `only one instance of "${type}" network is allowed`);
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
