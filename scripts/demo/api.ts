/**
 * The local stand-in for the Claude API as a process of its own, for `docker-compose.yml`: mostly healthy, now and then a
 * fault. `PORT` is its port on all interfaces of the container.
 */
import { respond, startAnthropicServer } from '../../src/testing/index.ts';
import { forward } from './forward.ts';

const api = await startAnthropicServer({ keepRequests: 100 });
api.faults(
  { rate: 0.02, responses: [respond.error(429)] },
  { rate: 0.01, responses: [respond.error(500), respond.error(529), respond.sseError('overloaded_error')] },
);
const port = Number(process.env['PORT'] ?? 8081);
await forward(port, api.port);
console.log(`Claude API stand-in on port ${port}`);
