/** The last value of a gauge for each set of attributes. */
import type { Attributes, ObservableResult } from '@opentelemetry/api';

/** Keeps the last values and reports them when metrics are collected. The caller must bound the keys. */
export class LastValues {
  readonly #values = new Map<string, { readonly attributes: Attributes; value: number }>();

  /** Keeps `value` for `attributes`, which `key` identifies. */
  set(key: string, attributes: Attributes, value: number): void {
    const known = this.#values.get(key);
    if (known) known.value = value;
    else this.#values.set(key, { attributes, value });
  }

  /** Reports every value. */
  observe(result: ObservableResult): void {
    for (const { attributes, value } of this.#values.values()) result.observe(value, attributes);
  }
}
