/** Asks a Prometheus. */

/**
 * The data that its API answers to `path`, as in `rules` or `query?query=up`.
 * @throws an Error when it answers with one
 */
export async function askPrometheus(url: string, path: string): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/${path}`);
  const body = (await response.json()) as { status: string; data: unknown; error?: string };
  if (body.status !== 'success') throw new Error(`${path}: ${body.error}`);
  return body.data;
}

/** The value of a query with one result; 0 when it has none. */
export async function queryNumber(url: string, expression: string): Promise<number> {
  const data = (await askPrometheus(url, `query?query=${encodeURIComponent(expression)}`)) as {
    result: { value: [number, string] }[];
  };
  return Number(data.result[0]?.value[1] ?? 0);
}
