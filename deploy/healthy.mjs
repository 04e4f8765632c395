/** Exits 0 when every address that is given responds well. For health checks in images without curl. */
const problems = await Promise.all(
  process.argv.slice(2).map(async (url) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(2500) }).catch(String);
    if (typeof response === 'string') return `${url}: ${response}`;
    await response.body?.cancel();
    return response.ok ? undefined : `${url}: ${response.status}`;
  }),
);
for (const problem of problems.filter(Boolean)) console.error(problem);
process.exitCode = problems.some(Boolean) ? 1 : 0;
