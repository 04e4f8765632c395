/** What the types of `withTelemetry` accept and reject. `tsc --noEmit` is the test. */
import AnthropicBedrock from '@anthropic-ai/bedrock-sdk';
import AnthropicFoundry from '@anthropic-ai/foundry-sdk';
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import AnthropicVertex from '@anthropic-ai/vertex-sdk';
import Anthropic39 from 'sdk-0-39';
import Anthropic101 from 'sdk-0-101';
import Anthropic133 from 'sdk-0-133';
import { observe, type TelemetryOptions, withTelemetry } from '../../src/index.ts';
import { AnthropicInstrumentation } from '../../src/instrumentation/index.ts';

declare const given: ClientOptions;
declare const perhaps: ClientOptions | undefined;
declare const telemetry: TelemetryOptions;

/** An option that the client does not have is rejected, wherever the result is used at once. */
export function rejected(): unknown[] {
  // @ts-expect-error
  const annotated: ClientOptions = withTelemetry({ apiKey: 'key', maxRetrys: 1 });
  // @ts-expect-error
  const optional: ClientOptions | undefined = withTelemetry({ apiKey: 'key', maxRetrys: 1 });
  return [
    annotated,
    optional,
    // @ts-expect-error
    new Anthropic(withTelemetry({ maxRetrys: 1 })),
    // @ts-expect-error
    new Anthropic(withTelemetry({ apiKey: 'key', maxRetrys: 1 })),
    // @ts-expect-error
    new Anthropic(withTelemetry({ apiKey: 'key', maxRetrys: 1 }, telemetry)),
    // @ts-expect-error
    new Anthropic(withTelemetry({ ...given, maxRetrys: 1 })),
    // @ts-expect-error
    new Anthropic(withTelemetry({ apiKey: 'key', maxRetries: '1' })),
    // @ts-expect-error
    new Anthropic(withTelemetry<ClientOptions>({ apiKey: 'key', maxRetrys: 1 })),
    // @ts-expect-error
    new AnthropicBedrock(withTelemetry({ awsRegion: 'eu', maxRetrys: 1 })),
    // @ts-expect-error
    new AnthropicBedrock(withTelemetry({ awsAccessKey: 'a', awsSecretKey: 's', maxRetrys: 1 })),
    // @ts-expect-error
    new AnthropicBedrock(withTelemetry({ awsAccessKey: 1 })),
    // @ts-expect-error
    new AnthropicVertex(withTelemetry({ region: 'eu', maxRetrys: 1 })),
    // @ts-expect-error
    new AnthropicFoundry(withTelemetry({ resource: 'mine', maxRetrys: 1 })),
    // @ts-expect-error
    new Anthropic39(withTelemetry({ apiKey: 'key', maxRetrys: 1 })),
    // @ts-expect-error
    new Anthropic101(withTelemetry({ apiKey: 'key', maxRetrys: 1 })),
    // @ts-expect-error
    new Anthropic133(withTelemetry({ apiKey: 'key', maxRetrys: 1 })),
    // @ts-expect-error
    () => (): ClientOptions => withTelemetry({ apiKey: 'key', maxRetrys: 1 }),
  ];
}

/** A telemetry option that does not exist is rejected. */
export function rejectedTelemetry(client: Anthropic): unknown[] {
  return [
    // @ts-expect-error
    withTelemetry({}, { attemptSpan: true }),
    // @ts-expect-error
    new Anthropic(withTelemetry({ maxRetries: 1 }, { attemptSpan: true })),
    // @ts-expect-error
    observe(client, { attemptSpan: true }),
    // @ts-expect-error
    new AnthropicInstrumentation({ attemptSpan: true }),
    // @ts-expect-error
    new AnthropicInstrumentation().setConfig({ attemptSpan: true }),
    // @ts-expect-error
    withTelemetry({}, { enabled: true }),
    new AnthropicInstrumentation({ enabled: true, attemptSpans: true }),
  ];
}

/** Everything that the constructor takes without this package is accepted. */
export function accepted(): unknown[] {
  const alone = withTelemetry({ maxRetries: 4, logLevel: 'off', defaultHeaders: { a: 'b' }, middleware: [] });
  const retries: 4 = alone.maxRetries;
  const { maxRetries } = withTelemetry({ maxRetries: 4 });
  const none = withTelemetry();
  const spread = { ...withTelemetry({ maxRetries: 4 }) };
  const merged = Object.assign({}, withTelemetry({ maxRetries: 4 }));
  const same: ClientOptions = withTelemetry(given);
  return [
    [retries, maxRetries, spread.maxRetries, merged.maxRetries, same],
    new Anthropic(alone),
    new Anthropic(none),
    new Anthropic(spread),
    new Anthropic(withTelemetry()),
    new Anthropic(withTelemetry(undefined, telemetry)),
    new Anthropic(withTelemetry({}, {})),
    new Anthropic(withTelemetry({ maxRetries: 4 })),
    new Anthropic(withTelemetry(given)),
    new Anthropic(withTelemetry(perhaps, { attemptSpans: false })),
    new Anthropic(withTelemetry({ ...given, maxRetries: 3 })),
    new Anthropic(withTelemetry(withTelemetry({ maxRetries: 4 }))),
    new Anthropic(given.apiKey ? withTelemetry({ maxRetries: 4 }) : withTelemetry({ timeout: 4 })),
    new Anthropic(withTelemetry<ClientOptions>({ maxRetries: 4 })),
    new Anthropic(withTelemetry(JSON.parse('{}'))),
    // The parameters of callbacks have their types.
    new Anthropic(
      withTelemetry({
        logLevel: 'off',
        fetch: (url, init) => fetch(String(url), init as RequestInit),
        middleware: [async (request, next, { logger }) => (logger ? next(request) : next(request))],
      }),
    ),
    new AnthropicBedrock(withTelemetry({ awsRegion: 'eu', maxRetries: 1 })),
    new AnthropicBedrock(withTelemetry({ awsAccessKey: 'a', awsSecretKey: 's', awsRegion: 'eu' })),
    new AnthropicBedrock(withTelemetry({ awsAccessKey: null, awsSecretKey: null, awsRegion: 'eu' })),
    new AnthropicVertex(withTelemetry({ region: 'eu', projectId: 'mine' })),
    new AnthropicFoundry(withTelemetry({ resource: 'mine', apiKey: 'key' })),
    new Anthropic39(withTelemetry({ apiKey: 'key', maxRetries: 1 })),
    new Anthropic101(withTelemetry({ apiKey: 'key', maxRetries: 1 })),
    new Anthropic133(withTelemetry({ apiKey: 'key', maxRetries: 1 })),
  ];
}

/** Options of a subclass, with more than the client takes, and options of a type that the caller chooses. */
export class Mine extends Anthropic {
  constructor(options: ClientOptions & { team: string }) {
    super(withTelemetry(options));
  }

  static of<Options extends ClientOptions>(options: Options): [Anthropic, Options] {
    return [new Anthropic(withTelemetry(options)), withTelemetry(options)];
  }
}
