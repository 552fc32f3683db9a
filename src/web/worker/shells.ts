/** Which shell a container has. */
import { collect } from '../../base/http.ts';
import type { Lab } from '../../lab/lab.ts';

/** `bash` when the container has one, else `sh`. Equivalent: HEAD /containers/NAME/archive?path=/bin/bash. */
export async function shellOf(lab: Lab, machine: string, container: string): Promise<string> {
  for (const path of ['/bin/bash', '/usr/bin/bash']) {
    const answer = await lab.machine(machine)?.docker.handle({
      method: 'HEAD',
      path: `/v1.51/containers/${container}/archive`,
      query: new URLSearchParams({ path }),
      headers: { host: 'docker' },
      body: new Uint8Array(0),
    });
    if (answer) await collect(answer.body);
    if (answer?.status === 200) return 'bash';
  }
  return 'sh';
}
