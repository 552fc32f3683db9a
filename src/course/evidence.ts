/** What checks look at: the lab's state now, and its traffic since the step began. */
import { collect, text } from '../base/http.ts';
import type { Lab } from '../lab/lab.ts';
import type { LabView, ViewCall, ViewFrame } from '../lab/view.ts';
import type { NfFamily, NfRuleState, NfTable } from '../linux/kernel/netadmin.ts';

export interface Evidence {
  readonly view: LabView;
  readonly frames: readonly ViewFrame[];
  readonly calls: readonly ViewCall[];
  /** GET on a machine's Engine API; undefined when the answer is an error. */
  engine(machine: string, path: string): Promise<unknown>;
  rules(machine: string, family: NfFamily, table: NfTable, chain: string): readonly NfRuleState[];
  /** Packet counters when the step began, by place of the check. */
  readonly baseline: Readonly<Record<string, number>>;
}

/** Asks the Engine API. */
export async function getJson(lab: Lab, machine: string, path: string): Promise<unknown> {
  const docker = lab.machine(machine)?.docker;
  if (!docker) return undefined;
  const [route, query] = path.split('?');
  const response = await docker.handle({
    method: 'GET',
    path: `/v1.51${route}`,
    query: new URLSearchParams(query ?? ''),
    headers: { host: 'docker' },
    body: new Uint8Array(0),
  });
  const body = await collect(response.body);
  return response.status < 300 ? JSON.parse(text(body)) : undefined;
}

/** Gathers evidence from a lab. */
export function evidenceOf(
  lab: Lab,
  frames: readonly ViewFrame[],
  calls: readonly ViewCall[],
  baseline = {},
): Evidence {
  return {
    view: lab.view(),
    frames,
    calls,
    baseline,
    engine: (machine, path) => getJson(lab, machine, path),
    rules: (machine, family, table, chain) => {
      const kernel = lab.machine(machine)?.kernel;
      if (!kernel) return [];
      const chains = kernel.net(kernel.hostNetns).nfChains(family, table);
      return chains.find((c) => c.name === chain)?.rules ?? [];
    },
  };
}
