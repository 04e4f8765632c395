/** The last value of a gauge for each set of attributes. */
import type { Attributes, ObservableResult } from '@opentelemetry/api';

/** Remembers last values, to state them when metrics are collected. Keep the keys bounded. */
export class LastValues {
  readonly #values = new Map<string, { readonly attributes: Attributes; value: number }>();

  /** Remembers `value`, for the attributes that `key` stands for. */
  set(key: string, attributes: Attributes, value: number): void {
    const known = this.#values.get(key);
    if (known) known.value = value;
    else this.#values.set(key, { attributes, value });
  }

  /** States every value. */
  observe(result: ObservableResult): void {
    for (const { attributes, value } of this.#values.values()) result.observe(value, attributes);
  }
}
