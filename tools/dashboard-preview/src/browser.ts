/** Drives a headless Chromium by its DevTools protocol, as far as pictures need it. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is read of the results of the protocol. */
interface Result {
  readonly targetId?: string;
  readonly sessionId?: string;
  readonly data?: string;
  readonly result?: { readonly value?: unknown };
}

interface Message {
  readonly id?: number;
  readonly result?: Result;
  readonly error?: { readonly message: string };
}

/** How a page is looked at. */
export interface Look {
  /** In pixels; 390 is a phone. */
  readonly width?: number;
  /** A kind of color vision. */
  readonly vision?: 'none' | 'deuteranopia' | 'protanopia' | 'tritanopia';
}

/** A page of a running Chromium. */
export class Browser {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #session: string | undefined;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const message: Message = JSON.parse(String(data));
      if (message.id === undefined) return;
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    });
  }

  /** Connects to the Chromium whose `stderr` has the address that it listens on. */
  static async connect(stderr: Readable): Promise<Browser> {
    for await (const line of createInterface(stderr)) {
      const url = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (!url) continue;
      const socket = new WebSocket(url);
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve);
        socket.addEventListener('error', reject);
      });
      stderr.resume();
      const browser = new Browser(socket);
      const { targetId } = await browser.#call('Target.createTarget', { url: 'about:blank' });
      browser.#session = (
        await browser.#call('Target.attachToTarget', { targetId, flatten: true })
      ).sessionId;
      return browser;
    }
    throw new Error('Chromium does not start');
  }

  /** A picture of the whole page at `url`, once its title is `ready`. */
  async shoot(url: string, { width = 1584, vision = 'none' }: Look = {}): Promise<Buffer> {
    // As tall as any dashboard: what is out of sight is not drawn.
    await this.#size(width, width < 768 ? 14_000 : 5000);
    await this.#call('Emulation.setEmulatedVisionDeficiency', { type: vision });
    await this.#call('Page.navigate', { url });
    for (let tries = 0; ; tries++) {
      const title = await this.#evaluate('document.title');
      if (title === 'ready') break;
      if (title === 'failed') throw new Error(`${url}: ${await this.#evaluate('document.body.textContent')}`);
      if (tries > 1200) throw new Error(`${url}: not drawn after two minutes`);
      await sleep(100);
    }
    const height = Number(
      await this.#evaluate('Math.ceil(document.getElementById("root").getBoundingClientRect().bottom) + 8'),
    );
    await this.#size(width, height);
    await sleep(300);
    const { data } = await this.#call('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data ?? '', 'base64');
  }

  async #evaluate(expression: string): Promise<unknown> {
    return (await this.#call('Runtime.evaluate', { expression })).result?.value;
  }

  async #size(width: number, height: number): Promise<void> {
    await this.#call('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  #call(method: string, params: object): Promise<Result> {
    const id = ++this.#id;
    this.#socket.send(
      JSON.stringify({ id, method, params, ...(this.#session && { sessionId: this.#session }) }),
    );
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result ?? {}),
      );
    });
  }
}
