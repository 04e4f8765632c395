import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BETAS, FIELDS, ROLES, TYPES } from '../../src/model/api-names.ts';
import { requestShape } from '../../src/model/request-shape.ts';

/** Words that a shape may hold beside the API's. */
const OWN = ['object', 'array', 'string', 'number', 'boolean', 'null', 'undefined', '_OTHER'];
const SHAPE = ['fields', 'messages', 'blocks', 'tools', 'bytes', 'betas', 'otherBetas', 'errorField'];
const ALLOWED = new Set([...FIELDS, ...TYPES, ...ROLES, ...BETAS, ...OWN, ...SHAPE]);

/** Every word in `value`: names of fields and strings, cut at dots and brackets. */
function words(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[.[\]]/).filter(Boolean);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [
    ...(Array.isArray(value) ? [] : words(key)),
    ...words(each),
  ]);
}

/** JSON of the API's words and of others, in every place. */
const word = fc.oneof(
  fc.constantFrom('type', 'role', 'content', 'text', 'messages', 'tools', 'user', 'patient_jane_doe', 'ssn'),
  fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/),
  fc.string(),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ maxDepth: 8 }, word, fc.integer(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('json'), { maxLength: 5 }),
  object: fc.dictionary(word, tie('json'), { maxKeys: 6 }),
}));
const message = fc.record({
  role: word,
  content: fc.oneof(word, fc.array(fc.record({ type: word, text: word }))),
});
const body = fc.oneof(json, fc.record({ model: word, messages: fc.array(message), tools: fc.array(json) }));

describe('the shape of a request', () => {
  test('holds no word that is not in the vocabulary of the API, whatever the request, the betas and the message', () => {
    fc.assert(
      fc.property(body, fc.array(word), fc.array(word), (request, betas, path) => {
        const shape = requestShape(request, 'text', betas.join(','), `messages.${path.join('.')}: ${path}`);
        expect(
          words(JSON.parse(JSON.stringify(shape))).filter(
            (each) => !ALLOWED.has(each) && !/^\d+$/.test(each),
          ),
        ).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test('counts what is not in the vocabulary', () => {
    const request = {
      model: 'claude-opus-5-5',
      patient_name: 'Jane',
      ssn: '1',
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'patient_jane_doe',
          content: [{ type: 'diagnosis_flu' }, { type: 'diagnosis_cold' }, { type: 'text' }],
        },
      ],
    };
    const betas = 'context-1m-2025-08-07, secret-project-1, context-1m-2025-08-07,secret-project-2';
    expect(requestShape(request, undefined, betas, 'messages.1.diagnosis_flu.text: is wrong')).toEqual({
      fields: {
        model: 'string',
        messages: { '[user]': { role: 'string', content: 'string' }, _OTHER: 1 },
        _OTHER: 2,
      },
      messages: { user: 1, _OTHER: 1 },
      blocks: { string: 1, text: 1, _OTHER: 2 },
      tools: 0,
      betas: ['context-1m-2025-08-07'],
      otherBetas: 2,
      errorField: 'messages.1._OTHER',
    });
  });

  test('knows what the SDK has types for', () => {
    for (const field of ['model', 'max_tokens', 'temperature', 'tool_choice', 'cache_control', 'custom_id']) {
      expect(FIELDS).toContain(field);
    }
    for (const type of ['text', 'tool_use', 'tool_result', 'web_search_20250305'])
      expect(TYPES).toContain(type);
    expect([...ROLES]).toEqual(['assistant', 'system', 'user']);
  });
});
