/** Responses and telemetry, at their limits. */
import { RECORDS } from '../../../src/mixin/alerts/names.ts';
import { seconds } from '../../../src/mixin/config.ts';
import type { Boundary, Given } from '../support/boundary.ts';
import { type Cases, phase, tiled, tilesIn } from '../support/boundary-cases.ts';

const DAY = tilesIn('1d');
const GONE = 'AnthropicTelemetryAbsent/gone';
const DOWN = 'AnthropicTelemetryAbsent/down';

/** Alerts on responses and telemetry. */
export function otherCases({ config, ofService, ofModel, of, gauge, limit }: Cases): Boundary[] {
  const processes = of(RECORDS.processes);
  const up = of('up', [ofService, config.selector].filter(Boolean).join(','));
  const expected = seconds(config.telemetry.expectedAfter) / 300;
  const running = { [processes]: 1, [gauge('startTime')]: 1 };
  const gone = (tiles: number): Boundary =>
    tiled(
      GONE,
      [
        [1, {}],
        [tiles, running],
        [DAY + 12, {}],
      ],
      (sum) => sum(processes, DAY) >= expected && sum(gauge('startTime'), 1) === 0,
      300,
    );
  const down = (tiles: Parameters<typeof tiled>[1], holds: boolean): Boundary =>
    tiled(DOWN, tiles, (sum) => holds && sum(processes, DAY) > 0, 300);
  const substituted = gauge('fallbacks', 'anthropic_fallback_cause="other"');
  const asked = { [gauge('fallbacks', 'anthropic_fallback_cause="rate_limit_error"')]: 5 };
  const days = (value: number): Given => ({ [of(RECORDS.retirement, ofModel)]: value });
  const { infoDays, ticketDays } = config.retirement;
  const failures = (value: number): Given => ({ [gauge('telemetryErrors')]: value });
  const errorSamples = Math.floor(seconds(config.telemetry.errorWindow) / 40);
  const clients = (value: number): Given => ({
    [gauge('telemetryClients', 'anthropic_telemetry_observed="false"')]: value,
    [gauge('telemetryClients', 'anthropic_telemetry_observed="true"')]: 7,
  });

  return [
    {
      rule: 'AnthropicResponsesChanged/model',
      phases: [
        phase(10, asked, false),
        phase(240, { ...asked, [substituted]: 1 }, true),
        phase(60, { ...asked, [substituted]: 1 }, false),
      ],
    },
    limit(`AnthropicModelRetiring/${ticketDays}d`, days, { not: [ticketDays + 0.5], holds: [ticketDays] }),
    limit(`AnthropicModelRetiring/${infoDays}d`, days, {
      not: [infoDays + 0.5, ticketDays],
      holds: [infoDays, ticketDays + 0.5],
    }),
    gone(expected),
    gone(expected - 1),
    down(
      [
        [1, {}],
        [1, { [up]: 0, [processes]: 1 }],
        [DAY + 12, { [up]: 0 }],
      ],
      true,
    ),
    down([[6, { [up]: 1, [processes]: 1 }]], false),
    down([[6, { [up]: 0 }]], false),
    ...[config.telemetry.allowedErrors * 0.95, config.telemetry.allowedErrors * 1.1].map((value) => ({
      rule: 'AnthropicTelemetryDegraded/errors',
      step: 40,
      phases: [
        phase(50, failures(0), false),
        phase(errorSamples, failures(value), value > config.telemetry.allowedErrors),
        phase(60, failures(value), false),
      ],
    })),
    limit('AnthropicTelemetryDegraded/unobserved', clients, { not: [0], holds: [1] }),
    { rule: 'AnthropicWatchdog', phases: [phase(4, {}, true)] },
  ];
}
