/** Asks the demo app a question about three times a second, every second one as a stream. */
import { setTimeout as sleep } from 'node:timers/promises';

const [, , url] = process.argv;
for (let count = 0; ; count++) {
  fetch(`${url}/?question=Why?${count % 2 ? '&stream' : ''}`)
    .then((response) => response.text())
    .catch(() => {});
  await sleep(250 + 150 * Math.sin(count / 200));
}
