/** Faults that are put into `src`, one at a time. The tests have to notice each of them. */

/** One change of a file. */
export interface Mutant {
  /** The behavior that is lost. */
  readonly loses: string;
  /** Text of one file of `src`, wherever that is. */
  readonly from: string;
  readonly to: string;
  /** The test file that runs first, because it notices the fault: a path below `test`, without `.test.ts`. */
  readonly by: string;
}

/** Mutants of what runs in the process of the tests. */
export const CORE: readonly Mutant[] = [
  {
    loses: 'a 500 is retryable',
    from: 'status === 429 || status >= 500',
    to: 'status === 429 || status > 500',
    by: 'unit/errors',
  },
  {
    loses: 'x-should-retry overrules the status',
    from: "if (shouldRetry === 'false') return false;",
    to: '',
    by: 'unit/errors',
  },
  {
    loses: 'a rate limit is a fault of the traffic',
    from: "status: 429, fault: 'traffic'",
    to: "status: 429, fault: 'anthropic'",
    by: 'unit/errors',
  },
  {
    loses: 'a billing failure is a fault of the configuration',
    from: "if (billing) return 'config';",
    to: '',
    by: 'unit/errors',
  },
  {
    loses: 'error types of Bedrock streams count as those of the API',
    from: "throttlingException: 'rate_limit_error'",
    to: "throttlingException: 'api_error'",
    by: 'integration/platforms',
  },
  {
    loses: 'retry-after-ms is in milliseconds',
    from: 'return milliseconds / 1000;',
    to: 'return milliseconds;',
    by: 'unit/headers',
  },
  {
    loses: 'retry-after can be a date',
    from: '(Date.parse(value) - now) / 1000',
    to: 'Date.parse(value) / 1000',
    by: 'unit/headers',
  },
  {
    loses: 'limits that a gateway states are read',
    from: 'return limits.length > 0 ? limits : readOtherLimits(headers, at);',
    to: 'return limits;',
    by: 'unit/headers',
  },
  {
    loses: 'a limit counts as low below 10 %',
    from: 'LOW_SHARE = 0.1',
    to: 'LOW_SHARE = 0.3',
    by: 'unit/headers',
  },
  {
    loses: 'a reset time in seconds counts from the response',
    from: 'return at / 1000 + Number(seconds[1]);',
    to: 'return Number(seconds[1]);',
    by: 'unit/headers',
  },
  {
    loses: 'models of Bedrock have the price of their family',
    from: String.raw`.replace(/^(?:[a-z-]+\.)?anthropic\./, '')`,
    to: '',
    by: 'unit/cost',
  },
  {
    loses: 'tokens of the cache are not billed as input',
    from: '(usage.input ?? 0) - read - write)',
    to: '(usage.input ?? 0) - read)',
    by: 'unit/cost',
  },
  {
    loses: 'a later version of a model has no price of an earlier one',
    from: String.raw`!/^\d/.test(family.slice(key.length + 1)) &&`,
    to: '',
    by: 'unit/cost',
  },
  {
    loses: 'recorded text is cut',
    from: 'text.length > limit ?',
    to: 'text.length > limit * 4 ?',
    by: 'unit/text',
  },
  {
    loses: 'bidirectional controls are replaced',
    from: String.raw`\p{Bidi_Control}`,
    to: '',
    by: 'unit/text',
  },
  {
    loses: 'the values of an attribute are capped',
    from: 'this.#seen.size >= this.#limit',
    to: 'this.#seen.size > this.#limit',
    by: 'unit/bounded',
  },
  {
    loses: 'an overload does not extend a streak',
    from: ' || status === 529',
    to: '',
    by: 'unit/catalogue',
  },
  {
    loses: 'a streak begins at the second server error',
    from: 'began: length === 2',
    to: 'began: length === 1',
    by: 'unit/catalogue',
  },
  {
    loses: 'an attempt that the application aborted is no failure',
    from: 'if (aborted()) return;',
    to: '',
    by: 'integration/every-sdk',
  },
  {
    loses: 'the retry delay that the API asks for is recorded',
    from: 'isOk(status) ? undefined : parseRetryAfter(headers, now)',
    to: 'undefined',
    by: 'integration/calls',
  },
  {
    loses: 'the URL of an attempt has no query',
    from: 'clean(withoutQuery(request.url), MAX_URL)',
    to: 'clean(request.url, MAX_URL)',
    by: 'integration/calls',
  },
  {
    loses: 'a failure of telemetry does not reach the application',
    from: 'this.report(stage, problem);\n      return undefined;\n    }\n  }\n',
    to: 'throw problem;\n    }\n  }\n',
    by: 'unit/guard',
  },
  {
    loses: 'a promise that a logger rejects is handled',
    from: 'if (isThenable(result)) result.then(undefined, (problem) => this.report(stage, problem));',
    to: '',
    by: 'unit/guard',
  },
  {
    loses: 'an INTERNAL span of the SDK is no call',
    from: ' || options.kind !== SpanKind.CLIENT',
    to: '',
    by: 'integration/tool-runner',
  },
  {
    loses: 'calls are recorded where spans are sampled out or switched off',
    from: 'return !this[CALL].ended;',
    to: 'return this.#span.isRecording();',
    by: 'integration/tracing-modes',
  },
  {
    loses: 'the application gets what its own middleware returns, once observed',
    from: 'middleware.filter((each) => !isOurMiddleware(each))',
    to: 'middleware',
    by: 'integration/never-twice',
  },
  {
    loses: 'an older SDK: a retry belongs to the call that waits',
    from: 'if (retries > 0 && chain?.call?.waiting) return chain.call;',
    to: '',
    by: 'integration/every-sdk',
  },
  {
    loses: "an older SDK: the application's own requests are no calls",
    from: "if (!headers.has('anthropic-version')) return undefined;",
    to: '',
    by: 'integration/older-sdks',
  },
  {
    loses: 'an older SDK: timers can be numbers',
    from: '// Timers are numbers in some environments.\n    timer.unref?.();',
    to: 'timer.unref();',
    by: 'integration/older-sdks',
  },
  {
    loses: 'an older SDK: an abort while it waits for a retry cancels the call',
    from: "signal?.addEventListener('abort', onAbort, { once: true });\n    const stop",
    to: 'const stop',
    by: 'integration/every-sdk',
  },
  {
    loses: 'a stream that ends before message_stop is an error',
    from: "if (this.#stream && !this.#stream.stopped) this.#fail('api_error');\n      else if (this.#stream?.endsBroken)",
    to: 'if (this.#stream?.endsBroken)',
    by: 'integration/every-sdk',
  },
  {
    loses: 'a stream that is left by break is canceled',
    from: 'else this.#close();\n    });\n  }\n\n  #succeed',
    to: 'else this.#succeed();\n    });\n  }\n\n  #succeed',
    by: 'integration/every-sdk',
  },
  {
    loses: 'the first low limit is a step of its counter',
    from: 'if (isNew || fell)',
    to: 'if (fell)',
    by: 'integration/rate-limits',
  },
  {
    loses: 'series exist at zero before their first event',
    from: 'instruments.retriesExhausted.add(0,',
    to: 'void (0,',
    by: 'integration/cardinality',
  },
  {
    loses: 'combinations of servers and models are capped',
    from: 'MAX_COMBINATIONS = 200',
    to: 'MAX_COMBINATIONS = 1_000_000',
    by: 'integration/cardinality',
  },
  {
    loses: 'a retried attempt is logged as a warning',
    from: "'warn',\n      `Claude attempt",
    to: "'info',\n      `Claude attempt",
    by: 'integration/calls',
  },
  {
    loses: 'numbers of log records are exact to a nanosecond',
    from: 'Number(value.toFixed(9))',
    to: 'Number(value.toFixed(1))',
    by: 'integration/cost',
  },
  {
    loses: 'attempt spans end',
    from: '} finally {\n      span.end();',
    to: '} finally {\n      void span;',
    by: 'integration/calls',
  },
  {
    loses: 'the call span has the number of its attempts',
    from: 'add(attributes, ATTR.attemptCount, call.attemptsUnseen ? undefined : call.attempts);',
    to: '',
    by: 'integration/calls',
  },
];

/** Mutants of what runs in processes that `register` is loaded into. */
export const REGISTER: readonly Mutant[] = [
  {
    loses: 'process.exit() waits for a reader that pauses',
    from: 'const PATIENCE = 1000;',
    to: 'const PATIENCE = 50;',
    by: 'process/ends',
  },
  {
    loses: 'processes share a log file line by line',
    from: 'O_WRONLY | O_CREAT | O_APPEND',
    to: 'O_WRONLY | O_CREAT',
    by: 'process/ends',
  },
  {
    loses: "the application's own work in beforeExit",
    from: "if (state === 'flushing' || (state === 'running' && begin())) return true;",
    to: 'if (begin()) return true;',
    by: 'process/ends',
  },
  {
    loses: 'calls that are open at process.exit() are recorded',
    from: 'endOpenCalls();\n      for (const writer',
    to: 'for (const writer',
    by: 'process/ends',
  },
  {
    loses: 'a signal ends a process whose event loop is blocked',
    from: "thread.on('error', () => {});",
    to: "thread.on('error', () => {}); process.on('SIGTERM', () => {});",
    by: 'process/ends',
  },
  {
    loses: 'the folder of the endpoint is open to its user only',
    from: 'mkdirSync(folder, { mode: 0o700 })',
    to: 'mkdirSync(folder, { mode: 0o777 })',
    by: 'process/endpoint-hostile',
  },
];
