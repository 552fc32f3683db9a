/**
 * A log of the requests that reach dockerd: what a wire tap on /var/run/docker.sock would see. Wrap the service where
 * it is put on the socket; requests made directly to the unwrapped service (by checks) are not logged.
 *
 * Limits: keeps the last 1024; bodies are not kept.
 */
import type { HttpRequest, HttpResponse, HttpService } from '../base/http.ts';
import type { ViewCall } from './view.ts';

const CAPACITY = 1024;

/** A call as it was made: its path and query are put into words when somebody asks. */
type Entry = { -readonly [K in keyof ViewCall]: K extends 'query' ? URLSearchParams : ViewCall[K] };

const viewOf = (e: Entry): ViewCall => ({
  ...e,
  path: e.path.replace(/^\/v\d+\.\d+(?=\/)/, ''),
  query: e.query.toString(),
});

export class CallLog {
  #entries: Entry[] = [];
  #seq = 0;

  /** @param now virtual nanoseconds */
  constructor(readonly now: () => number) {}

  /** Calls with a sequence number of `seq` or more. */
  since(seq: number): readonly ViewCall[] {
    return this.#entries
      .slice(-CAPACITY)
      .filter((e) => e.seq >= seq)
      .map(viewOf);
  }

  /** The same service, logged as that of `machine`. */
  wrap(machine: string, service: HttpService): HttpService {
    return { handle: (request) => this.#handle(machine, service, request) };
  }

  async #handle(machine: string, service: HttpService, request: HttpRequest): Promise<HttpResponse> {
    const entry: Entry = {
      seq: this.#seq++,
      time: this.now(),
      machine,
      method: request.method,
      path: request.path,
      query: request.query,
      status: 0,
      open: true,
    };
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * CAPACITY) this.#entries = this.#entries.slice(-CAPACITY);
    request.gone?.then(() => {
      entry.open = false;
    });
    const response = await service.handle(request);
    entry.status = response.status;
    if (response.body instanceof Uint8Array || response.value !== undefined) {
      entry.open = response.hijacked === true && !request.duplex?.closed;
      return response;
    }
    return { ...response, body: watched(response.body, entry) };
  }
}

async function* watched(body: AsyncIterable<Uint8Array>, entry: Entry): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    entry.open = false;
  }
}
