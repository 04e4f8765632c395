import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

/**
 * A store of deferred requests in BullMQ: workers on many machines can share it, and the tools for BullMQ show it. A job that has failed is a dead
 * letter; `job.retry()` defers it again.
 */
export function bullmqStore(url, name = 'deferred') {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(name, { connection });
  // Without a processor: jobs are fetched by hand. A job whose lease has ended goes back to the queue, as often as it takes.
  const worker = new Worker(name, undefined, {
    connection,
    maxStalledCount: 1_000_000,
    stalledInterval: 5_000,
  });
  const stalledCheck = worker.startStalledCheckTimer();
  // BullMQ's sets are not in the order of age.
  const ages = `deferred-ages:${name}`;
  // BullMQ does not take ids that are numbers.
  const jobId = (customId) => `request-${customId}`;
  const jobOf = (customId) => queue.getJob(jobId(customId));
  /** Runs `step` with the job, unless another worker holds it by now: BullMQ then throws. */
  const asHolder = async (customId, lease, step) => {
    const job = await jobOf(customId);
    const held = (await connection.get(`${queue.toKey(jobId(customId))}:lock`)) === lease;
    if (job && held) await step(job);
  };
  return {
    async enqueue({ customId, params, enqueuedAt }) {
      if (await jobOf(customId)) return false;
      await connection.zadd(ages, 'NX', enqueuedAt, customId);
      await queue.add('request', { customId, params, enqueuedAt, attempts: 0 }, { jobId: jobId(customId) });
      return true;
    },
    async claim({ lease, limit, now, leaseUntil }) {
      const claimed = [];
      while (claimed.length < limit) {
        const job = await worker.getNextJob(lease, { block: false });
        if (!job) break;
        if (claimed.length > 0 && job.data.batchId !== claimed[0].batchId) {
          await job.moveToWait(lease);
          break;
        }
        await job.extendLock(lease, leaseUntil - now);
        claimed.push(job.data);
      }
      return claimed;
    },
    renew: (customId, lease, leaseUntil, batchId) =>
      asHolder(customId, lease, async (job) => {
        if (batchId !== undefined) await job.updateData({ ...job.data, batchId });
        const ms = leaseUntil - Date.now();
        if (ms > 0) await job.extendLock(lease, ms);
        else await job.moveToWait(lease);
      }),
    complete: (customId, lease) =>
      asHolder(customId, lease, async (job) => {
        // The job stays, so that the same request is not sent again, without its content.
        await job.updateData({ customId });
        await job.moveToCompleted(null, lease, false);
        await connection.zrem(ages, customId);
      }),
    fail: (customId, lease, { attempts, retryAt, batchId, error }) =>
      asHolder(customId, lease, async (job) => {
        await job.updateData({ ...job.data, attempts, batchId });
        // Without another attempt: BullMQ's own are not used.
        if (retryAt !== undefined) return job.moveToDelayed(retryAt, lease);
        await job.moveToFailed(new Error(error), lease, false);
        await connection.zrem(ages, customId);
      }),
    async stats() {
      const { failed, completed: _, ...waiting } = await queue.getJobCounts();
      const [, oldestAt] = await connection.zrange(ages, 0, 0, 'WITHSCORES');
      const backlog = Object.values(waiting).reduce((sum, count) => sum + count, 0);
      return { backlog, deadLetters: failed, ...(oldestAt !== undefined && { oldestAt: Number(oldestAt) }) };
    },
    async close() {
      await stalledCheck;
      await worker.close();
      await queue.close();
      connection.disconnect();
    },
  };
}
