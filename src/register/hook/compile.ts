/** Sees CommonJS modules whose loader reads files itself, as tsx does. They bypass load hooks, but Node still compiles them. */
import module from 'node:module';

type Compile = (this: unknown, content: string, path: string, ...rest: unknown[]) => unknown;

/** Passes the source of each CommonJS module through `change`, which does not throw, before it is compiled. */
export function beforeCompile(change: (source: string, path: string) => string): void {
  const prototype = module.prototype as unknown as { _compile: Compile };
  const compile = prototype._compile;
  const changed: Compile = function _compile(content, path, ...rest) {
    const [format] = rest;
    const isText = typeof content === 'string' && format !== 'module';
    return compile.call(this, isText ? change(content, path) : content, path, ...rest);
  };
  Reflect.set(prototype, '_compile', changed);
}
