/** Passes the decisions of policies on to the call that they are about. */
import { subscribeToDecisions } from '../../ports/decisions.ts';
import { processWide } from '../../process-wide.ts';
import { enclosingCall } from '../span/enclosing-call.ts';

/** Follows the decisions of the process, once for all copies of this package. */
export function followDecisions(): void {
  processWide(Symbol.for('anthropic-otel.decisions-followed'), () => {
    subscribeToDecisions((decision) => enclosingCall.getStore()?.deref()?.decided(decision));
    return true;
  });
}
