/**
 * Returns a function that runs `step` on its first call, and returns the same promise on every call. If `step` throws, the promise
 * rejects with that error.
 */
export function runOnce<Result>(step: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  return () => {
    // An async function, so that a `step` that throws synchronously does not run again.
    running ??= (async () => step())();
    return running;
  };
}
