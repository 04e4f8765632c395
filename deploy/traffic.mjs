/** Asks each service that is given a question about three times a second in all, every second one as a stream. */
import { setTimeout as sleep } from 'node:timers/promises';

const urls = process.argv.slice(2);
for (let count = 0; ; count++) {
  // The first service is the busy one.
  const url = urls[count % 4 === 3 ? (count >> 2) % urls.length : 0];
  fetch(`${url}/?question=Why?${count % 2 ? '&stream' : ''}`)
    .then((response) => response.text())
    .catch(() => {});
  await sleep(250 + 150 * Math.sin(count / 200));
}
