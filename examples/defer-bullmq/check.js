/** What `defer` needs of a store, checked with the Redis of the example. */
import assert from 'node:assert/strict';
import { bullmqStore } from './bullmq-store.js';

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const [one, other] = [bullmqStore(url, 'check'), bullmqStore(url, 'check')];
const request = (customId) => ({ customId, params: '{}', enqueuedAt: Date.now() });
const claim = (store, lease, ms) =>
  store.claim({ lease, limit: 10, now: Date.now(), leaseUntil: Date.now() + ms });
const ids = (claimed) => claimed.map(({ customId }) => customId);

assert.equal(await one.enqueue(request('1')), true);
assert.equal(await other.enqueue(request('1')), false, 'a customId is deferred once');
assert.equal(await one.enqueue(request('2')), true);

// Two workers never hold the same request, and one without its lease changes nothing.
assert.deepEqual(ids(await claim(one, 'lease-1', 60_000)), ['1', '2']);
assert.deepEqual(await claim(other, 'lease-2', 60_000), []);
await other.complete('1', 'lease-2');
await other.fail('1', 'lease-2', { attempts: 5, retryAt: undefined, error: 'none' });
assert.equal((await one.stats()).backlog, 2);

// What is given back is claimed again with its batch, apart from requests without one.
await one.renew('1', 'lease-1', Date.now() + 60_000, 'batch-1');
await one.renew('1', 'lease-1', Date.now());
await one.renew('2', 'lease-1', Date.now());
const first = await claim(other, 'lease-2', 60_000);
const second = await claim(other, 'lease-2', 60_000);
assert.deepEqual([...ids(first), ...ids(second)].sort(), ['1', '2']);
assert.notEqual(first[0].batchId, second[0].batchId);

// A request that fails is due later, and then counts its attempts.
await other.fail('2', 'lease-2', { attempts: 1, retryAt: Date.now() + 200, error: 'api_error' });
assert.deepEqual(await claim(one, 'lease-3', 60_000), []);
assert.equal((await one.stats()).backlog, 2);
await until(async () => {
  const [again] = await claim(one, 'lease-3', 60_000);
  return again?.attempts === 1 && again.batchId === undefined;
});
await one.fail('2', 'lease-3', { attempts: 2, retryAt: undefined, error: 'invalid_request_error' });
await other.complete('1', 'lease-2');
assert.deepEqual(await one.stats(), { backlog: 0, deadLetters: 1 });
assert.equal(await one.enqueue(request('1')), false, 'a completed request is not sent again');

// The requests of a worker that died are claimed when its lease has ended.
await one.enqueue(request('3'));
assert.deepEqual(ids(await claim(one, 'lease-4', 100)), ['3']);
await until(async () => ids(await claim(other, 'lease-5', 60_000)).includes('3'));
await one.complete('3', 'lease-4');
assert.equal((await one.stats()).backlog, 1);
await other.complete('3', 'lease-5');
assert.equal((await one.stats()).backlog, 0);
await Promise.all([one.close(), other.close()]);
console.log('the store keeps its promises');

async function until(condition) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 100));
}
