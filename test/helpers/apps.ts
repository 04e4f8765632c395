/** Small applications, as text. Each calls the API at `BASE_URL` and prints what it saw. */

/** A request, as an expression. */
export const REQUEST: string = `{ model: 'claude-opus-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] }`;

/** Prints the metrics at `SCRAPE`, over a connection of its own that does not outlive the response. */
const SCRAPE = `
if (process.env['SCRAPE']) {
  const { get } = await import('node:http');
  const response = await new Promise((resolve, reject) =>
    get(String(process.env['SCRAPE']), { agent: false }, resolve).on('error', reject),
  );
  for await (const chunk of response) process.stdout.write(chunk);
}
`;

/** Makes a call and prints the number of middlewares of the client, and the metrics at `SCRAPE`, if that is set. */
const BODY = `
const client = new Anthropic({ baseURL: process.env.BASE_URL, logLevel: 'off' });
console.log('middleware', client.middleware.length);
const message = await client.messages.create(${REQUEST}).catch((error) => ({ usage: { error: error.name } }));
console.log('usage', JSON.stringify(message.usage));
${SCRAPE}`;

/** An application in ES modules. */
export const ESM: string = `import Anthropic from '@anthropic-ai/sdk';\n${BODY}`;

/** An application in CommonJS. */
export const CJS: string = `const Anthropic = require('@anthropic-ai/sdk');\n(async () => {${BODY}})();`;

/** An application in TypeScript. */
export const TYPESCRIPT: string = `import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
const options: ClientOptions = { baseURL: process.env['BASE_URL'] };
const client: Anthropic = new Anthropic(options);
const message: Anthropic.Message = await client.messages.create(${REQUEST});
console.log('usage', JSON.stringify(message.usage));
${SCRAPE}`;

/** An application that makes a call, prints that it is ready, and waits. */
export const WAITING: string = `${ESM}
console.log('ready');
setInterval(() => {}, 1000);
`;

/** An application that leaves a stream unread, and waits. */
export const UNREAD: string = `import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic({ baseURL: process.env.BASE_URL, logLevel: 'off' });
await client.messages.create({ ...${REQUEST}, stream: true });
console.log('ready');
setInterval(() => {}, 1000);
`;
