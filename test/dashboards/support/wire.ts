/** What a process sends and receives, seen from its `fetch`: times, and the limits that the API states. */

/** A limit, as a response stated it. */
export interface Reading {
  readonly model: string;
  readonly type: string;
  readonly limit: number;
  readonly remaining: number;
  /** Unix seconds. */
  readonly reset: number;
}

/** A request and its response, in monotonic milliseconds. */
interface Exchange {
  readonly began: number;
  /** When the headers came, or the request failed. */
  responded?: number;
}

/** The wire of a process. */
export class Wire {
  #frozen = false;
  /** Since the last {@link clear}. */
  readonly exchanges: Exchange[] = [];
  /** The last reading of each limit. */
  readonly limits = new Map<string, Reading>();
  /** Times that what is left fell below a tenth, by type and model. */
  readonly falls: [type: string, model: string][] = [];

  /** Keeps what is known now: a call that is in progress may bring more. */
  freeze(): void {
    this.#frozen = true;
  }

  clear(): void {
    this.exchanges.length = 0;
  }

  /** The `fetch` of the client. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const exchange: Exchange = { began: performance.now() };
    this.exchanges.push(exchange);
    try {
      const response = await fetch(input, init);
      const { model } = JSON.parse(typeof init?.body === 'string' ? init.body : '{}');
      if (model) this.#read(model, response.headers);
      return response;
    } finally {
      exchange.responded = performance.now();
    }
  };

  #read(model: string, headers: Headers): void {
    if (this.#frozen) return;
    for (const type of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
      const stated = (part: string) => headers.get(`anthropic-ratelimit-${type}-${part}`);
      if (stated('limit') === null) continue;
      const reading = {
        model,
        type: type.replace('-', '_'),
        limit: Number(stated('limit')),
        remaining: Number(stated('remaining')),
        reset: Date.parse(stated('reset') ?? '') / 1000,
      };
      const isLow = ({ remaining, limit }: Reading) => remaining < limit / 10;
      const before = this.limits.get(`${type} ${model}`);
      if (isLow(reading) && !(before && isLow(before))) this.falls.push([reading.type, model]);
      this.limits.set(`${type} ${model}`, reading);
    }
  }
}
