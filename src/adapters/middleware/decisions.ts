/** Passes the decisions of policies on to the call that they are about, and those of queues to telemetry. */
import type { AdapterPort } from '../../ports/adapter-port.ts';
import { subscribeToDecisions } from '../../ports/decisions.ts';
import { getProcessWide, processWide, setProcessWide } from '../../ports/process-wide.ts';
import { enclosingCall } from '../span/enclosing-call.ts';

/** The port of the client that was made last: a queue belongs to no call, and to the process. */
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
