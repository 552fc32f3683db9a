/** What checks look at: the lab's state now, and its traffic since the step began. */
import { collect, text } from '../base/http.ts';
import type { Lab } from '../lab/lab.ts';
import type { Attempt, Outcome } from '../lab/probe/probe.ts';
import type { Journey, LabView, ViewCall, ViewFrame } from '../lab/view.ts';
import { isErr } from '../linux/kernel/errno.ts';
import type { NetAdmin, NfFamily, NfRuleState, NfTable } from '../linux/kernel/netadmin.ts';

/** Traffic since some moment. */
export interface Traffic {
  readonly frames: readonly ViewFrame[];
  readonly calls: readonly ViewCall[];
  /** Traced packets, when a check of the lesson asks for drops. */
  readonly journeys: readonly Journey[];
  /** Packet counters at that moment, by place of the check. */
  readonly baseline: Readonly<Record<string, number>>;
}

export interface Evidence extends Traffic {
  readonly view: LabView;
  /** GET on a machine's Engine API; undefined when the answer is an error. */
  engine(machine: string, path: string): Promise<unknown>;
  /** The network of a machine or a running container. */
  net(machine: string, container?: string): NetAdmin | undefined;
  /** A file of a machine or a running container, undefined when there is none. */
  file(machine: string, container: string | undefined, path: string): string | undefined;
  rules(machine: string, family: NfFamily, table: NfTable, chain: string): readonly NfRuleState[];
  /** What would become of an attempt; the lab is not touched. */
  probe(attempt: Attempt): Promise<Outcome>;
  /** Whether a question of the step is answered. */
  answered(question: string): boolean;
  /** The same with the traffic since that step began. */
  since(step: string): Evidence;
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

export const NO_TRAFFIC: Traffic = { frames: [], calls: [], journeys: [], baseline: {} };

/** Gathers evidence from a lab. */
export function evidenceOf(lab: Lab, traffic: Partial<Traffic> = {}): Evidence {
  const evidence: Evidence = {
    view: lab.view(),
    ...NO_TRAFFIC,
    ...traffic,
    engine: (machine, path) => getJson(lab, machine, path),
    net: (machine, container) => lab.inside(machine, container)?.net,
    file(machine, container, path) {
      const bytes = lab.inside(machine, container)?.fs.readFile(path);
      return bytes === undefined || isErr(bytes) ? undefined : new TextDecoder().decode(bytes);
    },
    rules(machine, family, table, chain) {
      const chains = lab.inside(machine)?.net.nfChains(family, table) ?? [];
      return chains.find((c) => c.name === chain)?.rules ?? [];
    },
    probe: (attempt) => lab.probe(attempt),
    answered: () => false,
    since: () => evidence,
  };
  return evidence;
}
