/**
 * When models retire, according to the vendor's page (https://platform.claude.com/docs/en/about-claude/model-deprecations). The table has only
 * fixed dates, not "not sooner than". They apply to the platforms that Anthropic operates; Amazon Bedrock and Google Cloud set their own.
 */
import { modelFamily } from './model-family.ts';

/** Dates or times of retirement (ISO 8601) by model id. A date starts at 00:00 UTC. */
export type RetirementTable = Readonly<Record<string, string>>;

/** The retirements that the Models API states, by model id: a date or time, or `undefined` for none. */
export type StatedRetirements = readonly (readonly [model: string, time: string | undefined])[];

/**
 * The month of the table. Its sources are the vendor's page as of October, and the dates in the warnings of `@anthropic-ai/sdk`
 * 1.14.0 (`internal/data/deprecated-models`), which agree on Sonnet 4.5.
 */
export const RETIREMENTS_DATE = '2026-11';

/** The default table. */
export const RETIREMENTS: RetirementTable = {
  'claude-opus-4-5': '2027-01-22',
  'claude-sonnet-4-5': '2026-11-30',
  'claude-opus-4-1': '2026-08-05',
  'claude-mythos-preview': '2026-06-30',
  'claude-opus-4': '2026-06-15',
  'claude-sonnet-4': '2026-06-15',
  'claude-3-haiku': '2026-04-20',
  'claude-3-7-sonnet': '2026-02-19',
  'claude-3-5-haiku': '2026-02-19',
  'claude-3-opus': '2026-01-05',
  'claude-3-5-sonnet': '2025-10-28',
};

/** The platform to which the default table and the Models API's statements apply. */
export const OPERATED_BY_ANTHROPIC = 'anthropic';

/** Whether `value` is a date or time in the format of a table. */
export function isRetirementTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d(T|$)/.test(value) && !Number.isNaN(Date.parse(value));
}

/**
 * When `model` retires at `provider`, in Unix seconds, or `undefined` if no date is known. The application's `own` dates apply to
 * every provider and have precedence. Next are the statements of the Models API, by family, and then the default table.
 */
export function retirementTime(
  model: string,
  provider: string,
  own: RetirementTable,
  stated: ReadonlyMap<string, string | undefined> = new Map(),
): number | undefined {
  const time = find(own, model) ?? (provider === OPERATED_BY_ANTHROPIC ? operated(model, stated) : undefined);
  return time === undefined ? undefined : Date.parse(time) / 1000;
}

function operated(model: string, stated: ReadonlyMap<string, string | undefined>): string | undefined {
  const family = modelFamily(model);
  return stated.has(family) ? stated.get(family) : find(RETIREMENTS, model);
}

function find(table: RetirementTable, model: string): string | undefined {
  const family = modelFamily(model);
  return Object.entries(table).find(([id]) => modelFamily(id) === family)?.[1];
}
