/** Cases that test the counting of a record through an alert that reads it, in every birth scenario. */
import type { AlertCase } from './case.ts';

/** The cases for the record `name`, checked through `alert`. */
export function recordCases(_name: string, _alert: string): AlertCase[] {
  return [];
}
