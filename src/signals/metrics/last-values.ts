/** The last value of a gauge for each set of attributes. */
import type { Attributes, ObservableResult } from '@opentelemetry/api';

/** Remembers last values, to tell them when metrics are collected. Keep the sets of attributes bounded. */
export class LastValues {
  readonly #values = new Map<string, { readonly attributes: Attributes; value: number }>();

  /** Remembers `value`. */
  set(attributes: Attributes, value: number): void {
    const key = Object.values(attributes).join('\u0000');
    const known = this.#values.get(key);
    if (known) known.value = value;
    else this.#values.set(key, { attributes, value });
  }

  /** Tells every value. */
  observe(result: ObservableResult): void {
    for (const { attributes, value } of this.#values.values()) result.observe(value, attributes);
  }
}
