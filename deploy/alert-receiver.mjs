/** Prints every notification of Alertmanager, one line for each alert. */
import { createServer } from 'node:http';

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  response.end();
  if (request.method !== 'POST') return;
  const { alerts = [] } = JSON.parse(Buffer.concat(parts).toString() || '{}');
  for (const { status, labels = {}, annotations = {} } of alerts) {
    console.log(
      `${request.url?.slice(1)}: ${labels.alertname} ${status}: ${annotations.summary} ${annotations.runbook_url}`,
    );
  }
}).listen(8080);
