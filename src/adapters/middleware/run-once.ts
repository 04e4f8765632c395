/** A function that runs `step` when it is first called, and gives the same promise at every call. What `step` throws, it rejects with. */
export function runOnce<Result>(step: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  return () => {
    // An async function, so that a `step` that throws at once is not run again.
    running ??= (async () => step())();
    return running;
  };
}
