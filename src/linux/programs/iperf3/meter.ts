/** What a stream has moved: in all, and since the last line of the report. */
import type { StreamResult } from './protocol.ts';

export class Meter {
  bytes = 0;
  /** UDP: datagrams sent, or the highest number seen. */
  packets = 0;
  /** UDP receiver: datagrams that never came. */
  lost = 0;
  /** UDP receiver: smoothed transit difference, ns. @see RFC 1889 §6.3.1 */
  jitter = 0;
  #transit: number | undefined;
  #mark = { bytes: 0, packets: 0, lost: 0 };

  /** A numbered datagram came. @param sent by the sender's clock @param now by ours, ns */
  datagram(number: number, bytes: number, sent: number, now: number): void {
    this.bytes += bytes;
    if (number > this.packets) {
      this.lost += number - this.packets - 1;
      this.packets = number;
    } else if (this.lost > 0) this.lost--;
    const transit = now - sent;
    if (this.#transit !== undefined) this.jitter += (Math.abs(transit - this.#transit) - this.jitter) / 16;
    this.#transit = transit;
  }

  /** What was moved since the last call. */
  lap(): { bytes: number; packets: number; lost: number } {
    const { bytes, packets, lost } = this;
    const out = {
      bytes: bytes - this.#mark.bytes,
      packets: packets - this.#mark.packets,
      lost: lost - this.#mark.lost,
    };
    this.#mark = { bytes, packets, lost };
    return out;
  }

  /** @param seconds the test lasted */
  result(id: number, seconds: number): StreamResult {
    return {
      id,
      bytes: this.bytes,
      retransmits: -1,
      jitter: this.jitter / 1e9,
      errors: this.lost,
      packets: this.packets,
      start_time: 0,
      end_time: seconds,
    };
  }
}
