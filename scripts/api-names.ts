/**
 * Writes `src/model/api-names.ts`: the names that requests to the API are made of, as the types of the SDK have them. Every version of the
 * SDK that is installed counts, because an older one knows names that a newer one has dropped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));
const SDKS = [
  '@anthropic-ai/sdk',
  'sdk-0-133',
  'sdk-0-122',
  'sdk-0-101',
  'sdk-0-100',
  'sdk-0-60',
  'sdk-0-39',
];
const FILES = [
  'messages/messages',
  'messages/batches',
  'beta/messages/messages',
  'beta/messages/batches',
  'completions',
];
/** The types of what is sent. All that they are made of is found from here. */
const ROOTS = /^(Message|Batch|Completion)(Create|CountTokens)Params|^Request$/;

/** Names by what they name. */
interface ApiNames {
  readonly fields: Set<string>;
  readonly types: Set<string>;
  readonly roles: Set<string>;
  readonly betas: Set<string>;
}

/** The names in the types of the SDKs. */
export function apiNames(): ApiNames {
  const names: ApiNames = { fields: new Set(), types: new Set(), roles: new Set(), betas: new Set() };
  for (const sdk of SDKS) {
    const resources = join(MODULES, sdk, 'resources');
    for (const file of FILES) collect(declarations(join(resources, `${file}.d.ts`)), names);
    const beta = read(join(resources, 'beta/beta.d.ts'));
    addLiterals(names.betas, /export type AnthropicBeta =([^;]*);/.exec(beta)?.[1]);
  }
  return names;
}

/** The file. */
export function apiNamesModule(): string {
  const { fields, types, roles, betas } = apiNames();
  const list = (name: string, what: string, values: Set<string>): string => {
    const lines = wrap([...values].sort(), 104);
    return `/** ${what} */\nexport const ${name}: ReadonlySet<string> = new Set(\n  \`\n${lines.map((line) => `    ${line}`).join('\n')}\n  \`.match(/\\S+/g),\n);\n`;
  };
  return [
    `/**
 * The names that requests to the API are made of: what may be recorded of a request without recording its content. Made by
 * \`npm run generate\` from the types of the SDK.
 */\n`,
    list('FIELDS', 'Names of fields.', fields),
    list('TYPES', 'Values of `type`: of content blocks, of tools, and of what they are made of.', types),
    list('ROLES', 'Values of `role`.', roles),
    list('BETAS', 'Values of the `anthropic-beta` header.', betas),
  ].join('\n');
}

/** A type: the text of what it is made of, and its own fields. */
interface Declaration {
  readonly text: string;
  readonly fields: readonly (readonly [name: string, type: string])[];
}

function declarations(path: string): Map<string, Declaration> {
  const text = read(path);
  const found = new Map<string, Declaration>();
  for (const [, , name = '', bases = '', body = ''] of text.matchAll(
    /^([ \t]*)(?:export )?interface (\w+)(?: extends ([\w., ]+))? \{\n([\s\S]*?)\n\1\}/gm,
  )) {
    const fields = [...body.matchAll(/^\s*(\w+)\??: (.*)$/gm)];
    found.set(name, {
      text: `${bases} ${body}`,
      fields: fields.map(([, field = '', type = '']) => [field, type] as const),
    });
  }
  for (const [, name = '', alias = ''] of text.matchAll(/export type (\w+) = ([^;]*);/g)) {
    found.set(name, { text: alias, fields: [] });
  }
  return found;
}

function collect(declared: ReadonlyMap<string, Declaration>, names: ApiNames): void {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const declaration = declared.get(name);
    if (!declaration || seen.has(name)) return;
    seen.add(name);
    for (const [field, type] of declaration.fields) {
      names.fields.add(field);
      if (field === 'type') addLiterals(names.types, type);
      if (field === 'role') addLiterals(names.roles, type);
    }
    for (const [used] of declaration.text.matchAll(/\b[A-Z]\w+/g)) visit(used);
  };
  for (const name of declared.keys()) if (ROOTS.test(name)) visit(name);
}

function addLiterals(values: Set<string>, type: string | undefined): void {
  for (const [, literal = ''] of (type ?? '').matchAll(/'([^']+)'/g)) values.add(literal);
}

/** The text of a file without its comments; empty where an SDK has no such file. */
function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '') : '';
}

function wrap(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
