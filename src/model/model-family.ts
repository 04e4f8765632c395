/**
 * The family of a model id, without platform prefixes (`us.anthropic.`, `anthropic.`), dates (`-20251001`, `@20251001`), `-v1:0` and
 * `-latest`.
 */
export function modelFamily(model: string): string {
  const [id = ''] = model
    .slice(model.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/^(?:[a-z-]+\.)?anthropic\./, '')
    .replace(/(?:[@-]\d{8})?(?:-v\d+(?::\d+)?)?$/, '')
    .split('@', 1);
  return id.replace(/-latest$/, '').replaceAll('.', '-');
}
