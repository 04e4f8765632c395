/** Subclasses of the SDK's client classes whose constructor adds telemetry to the client's options. */

/** A client class, as far as it is subclassed here. */
export type ClientClass = new (options?: object, ...rest: unknown[]) => object;

/** Adds telemetry to client options. */
export type AddTelemetry = (options: object | undefined) => object | undefined;

/** Does what can only be done to a client that is made. */
export type CompleteClient = (client: object) => void;

/**
 * A subclass of `Original` whose constructor passes its options through `add`, and the made client to `complete`. It has the original's name, in stack
 * traces too, and an instance of the original counts as one of it, so code that compares classes notices nothing.
 */
export function observedClass(
  Original: ClientClass,
  add: AddTelemetry,
  complete?: CompleteClient,
): ClientClass {
  const Observed: ClientClass = unnamed(
    class extends Original {
      constructor(options?: object, ...rest: unknown[]) {
        super(add(options), ...rest);
        complete?.(this);
      }

      static override [Symbol.hasInstance](value: unknown): boolean {
        // A subclass of the application inherits this, and has instances of its own.
        // biome-ignore lint/complexity/noThisInStatic: `this` is the class on the right of `instanceof`.
        return Function.prototype[Symbol.hasInstance].call(this === Observed ? Original : this, value);
      }
    },
  );
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(Observed, property, { value: Original[property], configurable: true });
  }
  // `Anthropic.Anthropic` is the class itself.
  for (const key of Object.getOwnPropertyNames(Original)) {
    const value: unknown = Object.getOwnPropertyDescriptor(Original, key)?.value;
    if (value !== Original) continue;
    Object.defineProperty(Observed, key, { value: Observed, configurable: true, writable: true });
  }
  return Observed;
}

/** A class that is passed on takes no name from what it is assigned to. Stack traces prefer that name to the `name` property. */
function unnamed(value: ClientClass): ClientClass {
  return value;
}
