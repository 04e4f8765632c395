/** The axes of the compatibility matrix, and which of its cells are run. */

/** How the application is built and loads the SDK. */
export type Build = 'esm' | 'cjs' | 'bundle';

/** The OpenTelemetry lines: 2 is `sdk-node` 0.223 with API 1.9, 3 is 0.301 with API 1.10. */
export type OtelLine = 2 | 3;

/** What one run combines. */
export interface Cell {
  /** The row: an SDK version, or a library that brings its own SDK. */
  readonly row: string;
  /** The column. */
  readonly column: Column;
  readonly build: Build;
  readonly otel: OtelLine;
  /** Major version of Node. */
  readonly node: number;
}

/** The columns of the table. The first two are run for every row. */
export const COLUMNS = ['ESM', 'CJS', 'bundle', 'OTel 2', 'Node 22', 'Node 22 CJS', 'Node 26'] as const;

/** A column of the table. */
export type Column = (typeof COLUMNS)[number];

const AXES: Record<Column, Omit<Cell, 'row' | 'column'>> = {
  ESM: { build: 'esm', otel: 3, node: 24 },
  CJS: { build: 'cjs', otel: 3, node: 24 },
  bundle: { build: 'bundle', otel: 3, node: 24 },
  'OTel 2': { build: 'esm', otel: 2, node: 24 },
  'Node 22': { build: 'esm', otel: 3, node: 22 },
  'Node 22 CJS': { build: 'cjs', otel: 3, node: 22 },
  'Node 26': { build: 'esm', otel: 3, node: 26 },
};

/** The SDK versions of the small matrix: the borders between the adapters, and what widely used libraries pin. */
export const SDK_VERSIONS: readonly string[] = [
  ...['0.39', '0.60', '0.100', '0.101', '0.122', '0.133', '0.134', '0.137', '1.0', 'latest'],
];

/** Libraries that use the SDK, with the packages that an application installs for them. */
export const LIBRARIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '@langchain/anthropic': { '@langchain/anthropic': '^1.5.0', '@langchain/core': '^1.0.0' },
  '@llamaindex/anthropic': {
    '@llamaindex/anthropic': '0.3.27',
    '@llamaindex/core': '0.6.23',
    '@llamaindex/env': '0.1.31',
  },
};

/** The rows on which every axis is run: each adapter once, and the newest. */
const FULL_ROWS = new Set(['0.39', '0.100', '0.122', 'latest']);

/** The cells of the matrix for SDK versions `versions`: every axis for some rows, module systems for all. */
export function cellsFor(versions: readonly string[], all: boolean): Cell[] {
  const sdks = versions.flatMap((row) =>
    COLUMNS.filter((column) => all || FULL_ROWS.has(row) || column === 'ESM' || column === 'CJS').map(
      (column) => ({
        row,
        column,
        ...AXES[column],
      }),
    ),
  );
  const libraries = Object.keys(LIBRARIES).flatMap((row) =>
    (['ESM', 'CJS'] as const).map((column) => ({ row, column, ...AXES[column] })),
  );
  return [...sdks, ...libraries];
}
