/** Reads what a process has written. */
import { stripVTControlCharacters } from 'node:util';

/** The log records, and the other lines without colors. */
export function readOutput(text: string): { records: Record<string, unknown>[]; lines: string[] } {
  const records: Record<string, unknown>[] = [];
  const lines: string[] = [];
  for (const raw of text.split('\n')) {
    const line = stripVTControlCharacters(raw).trim();
    // Process managers write something in front.
    const record = line.includes('"event":"anthropic.') ? parse(line.slice(line.indexOf('{'))) : undefined;
    if (String(record?.['event']).startsWith('anthropic.')) records.push(record ?? {});
    else if (line !== '') lines.push(line);
  }
  return { records, lines };
}

/** The lines that have no equal among `others`: numbers, amounts of memory and widths of columns are alike. */
export function unlike(lines: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others.map(normal));
  return lines.filter((line) => !known.has(normal(line)));
}

function normal(line: string): string {
  return line
    .replaceAll(/[0-9a-f]{8,}|\d+(\.\d+)?/g, '#')
    .replaceAll(/\b(ms|s|µs)\b/g, 's')
    .replaceAll(/#[kmg]?b\b/gi, '#b')
    .replaceAll(/\s+|─+/g, ' ');
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
