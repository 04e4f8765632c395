/**
 * Runs services of `docker-compose.yml` as plain processes of this machine: the same commands, environments and mounted
 * files, at other addresses and below a folder of their own. So the demo proves the files that the compose stack mounts.
 */
import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../processes.ts';

/** What is read of a service. */
export interface ComposeService {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

/** Where an address of the stack, `alertmanager:9093`, is here: `127.0.0.1:40123`. */
export type Addresses = Readonly<Record<string, string>>;

/** The services of `docker-compose.yml`, by name. */
export async function composeServices(): Promise<Readonly<Record<string, ComposeService>>> {
  const text = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
  return (parse(text, { merge: true }) as { services: Record<string, ComposeService> }).services;
}

/** One service of `docker-compose.yml`. */
export async function composeService(name: string): Promise<ComposeService> {
  const service = (await composeServices())[name];
  if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/** Copies the files that `service` mounts to where it would see them, below `folder`. Named volumes are empty folders. */
export async function mount({ volumes = [] }: ComposeService, folder: string): Promise<void> {
  for (const volume of volumes) {
    const [source = '', target = ''] = volume.split(':');
    const path = join(folder, target);
    await mkdir(dirname(path), { recursive: true });
    if (source.startsWith('.')) await cp(join(ROOT, source), path, { recursive: true });
    else await mkdir(path);
  }
}

/** The arguments of `service`, with its absolute paths below `folder`, and with the addresses of this machine. */
export function argumentsOf(service: ComposeService, addresses: Addresses, folder = ''): string[] {
  return service.command.map((word) => moved(word, addresses).replace(/=\//, `=${folder}/`));
}

/** `value` with every address replaced, however deep. */
export function moved<Value>(value: Value, addresses: Addresses): Value {
  return mapLeaves(value, (leaf) =>
    typeof leaf === 'string'
      ? Object.entries(addresses).reduce((text, [from, to]) => text.replaceAll(from, to), leaf)
      : leaf,
  );
}

/** `value` with every string, number and boolean in it replaced, however deep. */
export function mapLeaves<Value>(
  value: Value,
  replace: (leaf: unknown, key: string) => unknown,
  key = '',
): Value {
  const inside: unknown = Array.isArray(value)
    ? value.map((item) => mapLeaves(item, replace, key))
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([name, item]) => [name, mapLeaves(item, replace, name)]),
        )
      : replace(value, key);
  return inside as Value;
}
