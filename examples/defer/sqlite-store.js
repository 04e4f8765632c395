import { DatabaseSync } from 'node:sqlite';

/** A store of deferred requests in SQLite: it outlives the process, and several processes of a machine can share it. */
export function sqliteStore(file) {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS deferred (
      custom_id TEXT PRIMARY KEY, params TEXT, enqueued_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
      state TEXT NOT NULL DEFAULT 'waiting', batch_id TEXT, lease TEXT, due_at INTEGER NOT NULL DEFAULT 0, error TEXT);
    CREATE INDEX IF NOT EXISTS deferred_due ON deferred (state, due_at)`);
  const insert = db.prepare(
    'INSERT OR IGNORE INTO deferred (custom_id, params, enqueued_at) VALUES (?, ?, ?)',
  );
  // One statement, so that two workers never claim the same request. While a request is leased, it is due when its lease ends.
  const claim = db.prepare(`UPDATE deferred SET lease = :lease, due_at = :leaseUntil WHERE custom_id IN (
      SELECT custom_id FROM deferred WHERE state = 'waiting' AND due_at <= :now AND batch_id IS (
        SELECT batch_id FROM deferred WHERE state = 'waiting' AND due_at <= :now ORDER BY enqueued_at, rowid LIMIT 1)
      ORDER BY enqueued_at, rowid LIMIT :limit)
    RETURNING custom_id AS customId, params, enqueued_at AS enqueuedAt, attempts, batch_id AS batchId`);
  const renew = db.prepare(
    'UPDATE deferred SET due_at = ?, batch_id = coalesce(?, batch_id) WHERE custom_id = ? AND lease = ?',
  );
  // The id stays, so that the same request is not sent again.
  const complete = db.prepare(
    "UPDATE deferred SET state = 'completed', params = NULL, lease = NULL WHERE custom_id = ? AND lease = ?",
  );
  const fail = db.prepare(
    'UPDATE deferred SET state = ?, attempts = ?, due_at = ?, batch_id = ?, error = ?, lease = NULL WHERE custom_id = ? AND lease = ?',
  );
  const stats =
    db.prepare(`SELECT coalesce(sum(state = 'waiting'), 0) AS backlog, coalesce(sum(state = 'dead'), 0) AS deadLetters,
    min(CASE state WHEN 'waiting' THEN enqueued_at END) AS oldestAt FROM deferred WHERE state <> 'completed'`);
  const dead = db.prepare("SELECT custom_id AS customId, error FROM deferred WHERE state = 'dead'");
  const remove = db.prepare('DELETE FROM deferred WHERE custom_id = ?');
  return {
    enqueue: ({ customId, params, enqueuedAt }) => insert.run(customId, params, enqueuedAt).changes === 1,
    claim: ({ lease, limit, now, leaseUntil }) =>
      claim
        .all({ lease, limit, now, leaseUntil })
        .map((row) => ({ ...row, batchId: row.batchId ?? undefined })),
    renew: (customId, lease, leaseUntil, batchId) => renew.run(leaseUntil, batchId ?? null, customId, lease),
    complete: (customId, lease) => complete.run(customId, lease),
    fail: (customId, lease, { attempts, retryAt, batchId, error }) =>
      fail.run(
        retryAt === undefined ? 'dead' : 'waiting',
        attempts,
        retryAt ?? 0,
        batchId ?? null,
        error,
        customId,
        lease,
      ),
    stats() {
      const { backlog, deadLetters, oldestAt } = stats.get();
      return { backlog, deadLetters, ...(oldestAt !== null && { oldestAt }) };
    },
    deadLetters: () => dead.all().map((row) => ({ ...row })),
    remove: (customId) => remove.run(customId),
    close: () => db.close(),
  };
}
