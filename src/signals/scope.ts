/** The instrumentation scope of everything that this package records. */
import pkg from '../../package.json' with { type: 'json' };

/** Name of the instrumentation scope. */
export const SCOPE_NAME = 'anthropic-otel';

/** Version of this package. */
export const VERSION: string = pkg.version;
