/** Every scenario. */
import type { Scenario } from '../support/world.ts';
import { CALLS } from './calls.ts';
import { CLIENTS, COPIES } from './clients.ts';
import { FETCHES } from './fetches.ts';
import { MIDDLEWARE } from './middleware.ts';
import { PLATFORMS } from './platforms.ts';
import { RESPONSES } from './responses.ts';
import { STREAMS } from './streams.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...RESPONSES,
  ...STREAMS,
  ...CALLS,
  ...MIDDLEWARE,
  ...FETCHES,
  ...CLIENTS,
  ...PLATFORMS,
  ...COPIES,
];
