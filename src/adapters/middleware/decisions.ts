/** Passes the decisions of policies to the call that they concern, and those of queues to telemetry. */
import type { AdapterPort } from '../../ports/adapter-port.ts';
import { subscribeToDecisions } from '../../ports/decisions.ts';
import { getProcessWide, processWide, setProcessWide } from '../../ports/process-wide.ts';
import { enclosingCall } from '../span/enclosing-call.ts';

/** The port of the most recent client. A queue belongs to the process, not to a call. */
const QUEUES = Symbol.for('anthropic-otel.queue-decisions');

/** Follows the decisions of the process, once for all copies of this package. */
export function followDecisions(port: AdapterPort): void {
  setProcessWide(QUEUES, port);
  processWide(Symbol.for('anthropic-otel.decisions-followed'), () => {
    subscribeToDecisions((decision) => {
      if (decision.queue === undefined) enclosingCall.getStore()?.deref()?.decided(decision);
      else (getProcessWide(QUEUES) as AdapterPort).queueDecided(decision);
    });
    return true;
  });
}
