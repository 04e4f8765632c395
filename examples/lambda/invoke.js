/** Invokes the handler once, as the runtime of Lambda does, and ends. A log line has each call, and nothing has to scrape it. */
import { handler } from './handler.js';

console.log(await handler({ question: 'Why?' }));
