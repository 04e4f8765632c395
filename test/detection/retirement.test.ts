import { afterEach, describe, expect, test, vi } from 'vitest';
import { RETIREMENTS, type TelemetryOptions } from '../../src/index.ts';
import { isRetirementTime, retirementTime } from '../../src/model/retirements.ts';
import { createScene, MODEL_KEY } from './scene.ts';

afterEach(() => vi.restoreAllMocks());

const DAY = 86_400_000;

/** Days by model, when calls to `models` have been made at `provider`. */
async function daysOf(
  models: readonly (string | undefined)[],
  { provider = 'anthropic', options = {} }: { provider?: string; options?: TelemetryOptions } = {},
): Promise<Record<string, unknown>> {
  const scene = createScene(options);
  for (const model of models) scene.start({ model, provider });
  const points = (await scene.points()).get('anthropic.client.model_retirement_days') ?? [];
  return Object.fromEntries(points.map(({ attributes, value }) => [String(attributes[MODEL_KEY]), value]));
}

describe('days until a model retires', () => {
  test('count down to its date and go on below zero', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-30') - 4.5 * DAY);
    expect(await daysOf(['claude-sonnet-4-5'])).toEqual({ 'claude-sonnet-4-5': 4.5 });
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-30') + 2 * DAY);
    expect(await daysOf(['claude-sonnet-4-5-20250929'])).toEqual({ 'claude-sonnet-4-5-20250929': -2 });
  });

  test('are absent for models without a date, without a call, and for calls without a model', async () => {
    expect(await daysOf(['claude-opus-5-5', 'claude-sonnet-4-6', 'mine', undefined])).toEqual({});
  });

  test('are those of the Claude API: other platforms set dates of their own', async () => {
    for (const provider of ['aws.bedrock', 'gcp.vertex_ai']) {
      expect(await daysOf(['claude-sonnet-4-5'], { provider })).toEqual({});
    }
    const options = { retirements: { 'anthropic.claude-sonnet-4-5-20250929-v1:0': '2027-01-31T12:00:00Z' } };
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2027-01-31T00:00:00Z'));
    const model = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
    expect(await daysOf([model], { provider: 'aws.bedrock', options })).toEqual({ [model]: 0.5 });
  });

  test('are those of the options first', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-01'));
    const options = { retirements: { 'claude-sonnet-4-5': '2026-12-01', mine: '2026-11-08' } };
    expect(await daysOf(['claude-sonnet-4-5', 'mine'], { options })).toEqual({
      'claude-sonnet-4-5': 30,
      mine: 7,
    });
  });

  test('of models from before the call are known too, when the options name them', async () => {
    expect(Object.keys(await daysOf([], { options: { models: ['claude-opus-4-1'] } }))).toEqual([
      'claude-opus-4-1',
    ]);
  });
});

test('every date of the built-in table is one, and each model is found by its dated id', () => {
  for (const [model, date] of Object.entries(RETIREMENTS)) {
    expect(isRetirementTime(date), model).toBe(true);
    expect(retirementTime(`${model}-20250101`, 'anthropic', {}), model).toBe(Date.parse(date) / 1000);
  }
});
